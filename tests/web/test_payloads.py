"""[11] What people write into small fields never becomes a part of a page: names, notes, messages, searches, keys.

Through Chromium everything goes in `tests/browser`: all fields of all forms (`test_payload_forms`), everything that is
stored (`test_payload_values`), other ways (`test_payload_ways`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from tests.payloads import INJECTED, PAYLOADS
from tests.web.conftest import Answer, Site

PACKED = 80
"""Characters that every field takes."""


def packs() -> list[str]:
    """All payloads, a few together as far as they fit."""
    found = [""]
    for payload in PAYLOADS:
        if len(found[-1]) + len(payload) > PACKED:
            found.append("")
        found[-1] += f"a{payload} "
    return [pack.strip() for pack in found if pack]


@dataclass(frozen=True)
class Way:
    """Where somebody writes something, and who sees it where; without a reader, the writer."""

    name: str
    subject: str
    path: str
    form: Callable[[str], dict[str, str]]
    shown: str
    reader: str = ""


WAYS = (
    Way("name", "staff_a", "/account", lambda t: {"name": t, "locale": "de"}, "/organisations/{organisation_a}"),
    Way("legal form", "staff_a", "/organisations/{organisation_a}/edit", lambda t: {"legal_form": t}, "{back}"),
    Way("note", "staff_a", "/challenges/{challenge}/shortlist/{profile}", lambda t: {"note": t}, "{back}"),
    Way("search", "staff_a", "/searches", lambda t: {"side": "profile", "q": t}, "/startups"),
    Way("message", "staff_a", "/introductions/{introduction}/messages", lambda t: {"body": t}, "{back}", "startup_a"),
    Way(
        "step",
        "staff_a",
        "/introductions/{introduction}/status",
        lambda t: {"status": "pilot", "note": t},
        "{back}",
        "startup_a",
    ),
    Way(
        "registration",
        "anonymous",
        "/register",
        lambda t: {
            "organisation_name": t,
            "kind": "welfare",
            "name": t,
            "email": f"p{packs().index(t)}@people.example",
            "password": "vier zufällige lange Wörter",
        },
        "/verification",
        "admin",
    ),
)


def is_harmless(page: Answer) -> bool:
    return not page.all(INJECTED) and "<script>" not in page.text


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_what_is_written_stays_text(site: Site, way: Way) -> None:
    shown = 0
    for pack in packs():
        path = way.path.format(**site.ids)
        form = way.form(pack)
        if way.name in {"name", "legal form"}:
            where = "/account" if way.name == "name" else path
            form["version"] = site.get(where, way.subject).field("version")
        sent = site.post(path, form, way.subject)
        assert is_harmless(sent), pack
        if sent.status != 303:
            continue
        page = site.get(way.shown.format(**site.ids, back=sent.location), way.reader or way.subject)
        assert page.status == 200
        assert is_harmless(page), pack
        values = [str(field.get("value", field.get_text())) for field in page.all("main input, main textarea")]
        shown += pack in page.said("main") or pack in values
    assert shown >= 1, "not everything was refused"


def test_what_is_refused_or_searched_for_stays_text(site: Site) -> None:
    challenge = f"/challenges/{site.ids['challenge']}"
    for pack in packs():
        report = site.post("/accessibility", {"text": pack, "page": pack, "email": pack})
        assert report.status in {422, 429}
        assert report.field("text") == pack
        pages = [
            report,
            site.post("/account/tokens", {"name": pack, "scopes": ["read:matches"], "days": "1"}, "staff_a"),
            site.get(f"/startups?q={quote(pack)}", "staff_a"),
            site.get(f"{challenge}/why-not?name={quote(pack)}", "staff_a"),
            site.get(f"/audit?action={quote(pack)}", "admin"),
            site.get(f"/accessibility?page=/{quote(pack)}"),
            site.post(
                "/operation/rules", dict.fromkeys(("interest_days", "open_interests", "pilot_slots"), pack), "admin"
            ),
            site.post("/challenges/import", {"organisation_id": pack, "name": pack, "content": pack}, "staff_a"),
            site.get(f"/nowhere/{quote(pack)}"),
        ]
        assert [page.status for page in pages if not is_harmless(page)] == [], pack
