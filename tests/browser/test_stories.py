"""What people do, in a real browser against a real server; the encoder is the one that hashes words."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from app.auth.actor import OPERATOR
from app.challenges.schemas import ChallengeCreate
from app.challenges.service import submit_challenge
from tests import stories
from tests.access.world import PASSWORD
from tests.browser.conftest import Open, Site
from tests.payloads import INJECTED, PAYLOADS

pytestmark = pytest.mark.browser

TEXT = (
    "Im Nachtdienst ist bei uns eine Kraft für 24 Menschen da. Einen Sturz bemerkt sie oft erst am Morgen, dreimal im "
    "Monat. Wir wünschen uns einen Sensor, der sofort etwas meldet."
)


class Actions:
    """Counts what somebody does; typing one text is one action."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def click(self, role: Any, name: str) -> None:
        self.count += 1
        self.page.get_by_role(role, name=name, exact=True).first.click()

    def write(self, selector: str, text: str) -> None:
        self.count += 1
        self.page.fill(selector, text)


@pytest.mark.parametrize(("javascript", "width"), [(True, 1280), (False, 320)])
def test_staff_describe_a_challenge_and_see_startups(site: Site, open_page: Open, javascript: bool, width: int) -> None:
    """From the sign-in to the published challenge with matches; at most 12 actions from the empty form on."""
    page = open_page(width=width, javascript=javascript).page
    page.goto(f"{site.url}/challenges/new")
    page.fill("#f-email", "staff_a@people.example")
    page.fill("#f-password", PASSWORD)
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Was brauchen Sie?")
    actions = Actions(page)
    actions.write("#f-problem", TEXT)
    if javascript:
        expect(page.locator("#preview .preview-list")).to_contain_text("Sensor Sturz Nachtdienst")
        expect(page.locator("#status")).to_contain_text("Vorschl")
        expect(page.locator("#autosave")).to_contain_text("Gespeichert")
    actions.click("button", "Weiter")
    expect(page.locator("#f-wish")).to_have_value("Wir wünschen uns einen Sensor, der sofort etwas meldet.")
    if not page.locator('[name="region"]').input_value():
        actions.count += 1
        page.select_option('[name="region"]', "bayern")
    if not page.locator('[name="fields_of_action"]:checked').count():
        actions.count += 1
        page.check("#f-fields_of_action")
    actions.click("button", "Weiter zum Prüfen")
    expect(page.locator("main")).to_contain_text("Sensor Sturz Nachtdienst")
    actions.click("button", "Veröffentlichen")
    expect(page.get_by_role("heading", level=1)).to_have_text("Passende Startups")
    expect(page.locator("ol.cards")).to_contain_text("Sensor Sturz Nachtdienst")
    assert actions.count <= 12, actions.count
    page.go_back()
    page.go_forward()
    page.reload()
    expect(page.locator("ol.cards")).to_contain_text("Sensor Sturz Nachtdienst")


def test_staff_do_it_by_keyboard_alone(site: Site, open_page: Open) -> None:
    page = open_page("staff_a").page
    page.goto(f"{site.url}/")
    tab_to(page, "Herausforderung beschreiben")
    page.keyboard.press("Enter")
    page.wait_for_url("**/challenges/new")
    tab_to(page, "f-problem")
    page.keyboard.type(TEXT)
    tab_to(page, "Weiter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/challenges/unfinished/*")
    if not page.locator('[name="fields_of_action"]:checked').count():
        tab_to(page, "f-fields_of_action")
        page.keyboard.press("Space")
    if not page.locator('[name="region"]').input_value():
        tab_to(page, "f-region")
        page.keyboard.type("Bayern")
    tab_to(page, "Weiter zum Prüfen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check")
    tab_to(page, "Veröffentlichen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/matches?done=published")
    expect(page.locator("ol.cards")).to_contain_text("Sensor Sturz Nachtdienst")
    expect(page.locator(":focus")).to_contain_text("Veröffentlicht.")


