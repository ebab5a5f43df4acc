"""axe finds nothing, nothing runs out of a narrow page, targets are large enough, focus is seen (WCAG 2.2 AA)."""

import json
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.access.matrix import Row
from tests.access.page_matrix import rows_of_pages
from tests.access.world import PEOPLE
from tests.browser.accessible import OVERFLOW, SMALL_TARGETS, TARGET, violations
from tests.browser.conftest import Open, Site

pytestmark = pytest.mark.browser

EVERY = list(product(("de", "en"), ("light", "dark"), (1280, 320)))
# Two looks for each page, together every pair of language, theme and width.
PAIRWISE = [
    [("de", "light", 1280), ("en", "dark", 320)],
    [("de", "dark", 1280), ("en", "light", 320)],
    [("en", "light", 1280), ("de", "dark", 320)],
    [("en", "dark", 1280), ("de", "light", 320)],
]
REDUNDANT = "Nachts ist eine Kraft für dreißig Menschen da. Stürze werden oft erst am Morgen bemerkt, zweimal im Monat."


def pages(site: Site) -> list[tuple[Row, str]]:
    """Every page with somebody who sees it."""
    found = {}
    for row in rows_of_pages(site.world.ids):
        if row.method == "GET" and "download" not in row.operation and "200" in row.expected:
            found.setdefault(row.operation, (row, PEOPLE[row.expected.split().index("200")]))
    return list(found.values())


def test_every_page_in_every_look(site: Site, open_page: Open, axe: str, pytestconfig: pytest.Config) -> None:
    """All eight looks with --long, two for each page otherwise."""
    wanted: dict[tuple[str, str, int, str], list[Row]] = {}
    for number, (row, subject) in enumerate(pages(site)):
        for look in EVERY if pytestconfig.getoption("--long") else PAIRWISE[number % 4]:
            wanted.setdefault((*look, subject), []).append(row)
    wrong, seen = [], 0
    for (language, theme, width, subject), rows in wanted.items():
        window = open_page(None if subject == "anonymous" else subject, language=language, theme=theme, width=width)
        for row in rows:
            window.page.goto(site.url + row.url)
            look = f"{row.operation} {language} {theme} {width}"
            wrong += [f"{look}: {one}" for one in violations(window.page, axe)]
            wrong += [f"{look}: small {one}" for one in window.page.evaluate(SMALL_TARGETS, TARGET)]
            if width == 320:
                wrong += [f"{look}: too wide {one}" for one in window.page.evaluate(OVERFLOW)]
            seen += 1
        window.page.context.close()
    assert wrong == [], json.dumps(wrong, indent=1, ensure_ascii=False)
    assert seen >= 2 * 40


def test_axe_finds_what_is_wrong(site: Site, open_page: Open, axe: str) -> None:
    """The control: on a spoilt page the same call finds each fault."""
    page = open_page("staff_a").page
    page.goto(f"{site.url}/challenges/new")
    page.evaluate(
        """() => { document.querySelector('label').remove(); document.documentElement.removeAttribute('lang');
        const text = document.querySelector('main p'); text.className = 'faint';
        const sheet = new CSSStyleSheet(); sheet.replaceSync('.faint {color: #ddd !important; background: #fff}');
        document.adoptedStyleSheets = [sheet]; }"""
    )
    found = " ".join(violations(page, axe))
    for rule in ("label:", "html-has-lang:", "color-contrast:"):
        assert rule in found


def test_states_that_no_address_leads_to(site: Site, open_page: Open, axe: str) -> None:
    """Forms with errors, the sign-in page in place of another, the page of an error; more in `test_states`."""
    wrong = []
    for language, theme, width in (("de", "light", 1280), ("en", "dark", 320)):
        window = open_page("staff_a", language=language, theme=theme, width=width)
        page = window.page
        page.goto(f"{site.url}/challenges/unfinished/{site.world.ids['unfinished']}")
        page.fill("#f-title", "")
        page.get_by_role("button", name={"de": "Weiter zum Prüfen", "en": "Continue to the check"}[language]).click()
        expect(page.locator("#errors"), "the summary has the focus").to_be_focused()
        wrong += violations(page, axe)
        page.click("#errors a")
        expect(page.locator("#f-title")).to_be_focused()
        page.goto(f"{site.url}/nowhere")
        wrong += violations(page, axe)
        stranger = open_page(language=language, theme=theme, width=width).page
        stranger.goto(f"{site.url}/account")
        wrong += violations(stranger, axe)
        stranger.fill("#f-email", "nobody@people.example")
        stranger.fill("#f-password", "falsch")
        stranger.locator("main form button[type=submit]").click()
        wrong += violations(stranger, axe)
    assert wrong == []


