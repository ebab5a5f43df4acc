"""axe on states of pages that no address leads to; in two looks, one of them that of a device that is set to dark."""

import json
import secrets
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from app.auth.actor import OPERATOR
from app.challenges import service as challenges
from app.vocabulary import Role
from tests import stories
from tests.access.world import PASSWORD, put_person
from tests.browser.accessible import OVERFLOW, SMALL_TARGETS, TARGET, violations
from tests.browser.conftest import Open, Site
from tests.importing.files import CHALLENGE, csv_file

pytestmark = pytest.mark.browser

Look = tuple[str, str, int, Literal["light", "dark"]]
LOOKS: list[Look] = [("de", "light", 1280, "light"), ("en", "auto", 320, "dark")]
ROW = {name: value for name, value in CHALLENGE.items() if name != "organisation"}
TEXT = "Nachts ist eine Kraft für dreißig Menschen da. Stürze werden oft erst am Morgen bemerkt."
Enter = Callable[[str], Page]


def send(page: Page) -> None:
    """Press the first button of the page's own form."""
    page.locator("main form button[type=submit]").first.click()


def new_profile(site: Site, enter: Enter) -> Iterator[tuple[str, Page]]:
    """Only a startup without a profile sees the empty form."""
    if "founder" not in site.world.cookies:
        startup = stories.organisation(site.context, "startup", "Ohne Angebot")
        grant = {"role": Role.STARTUP_MEMBER, "organisation_id": startup, "manager": True}
        site.world.ids["founder"], site.world.cookies["founder"] = put_person(site.context, "founder", grant)
    page = enter("founder")
    page.goto(f"{site.url}/profiles/new")
    expect(page.locator("#f-offer")).to_be_visible()
    yield "new profile", page
    send(page)
    expect(page.locator("#errors")).to_be_focused()
    yield "new profile with errors", page


def account(site: Site, enter: Enter) -> Iterator[tuple[str, Page]]:
    page = enter("colleague_a")
    page.goto(f"{site.url}/account/second-factor")
    page.fill("#f-password", PASSWORD)
    send(page)
    expect(page.locator("img.qr")).to_be_visible()
    yield "second factor with its picture", page
    page.goto(f"{site.url}/account/tokens")
    page.fill("#f-name", "Website")
    page.check("#f-scopes")
    page.locator('form[action="/account/tokens"] button[type=submit]').click()
    expect(page.locator(".kern-alert--success .secret")).to_be_visible()
    yield "a new key", page


def interrupted(site: Site, enter: Enter) -> Iterator[tuple[str, Page]]:
    """The session ends while somebody writes."""
    page = enter("staff_b")
    page.goto(f"{site.url}/challenges/new")
    page.context.clear_cookies(name="passgenau-dev")
    page.fill("#f-problem", TEXT)
    send(page)
    expect(page.locator("#f-email")).to_be_visible()
    yield "signing in with a text in hand", page
    page.fill("#f-email", "staff_b@people.example")
    page.fill("#f-password", PASSWORD)
    send(page)
    expect(page.locator('form[action="/challenges/new"] button')).to_be_visible()
    yield "going on with it", page


def files(site: Site, enter: Enter) -> Iterator[tuple[str, Page]]:
    page = enter("staff_a")
    for state, text, seen in (
        ("a file that is fine", csv_file([ROW]), "input[name=content]"),
        ("a file with mistakes", csv_file([ROW | {"region": "Atlantis", "title": ""}]), "#errors"),
    ):
        page.goto(f"{site.url}/challenges/import")
        page.set_input_files("#f-file", {"name": "texte.csv", "mimeType": "text/csv", "buffer": text.encode()})
        page.locator("form[enctype] button[type=submit]").click()
        expect(page.locator(seen)).to_have_count(1)
        yield state, page


def texts(site: Site, enter: Enter) -> Iterator[tuple[str, Page]]:
    page, ids = enter("staff_a"), site.world.ids
    page.goto(f"{site.url}/challenges/{ids['challenge']}/compare?with={ids['profile']}")
    expect(page.locator(".kern-alert--warning")).to_be_visible()
    yield "comparing one", page
    page.goto(f"{site.url}/challenges/{ids['draft']}/edit")
    changes = {"wish": f"Etwas anderes {secrets.token_hex(4)}"}
    challenges.edit_challenge(site.context, OPERATOR, ids["draft"], changes, "*")
    page.fill("#f-wish", "Ein dritter Wunsch.")
    send(page)
    expect(page.locator(".compare tbody tr")).to_have_count(1)
    yield "a conflict", page
    number = stories.challenge(site.context, ids["organisation_a"], "Sturz Nachtdienst Pause")["id"]
    page.goto(f"{site.url}/challenges/{number}")
    challenges.pause_challenge(site.context, OPERATOR, number, None)
    page.locator(f'form[action="/challenges/{number}/steps/pause"] button').click()
    expect(page.locator(f'main a[href="/challenges/{number}"]')).to_be_visible()
    yield "a step that is no longer possible", page


@pytest.mark.parametrize("states", [new_profile, account, interrupted, files, texts])
def test_states_are_accessible(site: Site, open_page: Open, axe: str, states: Any) -> None:
    wrong = []
    for language, theme, width, system in LOOKS:

        def enter(subject: str, look: Look = (language, theme, width, system)) -> Page:
            return open_page(subject, language=look[0], theme=look[1], width=look[2], system=look[3]).page

        for state, page in states(site, enter):
            look = f"{state} {language} {theme} {width}"
            wrong += [f"{look}: {one}" for one in violations(page, axe)]
            wrong += [f"{look}: small {one}" for one in page.evaluate(SMALL_TARGETS, TARGET)]
            if width == 320:
                wrong += [f"{look}: too wide {one}" for one in page.evaluate(OVERFLOW)]
                assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert wrong == [], json.dumps(wrong, indent=1, ensure_ascii=False)
