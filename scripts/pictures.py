"""Does with the demonstration what people do, and takes pictures on the way; scripts/pictures starts it."""

import io
import os
import re
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyotp
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

WIDTH, HEIGHT, SCALE, COLOURS = 1200, 900, 0.8, 48
TALLEST = 1000
"""Pixels of a picture; what is below is left out."""
STORIES = {
    "de": "In unserem Wohnheim ist nachts eine Kraft für 24 Menschen da. Epileptische Anfälle im Schlaf fallen oft "
    "erst am Morgen auf, zuletzt viermal im Monat. Die Nachtwache soll ohne Kamera sofort merken, wenn jemand "
    "einen Anfall hat.",
    "en": "At night one person looks after 24 residents in our home. Seizures during sleep are often noticed in the "
    "morning only, four times last month. The night staff should notice at once when somebody has one, without a "
    "camera.",
}
ASKED = "Guten Tag, wir würden Ihr Gerät gern in einem Zimmer ausprobieren. Passt Ihnen Donnerstag um zehn Uhr?"
ANSWERED = "Sehr gern. Ich bringe ein Gerät mit und zeige es Ihnen."


class Album:
    """The pictures, and the windows of the people who show the pages.

    wanted: beginnings of their names, empty for all.
    """

    def __init__(self, browser: Browser, url: str, accounts: Path, folder: Path, wanted: list[str]) -> None:
        self.browser, self.url, self.folder, self.wanted = browser, url, folder, tuple(wanted)
        self.accounts = dict(re.findall(r"^(\S+)\s+(.*)$", accounts.read_text("utf-8"), re.MULTILINE))

    def window(self, role: str | None = None) -> Page:
        """Open a window, of somebody who has signed in."""
        context = self.browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            device_scale_factor=SCALE,
            locale="de-DE",
            color_scheme="light",
            reduced_motion="reduce",
        )
        page = context.new_page()
        if role is not None:
            email, password = self.accounts[role].split()
            page.goto(f"{self.url}/sign-in")
            page.fill("#f-email", email)
            page.fill("#f-password", password)
            if role == "admin":
                page.locator("main form summary").click()
                _, _, rest = self.accounts["admin-totp"].partition("secret=")
                page.fill("#f-code", pyotp.TOTP(rest.partition("&")[0]).now())
            page.locator("main form button[type=submit]").click()
        return page

    def take(self, page: Page, name: str, prepare: Callable[[Page, str], object] | None = None) -> None:
        """Take a picture of where a window is, in both languages. prepare: what to do before, told the language."""
        if self.wanted and not name.startswith(self.wanted):
            return
        path = page.url.partition("?done=")[0].removeprefix(self.url)
        for language in ("de", "en"):
            page.goto(f"{self.url}{path}{'&' if '?' in path else '?'}lang={language}")
            if prepare is not None:
                prepare(page, language)
            image = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
            image = image.crop((0, 0, image.width, min(image.height, TALLEST)))
            file = self.folder / f"{name}-{language}.png"
            image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
            print(f"{file} {file.stat().st_size // 1000} kB")
        page.goto(f"{self.url}{path}{'&' if '?' in path else '?'}lang=de")


def wait_for(url: str) -> None:
    """Wait until the server answers."""
    for _ in range(240):
        try:
            socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    sys.exit("the server does not answer")


def press(page: Page, name: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=name, exact=True).first.click()


def type_story(page: Page, language: str) -> None:
    """Describe a challenge and wait for what fits."""
    page.fill("#f-problem", STORIES[language])
    page.locator("#preview .preview-list").wait_for()
    page.get_by_text({"de": "Gespeichert", "en": "Saved"}[language]).wait_for()


def staff_write(album: Album) -> tuple[Page, str]:
    """From three sentences to a published challenge. Returns the window and the path of the challenge."""
    page = album.window("staff")
    page.goto(f"{album.url}/challenges/new")
    album.take(page, "03-write", type_story)
    page.goto(f"{album.url}/challenges/new")
    page.fill("#f-problem", STORIES["de"])
    press(page, "Weiter")
    page.fill("#f-title", "Nachtwache bemerkt Anfälle nicht")
    page.select_option('[name="region"]', "niedersachsen")
    press(page, "Weiter zum Prüfen")
    album.take(page, "04-check")
    press(page, "Veröffentlichen")
    page.wait_for_url("**/matches?**")
    return page, page.url.partition("/matches")[0].removeprefix(album.url)


def both_sides(album: Album, staff: Page, challenge: str) -> None:
    """From a list of matches to a talk."""
    url = album.url
    album.take(staff, "05-matches", lambda page, _: page.locator(".kern-card details summary").first.click())
    for box in staff.locator('[name="with"]').all()[:2]:
        box.check()
    press(staff, "Ausgewählte vergleichen")
    album.take(staff, "06-compare")
    startup = album.window("startup")
    startup.goto(f"{url}/browse?field_of_action=disability")
    album.take(startup, "08-browse")
    startup.goto(f"{url}/profile")
    profile = startup.url.partition("?")[0].removeprefix(url)
    startup.goto(f"{url}{profile}/edit")
    album.take(startup, "07-profile", lambda page, _: page.locator("#preview .preview-list").wait_for())
    pair = f"{challenge}/matches/{profile.rpartition('/')[2]}"
    startup.goto(f"{url}{pair}?side=profile")
    press(startup, "Interesse zeigen")
    staff.goto(f"{url}/")
    album.take(staff, "02-home")
    staff.goto(f"{url}{pair}?side=challenge")
    press(staff, "Zusagen")
    staff.wait_for_url("**/introductions/**")
    talk = staff.url.partition("?")[0]
    for page, words in ((staff, ASKED), (startup, ANSWERED)):
        page.goto(talk)
        page.fill("#f-body", words)
        page.locator("form[action$=messages] button[type=submit]").click()
        page.wait_for_url("**done=message-sent**")
    staff.goto(talk)
    album.take(staff, "09-talk")


def main() -> None:
    """Take the pictures."""
    url, accounts, folder, *wanted = sys.argv[1:]
    wait_for(url)
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=os.environ["PASSGENAU_TEST_CHROMIUM"], args=["--no-sandbox"])
        album = Album(browser, url, Path(accounts), Path(folder), wanted)
        anybody = album.window()
        anybody.goto(f"{url}/")
        album.take(anybody, "01-start")
        both_sides(album, *staff_write(album))
        admin = album.window("admin")
        admin.goto(f"{url}/operation")
        album.take(admin, "10-operation")
        browser.close()


if __name__ == "__main__":
    main()
