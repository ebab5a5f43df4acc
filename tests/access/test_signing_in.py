"""Signing in, sessions, tokens and second factor [reliability rows 7, 9, 10]."""

import statistics
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.auth import passwords, throttle
from app.context import Context
from app.main import create_app
from app.models import AuditEvent, LoginSession, User
from tests.access.world import PASSWORD, put_person
from tests.apps import REAL_HASHES, plain_client
from tests.conftest import SettableClock
from tests.problems import assert_problem

API = "/api/v1"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
COOKIE = "passgenau-dev"


@pytest.fixture
def client(context: Context) -> TestClient:
    put_person(context, "anna", {"role": "admin"})
    put_person(context, "boss", {"role": "admin"})
    return plain_client(create_app(context), headers=OWN_PAGE)


def sign_in(client: TestClient, name: str = "anna", **more: Any) -> Any:
    body = {"email": f"{name}@people.example", "password": PASSWORD} | more
    return client.post(f"{API}/sessions", json=body)


def events(context: Context) -> list[str]:
    with context.sessions.read() as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.sequence)))


def me(client: TestClient, cookie: str | None = None) -> int:
    if cookie is not None:
        client.cookies.clear()
        client.cookies.set(COOKIE, cookie)
    return client.get(f"{API}/me").status_code


def test_a_session_cookie_can_not_be_read_by_scripts_and_goes_to_no_other_site(client: TestClient) -> None:
    answer = sign_in(client)
    assert answer.status_code == 201
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert answer.json()["person"]["email"] == "anna@people.example"


def test_the_database_holds_no_cookie(client: TestClient, context: Context) -> None:
    cookie = sign_in(client).cookies[COOKIE]
    with context.sessions.read() as session:
        rows = session.scalars(select(LoginSession)).all()
    assert all(len(row.id_hash) == 64 and cookie not in str(row.__dict__) for row in rows)


