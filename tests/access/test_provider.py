"""Signing in with an OpenID provider, a small one on this machine."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import func, select

from app.accounts.oidc import Provider, make_provider
from app.api.provider import cookie_name
from app.context import Context
from app.main import create_app
from app.models import ExternalIdentity, User
from app.settings import Settings
from tests.access.world import put_person
from tests.apps import BASE_URL, plain_client
from tests.conftest import SettableClock
from tests.problems import assert_problem

START = "/api/v1/sign-in/provider"
CLIENT = "passgenau"


class SmallProvider:
    """Knows one person; `changes` are put into its next token, `key` signs it."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
        self.published = self.key
        self.changes: dict[str, Any] = {}
        self.asked: dict[str, str] = {}
        self.clock = SettableClock()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self, provider.document(self.path))

            def do_POST(self) -> None:
                body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                provider.answer(self, provider.token({name: values[0] for name, values in body.items()}))

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler, body: dict[str, Any] | None) -> None:
        handler.send_response(200 if body is not None else 400)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        handler.wfile.write(json.dumps(body or {"error": "invalid_grant"}).encode())

    def document(self, path: str) -> dict[str, Any]:
        if path == "/keys":
            return dict(KeySet([self.published]).as_dict(private=False))
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def token(self, body: dict[str, str]) -> dict[str, Any] | None:
        hashed = hashlib.sha256(body["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() != self.asked["code_challenge"]:
            return None
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "person-7",
            "exp": now + 300,
            "iat": now,
            "nonce": self.asked["nonce"],
            "email": "Anna@people.example",
            "email_verified": True,
        } | self.changes
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return {"access_token": "x", "token_type": "Bearer", "id_token": token}


@pytest.fixture
def small() -> Iterator[SmallProvider]:
    provider = SmallProvider()
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


@pytest.fixture
def client(context: Context, small: SmallProvider) -> TestClient:
    put_person(context, "anna", None)
    settings = Settings(oidc_issuer=small.issuer, oidc_client_id=CLIENT, oidc_client_secret="secret")  # type: ignore[arg-type]
    provider = make_provider(settings, BASE_URL)
    return plain_client(create_app(context, provider=provider), follow_redirects=False)


def leave(client: TestClient, small: SmallProvider, start: str = START) -> dict[str, str]:
    answer = client.get(start)
    assert answer.status_code == 302
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    small.asked = {name: values[0] for name, values in query.items()}
    assert small.asked["code_challenge_method"] == "S256"
    return {"code": "the-code", "state": small.asked["state"]}


def sign_in(client: TestClient, small: SmallProvider) -> Any:
    return client.get(f"{START}/callback", params=leave(client, small))


def test_a_person_with_an_account_signs_in_and_is_known_by_the_providers_name_from_then_on(
    client: TestClient, small: SmallProvider, context: Context
) -> None:
    answer = sign_in(client, small)
    assert answer.status_code == 302, answer.text
    assert client.get("/api/v1/me").json()["email"] == "anna@people.example"
    client.cookies.clear()
    small.changes = {"email": "renamed@people.example"}
    assert sign_in(client, small).status_code == 302
    with context.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(ExternalIdentity)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-service"},
        {"nonce": "of another sign-in"},
        {"exp": 1},
        {"sub": None},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    client: TestClient, small: SmallProvider, changes: dict[str, Any]
) -> None:
    small.changes = changes
    assert_problem(sign_in(client, small), 502, "provider-failed")
    assert client.get("/api/v1/me").status_code == 401


def test_a_token_signed_by_another_key_is_refused(client: TestClient, small: SmallProvider) -> None:
    small.published = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
    assert_problem(sign_in(client, small), 502, "provider-failed")


def test_a_state_of_another_sign_in_is_refused(client: TestClient, small: SmallProvider) -> None:
    leave(client, small)
    other = client.get(f"{START}/callback", params={"code": "x", "state": "y" * 43})
    assert_problem(other, 502, "provider-failed")
    first = leave(client, small)
    departed = client.cookies[cookie_name(first["state"])]
    second = leave(client, small)
    client.cookies.clear()
    client.cookies.set(cookie_name(second["state"]), departed)
    assert_problem(client.get(f"{START}/callback", params=second), 502, "provider-failed")


@pytest.mark.parametrize("changes", [{"email_verified": False}, {"email": "stranger@people.example"}, {"email": ""}])
def test_somebody_without_an_account_here_is_told_to_be_invited(
    client: TestClient, small: SmallProvider, changes: dict[str, Any]
) -> None:
    small.changes = {"sub": "another"} | changes
    assert_problem(sign_in(client, small), 403, "no-account")


def test_a_closed_account_stays_closed(client: TestClient, small: SmallProvider, context: Context) -> None:
    with context.sessions.write() as session:
        session.scalars(select(User)).one().deactivated_at = context.clock.now()
    assert_problem(sign_in(client, small), 403, "no-account")


def test_coming_back_too_late_is_refused(client: TestClient, small: SmallProvider, clock: SettableClock) -> None:
    from datetime import timedelta

    query = leave(client, small)
    clock.moment += timedelta(minutes=11)
    assert_problem(client.get(f"{START}/callback", params=query), 502, "provider-failed")


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:9", "http://provider.example", "{issuer}/elsewhere"])
def test_a_provider_that_is_away_or_another_is_told(context: Context, small: SmallProvider, issuer: str) -> None:
    provider = Provider(issuer.format(issuer=small.issuer), CLIENT, "secret", BASE_URL)
    client = plain_client(create_app(context, provider=provider), follow_redirects=False)
    assert_problem(client.get(START), 502, "provider-failed")


def test_a_code_that_the_provider_does_not_take_is_refused(client: TestClient, small: SmallProvider) -> None:
    query = leave(client, small)
    small.asked["code_challenge"] = "of somebody else"
    assert_problem(client.get(f"{START}/callback", params=query), 502, "provider-failed")


def test_without_a_setting_there_is_no_provider() -> None:
    assert make_provider(Settings(), BASE_URL) is None


@pytest.mark.parametrize(("asked", "target"), [("/challenges/new?x=1", "/challenges/new?x=1"), ("//evil.example", "/")])
def test_it_goes_on_where_somebody_was(client: TestClient, small: SmallProvider, asked: str, target: str) -> None:
    query = leave(client, small, f"{START}?{urlencode({'next': asked})}")
    answer = client.get(f"{START}/callback", params=query)
    assert (answer.status_code, answer.headers["Location"]) == (302, target)


def test_people_get_pages_where_programs_get_documents(client: TestClient, small: SmallProvider) -> None:
    small.changes = {"email": "nobody@people.example"}
    query = leave(client, small)
    page = client.get(f"{START}/callback", params=query, headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 403
    assert page.headers["Content-Type"].startswith("text/html")
    assert "<h1" in page.text
