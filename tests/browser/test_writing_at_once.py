"""Two colleagues, each in a browser of their own, write the same unfinished challenge."""

import pytest
from playwright.sync_api import expect

from app.challenges import unfinished
from app.web.challenge_form import to_values
from tests import stories
from tests.access.world import actor_for
from tests.browser.accessible import violations
from tests.browser.conftest import Open, Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("javascript", "language"), [(True, "de"), (True, "en"), (False, "de")])
def test_colleagues_who_write_at_once_see_both_versions(
    site: Site, open_page: Open, javascript: bool, language: str
) -> None:
    """What the second one typed is in the form, what the first one saved beside it; then one version is chosen."""
    ids = site.world.ids
    begun = actor_for(site.context, ids["staff_a"])
    content = to_values(stories.CHALLENGE_CONTENT)
    row = unfinished.begin(site.context, begun, ids["organisation_a"], content)
    address = f"{site.url}/challenges/unfinished/{row.id}"
    anna = open_page("staff_a", javascript=javascript, language=language, width=320).page
    berta = open_page("colleague_a", javascript=javascript, language=language).page
    for page in (anna, berta):
        page.goto(address)

    berta.fill("#f-wish", "Berta wünscht sich einen Sensor, der sofort etwas meldet.")
    if javascript:
        expect(berta.locator("#autosave")).to_contain_text({"de": "Gespeichert", "en": "Saved"}[language])
    else:
        berta.locator("#writing button[type=submit]").click()
        berta.wait_for_url("**/check")

    anna.fill("#f-wish", "Anna wünscht sich eine zweite Nachtwache.")
    if javascript:
        # The answer stands beside the state of saving, and the way to both versions with it.
        words = {"de": "Inzwischen hat jemand anderes gespeichert", "en": "Somebody else has saved meanwhile"}[language]
        expect(anna.locator("#autosave [role=alert]")).to_contain_text(words)
        expect(anna.locator("#f-wish")).to_have_value("Anna wünscht sich eine zweite Nachtwache.")
        anna.locator("#autosave button").click()
    else:
        anna.locator("#writing button[type=submit]").click()
    expect(anna.locator(".compare td")).to_have_text(
        ["Berta wünscht sich einen Sensor, der sofort etwas meldet.", "Anna wünscht sich eine zweite Nachtwache."]
    )
    expect(anna.locator("#f-wish")).to_have_value("Anna wünscht sich eine zweite Nachtwache.")
    assert unfinished_wish(site, row.id).startswith("Berta")
    wide = anna.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide, "only the table moves sideways"

    anna.locator("#writing button[type=submit]").click()
    anna.wait_for_url("**/check")
    assert unfinished_wish(site, row.id).startswith("Anna")

    # Back, or another tab with an older form of one's own: no conflict with oneself.
    older = anna.context.new_page()
    older.goto(address)
    anna.goto(address)
    for number, page in enumerate((anna, older)):
        page.fill("#f-title", f"Überschrift {number} von Anna")
        page.locator("#writing button[type=submit]").click()
        page.wait_for_url("**/check")
    older.go_back()
    older.fill("#f-title", "Überschrift 2 von Anna")
    older.locator("#writing button[type=submit]").click()
    older.wait_for_url("**/check")
    expect(older.locator("main")).to_contain_text("Überschrift 2 von Anna")


def unfinished_wish(site: Site, number: int) -> str:
    with site.context.sessions.read() as session:
        return str(unfinished.read(session, actor_for(site.context, site.world.ids["staff_a"]), number).content["wish"])


@pytest.mark.parametrize(("javascript", "language"), [(True, "de"), (False, "en")])
def test_who_writes_on_a_discarded_text_keeps_the_words(
    site: Site, open_page: Open, axe: str, javascript: bool, language: str
) -> None:
    """They are told while typing, find all of it on a page of its own, and make another challenge of it."""
    words = "Ein langer Text, der nicht verloren gehen soll."
    ids = site.world.ids
    begun = actor_for(site.context, ids["staff_a"])
    row = unfinished.begin(site.context, begun, ids["organisation_a"], to_values(stories.CHALLENGE_CONTENT))
    page = open_page("colleague_a", javascript=javascript, language=language, width=320).page
    page.goto(f"{site.url}/challenges/unfinished/{row.id}")
    unfinished.discard(site.context, begun, row.id, row.version)
    page.fill("#f-wish", words)
    if javascript:
        expect(page.locator("#autosave [role=alert]")).to_contain_text("nur noch in diesem Fenster")
        expect(page.locator("#f-wish")).to_have_value(words)
        page.locator("#autosave button").click()
    else:
        page.locator("#writing button[type=submit]").click()
    expect(page.locator("h1")).to_have_text(
        {"de": "Diesen angefangenen Text gibt es nicht mehr", "en": "This unfinished text no longer exists"}[language]
    )
    expect(page.locator("#f-wish")).to_have_value(words)
    if javascript:
        assert violations(page, axe) == []
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/challenges/unfinished/*")
    expect(page.locator("#f-wish")).to_have_value(words)
    assert not page.url.endswith(f"/{row.id}")


def test_what_is_not_saved_is_said_until_it_is(site: Site, open_page: Open, axe: str) -> None:
    """The server is out of reach, then fails, then is back: the page says so beside the form, and saves."""
    page = open_page("staff_a", width=320).page
    page.goto(f"{site.url}/challenges/new")
    for part in ("autosave", "preview"):
        page.route(f"**/challenges/{part}", lambda route: route.abort())
    page.fill("#f-problem", "Nachts ist bei uns niemand da, der einen Sturz bemerkt.")
    expect(page.locator("#preview-failed")).to_contain_text("nicht auf dem neuesten Stand")
    expect(page.locator("#autosave-failed")).to_contain_text("Gerade nicht gespeichert")
    assert violations(page, axe) == []
    page.unroute("**/challenges/preview")
    page.route("**/challenges/autosave", lambda route: route.fulfill(status=503, body="x"))
    page.fill("#f-problem", "Nachts ist bei uns niemand da, der einen Sturz bemerkt. Niemand.")
    expect(page.locator("#preview-failed")).to_be_empty()
    expect(page.locator("#autosave-failed")).to_contain_text("Gerade nicht gespeichert")
    page.unroute("**/challenges/autosave")
    page.fill("#f-problem", "Nachts ist bei uns niemand da, der einen Sturz bemerkt. Wirklich niemand.")
    expect(page.locator("#autosave")).to_contain_text("Gespeichert")
    expect(page.locator("#autosave-failed")).to_be_empty()
    page.route("**/challenges/autosave", lambda route: route.abort())
    page.fill("#f-problem", "Nachts ist bei uns niemand da, der einen Sturz bemerkt. Doch nicht.")
    expect(page.locator("#autosave-failed")).to_contain_text("Gerade nicht gespeichert")
    expect(page.locator("#autosave")).not_to_contain_text("Gespeichert")