def test_wrong_password_unknown_and_closed_account_look_the_same(client: TestClient, context: Context) -> None:
    put_person(context, "deactivated", None)
    answers = [
        sign_in(client, password="falsch falsch falsch"),
        sign_in(client, "nobody"),
        sign_in(client, "deactivated"),
    ]
    texts = [{**answer.json(), "request_id": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert texts[0] == texts[1] == texts[2]
    assert events(context).count("sign_in.refused") == 3


@pytest.fixture
def real_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes as the service computes them."""
    monkeypatch.setattr(passwords, "_hasher", REAL_HASHES)
    passwords._nobodys_hash.cache_clear()
    yield
    passwords._nobodys_hash.cache_clear()


@pytest.mark.usefixtures("real_hashes")
def test_an_unknown_address_takes_as_long_as_a_known_one() -> None:
    stored = passwords.hash_password(PASSWORD)
    known, unknown = [], []
    passwords.verify_password("warm", None)
    for _ in range(6):
        for times, which in ((known, stored), (unknown, None)):
            began = time.perf_counter()
            assert not passwords.verify_password("falsch", which)
            times.append(time.perf_counter() - began)
    # The same work is done for both; the bound is wide, as a timing is no test.
    assert statistics.median(unknown) > statistics.median(known) / 4


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_after_six_tries_a_minute_an_account_is_blocked_known_or_not(
    client: TestClient, context: Context, clock: SettableClock, name: str
) -> None:
    for _ in range(6):
        assert sign_in(client, name, password="falsch falsch falsch").status_code == 401
    refused = sign_in(client, name)
    assert_problem(refused, 429, "too-many-tries")
    assert refused.headers["Retry-After"] == "900"
    assert sign_in(client, name).status_code == 429
    assert events(context).count("tries.blocked") == 1
    clock.moment += timedelta(minutes=16)
    assert sign_in(client, name).status_code == (201 if name == "anna" else 401)


def test_twelve_tries_an_hour_are_the_most(client: TestClient, clock: SettableClock) -> None:
    for _ in range(12):
        assert sign_in(client, password="falsch falsch falsch").status_code == 401
        clock.moment += timedelta(minutes=2)
    assert sign_in(client).status_code == 429


def test_tries_at_the_same_moment_count_together(context: Context) -> None:
    counted = throttle.counters(context.security.keys, "sign-in", "anna@people.example", "127.0.0.1")
    allowed: list[bool] = []

    def attempt() -> None:
        with context.sessions.write() as session:
            allowed.append(throttle.count(session, counted, context.clock.now()).allowed)

    threads = [threading.Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert allowed.count(True) == 6


def test_a_session_ends_in_eight_ways(client: TestClient, context: Context, clock: SettableClock) -> None:
    """[7] Replayed after its end, a cookie is worth nothing."""

    def fresh() -> str:
        client.cookies.clear()
        value: str = sign_in(client).cookies[COOKIE]
        assert me(client, value) == 200
        return value

    ended = {}
    ended["sign out"] = fresh()
    client.delete(f"{API}/sessions/current")
    ended["ended from elsewhere"] = fresh()
    elsewhere = fresh()
    for listed in client.get(f"{API}/sessions").json()["items"]:
        if not listed["current"]:
            assert client.delete(f"{API}/sessions/{listed['id']}").status_code == 204
    assert me(client, elsewhere) == 200
    ended["idle"] = fresh()
    clock.moment += timedelta(minutes=31)
    ended["absolute limit"] = fresh()
    for _ in range(17):
        clock.moment += timedelta(minutes=29)
        me(client, ended["absolute limit"])
    ended["password changed elsewhere"] = fresh()
    other = fresh()
    new = {"password": PASSWORD, "new_password": "ein anderes Kennwort für Anna"}
    answer = client.post(f"{API}/me/password", json=new)
    assert answer.status_code == 204
    ended["rotated"] = other
    assert me(client, answer.cookies[COOKIE]) == 200
    client.cookies.clear()
    ended["account closed"] = sign_in(client, password=new["new_password"]).cookies[COOKIE]
    with context.sessions.write() as session:
        session.scalars(select(User).where(User.email == "anna@people.example")).one().deactivated_at = clock.moment
    client.cookies.clear()
    ended["person erased"] = sign_in(client, "boss").cookies[COOKIE]
    with context.sessions.write() as session:
        session.delete(session.scalars(select(User).where(User.email == "boss@people.example")).one())
    for why, cookie in ended.items():
        assert me(client, cookie) == 401, why
    assert len(ended) == 8


def test_the_second_factor_is_set_up_and_then_asked_for(
    client: TestClient, context: Context, clock: SettableClock
) -> None:
    sign_in(client)
    assert client.get(f"{API}/users").status_code == 403
    assert_problem(client.get(f"{API}/users"), 403, "second-factor-required")
    setup = client.post(f"{API}/me/totp", json={"password": PASSWORD}).json()
    totp = pyotp.TOTP(setup["secret"])
    assert setup["secret"] in setup["uri"]
    wrong = client.post(f"{API}/me/totp/confirm", json={"code": "000000"})
    assert_problem(wrong, 401, "second-factor-needed")
    code = totp.at(clock.moment)
    assert client.post(f"{API}/me/totp/confirm", json={"code": code}).status_code == 204
    assert client.get(f"{API}/users").status_code == 200
    client.cookies.clear()
    assert_problem(sign_in(client), 401, "second-factor-needed")
    assert_problem(sign_in(client, code=code), 401, "second-factor-needed")
    clock.moment += timedelta(seconds=30)
    assert sign_in(client, code=totp.at(clock.moment)).status_code == 201
    assert client.get(f"{API}/users").status_code == 200
    assert "second_factor.refused" in events(context)
    with context.sessions.read() as session:
        stored = session.scalars(select(User.totp_secret).where(User.email == "anna@people.example")).one()
    assert setup["secret"] not in str(stored)
    clock.moment += timedelta(seconds=30)
    assert client.post(f"{API}/me/totp/remove", json={"password": PASSWORD}).status_code == 204
    assert client.get(f"{API}/users").status_code == 403


def test_a_token_does_what_its_scopes_say_until_it_is_revoked(client: TestClient, context: Context) -> None:
    sign_in(client)
    made = client.post(f"{API}/tokens", json={"name": "Website", "scopes": ["read:challenges"], "days": 7}).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert made["token"].startswith(made["prefix"])
    client.cookies.clear()
    assert client.get(f"{API}/challenges", headers=bearer).status_code == 200
    assert_problem(client.get(f"{API}/profiles", headers=bearer), 403, "scope-missing")
    assert_problem(client.get(f"{API}/me", headers=bearer), 403, "session-needed")
    sign_in(client)
    (listed,) = client.get(f"{API}/tokens").json()["items"]
    assert listed["last_used_at"] is not None
    assert client.delete(f"{API}/tokens/{listed['id']}").status_code == 204
    client.cookies.clear()
    assert_problem(client.get(f"{API}/challenges", headers=bearer), 401, "credential-refused")
    assert client.get(f"{API}/challenges", headers={"Authorization": "Basic YTpi"}).status_code == 401
    assert events(context).count("credential.refused") == 2


def test_a_token_ends_on_its_day_and_can_not_be_made_for_accounts(client: TestClient, clock: SettableClock) -> None:
    sign_in(client)
    for scope in ("write:account", "write:administration", "read:public", "everything"):
        refused = client.post(f"{API}/tokens", json={"name": "x", "scopes": [scope]})
        assert refused.status_code == 422, scope
    made = client.post(f"{API}/tokens", json={"name": "x", "scopes": ["read:challenges"], "days": 1}).json()
    client.cookies.clear()
    clock.moment += timedelta(days=1)
    assert client.get(f"{API}/challenges", headers={"Authorization": f"Bearer {made['token']}"}).status_code == 401


@pytest.mark.parametrize("password", ["kurz", "password", "Password1", "passwort", "12345678", "x" * 129])
def test_a_weak_password_is_refused_with_what_to_do(client: TestClient, password: str) -> None:
    sign_in(client)
    refused = client.post(f"{API}/me/password", json={"password": PASSWORD, "new_password": password})
    problem = assert_problem(refused, 422, "malformed-input", "new_password")
    assert problem["errors"][0]["field"] == "new_password"


@pytest.mark.parametrize("password", ["vier zufällige Wörter hier", "ünïcödé💜passwort", "x1" * 32])
def test_a_password_may_be_long_and_of_any_characters(client: TestClient, password: str) -> None:
    sign_in(client)
    assert client.post(f"{API}/me/password", json={"password": PASSWORD, "new_password": password}).status_code == 204
    client.cookies.clear()
    assert sign_in(client, password=password).status_code == 201


@pytest.mark.usefixtures("real_hashes")
def test_passwords_are_stored_as_argon2id_with_the_recommended_parameters() -> None:
    stored = passwords.hash_password(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not passwords.verify_password(PASSWORD, "no hash at all")


def test_hashes_are_computed_two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    busy, most = [], []

    class Slow:
        def hash(self, _password: str) -> str:
            busy.append(1)
            most.append(len(busy))
            time.sleep(0.02)
            busy.pop()
            return ""

    monkeypatch.setattr(passwords, "_hasher", Slow())
    threads = [threading.Thread(target=passwords.hash_password, args=("x",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) <= passwords.AT_ONCE


def test_an_admin_is_made_on_the_command_line(tmp_path: Path) -> None:
    from tests.servers import command, run_command

    env = {"PASSGENAU_DATA_DIR": str(tmp_path), "PASSGENAU_ADMIN_PASSWORD": PASSWORD, "PATH": "/usr/bin:/bin"}
    run_command(env, "migrate")
    assert "is an admin" in run_command(env, "create-admin", "Ruth@People.example")
    assert '"email": "ruth@people.example"' in run_command(env, "create-admin", "ruth@people.example", "--json")
    refused = command(env | {"PASSGENAU_ADMIN_PASSWORD": "12345678"}, "create-admin", "ruth@people.example")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert '"sound": true' in run_command(env, "audit", "verify", "--json")
