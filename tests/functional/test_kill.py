"""What was acknowledged is there after the process is killed at any moment, and nothing is half there."""

import os
import queue
import random
import threading
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import Engine, text

from app.db.session import Sessions
from app.models import Challenge, Profile
from tests import stories
from tests.hashing_server import start
from tests.oracle import assert_lists_are_exact

pytestmark = pytest.mark.functional

MODELS = {"challenges": Challenge, "profiles": Profile}
CREATED, EDITED, DELETED = 1, 2, 3
CLIENTS = 4
WRITES = 200
Text = tuple[str, int]
"""Kind and id."""


class Client(threading.Thread):
    """Writes until the server is gone. What was answered is in a log file before the next request leaves."""

    def __init__(self, url: str, work: "queue.Queue[int]", log: "Log") -> None:
        super().__init__()
        self.client = httpx.Client(base_url=url, timeout=60)
        self.work = work
        self.log = log
        self.unexpected: list[str] = []

    def run(self) -> None:
        while True:
            number = self.work.get()
            try:
                self._write(number)
            except httpx.TransportError:
                self.work.put(number)  # not answered: somebody sends it again, after the restart
                return
            finally:
                self.work.task_done()

    def _write(self, number: int) -> None:
        words = stories.words_for(number)
        if number % 2:
            kind = "profiles"
            startup = self._create(f"/organisations {number}", {"name": f"Startup {number}", "kind": "startup"})
            content = stories.PROFILE_CONTENT | {"organisation_id": startup, "name": f"Nr. {number}", "offer": words}
        else:
            kind = "challenges"
            content = stories.CHALLENGE_CONTENT | {"organisation_id": 1, "title": f"Nr. {number}", "problem": words}
        of = (kind, self._create(f"/{kind} {number}", content))
        self.log.acknowledge(of, CREATED)
        if number % 4 < 2:
            self.log.ask(of, EDITED)
            changes = {"fields_of_action": ["family"], "language": "de"}
            answer = self.client.patch(f"/api/v1/{kind}/{of[1]}", json=changes, headers={"If-Match": '"1"'})
            self._expect(answer, 200, 412, 404)
            self.log.acknowledge(of, EDITED)
        if number % 6 == 0:
            self.log.ask(of, DELETED)
            self._expect(self.client.delete(f"/api/v1/{kind}/{of[1]}"), 204, 404)
            self.log.acknowledge(of, DELETED)

    def _create(self, what: str, content: dict[str, Any]) -> int:
        path = what.partition(" ")[0]
        answer = self.client.post(f"/api/v1{path}", json=content, headers={"Idempotency-Key": what.replace(" ", "_")})
        self._expect(answer, 201)
        number: int = answer.json()["id"]
        return number

    def _expect(self, answer: httpx.Response, *statuses: int) -> None:
        if answer.status_code not in statuses:
            self.unexpected.append(f"{answer.request.method} {answer.request.url}: {answer.text}")
            raise AssertionError(answer.text)


class Log:
    """What was asked for and what was answered; tells when enough was answered."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a")
        self._lock = threading.Lock()
        self._wanted = 0
        self._enough = threading.Event()
        self.answers = 0
        self.asked: dict[Text, int] = {}
        self.answered: dict[Text, int] = {}

    def wait_for(self, answers: int) -> None:
        """Wait until this many more writes are answered."""
        with self._lock:
            self._enough.clear()
            self._wanted = self.answers + answers
        assert self._enough.wait(120), "the server answers no more"

    def ask(self, of: Text, level: int) -> None:
        with self._lock:
            self.asked[of] = max(self.asked.get(of, CREATED), level)

    def acknowledge(self, of: Text, level: int) -> None:
        with self._lock:
            self._file.write(f"{of[0]} {of[1]} {level}\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self.answered[of] = max(self.answered.get(of, CREATED), level)
            self.answers += 1
            if self.answers >= self._wanted:
                self._enough.set()

    def close(self) -> None:
        self._file.close()


def assert_nothing_is_lost(engine: Engine, log: Log) -> None:
    with Sessions(engine).read() as session:
        for (kind, text_id), level in log.answered.items():
            row = session.get(MODELS[kind], text_id)
            found = DELETED if row is None else row.version
            assert level <= found <= log.asked.get((kind, text_id), CREATED), f"{kind} {text_id}"
        assert_lists_are_exact(session)
        if engine.dialect.name == "sqlite":
            assert session.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        for kind, column in (("challenge", "title"), ("profile", "name")):
            twice = text(f"SELECT {column} FROM {kind} GROUP BY {column} HAVING count(*) > 1")  # noqa: S608
            assert session.execute(twice).all() == [], "a repeated post created a second row"


@pytest.mark.parametrize(
    "rounds", [pytest.param(5, id="5-rounds"), pytest.param(20, id="20-rounds", marks=pytest.mark.long)]
)
def test_no_acknowledged_write_is_lost_when_the_server_is_killed_at_random_moments(
    engine: Engine, database_url: str, tmp_path: Path, rounds: int
) -> None:
    moments = random.Random(rounds)  # noqa: S311  which moments is no secret
    log = Log(tmp_path / "answered.log")
    work: queue.Queue[int] = queue.Queue()
    for number in range(rounds * WRITES):
        work.put(number)
    for turn in range(rounds):
        server = start(database_url)
        with server.client() as first:
            assert first.get("/livez").status_code == 200
        clients = [Client(server.url, work, log) for _ in range(CLIENTS)]
        if turn == 0:
            answer = clients[0].client.post("/api/v1/organisations", json={"name": "Haus", "kind": "welfare"})
            assert answer.json()["id"] == 1
        for client in clients:
            client.start()
        log.wait_for(WRITES // 5 + moments.randrange(WRITES // 10))
        server.kill()
        for client in clients:
            client.join()
            client.client.close()
            assert client.unexpected == []
        assert_nothing_is_lost(engine, log)
    assert log.answers >= WRITES
    assert {1, 2, 3} == set(log.answered.values())
    log.close()
