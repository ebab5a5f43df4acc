"""A startup's new colleague, from the mail with the invitation to browsing, in a real browser."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from app.mail.delivery import Post, deliver, due
from app.mail.senders import FileSender
from tests.browser.conftest import Open, Site
from tests.browser.test_stories import tab_to
from tests.mails import link_to

pytestmark = pytest.mark.browser

NEW_PASSWORD = "vier zufällige Wörter nehmen"


@dataclass(frozen=True, slots=True)
class Hands:
    """How somebody uses a page: with a pointer, or by keyboard alone."""

    page: Page
    keyboard: bool

    def press(self, name: str) -> None:
        """Follow a link or press a button, and wait for where it leads."""
        if self.keyboard:
            tab_to(self.page, name)
            self.enter()
        else:
            self.page.locator("a, button").filter(visible=True).get_by_text(name, exact=True).first.click()

    def enter(self) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, field: str, text: str) -> None:
        """Fill a field, or choose from a list."""
        if self.keyboard:
            tab_to(self.page, field)
            self.page.keyboard.type(text)
        elif self.page.locator(f"select#{field}").count():
            self.page.select_option(f"#{field}", label=text)
        else:
            self.page.fill(f"#{field}", text)


def send_mails(site: Site, folder: Path) -> None:
    """What the worker does every few seconds."""
    with site.context.sessions.read() as session:
        numbers = [number for number, _ in due(session, site.context.clock.now())]
    for number in numbers:
        deliver(site.context, Post(FileSender(folder), "passgenau@localhost"), number)


@pytest.mark.parametrize(
    ("javascript", "width", "keyboard"), [(True, 1280, False), (False, 320, False), (True, 1280, True)]
)
def test_a_colleague_comes_by_invitation_and_finds_challenges(
    site: Site, open_page: Open, tmp_path: Path, javascript: bool, width: int, keyboard: bool
) -> None:
    address = f"neu-{width}-{'tasten' if keyboard else 'zeiger'}@people.example"
    manager = open_page("startup_a", width=width, javascript=javascript).page
    manager.goto(f"{site.url}/organisations/{site.world.ids['organisation_s']}")
    manager.fill("#f-email", address)
    manager.get_by_role("button", name="Einladen").click()
    expect(manager.locator("main")).to_contain_text("Die Einladung ist unterwegs.")
    send_mails(site, tmp_path)

    page = open_page(width=width, javascript=javascript).page
    hands = Hands(page, keyboard)
    # The server listens where there was room, the mail names the public address.
    page.goto(f"{site.url}/invitation?{urlsplit(link_to(tmp_path, address, '/invitation')).query}")
    hands.write("f-name", "Neu hier")
    hands.write("f-password", NEW_PASSWORD)
    hands.press("Einladung annehmen")
    expect(page.locator("main")).to_contain_text("Sie gehören jetzt dazu")
    hands.write("f-email", address)
    hands.write("f-password", NEW_PASSWORD)
    if keyboard:
        hands.enter()
    else:
        page.locator("main form button[type=submit]").click()
    hands.press("Unser Angebot ansehen")
    hands.press("Passende Herausforderungen ansehen")
    expect(page.get_by_role("heading", level=1)).to_have_text("Passende Herausforderungen")
    hands.press("Sturz Nachtdienst")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sturz Nachtdienst")
    hands.press("Herausforderungen finden")
    expect(page.locator(".rows li").first).to_be_visible()
    hands.write("filter-region", "Berlin")
    hands.press("Suchen")
    expect(page.locator("main")).to_contain_text("Damit ist nichts da")
    page.go_back()
    expect(page.locator(".rows li").first).to_be_visible()
