"""An admin from the verification of an organisation to new lists that everybody sees, in a real browser."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import cast

import pytest
from playwright.sync_api import Page, expect

from app.auth.actor import OPERATOR
from app.matches import generations
from app.models import Organisation
from app.rescoring import partitions, repository, runs, service
from app.rescoring.schemas import RunRequest
from tests import stories
from tests.browser.accessible import OVERFLOW, SMALL_TARGETS, TARGET, violations
from tests.browser.conftest import Open, Site
from tests.browser.test_stories import tab_to
from tests.conftest import SettableClock
from tests.rescoring_runs import make_shop

pytestmark = pytest.mark.browser

LOOKS = [("de", "light", 1280), ("en", "dark", 320), ("de", "dark", 320), ("en", "light", 1280)]


def a_minute_passes(site: Site) -> None:
    """The clock stands still otherwise, and which of two rankings was seen last is a question of time."""
    cast("SettableClock", site.context.clock).moment += timedelta(minutes=1)


@pytest.fixture(autouse=True)
def nothing_under_way(site: Site) -> None:
    a_minute_passes(site)
    with site.context.sessions.read() as session:
        run = repository.under_way(session)
    if run is not None:
        runs.cancel_run(site.context, OPERATOR, run.id)


def new_member(site: Site, name: str) -> None:
    """Somebody who waits to be verified."""
    number = stories.organisation(site.context, "welfare", name)
    with site.context.sessions.write() as session:
        session.get_one(Organisation, number).verified = False


def active(site: Site) -> int | None:
    with site.context.sessions.read() as session:
        return generations.active_id(session)


def number_of(page: Page) -> int:
    return int(page.url.split("?")[0].rsplit("/", 1)[1])


@contextmanager
def working(site: Site, run_id: int) -> Iterator[None]:
    """A worker on a run, in a thread."""
    worker = threading.Thread(target=service.work_off, args=(make_shop(site.context), run_id))
    worker.start()
    yield
    worker.join(60)
    assert not worker.is_alive()


@pytest.mark.parametrize(("javascript", "width"), [(True, 1280), (False, 320)])
def test_an_admin_verifies_rescores_and_shows(site: Site, open_page: Open, javascript: bool, width: int) -> None:
    new_member(site, f"Haus am Wald {width}")
    before = active(site)
    page = open_page("admin", width=width, javascript=javascript).page
    page.goto(site.url)
    page.get_by_role("link", name="Wartende Organisationen ansehen").click()
    page.get_by_role("button", name=f"Haus am Wald {width} bestätigen").click()
    expect(page.locator(".kern-alert--success")).to_contain_text("Die Organisation ist bestätigt")

    page.get_by_role("navigation").get_by_role("link", name="Neuberechnung").click()
    page.get_by_role("link", name="Neuberechnung beginnen").click()
    page.get_by_role("button", name="Neuberechnung beginnen").click()
    page.wait_for_url("**/rescoring/*?done=run-requested")
    badge = page.locator("#run-progress .kern-badge")
    expect(badge).to_have_text("wartet")
    if javascript:
        expect(page.locator("#by-hand")).to_be_hidden()
    with working(site, number_of(page)):
        if javascript:  # the page follows by itself, to the end
            expect(badge).to_have_text("fertig, nicht sichtbar", timeout=30_000)
            expect(page.locator("#status")).to_have_text("fertig, nicht sichtbar")
    if not javascript:
        expect(badge).to_have_text("wartet")
        page.get_by_role("link", name="Jetzigen Stand ansehen").click()
        expect(badge).to_have_text("fertig, nicht sichtbar")
    assert active(site) == before

    page.get_by_role("link", name="Vergleich ansehen").click()
    expect(page.get_by_role("row", name=re.compile("Passungen bleiben"))).to_be_visible()
    page.get_by_role("link", name="Sichtbar machen").click()
    if page.locator("#f-force").count():
        page.check("#f-force")
    page.get_by_role("button", name="Sichtbar machen").click()
    expect(page.locator(".kern-alert--success")).to_contain_text("Die neuen Listen sind sichtbar.")
    expect(badge).to_have_text("sichtbar")
    shown = active(site)
    assert shown != before
    page.reload()
    assert active(site) == shown, "a reload shows nothing a second time"

    page.get_by_role("link", name="Alle Neuberechnungen").click()
    page.get_by_role("link", name="Zum früheren Stand zurück").click()
    a_minute_passes(site)
    page.get_by_role("button", name="Zurück zum früheren Stand").click()
    expect(page.locator(".kern-alert--success")).to_contain_text("Der frühere Stand ist wieder sichtbar.")
    assert active(site) == before


def test_they_do_it_by_keyboard_alone_and_keep_the_focus(site: Site, open_page: Open) -> None:
    """Figures change under somebody who stands on a button; the button stays under them."""
    new_member(site, "Haus am See")
    before = active(site)
    page = open_page("admin").page
    page.goto(f"{site.url}/verification")
    tab_to(page, "Haus am See bestätigen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/verification?done=verified")
    tab_to(page, "Neuberechnung")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rescoring")
    tab_to(page, "Neuberechnung beginnen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rescoring/new")
    tab_to(page, "Neuberechnung beginnen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rescoring/*?done=run-requested")
    run_id = number_of(page)
    tab_to(page, "Abbrechen")
    shop = make_shop(site.context)
    ((_, number, _),) = service.look(shop)
    partitions.work_on(shop, run_id, number)
    expect(page.locator("#run-progress .kern-badge")).to_have_text("läuft", timeout=10_000)
    assert page.evaluate("document.activeElement.textContent").strip() == "Abbrechen"
    with working(site, run_id):
        expect(page.locator("#run-progress .kern-badge")).to_have_text("fertig, nicht sichtbar", timeout=30_000)
    expect(page.locator("#run-state"), "the button is gone; the heading has the focus").to_be_focused()
    tab_to(page, "Sichtbar machen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/activate")
    if page.locator("#f-force").count():
        tab_to(page, "f-force")
        page.keyboard.press("Space")
    tab_to(page, "Sichtbar machen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rescoring/*?done=run-activated")
    assert active(site) != before


def test_whoever_is_signed_out_meanwhile_is_told_that_figures_stand_still(site: Site, open_page: Open) -> None:
    run_id = runs.request_run(site.context, site.context.ranking.encoders, OPERATOR, RunRequest())
    page = open_page("admin").page
    page.goto(f"{site.url}/rescoring/{run_id}")
    expect(page.locator("#by-hand")).to_be_hidden()
    page.context.clear_cookies(name="passgenau-dev")
    expect(page.locator("#by-hand")).to_be_visible(timeout=10_000)


def test_every_state_of_a_run_in_every_look(site: Site, open_page: Open, axe: str) -> None:
    """Pages no address of the matrix leads to: a run that is complete, its comparison, the warning, going back."""
    first = runs.request_run(site.context, site.context.ranking.encoders, OPERATOR, RunRequest())
    service.work_off(make_shop(site.context), first)
    service.activate_run(make_shop(site.context), OPERATOR, first, force=True)
    run_id = runs.request_run(site.context, site.context.ranking.encoders, OPERATOR, RunRequest())
    service.work_off(make_shop(site.context), run_id)
    with site.context.sessions.write() as session:
        repository.get(session, run_id).held_back = ["lost_share"]
    wrong = []
    for language, theme, width in LOOKS:
        page = open_page("admin", language=language, theme=theme, width=width).page
        for path in ("", f"/{first}", f"/{run_id}", f"/{run_id}/comparison", f"/{run_id}/activate", "/roll-back"):
            page.goto(f"{site.url}/rescoring{path}")
            assert page.locator("h1").inner_text() not in {"Noch nicht vollständig", "Not complete"}
            look = f"{path} {language} {theme} {width}"
            wrong += [f"{look}: {one}" for one in violations(page, axe)]
            wrong += [f"{look}: small {one}" for one in page.evaluate(SMALL_TARGETS, TARGET)]
            if width == 320:
                wrong += [f"{look}: too wide {one}" for one in page.evaluate(OVERFLOW)]
        page.goto(f"{site.url}/rescoring/{run_id}/activate")
        page.locator("main form button[type=submit]").click()
        expect(page.locator("#errors"), "the summary has the focus").to_be_focused()
        wrong += [f"stopped {language} {theme} {width}: {one}" for one in violations(page, axe)]
    assert wrong == []
