"""Whether a text has become a part of a page, as Chromium sees it."""

import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

from tests.payloads import INJECTED, PAYLOADS

JOINED = " ".join(PAYLOADS)
"""More than most small fields take: shown again beside what is wrong."""
_FOUND = """injected => ({
    nodes: [...document.querySelectorAll(`${injected}, script:not([src]), base, [href^="javascript:"]`)]
        .filter(one => !one.closest(".chart") && !one.matches("img.qr")).map(one => one.outerHTML.slice(0, 120)),
    ran: window.xss !== undefined || document.body.lastChild.textContent === "xss",
})"""
_SAID = """() => [
    document.documentElement.textContent, ...[...document.querySelectorAll("input, textarea")].map(one => one.value)
]"""


def packs(limit: int) -> list[str]:
    """All payloads, a few together as far as a field takes them."""
    found = [""]
    for payload in PAYLOADS:
        if len(found[-1]) + len(payload) + 2 > limit:
            found.append("")
        found[-1] += f"a{payload} "
    return [pack.strip() for pack in found if pack]


def probe(page: Page) -> None:
    """Nothing has run, and no element of a payload is there."""
    found = page.evaluate(_FOUND, INJECTED)
    assert not found["ran"], page.url
    assert found["nodes"] == [], page.url


def said(page: Page) -> str:
    """What a page says, and what is in its fields."""
    return plain(" ".join(page.evaluate(_SAID)))


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


_FIELDS = """() => [...document.querySelectorAll("main form")].map((form, index) => ({
    index,
    action: new URL(form.getAttribute("action") ?? "", location).pathname.replace(/\\d+/g, "#"),
    names: [...form.elements].filter(one => one.matches(
        "textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=submit])"
    )).map(one => one.name),
}))"""
_SEND = """([index, text, everything]) => {
    const form = document.querySelectorAll("main form")[index];
    for (const one of form.elements) {
        if (one.matches("textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file])")) {
            if (one.matches("input")) one.type = "text";
            one.value = text;
        } else if (everything && one.matches("select")) one.add(new Option(text, text, true, true));
        else if (everything && one.matches("[type=checkbox], [type=radio]")) [one.value, one.checked] = [text, true];
        else if (everything && one.matches("[type=hidden]")) one.value = text;
    }
    HTMLFormElement.prototype.submit.call(form);
}"""


def forms(page: Page) -> Iterator[tuple[int, str, list[str]]]:
    """The forms of the page somebody can write into: place, where it sends to, names of its fields."""
    found: list[dict[str, Any]] = page.evaluate(_FIELDS)
    yield from ((form["index"], form["action"], form["names"]) for form in found if form["names"])


def send(page: Page, index: int, text: str, *, everything: bool) -> None:
    """Write a text into all fields of a form and send it; `everything`: also into what nobody writes into."""
    with page.expect_navigation():
        page.evaluate(_SEND, [index, text, everything])
