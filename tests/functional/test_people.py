"""The demonstration as people meet it: real server, real encoder, accounts from the file, nothing patched."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests import stories
from tests.browsing import Watched, chromium, watch
from tests.mails import link_to
from tests.servers import environment, run_command, servers

pytestmark = [pytest.mark.functional, pytest.mark.encoder]
API = "/api/v1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def env(folder: Path) -> dict[str, str]:
    found = environment("", PASSGENAU_DATA_DIR=str(folder), PASSGENAU_MAIL=f"file:{folder / 'mails'}")
    run_command(found, "migrate")
    assert "Demo accounts" in run_command(found, "seed-demo")
    assert "there already" in run_command(found, "seed-demo")
    return found


@pytest.fixture(scope="module")
def client(env: dict[str, str]) -> Iterator[httpx.Client]:
    with servers(1, env, signed_in=True) as processes, processes[0].client() as client:
        yield client
        processes[0].process.send_signal(signal.SIGTERM)
        assert processes[0].wait(timeout=15) in {0, -signal.SIGTERM}, "".join(processes[0].log)


@pytest.fixture(scope="module")
def accounts(folder: Path) -> dict[str, list[str]]:
    file = folder / "demo-accounts.txt"
    assert file.stat().st_mode & 0o777 == 0o600
    return {line.split()[0]: line.split()[1:] for line in file.read_text().splitlines()}


def sign_in(client: httpx.Client, accounts: dict[str, list[str]], label: str) -> dict[str, str]:
    """Headers of somebody who has signed in on the service's own page."""
    client.cookies.clear()
    email, password = accounts[label]
    body = {"email": email, "password": password}
    if label == "admin":
        secret = parse_qs(urlsplit(accounts["admin-totp"][0]).query)["secret"][0]
        body["code"] = pyotp.TOTP(secret).now()
    assert client.post(f"{API}/sessions", json=body).status_code == 201
    return {"Sec-Fetch-Site": "same-origin"}


def test_staff_post_a_challenge_and_read_startups_which_a_startup_browses(
    client: httpx.Client, accounts: dict[str, list[str]]
) -> None:
    staff = {"Authorization": f"Bearer {accounts['token'][0]}"}
    assert client.get(f"{API}/challenges").status_code == 401
    content = stories.CHALLENGE_CONTENT | {"organisation_id": 1}
    created = client.post(f"{API}/challenges", json=content, headers=staff)
    assert created.status_code == 201, created.text
    address = created.headers["Location"]
    assert client.get(f"{address}/matches", headers=staff).json()["items"]
    sign_in(client, accounts, "startup")
    assert client.get(address).status_code == 200
    assert client.get(f"{address}/matches").status_code == 403
    own = client.get(f"{API}/profiles").json()["items"]
    assert [profile["name"] for profile in own] == ["Epiluchs"]
    assert client.get(f"{API}/profiles/{own[0]['id']}/matches").json()["items"]
    assert client.post(f"{address}/close").status_code == 403, "without a word from the browser"


def test_an_admin_signs_in_with_a_code_and_reads_the_trail(
    client: httpx.Client, accounts: dict[str, list[str]], env: dict[str, str]
) -> None:
    sign_in(client, accounts, "admin")
    people = client.get(f"{API}/users").json()["items"]
    assert len(people) == 5
    actions = {event["action"] for event in client.get(f"{API}/audit-events?limit=100").json()["items"]}
    assert "sign_in.succeeded" in actions
    assert '"sound": true' in run_command(env, "audit", "verify", "--json")


def test_a_mail_leaves_the_running_server_within_seconds(
    client: httpx.Client, accounts: dict[str, list[str]], folder: Path
) -> None:
    headers = sign_in(client, accounts, "staff")
    invited = client.post(f"{API}/organisations/1/invitations", json={"email": "neu@people.example"}, headers=headers)
    assert invited.status_code == 201, invited.text
    for _ in range(100):
        mails = list((folder / "mails").glob("*.eml"))
        if mails:
            break
        time.sleep(0.2)
    (mail,) = mails
    assert "neu@people.example" in mail.read_text()


def test_a_backup_is_taken_while_the_server_runs(client: httpx.Client, env: dict[str, str], folder: Path) -> None:
    assert client.get("/livez").status_code == 200
    assert '"challenge": 6' in run_command(env, "backup", str(folder / "backup"), "--json")
    from tests.servers import command

    refused = command(env, "restore", str(folder / "backup"), "--yes")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr


THREE_SENTENCES = (
    "In unserem Wohnheim ist nachts eine Kraft für 24 Menschen da. Epileptische Anfälle im Schlaf fallen oft erst am "
    "Morgen auf, zuletzt viermal im Monat. Die Nachtwache soll ohne Kamera sofort merken, wenn jemand einen Anfall hat."
)