def tab_to(page: Page, target: str) -> None:
    """Press Tab until an element with this id or text has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        found = page.evaluate("[document.activeElement.id, document.activeElement.textContent.trim()]")
        if target in found:
            return
    raise AssertionError(f"{target} can't be reached")


def test_an_outdated_preview_is_never_shown(site: Site, open_page: Open) -> None:
    """The answer to the first text comes after that to the second; only the second is shown."""
    page = open_page("staff_a").page
    page.goto(f"{site.url}/challenges/new")
    asked: list[str] = []

    def slow_first(route: Route) -> None:
        asked.append(route.request.post_data or "")
        if "Schulden" in asked[-1]:
            page.wait_for_timeout(1500)
        route.continue_()

    page.route("**/challenges/preview", slow_first)
    page.fill("#f-problem", "Beratung und Schulden, das wird uns zu viel.")
    page.wait_for_timeout(700)
    page.fill("#f-problem", "Sturz im Nachtdienst, wir merken es zu spät.")
    expect(page.locator("#preview .preview-list")).to_contain_text("Sensor Sturz Nachtdienst")
    first = page.locator("#preview").inner_text()
    page.wait_for_timeout(1800)
    assert page.locator("#preview").inner_text() == first
    assert [one for one in asked if "Schulden" in one], "the first text was asked for as well"


def test_without_a_connection_the_form_stays_a_form(site: Site, open_page: Open) -> None:
    page = open_page("staff_a").page
    page.goto(f"{site.url}/challenges/new")
    for path in ("**/challenges/preview", "**/challenges/autosave"):
        page.route(path, lambda route: route.abort())
    page.fill("#f-problem", TEXT)
    page.wait_for_timeout(1000)
    assert page.input_value("#f-problem") == TEXT
    page.get_by_role("button", name="Weiter", exact=True).click()
    expect(page.locator("#f-title")).not_to_have_value("")


def test_the_first_load_is_light(site: Site, open_page: Open) -> None:
    """Under 150 kB without fonts, as Chromium counts it; `test_weight` counts all pages."""
    page = open_page("staff_a").page
    sizes: dict[str, float] = {}
    names: dict[str, str] = {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.responseReceived",
        lambda event: names.update({event["requestId"]: event["response"]["url"]}),
    )
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.goto(f"{site.url}/challenges/{site.world.ids['challenge']}/matches", wait_until="networkidle")
    total = sum(size for number, size in sizes.items() if not names.get(number, "").endswith(".woff2"))
    assert 0 < total < 150_000, total


def test_no_text_of_anybody_becomes_code(site: Site, open_page: Open) -> None:
    """[11] 60 payloads through every text field, packed; no dialog, no node, no script of theirs."""
    assert len(PAYLOADS) == 60
    pack = " ".join(PAYLOADS)
    assert len(pack) < 2500
    chunks, chunk = [], ""
    for payload in PAYLOADS:
        if len(chunk) + len(payload) > 115:
            chunks.append(chunk)
            chunk = ""
        chunk += f"a{payload} "
    chunks.append(chunk)
    welfare = site.world.ids["organisation_b"]
    texts = dict.fromkeys(("problem", "wish", "tried_before"), pack) | {
        "success": pack[:1900],
        "existing_systems": pack[:900],
    }
    numbers = []
    for short in chunks:
        content = {
            "title": short[:200],
            "setting": short[:400],
            "legal_basis": short[:250],
            "fields_of_action": ["health"],
            "region": "bayern",
            "organisation_id": welfare,
            "must_haves": [{"kind": "other", "text": short[:250]}],
        }
        challenge = submit_challenge(site.context, OPERATOR, ChallengeCreate.model_validate(content | texts))
        numbers.append(challenge["id"])
    profile = stories.profile(
        site.context,
        "Sensor",
        **dict.fromkeys(("problem_solved", "capabilities"), pack),
        offer=pack[:390],
        exclusions=pack[:900],
        certifications=[payload[:90] for payload in PAYLOADS[:20]],
    )
    page = open_page("staff_b").page
    paths = ["/challenges", "/browse", f"/profiles/{profile['id']}", f"/challenges/{numbers[0]}/edit"]
    paths += [f"/challenges/{number}" for number in numbers[:3]] + [f"/challenges/{numbers[0]}/matches"]
    paths += [f"/browse?region={payload}" for payload in PAYLOADS[:3]] + [f"/sign-in?next={PAYLOADS[3]}"]
    for path in paths:
        page.goto(site.url + path)
        found = page.evaluate(
            "all => [window.xss, document.querySelectorAll(all).length, document.body.lastChild.textContent === 'xss']",
            INJECTED,
        )
        assert found[1:] == [0, False], path
        assert found[0] is None, path
    preview = page.request.post(
        f"{site.url}/challenges/preview", form={"problem": pack}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert "<script" not in preview.text()
