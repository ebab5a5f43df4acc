"""Service and database killed, servers replaced under load [reliability rows 21, 22]."""

import itertools
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from app.db.engine import make_engine
from app.db.migrate import upgrade
from tests import stories
from tests.conftest import DATABASES, new_database
from tests.databases import Database, own_database
from tests.hashing_server import start
from tests.servers import Server

pytestmark = pytest.mark.functional
CONTENT = stories.CHALLENGE_CONTENT
PAUSE = 0.05
"""Seconds between two requests of a client, which leave the cores to servers that start."""
DRAINED_AFTER = 0.5
"""Seconds between taking a server out, as a proxy does first, and ending it: a connection that the kernel has taken and
the server has not is lost when the socket closes."""


@pytest.fixture
def database() -> Iterator[Database]:
    with own_database() as found:
        yield found


def write_until_it_ends(server: Server, log: Path) -> None:
    with server.client() as client, log.open("a") as written:
        for number in itertools.count():
            try:
                answer = client.post("/api/v1/organisations", json={"name": f"Haus {number}", "kind": "welfare"})
            except httpx.HTTPError:
                return
            if answer.status_code != 201:
                return
            written.write(f"{answer.json()['id']}\n")
            written.flush()


def lines(log: Path) -> int:
    return len(log.read_text().splitlines()) if log.is_file() else 0


@pytest.mark.postgres
def test_what_was_acknowledged_survives_a_crash_of_service_and_database(
    database: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """[21] 30 rounds with --long, 2 otherwise. A power cut is not among them."""
    engine = make_engine(database.url)
    upgrade(engine)
    engine.dispose()
    log = tmp_path / "acknowledged"
    rounds = 30 if request.config.getoption("--long") else 2
    for _ in range(rounds):
        server = start(database.url)
        writer = threading.Thread(target=write_until_it_ends, args=(server, log))
        with server.client() as client:
            assert client.get("/livez").status_code == 200
        before = lines(log)
        writer.start()
        while writer.is_alive() and lines(log) < before + 3:
            time.sleep(0.05)
        time.sleep(random.random())  # noqa: S311  any moment will do
        database.crash()
        server.kill()
        writer.join()
        database.start()
        with engine.connect() as connection:
            stored = set(connection.exec_driver_sql("SELECT id FROM organisation").scalars())
        engine.dispose()
        acknowledged = {int(line) for line in log.read_text().splitlines()}
        assert len(acknowledged) >= before + 3
        assert not acknowledged - stored


class Load:
    """Clients that do what a proxy does: who refuses a connection is left out, everything else has to be answered."""

    def __init__(self, addresses: list[str]) -> None:
        self.addresses = addresses
        self.failed: list[str] = []
        self.answered: list[int] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(3)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait_for(self, more: int) -> None:
        """Wait until that many more requests have been answered."""
        wanted = len(self.answered) + more
        while len(self.answered) < wanted and not self.failed and any(one.is_alive() for one in self._threads):
            time.sleep(PAUSE)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int) -> None:
        for turn in itertools.count(number):
            if self._stop.wait(PAUSE):
                return
            self._ask(turn)

    def _ask(self, turn: int) -> None:
        for attempt in range(20):
            known = list(self.addresses)
            try:
                with httpx.Client(base_url=known[(turn + attempt) % len(known)], timeout=20) as client:
                    answer = client.post("/api/v1/preview", json={"side": "challenge", "content": CONTENT})
            except httpx.ConnectError:
                continue
            except httpx.HTTPError as error:
                self.failed.append(type(error).__name__)
                return
            self.answered.append(answer.status_code)
            return
        self.failed.append("nobody answers")


@pytest.mark.parametrize("kind", DATABASES)
def test_servers_are_replaced_under_load_without_a_failed_request(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """[22] Five times."""
    with new_database(kind, tmp_path, request) as url:
        engine = make_engine(url)
        upgrade(engine)
        running = [start(url), start(url)]
        load = Load([server.url for server in running])
        load.start()
        for _ in range(5):
            newer = start(url)
            load.addresses.append(newer.url)
            load.wait_for(6)
            older = running.pop(0)
            load.addresses.remove(older.url)
            time.sleep(DRAINED_AFTER)
            end_within_ten_seconds(older)
            running.append(newer)
        load.stop()
        for server in running:
            server.kill()
        engine.dispose()
    assert load.failed == []
    assert set(load.answered) == {200}
    assert len(load.answered) > 20


def end_within_ten_seconds(server: Server) -> None:
    server.process.send_signal(signal.SIGTERM)
    assert server.wait(10) in {0, -signal.SIGTERM}
    assert server.process.stderr is not None
    server.process.stderr.close()