def enter(page: Page, url: str, accounts: dict[str, list[str]], label: str) -> None:
    """Sign in on the page."""
    email, password = accounts[label]
    page.goto(f"{url}/sign-in")
    page.fill("#f-email", email)
    page.fill("#f-password", password)
    if label == "admin":
        secret = parse_qs(urlsplit(accounts["admin-totp"][0]).query)["secret"][0]
        # A code works once, and the tests above have used the present one.
        page.wait_for_timeout(1000 * (30 - time.time() % 30) + 500)
        page.click("summary")
        page.fill("#f-code", pyotp.TOTP(secret).now())
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Was möchten Sie tun?")


def register(page: Page, url: str, organisation: str) -> None:
    """Register an organisation and its first manager."""
    page.goto(f"{url}/register")
    page.fill("#f-organisation_name", organisation)
    page.select_option("#f-kind", "welfare")
    page.fill("#f-name", "Neu")
    page.fill("#f-email", "neue.leitung@people.example")
    page.fill("#f-password", "vier zufällige Wörter nehmen")
    page.get_by_role("button", name="Registrieren").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sehen Sie in Ihr Postfach")


def verify_rescore_and_show(page: Page, organisation: str) -> None:
    """From the verification of an organisation to a new ranking that everybody sees; the worker of the server ranks."""
    page.get_by_role("link", name="Wartende Organisationen ansehen").click()
    page.get_by_role("button", name=f"{organisation} bestätigen").click()
    expect(page.locator(".kern-alert--success")).to_contain_text("Die Organisation ist bestätigt")
    page.get_by_role("navigation").get_by_role("link", name="Neuberechnung").click()
    page.get_by_role("link", name="Neuberechnung beginnen").click()
    page.get_by_role("button", name="Neuberechnung beginnen").click()
    expect(page.locator("#run-progress .kern-badge")).to_have_text("fertig, nicht sichtbar", timeout=180_000)
    page.get_by_role("link", name="Sichtbar machen").click()
    if page.locator("#f-force").count():
        page.check("#f-force")
    page.get_by_role("button", name="Sichtbar machen").click()
    expect(page.locator(".kern-alert--success")).to_contain_text("Die neuen Listen sind sichtbar.")


@pytest.mark.browser
def test_people_work_in_the_browser(client: httpx.Client, accounts: dict[str, list[str]], folder: Path) -> None:
    """Staff publish and see startups; a startup's new colleague comes by invitation and browses.

    An admin verifies who has registered, has everything ranked anew, and shows the new lists.
    """
    url = str(client.base_url)
    with chromium() as browser:
        windows = [Watched(browser.new_context(locale="de-DE").new_page()) for _ in range(5)]
        for window in windows:
            watch(window, url)
        staff, startup, colleague, newcomer, admin = (window.page for window in windows)
        enter(staff, url, accounts, "staff")
        staff.get_by_role("link", name="Herausforderung beschreiben").click()
        staff.fill("#f-problem", THREE_SENTENCES)
        expect(staff.locator("#preview .preview-list li").first).to_contain_text("Epiluchs")
        staff.get_by_role("button", name="Weiter", exact=True).click()
        expect(staff.get_by_label("Menschen mit Behinderung", exact=True).first).to_be_checked()
        staff.get_by_role("button", name="Weiter zum Prüfen").click()
        staff.get_by_role("button", name="Veröffentlichen").click()
        expect(staff.locator("ol.cards > li").first).to_contain_text("Epiluchs")

        enter(startup, url, accounts, "startup")
        startup.get_by_role("link", name="Organisation").click()
        startup.fill("#f-email", "kollege@people.example")
        startup.get_by_role("button", name="Einladen").click()
        expect(startup.locator("main")).to_contain_text("Die Einladung ist unterwegs.")
        # The server listens where there was room, the mail names the public address.
        link = link_to(folder / "mails", "kollege@people.example", "/invitation")
        colleague.goto(f"{url}/invitation?{urlsplit(link).query}")
        colleague.fill("#f-name", "Kollege")
        colleague.fill("#f-password", "vier zufällige Wörter nehmen")
        colleague.get_by_role("button", name="Einladung annehmen").click()
        expect(colleague.locator("main")).to_contain_text("Sie gehören jetzt dazu")
        enter(colleague, url, {"colleague": ["kollege@people.example", "vier zufällige Wörter nehmen"]}, "colleague")
        colleague.get_by_role("link", name="Unser Angebot ansehen").click()
        colleague.get_by_role("link", name="Passende Herausforderungen ansehen").click()
        expect(colleague.locator("ol.cards")).to_contain_text("In unserem Wohnheim ist nachts eine Kraft")

        register(newcomer, url, "Haus am Wald")
        enter(admin, url, accounts, "admin")
        verify_rescore_and_show(admin, "Haus am Wald")
        admin.get_by_role("link", name="Protokoll").click()
        for action in ("challenge.published", "organisation.verified", "rescoring_run.activated"):
            expect(admin.locator("tbody")).to_contain_text(action)
        assert [problem for window in windows for problem in window.problems] == []
