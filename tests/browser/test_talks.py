"""Both sides, from interest to introduction and first message, in a real browser against a real server."""

import re

import pytest
from playwright.sync_api import expect

from tests import stories
from tests.browser.conftest import Open, Site
from tests.browser.test_stories import tab_to

pytestmark = pytest.mark.browser

HEADING = re.compile("Passende")


def new_challenge(site: Site, words: str) -> int:
    number: int = stories.challenge(site.context, site.world.ids["organisation_a"], f"Sturz Nachtdienst {words}")["id"]
    return number


@pytest.mark.parametrize(("javascript", "width"), [(True, 1280), (False, 320)])
def test_two_sides_agree_and_write_to_each_other(site: Site, open_page: Open, javascript: bool, width: int) -> None:
    """Staff show interest with one click, the startup agrees with two, both see each other's address, and write."""
    challenge = new_challenge(site, f"Flur {width}")
    staff = open_page("staff_a", width=width, javascript=javascript).page
    staff.goto(f"{site.url}/challenges/{challenge}/matches")
    profile = f"/matches/{site.world.ids['profile']}?side=challenge"
    card = staff.locator("ol.cards > li").filter(has=staff.locator(f'h2 a[href$="{profile}"]'))
    # What is folded away on the screen is printed.
    expect(card.locator("blockquote").first).to_be_hidden()
    staff.emulate_media(media="print")
    expect(card.locator("blockquote").first).to_be_visible()
    staff.emulate_media(media="screen")
    card.get_by_role("button", name="Interesse zeigen").click()
    expect(staff.locator("main")).to_contain_text("Ihr Interesse ist angekommen")
    expect(card).to_contain_text("Sie warten auf Antwort")
    staff.reload()  # nothing is sent twice
    expect(card).to_contain_text("Sie warten auf Antwort")

    startup = open_page("startup_a", width=width, javascript=javascript).page
    startup.goto(site.url)
    startup.get_by_role("link", name="Ansehen und antworten").click()
    # Where only one waits, the start page leads straight to it.
    expect(startup.get_by_role("heading", level=1)).to_contain_text(f"Flur {width}")
    expect(startup.locator("main")).not_to_contain_text("@people.example")
    startup.get_by_role("button", name="Zusagen").click()
    expect(startup.locator("main")).to_contain_text("staff_a@people.example")
    startup.get_by_role("button", name="Nachricht senden").click()
    expect(startup.locator("main")).to_contain_text("Ihre Nachricht ist gesendet.")

    staff.goto(f"{site.url}/conversations")
    staff.locator("main").get_by_role("link", name=re.compile(f"Flur {width}")).click()
    expect(staff.locator("main")).to_contain_text("startup_a@people.example")
    staff.fill("#f-body", "Danke, Donnerstag um zehn passt uns.")
    staff.get_by_role("button", name="Nachricht senden").click()
    expect(staff.locator("main")).to_contain_text("Donnerstag um zehn")
    staff.select_option("#f-status", "ended")
    staff.check("#f-end")
    staff.get_by_role("button", name="Stand speichern").click()
    expect(staff.locator("main")).to_contain_text("Dieses Gespräch ist beendet")
    startup.reload()
    expect(startup.locator("main")).not_to_contain_text("@people.example")


def test_they_do_it_by_keyboard_alone(site: Site, open_page: Open) -> None:
    challenge = new_challenge(site, "Tastatur")
    staff = open_page("staff_a").page
    staff.goto(f"{site.url}/challenges/{challenge}/matches/{site.world.ids['profile']}")
    tab_to(staff, "Interesse zeigen")
    staff.keyboard.press("Enter")
    expect(staff.get_by_role("heading", level=1)).to_have_text(HEADING)
    startup = open_page("startup_a").page
    startup.goto(f"{site.url}/challenges/{challenge}/matches/{site.world.ids['profile']}")
    tab_to(startup, "Zusagen")
    startup.keyboard.press("Enter")
    expect(startup.locator("main")).to_contain_text("staff_a@people.example")
    tab_to(startup, "Nachricht senden")
    startup.keyboard.press("Enter")
    expect(startup.locator("main")).to_contain_text("Ihre Nachricht ist gesendet.")


def test_a_decline_says_why_and_is_undone(site: Site, open_page: Open) -> None:
    challenge = new_challenge(site, "Absage")
    page = open_page("staff_a").page
    page.goto(f"{site.url}/challenges/{challenge}/matches")
    before = page.locator("ol.cards h2").all_inner_texts()
    page.locator("ol.cards > li").first.get_by_role("link", name="Passt nicht").click()
    page.select_option("#f-reason", "other")
    page.get_by_role("button", name="Absagen").click()
    expect(page.locator("main")).to_contain_text("Sie haben abgesagt")
    assert before[0] not in page.locator("ol.cards h2").all_inner_texts()
    page.goto(f"{site.url}/conversations")
    row = page.locator(".rows li").filter(has_text="Sturz Nachtdienst Absage")
    row.get_by_role("button", name="Absage zurücknehmen").click()
    expect(page.locator("main")).to_contain_text("Zurückgenommen.")
    assert page.locator("ol.cards h2").all_inner_texts() == before
