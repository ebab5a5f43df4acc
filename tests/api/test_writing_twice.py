"""Sending twice creates once, and nobody overwrites what they have not seen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select, text

from app.auth.actor import OPERATOR
from app.challenges.kind import CHALLENGES
from app.challenges.schemas import ChallengeContent
from app.context import Context
from app.errors import OrganisationInUse
from app.models import Challenge, IdempotentRequest, Organisation, Profile
from app.organisations.service import delete_organisation
from app.publishing.service import new_row
from matching.texts import Side
from tests import stories
from tests.api.conftest import API, There
from tests.conftest import SettableClock
from tests.oracle import assert_lists_are_exact
from tests.problems import assert_problem

PARALLEL = 30
MODELS = {"organisations": Organisation, "challenges": Challenge, "profiles": Profile}


def new(kind: str, there: There) -> dict[str, Any]:
    return {
        "organisations": {"name": "Neues Haus", "kind": "welfare"},
        "challenges": stories.CHALLENGE_CONTENT | {"organisation_id": there.welfare},
        "profiles": stories.PROFILE_CONTENT | {"organisation_id": there.idle_startup},
    }[kind]


def count(context: Context, model: Any) -> int:
    with context.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("kind", MODELS)
def test_a_repeated_post_creates_nothing_and_gets_the_first_answer(
    context: Context, client: TestClient, there: There, kind: str
) -> None:
    body, headers = new(kind, there), {"Idempotency-Key": "a-key"}
    first = client.post(f"{API}/{kind}", json=body, headers=headers)
    assert first.status_code == 201, first.text
    before = count(context, MODELS[kind])
    again = client.post(f"{API}/{kind}", json=dict(reversed(body.items())), headers=headers)
    assert again.status_code == 201
    assert again.json() == first.json()
    for header in ("location", "etag"):
        assert again.headers[header] == first.headers[header]
    assert client.get(first.headers["location"]).json() == first.json()
    assert count(context, MODELS[kind]) == before
    name = "title" if kind == "challenges" else "name"
    other = client.post(f"{API}/{kind}", json=body | {name: "Etwas anderes"}, headers=headers)
    assert_problem(other, 422, "idempotency-key-reused")
    assert count(context, MODELS[kind]) == before


def test_a_key_belongs_to_one_operation_and_is_forgotten_after_a_day(
    context: Context, client: TestClient, there: There, clock: SettableClock
) -> None:
    headers = {"Idempotency-Key": "a-key"}
    organisation = client.post(f"{API}/organisations", json=new("organisations", there), headers=headers)
    challenge = client.post(f"{API}/challenges", json=new("challenges", there), headers=headers)
    assert organisation.status_code == challenge.status_code == 201
    clock.moment += timedelta(hours=23)
    assert client.post(f"{API}/challenges", json=new("challenges", there), headers=headers).json() == challenge.json()
    clock.moment += timedelta(hours=2)
    later = client.post(f"{API}/challenges", json=new("challenges", there), headers=headers)
    assert later.json()["id"] > challenge.json()["id"]
    assert count(context, IdempotentRequest) == 1, "old answers are cleared away"


def test_a_refused_post_does_not_use_up_its_key(client: TestClient, there: There) -> None:
    headers = {"Idempotency-Key": "a-key"}
    body = new("challenges", there)
    assert client.post(f"{API}/challenges", json=body | {"title": ""}, headers=headers).status_code == 422
    wrong = client.post(f"{API}/challenges", json=body | {"organisation_id": there.startup}, headers=headers)
    assert wrong.status_code == 409
    assert client.post(f"{API}/challenges", json=body, headers=headers).status_code == 201


def at_once(client: TestClient, requests: list[tuple[str, str, dict[str, Any], dict[str, str]]]) -> list[Any]:
    """Send requests side by side."""
    together = Barrier(len(requests))

    def send(method: str, path: str, body: dict[str, Any], headers: dict[str, str]) -> Any:
        together.wait()
        return client.request(method, f"{API}{path}", json=body, headers=headers)

    with ThreadPoolExecutor(len(requests)) as threads:
        return [done.result() for done in [threads.submit(send, *request) for request in requests]]


@pytest.mark.parametrize("kind", MODELS)
def test_thirty_identical_posts_at_once_create_one_row(
    context: Context, client: TestClient, there: There, kind: str
) -> None:
    before = count(context, MODELS[kind])
    request = ("POST", f"/{kind}", new(kind, there), {"Idempotency-Key": "a-key"})
    answers = at_once(client, [request] * PARALLEL)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert count(context, MODELS[kind]) == before + 1
    with context.sessions.read() as session:
        assert_lists_are_exact(session)


def test_of_many_first_profiles_of_one_startup_one_is_stored(
    context: Context, client: TestClient, there: There
) -> None:
    before = count(context, Profile)
    answers = at_once(client, [("POST", "/profiles", new("profiles", there), {})] * 8)
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    for answer in answers:
        if answer.status_code == 409:
            assert_problem(answer, 409, "profile-exists")
    assert count(context, Profile) == before + 1
    with context.sessions.read() as session:
        assert_lists_are_exact(session)


CHANGES = {
    "organisations": [{"legal_form": f"Form {number}"} for number in range(10)],
    "challenges": [{"problem": f"Problem {number}"} for number in range(10)],
    "profiles": [{"capabilities": f"Fähigkeit {number}"} for number in range(10)],
}


@pytest.mark.parametrize("kind", CHANGES)
def test_of_ten_edits_of_one_version_at_once_one_is_stored(
    context: Context, client: TestClient, there: There, kind: str
) -> None:
    number = {"organisations": there.idle_startup, "challenges": there.challenge, "profiles": there.profile}[kind]
    path = f"/{kind}/{number}"
    answers = at_once(client, [("PATCH", path, change, {"If-Match": '"1"'}) for change in CHANGES[kind]])
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
    (stored,) = (answer for answer in answers if answer.status_code == 200)
    assert stored.headers["etag"] == '"2"'
    now = client.get(f"{API}{path}")
    assert now.json() == stored.json()
    assert now.headers["etag"] == '"2"'
    with context.sessions.read() as session:
        assert_lists_are_exact(session)


@pytest.mark.parametrize("kind", ["challenges", "profiles"])
def test_an_edit_and_a_step_from_the_same_version_exclude_each_other(
    context: Context, client: TestClient, there: There, kind: str
) -> None:
    path = f"/{kind}/{there.challenge if kind == 'challenges' else there.profile}"
    headers = {"If-Match": '"1"'}
    answers = at_once(client, [("PATCH", path, CHANGES[kind][0], headers), ("POST", f"{path}/pause", {}, headers)] * 3)
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 409, 412}
    with context.sessions.read() as session:
        assert_lists_are_exact(session)


def test_every_write_gives_the_next_version_and_any_version_matches_a_star(client: TestClient, there: There) -> None:
    path = f"{API}/challenges/{there.challenge}"
    assert client.get(path).headers["etag"] == '"1"'
    edited = client.patch(path, json={"region": "hessen"}, headers={"If-Match": '"5", "1"'})
    assert edited.headers["etag"] == '"2"'
    assert edited.json()["version"] == 2
    assert client.post(f"{path}/pause", headers={"If-Match": '"2"'}).headers["etag"] == '"3"'
    assert client.post(f"{path}/resume").headers["etag"] == '"4"'
    assert client.patch(path, json={"region": "berlin"}, headers={"If-Match": "*"}).headers["etag"] == '"5"'
    assert client.delete(path, headers={"If-Match": '"4"'}).status_code == 412
    gone = client.delete(path, headers={"If-Match": '"5"'})
    assert gone.status_code == 204
    assert gone.content == b""
    assert_problem(client.get(path), 404, "not-found")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.postgres
def test_an_organisation_is_not_deleted_while_somebody_adds_a_text(context: Context, engine: Engine) -> None:
    """On SQLite writers never run side by side."""
    welfare = stories.organisation(context, "welfare")
    refused: list[Exception] = []

    def delete() -> None:
        try:
            delete_organisation(context, OPERATOR, welfare, None)
        except OrganisationInUse as error:
            refused.append(error)

    deleting = Thread(target=delete)
    content = ChallengeContent.model_validate(stories.CHALLENGE_CONTENT)
    prepared = context.ranking.prepare(Side.CHALLENGE, content, encode=False)
    with context.sessions.write() as session:
        owner = session.get_one(Organisation, welfare)
        session.add(new_row(context, CHALLENGES, owner, content, prepared, publish=False))
        session.flush()
        deleting.start()
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        with engine.connect() as watching:
            while watching.execute(waiting).scalar() == 0:
                watching.rollback()
    deleting.join()
    assert len(refused) == 1
    assert count(context, Challenge) == 1
