"""Bad input gets a problem document that names the field and the remedy; nothing is stored, nothing is lost."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from app.db.engine import make_engine
from app.db.migrate import upgrade
from app.organisations import repository
from app.vocabulary import Language
from tests.api import conftest
from tests.api.conftest import API, There, put_there
from tests.api.faults import (
    CHALLENGE,
    CHALLENGE_FAULTS,
    ORGANISATION,
    ORGANISATION_FAULTS,
    PROFILE,
    PROFILE_FAULTS,
)
from tests.apps import open_client, plain_client
from tests.conftest import DATABASES, SettableClock, make_context, new_database
from tests.problems import assert_problem

Everything = Callable[[], dict[str, Any]]
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module", params=DATABASES)
def context(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """One database for all tests of this module: none of them stores anything."""
    with new_database(request.param, tmp_path_factory.mktemp("bad-input"), request) as url:
        engine = make_engine(url)
        upgrade(engine)
        yield make_context(engine, SettableClock())
        engine.dispose()


@pytest.fixture(scope="module")
def there(context: Context) -> There:
    return put_there(context)


@pytest.fixture(scope="module")
def client(context: Context, there: There) -> Iterator[TestClient]:
    with open_client(context) as client:
        yield client


@pytest.fixture(scope="module")
def everything_stored(context: Context) -> Everything:
    return partial(conftest.everything_stored, context)


def body(content: dict[str, Any]) -> bytes:
    """JSON as a careless client writes it: lone surrogates escaped, NaN as a word."""
    return json.dumps(content).encode()


def ids(faults: list[tuple[dict[str, Any], str, str]]) -> list[str]:
    return [f"{field or 'all'}-{code}-{number}" for number, (_, field, code) in enumerate(faults)]


def assert_refused(
    client: TestClient,
    everything: Everything,
    method: str,
    path: str,
    content: bytes,
    field: str,
    code: str,
    **more: str,
) -> None:
    before = everything()
    for language in Language:
        headers = JSON | more | {"Accept-Language": language.value}
        response = client.request(method, f"{API}{path}", content=content, headers=headers)
        problem = assert_problem(response, 422, "malformed-input", field, language)
        assert code in {error["code"] for error in problem["errors"] if error["field"] == field}
        assert "value does not fit" not in response.text, "no message of our own"
        assert "passt nicht:" not in response.text
    assert everything() == before


@pytest.mark.parametrize(("changes", "field", "code"), CHALLENGE_FAULTS, ids=ids(CHALLENGE_FAULTS))
def test_a_faulty_challenge_is_refused_when_it_is_written_edited_or_previewed(
    client: TestClient, there: There, everything_stored: Everything, changes: Any, field: str, code: str
) -> None:
    content = body(CHALLENGE | changes | {"organisation_id": there.welfare})
    assert_refused(client, everything_stored, "POST", "/challenges", content, field, code)
    path = f"/challenges/{there.challenge}"
    assert_refused(client, everything_stored, "PATCH", path, body(changes), field, code, **{"If-Match": '"1"'})
    if code != "in_the_past":  # a preview stores nothing, so its last day doesn't matter
        prefix = f"challenge.content.{field}" if field else "challenge.content"
        preview = body({"side": "challenge", "content": CHALLENGE | changes})
        assert_refused(client, everything_stored, "POST", "/preview", preview, prefix, code)


@pytest.mark.parametrize(("changes", "field", "code"), PROFILE_FAULTS, ids=ids(PROFILE_FAULTS))
def test_a_faulty_profile_is_refused_when_it_is_written_edited_or_previewed(
    client: TestClient, there: There, everything_stored: Everything, changes: Any, field: str, code: str
) -> None:
    content = body(PROFILE | changes | {"organisation_id": there.idle_startup})
    assert_refused(client, everything_stored, "POST", "/profiles", content, field, code)
    path = f"/profiles/{there.profile}"
    assert_refused(client, everything_stored, "PATCH", path, body(changes), field, code, **{"If-Match": '"1"'})
    prefix = f"profile.content.{field}" if field else "profile.content"
    preview = body({"side": "profile", "content": PROFILE | changes})
    assert_refused(client, everything_stored, "POST", "/preview", preview, prefix, code)


@pytest.mark.parametrize(("changes", "field", "code"), ORGANISATION_FAULTS, ids=ids(ORGANISATION_FAULTS))
def test_a_faulty_organisation_is_refused_when_it_is_registered_or_edited(
    client: TestClient, there: There, everything_stored: Everything, changes: Any, field: str, code: str
) -> None:
    content = body(ORGANISATION | changes)
    assert_refused(client, everything_stored, "POST", "/organisations", content, field, code)
    if field != "kind":
        path = f"/organisations/{there.welfare}"
        assert_refused(client, everything_stored, "PATCH", path, body(changes), field, code, **{"If-Match": '"1"'})


WITH_BODY = ["POST /organisations", "POST /challenges", "POST /profiles", "POST /preview"]
WITH_BODY += ["PATCH /organisations/1", "PATCH /challenges/1", "PATCH /profiles/1"]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("operation", WITH_BODY)
def test_a_body_that_is_no_json_is_refused(
    client: TestClient, there: There, everything_stored: Everything, operation: str, language: Language
) -> None:
    method, _, path = operation.partition(" ")
    before = everything_stored()

    def send(content: Any, kind: str | None = "application/json") -> Any:
        headers = {"Accept-Language": language.value, "If-Match": '"1"'} | ({"Content-Type": kind} if kind else {})
        return client.request(method, f"{API}{path}", content=content, headers=headers)

    good = b'{"name": "Haus", "kind": "welfare"}'
    for content in (b"{", b'{"name": }', b"{'name': 'x'}", b"nichts"):
        problem = assert_problem(send(content), 400, "malformed-json", language=language)
        assert any(character.isdigit() for character in problem["detail"]), "names the position"
    for content in (b'{"name": "\xff\xfe"}', b"\x80", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"):
        response = send(content)
        assert response.status_code == 400, (content[:20], response.text)
        assert response.json()["type"].rpartition(":")[2] in {"malformed-json", "bad-request"}
        assert_problem(response, 400, response.json()["type"].rpartition(":")[2], language=language)
    for content in (b"", b"null", b"[]", b'"text"', b"7"):
        response = send(content)
        assert response.status_code == 422, (content, response.text)
        assert response.json()["errors"][0]["message"]
    for kind in (None, "text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded"):
        assert_problem(send(good, kind), 415, "unsupported-media-type", language=language)
    too_large = b'{"name": "' + b"x" * 1_000_001 + b'"}'
    assert_problem(send(too_large), 413, "body-too-large", language=language)
    in_pieces = (too_large[start : start + 100_000] for start in range(0, len(too_large), 100_000))
    assert_problem(send(in_pieces), 413, "body-too-large", language=language)
    assert everything_stored() == before


def test_a_field_name_that_is_no_unicode_is_refused(client: TestClient, there: There) -> None:
    content = b'{"\\ud800": 1, "name": "Haus", "kind": "welfare"}'
    response = client.post(f"{API}/organisations", content=content, headers=JSON)
    assert response.status_code in {400, 422}, response.text
    assert response.headers["content-type"] == "application/problem+json"


NUMBERS = ["0", "-1", "abc", "2147483648", "9" * 30, "1.5", "%00", "1e3"]
ADDRESSES = ["GET /organisations/{}", "PATCH /organisations/{}", "DELETE /organisations/{}"]
ADDRESSES += [f"{verb} /{kind}/{{}}" for verb in ("GET", "PATCH", "DELETE") for kind in ("challenges", "profiles")]
ADDRESSES += [f"POST /challenges/{{}}/{step}" for step in ("publish", "pause", "resume", "solve", "close")]
ADDRESSES += [f"POST /profiles/{{}}/{step}" for step in ("publish", "pause", "resume")]
ADDRESSES += ["GET /challenges/{}/matches", "GET /profiles/{}/matches"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_numbers_that_are_none_and_numbers_of_nothing_are_told_apart(
    client: TestClient, there: There, everything_stored: Everything, address: str
) -> None:
    method, _, path = address.partition(" ")
    before = everything_stored()
    kwargs: dict[str, Any] = {"json": {"region": "bayern"} if "profiles" not in path else {"maturity": 3}}
    kwargs = kwargs if method == "PATCH" else {}
    for number in NUMBERS:
        response = client.request(method, API + path.format(number), **kwargs)
        names = {error["field"] for error in response.json().get("errors", ())}
        assert response.status_code == 422, (number, response.text)
        assert any(name.endswith("_id") for name in names)
    missing = client.request(method, API + path.format(2**31 - 1), **kwargs)
    assert_problem(missing, 404, "not-found")
    english = client.request(method, API + path.format(99), headers={"Accept-Language": "en"}, **kwargs)
    assert_problem(english, 404, "not-found", language=Language.ENGLISH)
    assert everything_stored() == before


QUERIES = [
    ("limit=0", "limit"),
    ("limit=-5", "limit"),
    ("limit=101", "limit"),
    ("limit=x", "limit"),
    (f"limit={'9' * 50}", "limit"),
    ("cursor=abc", "cursor"),
    ("cursor=%00", "cursor"),
    ("cursor=%F0%9F%99%82", "cursor"),
    ("cursor=djE6LTE", "cursor"),  # v1:-1
    ("cursor=djE6OTk5OTk5OTk5OTk5OTk5OTk5OTk", "cursor"),  # v1:99999999999999999999
    ("cursor=" + "x" * 101, "cursor"),
    ("region=atlantis", "region"),
    ("network=drk%00", "network"),
    ("network=" + "x" * 41, "network"),
]
LISTS = ["/organisations", "/challenges", "/profiles", "/challenges/{challenge}/matches", "/profiles/{profile}/matches"]


@pytest.mark.parametrize("path", LISTS)
def test_bad_filters_and_cursors_are_named(client: TestClient, there: There, path: str) -> None:
    address = API + path.format(challenge=there.challenge, profile=there.profile)
    extra = [("minimum_fit=2", "minimum_fit"), ("minimum_fit=nan", "minimum_fit")] if "matches" in path else []
    extra += (
        []
        if path == "/organisations"
        else [("field_of_action=cooking", "field_of_action"), ("language=fr", "language")]
    )
    extra += (
        [("state=lost", "state"), ("organisation_id=0", "organisation_id")]
        if path in {"/challenges", "/profiles"}
        else []
    )
    for query, field in [*QUERIES, *extra]:
        assert_problem(client.get(f"{address}?{query}"), 422, "malformed-input", field)


def test_owners_of_the_wrong_kind_and_second_profiles_are_refused(
    client: TestClient, there: There, everything_stored: Everything
) -> None:
    before = everything_stored()
    of_startup = client.post(f"{API}/challenges", json=CHALLENGE | {"organisation_id": there.startup})
    assert "startup" in assert_problem(of_startup, 409, "wrong-organisation-kind")["detail"]
    of_welfare = client.post(f"{API}/profiles", json=PROFILE | {"organisation_id": there.welfare})
    assert "welfare" in assert_problem(of_welfare, 409, "wrong-organisation-kind")["detail"]
    second = client.post(f"{API}/profiles", json=PROFILE | {"organisation_id": there.startup})
    assert str(there.profile) in assert_problem(second, 409, "profile-exists")["detail"]
    for kind, content in (("challenges", CHALLENGE), ("profiles", PROFILE)):
        nobody = client.post(f"{API}/{kind}", json=content | {"organisation_id": 4711})
        assert_problem(nobody, 422, "malformed-input", "organisation_id")
    network = client.post(f"{API}/organisations", json={"name": "X", "kind": "startup", "network": "drk"})
    assert "welfare" in assert_problem(network, 409, "wrong-network-kind")["detail"]
    path = f"{API}/organisations/{there.welfare}"
    edited = client.patch(path, json={"network": "send"}, headers={"If-Match": '"1"'})
    assert_problem(edited, 409, "wrong-network-kind")
    assert_problem(client.delete(path), 409, "organisation-in-use")
    emptied = client.patch(path, json={"name": None}, headers={"If-Match": '"1"'})
    assert_problem(emptied, 422, "malformed-input", "name")
    assert everything_stored() == before


def test_steps_that_a_state_does_not_have_are_refused(
    client: TestClient, there: There, everything_stored: Everything
) -> None:
    before = everything_stored()
    impossible = {
        there.challenge: ("publish", "resume"),
        there.draft: ("pause", "resume", "solve"),
    }
    for challenge, steps in impossible.items():
        for step in steps:
            refused = client.post(f"{API}/challenges/{challenge}/{step}")
            assert_problem(refused, 409, "wrong-state")
    for step in ("publish", "pause", "resume", "solve", "close"):
        refused = client.post(f"{API}/challenges/{there.closed}/{step}", headers={"Accept-Language": "en"})
        problem = assert_problem(refused, 409, "challenge-closed", language=Language.ENGLISH)
        assert "'closed'" in problem["detail"]
    edited = client.patch(f"{API}/challenges/{there.closed}", json={"region": "bayern"}, headers={"If-Match": '"2"'})
    assert_problem(edited, 409, "challenge-closed")
    for step in ("publish", "resume"):
        assert_problem(client.post(f"{API}/profiles/{there.profile}/{step}"), 409, "wrong-state")
    assert_problem(client.get(f"{API}/challenges/{there.draft}/matches"), 409, "not-published")
    assert_problem(client.post(f"{API}/challenges/{there.challenge}/melt"), 404, "not-found")
    assert_problem(client.put(f"{API}/challenges/{there.challenge}"), 405, "method-not-allowed")
    assert_problem(client.get("/api/v1/nowhere"), 404, "not-found")
    assert everything_stored() == before


@pytest.mark.parametrize("kind", ["organisations", "challenges", "profiles"])
def test_stale_and_missing_versions_are_refused(
    client: TestClient, there: There, everything_stored: Everything, kind: str
) -> None:
    number = {"organisations": there.welfare, "challenges": there.challenge, "profiles": there.profile}[kind]
    change = {"maturity": 4} if kind == "profiles" else {"region": "hessen"}
    path = f"{API}/{kind}/{number}"
    before = everything_stored()
    assert_problem(client.patch(path, json=change), 428, "precondition-required")
    for tag in ('"7"', "1", 'W/"1"', "''", '"0", "2"'):
        stale = client.patch(path, json=change, headers={"If-Match": tag})
        assert '"1"' in assert_problem(stale, 412, "precondition-failed")["detail"], "names the present version"
        assert_problem(client.delete(path, headers={"If-Match": tag}), 412, "precondition-failed")
    if kind != "organisations":
        stale = client.post(f"{path}/pause", headers={"If-Match": '"7"', "Accept-Language": "en"})
        assert_problem(stale, 412, "precondition-failed", language=Language.ENGLISH)
    assert everything_stored() == before


@pytest.mark.parametrize("key", ["", "ä", "with blank", "x" * 256, "a\tb"])
def test_an_idempotency_key_that_is_none_is_refused(
    client: TestClient, there: There, everything_stored: Everything, key: str
) -> None:
    before = everything_stored()
    headers = {"Idempotency-Key": key.encode()}
    refused = client.post(f"{API}/organisations", json=ORGANISATION, headers=headers)  # type: ignore[arg-type]
    assert_problem(refused, 422, "malformed-input", "idempotency-key")
    assert everything_stored() == before


def test_an_unexpected_fault_tells_nothing_of_the_inside(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_session: Any) -> None:
        raise RuntimeError("SELECT secret FROM /usr/lib")

    monkeypatch.setattr(repository, "networks", fail)
    silent = plain_client(client.app, raise_server_exceptions=False)
    response = silent.get(f"{API}/networks")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json()["type"] == "urn:passgenau:problem:internal-error"
    assert response.json()["request_id"]
