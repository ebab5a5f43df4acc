"""The demonstration as people meet it: real server, real encoder, accounts from the file, nothing patched."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pyotp
import pytest

from tests import stories
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
