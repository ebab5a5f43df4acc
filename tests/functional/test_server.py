"""The real server with the real encoder and the demonstration data. Nothing is patched."""

import json
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import pytest

from app.db.engine import make_engine
from app.db.session import Sessions
from tests import stories
from tests.conftest import DATABASES, new_database
from tests.oracle import assert_lists_are_exact
from tests.servers import Server, environment, run_command, servers

pytestmark = [pytest.mark.functional, pytest.mark.encoder]

Lists = dict[tuple[str, int], list[tuple[int, float]]]
"""(side, id): [(partner, fit), ...], best first."""


@dataclass(frozen=True, slots=True)
class Service:
    """Two servers on one database."""

    env: dict[str, str]
    database_url: str
    one: httpx.Client
    other: httpx.Client
    processes: list[Server]


def start(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Service]:
    with new_database(kind, folder, request) as url:
        env = environment(url)
        assert "revision" in run_command(env, "migrate")
        assert "texts published" in run_command(env, "seed-demo")
        with servers(2, env) as processes, processes[0].client() as one, processes[1].client() as other:
            yield Service(env, url, one, other, processes)


@pytest.fixture(scope="module")
def sqlite(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    yield from start("sqlite", tmp_path_factory.mktemp("functional"), request)


@pytest.fixture(scope="module")
def postgresql(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    yield from start("postgresql", tmp_path_factory.mktemp("functional"), request)


@pytest.fixture(params=DATABASES)
def service(request: pytest.FixtureRequest) -> Service:
    found: Service = request.getfixturevalue(request.param)
    return found


def created(response: httpx.Response) -> int:
    assert response.status_code == 201, response.text
    number: int = response.json()["id"]
    return number


def organisation(client: httpx.Client, kind: str, name: str) -> int:
    return created(client.post("/api/v1/organisations", json={"name": name, "kind": kind}))


def partners(listing: httpx.Response) -> list[tuple[int, float]]:
    """(id, fit) of the partners on a page, or in the preview of a challenge."""
    assert listing.status_code == 200, listing.text
    side = "challenge" if "/profiles/" in str(listing.url) else "profile"
    return [(item[side]["id"], item["fit"]) for item in listing.json()["items"]]


def every_id(client: httpx.Client, what: str) -> list[int]:
    """Ids of everything published, over all pages."""
    found: list[int] = []
    url: str | None = f"/api/v1/{what}?state=published&limit=100"
    while url is not None:
        page = client.get(url)
        found += [item["id"] for item in page.json()["items"]]
        url = page.links["next"]["url"] if "next" in page.links else None
    return sorted(found)


def lists(client: httpx.Client, every: int = 3) -> Lists:
    """The lists of every third text, or of all."""
    return {
        (what, text_id): partners(client.get(f"/api/v1/{what}/{text_id}/matches", params={"limit": 100}))
        for what in ("challenges", "profiles")
        for text_id in every_id(client, what)[::every]
    }


def assert_exact(service: Service) -> None:
    engine = make_engine(service.database_url)
    try:
        with Sessions(engine).read() as session:
            assert_lists_are_exact(session)
    finally:
        engine.dispose()


def test_a_challenge_is_posted_and_its_ranked_startups_are_read(service: Service) -> None:
    welfare = organisation(service.one, "welfare", "Haus am Bach")
    preview = service.one.post(
        "/api/v1/preview", json={"side": "challenge", "content": stories.CHALLENGE_CONTENT, "limit": 20}
    )
    challenge = created(
        service.one.post("/api/v1/challenges", json=stories.CHALLENGE_CONTENT | {"organisation_id": welfare})
    )
    found = service.one.get(f"/api/v1/challenges/{challenge}/matches")
    assert partners(found) == partners(preview)
    items = found.json()["items"]
    assert [item["rank"] for item in items] == list(range(1, len(items) + 1))
    assert 5 <= len(items) <= 20
    assert [item["fit"] for item in items] == sorted((item["fit"] for item in items), reverse=True)
    about_falls = [item for item in items[:5] if "Sturz" in item["profile"]["offer"] or "Stürz" in str(item)]
    assert about_falls, "nobody among the first five speaks of falls"
    back = service.one.get(f"/api/v1/profiles/{items[0]['profile']['id']}/matches", params={"limit": 100})
    assert (challenge, items[0]["fit"]) in partners(back), "both sides read the same number"


def test_a_profile_published_through_one_process_is_ranked_by_another_in_its_next_request(service: Service) -> None:
    preview = {"side": "challenge", "content": stories.CHALLENGE_CONTENT, "limit": 5}
    before = partners(service.one.post("/api/v1/preview", json=preview))  # it has a snapshot from now on
    startup = organisation(service.other, "startup", "Leisewacht")
    profile = created(
        service.other.post("/api/v1/profiles", json=stories.PROFILE_CONTENT | {"organisation_id": startup})
    )
    assert profile not in [partner for partner, _ in before]
    after = partners(service.one.post("/api/v1/preview", json=preview))
    assert profile in [partner for partner, _ in after]
    welfare = organisation(service.one, "welfare", "Haus am Berg")
    challenge = created(
        service.one.post("/api/v1/challenges", json=stories.CHALLENGE_CONTENT | {"organisation_id": welfare})
    )
    assert partners(service.one.get(f"/api/v1/challenges/{challenge}/matches?limit=5")) == after
    assert service.other.post(f"/api/v1/profiles/{profile}/pause").status_code == 200
    assert partners(service.one.post("/api/v1/preview", json=preview)) == before


def test_single_requests_and_the_whole_corpus_computation_give_the_same_matches_in_the_same_order(
    service: Service, request: pytest.FixtureRequest
) -> None:
    """All texts with --long; the rows of all are compared with a computation anew in any case."""
    every = 1 if request.config.getoption("--long") else 3
    run_command(service.env, "rescore", "--activate", "--watch")
    computed = lists(service.one, every)
    assert len(computed) > 130 / every
    assert_exact(service)
    for what, text_id in computed:
        client = service.one if text_id % 2 else service.other
        assert client.post(f"/api/v1/{what}/{text_id}/pause").status_code == 200
        assert client.post(f"/api/v1/{what}/{text_id}/resume").status_code == 200
    assert lists(service.other, every) == computed
    for (what, text_id), found in computed.items():
        for partner, fit in found if what == "challenges" else []:
            theirs = dict(computed.get(("profiles", partner), []))
            assert theirs.get(text_id, fit) == fit, "both sides read the same number"
    assert_exact(service)


def test_sqlite_and_postgresql_give_the_same_matches_in_the_same_order(sqlite: Service, postgresql: Service) -> None:
    assert lists(sqlite.one) == lists(postgresql.one)


@pytest.mark.parametrize("number", [0, 1])
def test_a_server_that_gets_sigterm_answers_what_is_under_way_and_ends_within_ten_seconds(
    service: Service, number: int
) -> None:
    idle = (service.one, service.other)[number]
    assert idle.get("/readyz").status_code == 200  # this connection stays open, unused
    server = service.processes[number]
    body = json.dumps({"side": "challenge", "content": stories.CHALLENGE_CONTENT}).encode()
    head = (
        f"Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n"
    )
    with socket.create_connection((httpx.URL(server.url).host, httpx.URL(server.url).port or 0), 60) as connection:
        connection.sendall(f"POST /api/v1/preview HTTP/1.1\r\n{head}\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 100"), "the server waits for the body"
        server.process.send_signal(signal.SIGTERM)
        connection.sendall(body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200"), answer
    assert server.wait(timeout=10) in {0, -signal.SIGTERM}, "".join(server.log)
    assert not [line for line in server.log if '"level": "error"' in line]