STOP = """() => { const e = document.activeElement; if (e === document.body) return null;
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  const top = document.elementFromPoint(box.x + Math.min(box.width / 2, 20), box.y + Math.min(box.height / 2, 12));
  return {html: e.outerHTML.slice(0, 80), covered: !(top && (e.contains(top) || top.contains(e))),
    shown: style.outlineStyle !== 'none' || style.boxShadow !== 'none'}; }"""


def stops(page: Page, most: int = 60) -> list[dict[str, Any]]:
    """Where the Tab key leads."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            break
        seen.append(stop)
    return seen


def test_focus_is_seen_and_never_covered(site: Site, open_page: Open) -> None:
    """WCAG 2.4.7 and 2.4.11: every stop of the Tab key shows itself, on the page with the most on it."""
    page = open_page("staff_a", width=1280).page
    page.goto(f"{site.url}/challenges/{site.world.ids['challenge']}/matches")
    seen = stops(page)
    assert len(seen) > 15
    assert [stop for stop in seen if stop["covered"]] == []
    assert [stop for stop in seen if not stop["shown"]] == []


def test_pages_work_at_400_percent(site: Site, open_page: Open) -> None:
    """WCAG 1.4.10: 1280 x 1024 enlarged four times is 320 x 256; one scrolls down only, and sees the focus."""
    page = open_page("staff_a", width=320).page
    page.set_viewport_size({"width": 320, "height": 256})
    ids = site.world.ids
    for path in (
        "/",
        "/challenges/new",
        f"/challenges/unfinished/{ids['unfinished']}",
        f"/challenges/{ids['challenge']}/matches",
        f"/challenges/{ids['challenge']}/matches/{ids['profile']}?side=challenge",
        "/startups?q=Sturz",
        "/account",
    ):
        page.goto(site.url + path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, (path, wide, page.evaluate(OVERFLOW))
        fixed = page.evaluate(
            """() => [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() &&
            ['fixed', 'sticky'].includes(getComputedStyle(e).position)).map(e => e.getBoundingClientRect().height)"""
        )
        assert sum(fixed) <= 128, (path, "what stays in place leaves half of the window")
        seen = stops(page, most=40)
        assert len(seen) > 5
        assert [stop for stop in seen if stop["covered"] or not stop["shown"]] == [], path


def test_nothing_is_asked_twice(site: Site, open_page: Open) -> None:
    """WCAG 3.3.7: what was typed in one step stands in the next ones, and after an interruption."""
    page = open_page("staff_b").page
    page.goto(f"{site.url}/challenges/new")
    page.fill("#f-problem", REDUNDANT)
    page.get_by_role("button", name="Weiter", exact=True).click()
    assert page.input_value("#f-problem") == REDUNDANT
    assert page.input_value("#f-title")
    page.fill("#f-title", "Nachts allein")
    page.locator("#f-title").blur()
    expect(page.locator("#autosave")).to_contain_text("Gespeichert")
    page.goto(f"{site.url}/challenges")
    page.get_by_role("link", name="Nachts allein").click()
    assert page.input_value("#f-problem") == REDUNDANT
    page.fill("#f-wish", "Jemand soll es sofort merken.")
    page.select_option('[name="region"]', "bayern")
    if not page.locator('[name="fields_of_action"]:checked').count():
        page.check("#f-fields_of_action")
    page.get_by_role("button", name="Weiter zum Prüfen").click()
    expect(page.locator("main")).to_contain_text(REDUNDANT)
    expect(page.locator("main")).to_contain_text("Nachts allein")
    assert page.locator("main input:visible, main textarea:visible").count() == 0, "the check asks nothing again"
    page.goto(f"{site.url}/account/email")
    assert page.locator("main input[type=email]").count() == 1, "the present address is not typed again"


def test_help_is_at_the_same_place_everywhere(site: Site, open_page: Open) -> None:
    """WCAG 3.2.6."""
    page = open_page("staff_a").page
    places = set()
    for path in ("/", "/challenges", "/challenges/new", "/account", "/nowhere"):
        page.goto(site.url + path)
        links = page.eval_on_selector_all(
            ".tools a", "links => links.map(link => link.getAttribute('href').split('?')[0])"
        )
        places.add(links.index("/help"))
    assert places == {2}


def test_signing_in_takes_a_pasted_password(site: Site, open_page: Open) -> None:
    """WCAG 3.3.8: fields say what they are to password managers, and nothing keeps anybody from pasting."""
    page = open_page().page
    page.goto(f"{site.url}/sign-in")
    kinds = page.eval_on_selector_all("main input", "fields => fields.map(field => field.autocomplete).filter(Boolean)")
    assert kinds == ["username", "current-password", "one-time-code"]
    page.focus("#f-password")
    page.evaluate("document.execCommand('insertText', false, 'geklebt')")
    assert page.input_value("#f-password") == "geklebt"
