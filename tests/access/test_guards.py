"""Foreign hosts, other sites' pages, headers of every answer [reliability rows 8, 12, 18]."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import inspect, text

from app.api.headers import ALWAYS
from app.api.problem_details import is_page
from app.auth.keys import Keys
from app.context import Context
from app.errors import InvalidSettings
from app.main import create_app
from app.security import Security, make_security, refuse_unsafe
from app.settings import Settings
from tests.access.matrix import rows, send
from tests.access.world import PEOPLE, World, copy_of, make_world
from tests.apps import plain_client
from tests.problems import assert_problem

SECRET = "a secret of the tests, no other!!"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    with copy_of(world) as (_, client):
        yield client


SITES = [None, "same-origin", "none", "same-site", "cross-site", "nonsense"]
ORIGINS = [None, "http://127.0.0.1", "https://127.0.0.1", "http://127.0.0.1:8000", "https://evil.example", "null"]


def is_own(site: str | None, origin: str | None) -> bool:
    if site is not None:
        return site in {"same-origin", "none"}
    return origin == "http://127.0.0.1"


def test_a_change_asked_for_by_another_sites_page_is_refused(world: World, client: TestClient) -> None:
    """[8] Every unsafe route, with every combination of the headers browsers send."""
    tried = accepted = 0
    unsafe = [row for row in rows(world.ids) if row.method != "GET"]
    foreign = [(site, origin) for site, origin in itertools.product(SITES, ORIGINS) if not is_own(site, origin)]
    for row in unsafe:
        for site, origin in foreign:
            headers = {"Cookie": f"passgenau-dev={world.cookies['staff_a']}"}
            headers |= {"Sec-Fetch-Site": site} if site else {}
            headers |= {"Origin": origin} if origin else {}
            answer = send(client, row, headers)
            tried += 1
            accepted += answer.status_code != 403 or not (
                "cross-origin" in answer.text or "kam nicht von dieser Seite" in answer.text
            )
    assert accepted == 0
    assert tried > 1000


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://127.0.0.1"}],
)
def test_a_change_asked_for_by_an_own_page_is_taken(world: World, client: TestClient, headers: dict[str, str]) -> None:
    cookie = {"Cookie": f"passgenau-dev={world.cookies['staff_a']}"}
    assert (
        client.post(f"/api/v1/challenges/{world.ids['challenge']}/pause", headers=cookie | headers).status_code == 200
    )


def test_a_program_with_a_token_needs_no_headers_of_browsers(world: World, client: TestClient) -> None:
    bearer = {"Authorization": f"Bearer {world.tokens['write:challenges']}"}
    assert client.post(f"/api/v1/challenges/{world.ids['challenge']}/pause", headers=bearer).status_code == 200


def test_reading_changes_nothing(world: World) -> None:
    """[8] Every safe route, as all who may read, leaves rows as they are, but for trail and time of last use."""
    with copy_of(world) as (context, client):
        before = stored(context)
        read = 0
        for row in (row for row in rows(world.ids) if row.method == "GET"):
            allowed = dict(zip(PEOPLE, map(int, row.expected.split()), strict=True))
            for subject in (name for name, status in allowed.items() if status < 400):
                answer = client.get(row.url, headers=world.headers(subject), follow_redirects=False)
                assert answer.status_code < 400, (row.operation, subject)
                read += 1
        assert stored(context) == before
    assert read > 500


def stored(context: Context) -> dict[str, list[str]]:
    left_out = {"audit_event", "audit_head", "api_token", "login_session"}
    with context.sessions.read() as session:
        return {
            name: sorted(repr(tuple(row)) for row in session.execute(text(f'SELECT * FROM "{name}"')))  # noqa: S608
            for name in inspect(session.connection()).get_table_names()
            if name not in left_out
        }


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "127.0.0.1@evil.example"])
def test_a_request_for_another_host_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/api/v1/networks", headers={"Host": host})
    assert_problem(answer, 403, "foreign-host")
    assert client.get("/livez", headers={"Host": host}).status_code == 200, "load balancers ask by address"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:80", "[::1]:8000"])
def test_a_request_for_this_machine_is_taken(client: TestClient, host: str) -> None:
    assert client.get("/api/v1/networks", headers={"Host": host}).status_code == 200


def test_every_answer_has_the_headers(world: World) -> None:
    """[12] Routes, files, missing pages, refusals and faults alike."""
    with copy_of(world) as (context, _):
        secure = replace(
            context, security=Security(Keys(SECRET.encode()), "https://passgenau.example", frozenset({"a"}))
        )
        with_tls = plain_client(create_app(secure), base_url="https://a", raise_server_exceptions=False)
        addresses = [row.url for row in rows(world.ids)]
        for address in [
            *addresses,
            "/docs",
            "/openapi.json",
            "/static/docs.js",
            "/static/none",
            "/none",
            "/api/v1/x",
        ]:
            answer = with_tls.get(address, follow_redirects=False)
            for name, value in ALWAYS.items():
                assert answer.headers[name] == value, (address, name)
            assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
            private = address.startswith("/api/") or (is_page(address) and not address.startswith("/static/"))
            assert (answer.headers.get("Cache-Control") == "no-store") or not private, address
            assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_behind_tls_the_cookie_is_bound_to_the_host() -> None:
    security = Security(Keys(SECRET.encode()), "https://passgenau.example")
    assert security.cookie_name.startswith("__Host-")
    assert security.secure_cookies


def production(tmp_path: Path, **changes: object) -> Settings:
    sound = {
        "environment": "production",
        "public_url": "https://passgenau.example",
        "secret_key": SECRET,
        "mail": "smtp://mail.example",
        "data_dir": tmp_path,
    }
    return Settings(**(sound | changes))  # type: ignore[arg-type]


def test_production_starts_with_safe_settings(tmp_path: Path) -> None:
    settings = production(tmp_path)
    refuse_unsafe(settings, "0.0.0.0")  # noqa: S104  the very thing that is allowed
    security = make_security(settings)
    assert security.allowed_hosts == {"passgenau.example"}
    from_file = tmp_path / "key"
    from_file.write_text(SECRET + "\n")
    read = make_security(production(tmp_path, secret_key=None, secret_key_file=from_file))
    assert read.keys.hash("x", "y") == security.keys.hash("x", "y")


@pytest.mark.parametrize(
    "changes",
    [
        {"public_url": ""},
        {"public_url": "http://passgenau.example"},
        {"secret_key": None},
        {"mail": "console"},
    ],
)
def test_production_does_not_start_with_unsafe_defaults(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(InvalidSettings):
        refuse_unsafe(production(tmp_path, **changes), "127.0.0.1")


@pytest.mark.parametrize("changes", [{"secret_key": "short"}, {"secret_key": None, "secret_key_file": Path("/none")}])
def test_a_secret_that_is_none_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(InvalidSettings):
        make_security(production(tmp_path, **changes))


def test_a_laptop_gets_a_secret_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    first = make_security(settings)
    file = tmp_path / "secret.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert make_security(settings).keys.hash("x", "y") == first.keys.hash("x", "y")
    file.write_text("short")
    with pytest.raises(InvalidSettings):
        make_security(settings)


def test_what_was_encrypted_with_another_secret_is_told() -> None:
    encrypted = Keys(b"a" * 32).encrypt("totp", "hidden")
    assert "hidden" not in encrypted
    assert Keys(b"a" * 32).decrypt("totp", encrypted) == "hidden"
    with pytest.raises(InvalidSettings):
        Keys(b"b" * 32).decrypt("totp", encrypted)
