"""Side doors, hostile strings, parallel edits, faults that tell nothing [reliability rows 5, 13, 17, 18]."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.auth.actor import ANONYMOUS, OPERATOR, Actor
from app.auth.identify import Credentials, identify
from app.context import Context, Ground
from app.main import create_app
from app.models import Challenge, Organisation, Profile
from app.organisations import policies as organisations
from app.organisations import repository as organisation_rows
from app.publishing import policies
from matching.texts import Side
from tests import stories
from tests.access.matrix import rows, send
from tests.access.world import PEOPLE, World, copy_of, make_world
from tests.apps import open_client, plain_client
from tests.conftest import SettableClock

API = "/api/v1"
SIDES = ((Side.CHALLENGE, Challenge, "challenges"), (Side.PROFILE, Profile, "profiles"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


def actor_of(context: Context, world: World, subject: str) -> Actor:
    headers = world.headers(subject)
    cookie = headers.get("Cookie", "").partition("=")[2] or None
    return identify(context, Credentials(cookie, headers.get("Authorization"))) or ANONYMOUS


def test_policies_say_the_same_in_python_and_in_sql(world: World) -> None:
    """[5] For every kind of caller and every row."""
    compared = 0
    with copy_of(world) as (context, _), context.sessions.read() as session:
        actors = [actor_of(context, world, subject) for subject in [*PEOPLE, *world.tokens]]
        for actor in [*actors, OPERATOR]:
            for side, model, _ in SIDES:
                every: list[Any] = list(session.scalars(select(model).options(joinedload(model.organisation))))
                allowed = {row.id for row in every if policies.may_read(actor, side, row.organisation, row.state.value)}
                assert set(session.scalars(select(model.id).where(policies.readable_in(actor, side, model)))) == allowed
                compared += len(every)
            if actor.is_known:
                found = session.scalars(select(Organisation)).unique().all()
                allowed = {row.id for row in found if organisations.may_read(actor, row)}
                assert {row.id for row in session.scalars(organisation_rows.readable_by(actor)).unique()} == allowed
                compared += len(found)
    assert compared > 150


def test_no_door_shows_more_than_its_page(world: World) -> None:
    """[5] Lists with every filter, next pages, matches, previews and exports name no text that may not be read."""
    doors = leaked = 0
    with copy_of(world) as (context, client):
        with context.sessions.read() as session:
            texts: dict[str, Any] = {
                name: {row.id: row for row in session.scalars(select(model).options(joinedload(model.organisation)))}
                for _, model, name in SIDES
            }
        ids = world.ids
        addresses = [
            f"{name}{query}"
            for name in ("challenges", "profiles")
            for query in (
                "",
                "?state=draft",
                "?state=published",
                f"?organisation_id={ids['organisation_a']}",
                "?limit=1",
            )
        ]
        addresses += [f"challenges/{ids['challenge']}/matches", f"profiles/{ids['profile']}/matches", "me/export"]
        addresses += [f"organisations/{ids[f'organisation_{one}']}/export" for one in "abst"]
        for subject in PEOPLE:
            actor = actor_of(context, world, subject)
            for address in addresses:
                answer = client.get(f"{API}/{address}", headers=world.headers(subject))
                doors += 1
                if answer.status_code != 200:
                    continue
                for side, _, name in SIDES:
                    for row in texts[name].values():
                        words = row.problem if side is Side.CHALLENGE else row.offer
                        readable = policies.may_read(actor, side, row.organisation, row.state.value)
                        leaked += words in answer.text and not readable
    assert leaked == 0
    assert doors > 150


@pytest.fixture
def client(context: Context) -> TestClient:
    stories.publish_some(context, 2)
    return open_client(context)


FILTERS = {
    "challenges": ("state", "field_of_action", "region", "language", "organisation_id", "network", "limit", "cursor"),
    "profiles": ("state", "field_of_action", "region", "language", "organisation_id", "network", "limit", "cursor"),
    "organisations": ("kind", "network", "region", "limit", "cursor"),
    "audit-events": ("action", "actor_id", "organisation_id", "limit", "cursor"),
    "users": ("limit", "cursor"),
}
HOSTILE = ("' OR 1=1 --", '"; DROP TABLE challenge; --', "%", "_", "multi-agent NEAR(", "\\", "$$", "{{7*7}}", "%00")


def test_no_string_in_a_filter_reaches_the_database_as_code(client: TestClient, request: pytest.FixtureRequest) -> None:
    """[13] 5,000 strings for each database with --long, 300 otherwise."""
    places = [(path, name) for path, names in FILTERS.items() for name in names]
    before = client.get(f"{API}/challenges").json()

    @settings(
        max_examples=5000 if request.config.getoption("--long") else 300,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(place=st.sampled_from(places), value=st.one_of(st.text(max_size=80), st.sampled_from(HOSTILE)))
    def ask(place: tuple[str, str], value: str) -> None:
        path, name = place
        try:
            value.encode()
        except UnicodeEncodeError:
            return
        answer = client.get(f"{API}/{path}", params={name: value})
        assert answer.status_code in {200, 422}, answer.text
        assert not re.search(r"sqlalchemy|psycopg|sqlite3|SELECT", answer.text)

    ask()
    assert client.get(f"{API}/challenges").json() == before


def test_of_twenty_edits_of_one_version_one_is_taken(context: Context) -> None:
    """[17] On both databases; nobody overwrites what they have not seen."""
    challenge = stories.challenge(context, stories.organisation(context, "welfare"), "Sturz Nachtdienst")
    one = open_client(context)
    tag = one.get(f"{API}/challenges/{challenge['id']}").headers["ETag"]

    def edit(number: int) -> int:
        answer = plain_client(one.app).patch(
            f"{API}/challenges/{challenge['id']}", json={"title": f"Fassung {number}"}, headers={"If-Match": tag}
        )
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(edit, range(20)))
    assert sorted(set(statuses)) == [200, 412]
    assert statuses.count(200) == 1
    assert one.get(f"{API}/challenges/{challenge['id']}").json()["version"] == challenge["version"] + 1
    assert one.patch(f"{API}/challenges/{challenge['id']}", json={"title": "x"}).status_code == 428


LEAKY = "Traceback SELECT password FROM user_account /usr/lib/python sqlalchemy.exc"


def test_a_fault_anywhere_tells_nothing_of_the_inside(world: World) -> None:
    """[18] Every route, with a fault in the first layer; and every route whose service fails."""

    def fail(_ground: Ground, _given: Credentials) -> Actor:
        raise RuntimeError(LEAKY)

    with copy_of(world) as (context, _):
        client = plain_client(create_app(context, fail), raise_server_exceptions=False)
        for row in rows(world.ids):
            answer = send(client, row, {})
            assert answer.status_code == 500
            kind = "text/html; charset=utf-8" if row.is_page else "application/problem+json"
            assert answer.headers["content-type"] == kind
            assert not re.search(r"Traceback|SELECT|/usr|sqlalchemy|RuntimeError|user_account", answer.text)
            assert answer.headers["X-Request-Id"] in answer.text


def test_a_fault_of_the_database_tells_nothing_of_the_inside(
    context: Context, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[18] The same where the database itself fails."""
    from sqlalchemy.exc import OperationalError, ProgrammingError

    from app.challenges import repository

    client = open_client(context, raise_server_exceptions=False)
    for error, status in ((OperationalError, 503), (ProgrammingError, 500)):

        def fail(*_: object, error: Any = error, **__: object) -> None:
            raise error(LEAKY, {}, Exception(LEAKY))

        monkeypatch.setattr(repository, "page", fail)
        answer = client.get(f"{API}/challenges")
        assert answer.status_code == status
        assert "SELECT" not in answer.text
        assert status != 503 or answer.headers["Retry-After"]
