"""[11] Payloads on ways that are no form: while somebody types, in files, addresses and between two versions."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from app.challenges import unfinished
from app.web.challenge_form import to_values
from tests import stories
from tests.access.world import PASSWORD, actor_for
from tests.browser.conftest import Open, Site
from tests.browser.probing import JOINED, packs, plain, probe, said
from tests.importing.files import CHALLENGE, PROFILE, csv_file
from tests.payloads import PAYLOADS

pytestmark = pytest.mark.browser


def test_a_page_that_lets_texts_become_code_is_noticed(browser: Browser) -> None:
    """Else the other tests would say nothing."""
    page = browser.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    unseen = []
    for payload in PAYLOADS:
        attributes = f"""<p title="{payload}">.</p><p title='{payload}'>.</p>"""
        page.set_content(f"<main>{attributes}{payload}<textarea>{payload}</textarea></main>")
        try:
            probe(page)
        except AssertionError:
            continue
        unseen.append(payload)
    page.close()
    # These are for templates on the server: they would be gone instead of being there.
    assert {payload[:2] for payload in unseen} <= {"{{", "{%", "${"}


def test_while_somebody_types(site: Site, open_page: Open) -> None:
    """The preview shows matches of the text, with parts of it as reasons; autosave answers beside it."""
    page = open_page("staff_a").page
    page.goto(f"{site.url}/challenges/new")
    page.fill("#f-problem", f"Sturz im Nachtdienst, wir brauchen einen Sensor. {JOINED}")
    expect(page.locator("#preview .preview-list")).to_contain_text("sagt das Profil")
    expect(page.locator("#autosave")).to_contain_text("Gespeichert")
    probe(page)
    page.locator("#writing button[type=submit]").click()
    page.wait_for_url("**/challenges/unfinished/*")
    expect(page.locator("#preview .preview-list")).to_contain_text("sagt das Profil")
    probe(page)


def test_between_two_versions(site: Site, open_page: Open) -> None:
    ids = site.world.ids
    anna, berta = (actor_for(site.context, ids[name]) for name in ("staff_a", "colleague_a"))
    content = to_values(stories.CHALLENGE_CONTENT)
    row = unfinished.begin(site.context, anna, ids["organisation_a"], content)
    page = open_page("staff_a").page
    page.goto(f"{site.url}/challenges/unfinished/{row.id}")
    unfinished.keep(site.context, berta, row.id, {"wish": JOINED, "title": JOINED}, row.version)
    page.fill("#f-wish", f"Meins: {JOINED}")
    expect(page.locator("#autosave [role=alert]")).to_be_visible()
    probe(page)
    page.locator("#autosave button").click()
    expect(page.locator(".compare td").first).to_be_visible()
    probe(page)
    assert plain(f"Meins: {JOINED}") in said(page)


def test_after_the_session_has_ended(site: Site, open_page: Open) -> None:
    """The sign-in page carries what was written; the page after it hands it on."""
    page = open_page("staff_a").page
    page.goto(f"{site.url}/challenges/new")
    page.fill("#f-problem", JOINED)
    page.context.clear_cookies()
    page.locator("#writing button[type=submit]").click()
    expect(page.locator("#f-password")).to_be_visible()
    probe(page)
    page.fill("#f-email", "staff_a@people.example")
    page.fill("#f-password", PASSWORD)
    page.locator("main form button[type=submit]").click()
    expect(page.locator('main [name="problem"]')).to_have_value(JOINED)
    probe(page)


@pytest.mark.parametrize(
    ("subject", "path", "row", "heading"),
    [("staff_a", "/challenges/import", CHALLENGE, "title"), ("startup_a", "/profiles/import", PROFILE, "name")],
)
def test_in_files(site: Site, open_page: Open, subject: str, path: str, row: dict[str, str], heading: str) -> None:
    page = open_page(subject).page
    cells = {name: cell for name, cell in row.items() if name != "organisation"}
    wrong = [dict.fromkeys(cells, pack) for pack in packs(190)]
    right = [cells | {heading: pack} for pack in packs(110)]
    columns = [dict.fromkeys(packs(190), "x")]
    for rows in (wrong, right, columns):
        page.goto(site.url + path)
        file = {"name": f"{PAYLOADS[1]}.csv", "mimeType": "text/csv", "buffer": csv_file(rows).encode()}
        page.set_input_files("#f-file", [file])
        with page.expect_navigation():
            page.locator("main form button[type=submit]").last.click()
        expect(page.locator("main ol, #errors").first).to_be_visible()
        probe(page)


def test_in_addresses(site: Site, open_page: Open) -> None:
    ids = site.world.ids
    staff, admin, nobody = (open_page(subject).page for subject in ("staff_a", "admin", None))
    asked = [
        (staff, "/browse?q={}&region={}&field={}&language={}&cursor={}"),
        (staff, "/startups?q={}&region={}&field_of_action={}"),
        (staff, f"/challenges/{ids['challenge']}/why-not?name={{}}"),
        (staff, f"/challenges/{ids['challenge']}/matches?band={{}}&done={{}}&cursor={{}}"),
        (staff, f"/challenges/{ids['challenge']}/compare?with={{}}"),
        (staff, "/challenges?done={}&theme={}&lang={}"),
        (staff, "/challenges?q={}"),
        (staff, "/conversations?q={}"),
        (admin, "/users?q={}"),
        (admin, "/organisations?q={}&state={}"),
        (admin, "/audit?action={}&actor_id={}"),
        (admin, "/reports?network={}&until={}"),
        (nobody, "/sign-in?next=/{}"),
        (nobody, "/accessibility?page=/{}"),
        (nobody, "/invitation?token={}"),
        (nobody, "/outcome?token={}&answer={}"),
        (nobody, "/unsubscribe?token={}"),
        (nobody, "/nowhere/{}"),
    ]
    for text in (JOINED, *packs(98)[:2]):
        for page, path in asked:
            page.goto(site.url + path.replace("{}", quote(text, safe="")))
            probe(page)
