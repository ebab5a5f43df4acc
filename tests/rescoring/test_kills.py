"""Workers are killed, stopped, replaced, doubled; a run ends with the rows it would have had [reliability row 14]."""

import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import psutil
import pytest
from sqlalchemy import Engine, delete, select

from app.auth.actor import OPERATOR
from app.clock import Clock
from app.context import Context
from app.db.engine import make_engine
from app.db.migrate import upgrade
from app.matches.sides import TABLES
from app.models import Match, RescoringPartition
from app.models.rescoring import PartitionState, RunState
from app.rescoring import repository, runs, service
from app.rescoring.schemas import RunRead, RunRequest
from tests import stories
from tests.conftest import make_context
from tests.databases import own_database
from tests.fakes import HashingEncoder
from tests.forked import PROCESSES, Forked
from tests.oracle import assert_lists_are_exact
from tests.rescoring import worker_process
from tests.rescoring_runs import hashing_encoders, make_shop

pytestmark = pytest.mark.functional

TEXTS = 9
OTHER = HashingEncoder(dimension=32, name="other").fingerprint
POINTS = [
    *("prepare claimed", "prepare written", "prepare committed"),
    *("encode claimed", "encode computed", "encode written", "encode committed"),
    *("freeze claimed", "freeze computed", "freeze written", "freeze committed"),
    *("rank claimed", "rank computed", "rank written", "rank committed"),
    *("finish claimed", "finish caught up", "finish compared", "finish written", "finish committed"),
]
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Story:
    """A database with texts and the rows of a run that nobody disturbed."""

    url: str
    context: Context
    undisturbed: Rows

    def request(self) -> int:
        """Ask for a run with the other encoder, whose vectors are all to be made."""
        with self.context.sessions.write() as session:
            for tables in TABLES.values():
                session.execute(delete(tables.vector).where(tables.vector.fingerprint == OTHER))
        return runs.request_run(self.context, self.context.ranking.encoders, OPERATOR, RunRequest(encoder="other"))

    def rows(self, run_id: int) -> Rows:
        return rows_of(self.context, service.read_run(self.context, run_id).generation or 0)

    def run(self, run_id: int) -> RunRead:
        return service.read_run(self.context, run_id)


@pytest.fixture
def story(engine: Engine, database_url: str, small_lists: None) -> Story:
    return tell(engine, database_url)


def tell(engine: Engine, database_url: str) -> Story:
    context = make_context(engine, Clock(), encoders=hashing_encoders())
    welfare = stories.organisation(context, "welfare")
    for number in range(TEXTS):
        stories.challenge(context, welfare, stories.words_for(number), language="de" if number % 3 else "en")
        stories.profile(context, stories.words_for(number + 3))
    told = Story(database_url, context, [])
    shop = make_shop(context, name="undisturbed")
    run_id = told.request()
    assert service.work_off(shop, run_id).state == RunState.COMPLETE
    told.undisturbed.extend(told.rows(run_id))
    assert len(told.undisturbed) > TEXTS
    return told


def rows_of(context: Context, generation_id: int) -> Rows:
    """All matches and lists of a generation, row for row."""
    found: Rows = []
    with context.sessions.read() as session:
        for model in (Match, *(tables.ranked_list for tables in TABLES.values())):
            columns = [column for column in model.__table__.c if column.name not in {"generation_id", "revision"}]
            query = select(*columns).where(model.generation_id == generation_id)
            found += sorted((model.__tablename__, *row) for row in session.execute(query))
    return found


def test_a_worker_killed_at_every_point_of_the_code_loses_and_doubles_nothing(story: Story) -> None:
    run_id = story.request()
    for point in POINTS:
        worker = PROCESSES.Process(target=worker_process.work_until, args=(story.url, point))
        worker.start()
        worker.join(120)
        assert worker.exitcode == -signal.SIGKILL, f"{point} was not reached"
        with story.context.sessions.read() as session:
            assert_lists_are_exact(session)  # what readers see
    assert story.run(run_id).state == RunState.COMPLETE
    assert story.rows(run_id) == story.undisturbed
    shop = make_shop(story.context)
    service.activate_run(shop, OPERATOR, run_id, force=True)
    with story.context.sessions.read() as session:
        assert_lists_are_exact(session)


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    """Kill the workers that a failed test leaves, stopped ones too."""
    yield
    for process in Worker.started:
        if process.poll() is None:
            process.kill()
            process.finish(60)
    Worker.started.clear()


class Worker:
    """A worker process with DBOS."""

    started: ClassVar[list[Forked]] = []

    def __init__(self, url: str, name: str, version: str, how: str = "run", again: Path = Path("/none")) -> None:
        self.process = Forked(worker_process.work, url, name, version, how, again)
        self.started.append(self.process)

    def wait_for(self, event: str) -> None:
        lines = []
        for line in self.process.stderr:
            lines.append(line)
            if event in line:
                return
        raise AssertionError("".join(lines))

    def wait_until_stopped(self) -> None:
        until = time.monotonic() + 30
        while psutil.Process(self.process.pid).status() != psutil.STATUS_STOPPED:
            assert time.monotonic() < until, "it does not stop"
            time.sleep(0.01)

    def finish(self) -> str:
        status, log = self.process.finish(120)
        assert status == 0, log
        return log

    def kill(self) -> None:
        self.process.kill()
        self.process.finish(60)


def is_locked(story: Story) -> bool:
    """Whether the stopped worker holds the lock of an SQLite file; PostgreSQL ends such transactions by itself."""
    if not story.url.startswith("sqlite"):
        return False
    connection = sqlite3.connect(story.url.removeprefix("sqlite:///"), timeout=0.2, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False


def retried(story: Story, run_id: int) -> int:
    """The run, with another try for partitions that were killed too often; a new run when it has ended."""
    state = story.run(run_id).state
    if state == RunState.FAILED:
        runs.retry_run(story.context, OPERATOR, run_id)
    elif state == RunState.COMPLETE:
        assert story.rows(run_id) == story.undisturbed
        return story.request()
    return run_id


def test_workers_killed_at_random_moments_are_replaced_by_others(story: Story, request: pytest.FixtureRequest) -> None:
    moments = random.Random(14)  # noqa: S311  moments, no secrets
    run_id = story.request()
    for number in range(50 if request.config.getoption("--long") else 5):
        worker = Worker(story.url, f"worker-{number}", str(number % 3))
        worker.wait_for("working")
        time.sleep(moments.uniform(0, 1.5))
        worker.kill()
        run_id = retried(story, run_id)
    last = Worker(story.url, "last", "another-version")
    last.finish()
    if story.run(run_id).state == RunState.FAILED:
        retried(story, run_id)
        Worker(story.url, "very-last", "another-version").finish()
    assert story.run(run_id).state == RunState.COMPLETE
    assert story.rows(run_id) == story.undisturbed


@pytest.mark.parametrize("point", ["encode computed", "rank computed"])
def test_the_result_of_a_stopped_worker_that_wakes_up_late_is_refused(story: Story, point: str, tmp_path: Path) -> None:
    run_id = story.request()
    again = tmp_path / "again"
    zombie = Worker(story.url, "zombie", "1", f"stop:{point}", again)
    zombie.wait_for("stopping")
    zombie.wait_until_stopped()
    for _ in range(50):
        if not is_locked(story):
            break
        again.touch()
        zombie.process.send_signal(signal.SIGCONT)
        time.sleep(0.3)
        zombie.wait_until_stopped()
    assert not is_locked(story)
    Worker(story.url, "second", "1").finish()
    assert story.run(run_id).state == RunState.COMPLETE
    zombie.process.send_signal(signal.SIGCONT)
    log = zombie.finish()
    assert log.count("late result refused") == 1, log
    assert story.rows(run_id) == story.undisturbed
    with story.context.sessions.read() as session:
        taken_over = select(RescoringPartition).where(
            RescoringPartition.run_id == run_id, RescoringPartition.attempt > 1
        )
        (partition,) = session.scalars(taken_over).all()
    assert (partition.state, partition.attempt, partition.worker) == (PartitionState.DONE, 2, "second")


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_two_workers_share_a_run_and_do_each_partition_once(story: Story) -> None:
    run_id = story.request()
    workers = [Worker(story.url, name, "1") for name in ("one", "two")]
    for worker in workers:
        assert "Traceback" not in worker.finish()
    assert story.rows(run_id) == story.undisturbed
    with story.context.sessions.read() as session:
        partitions = session.scalars(select(RescoringPartition).where(RescoringPartition.run_id == run_id)).all()
        assert repository.under_way(session) is None
    assert {partition.attempt for partition in partitions} == {1}
    assert {partition.worker for partition in partitions} == {"one", "two"}


@pytest.mark.postgres
def test_a_run_goes_on_after_the_database_was_stopped_and_started(small_lists: None) -> None:
    """[reliability row 19]"""
    with own_database() as database:
        engine = make_engine(database.url)
        upgrade(engine)
        story = tell(engine, database.url)
        run_id = story.request()
        worker = Worker(database.url, "survivor", "1")
        worker.wait_for("working")
        while story.run(run_id).progress.texts_encoded < TEXTS:
            time.sleep(0.05)
        database.crash()
        time.sleep(1)
        database.start()
        until = time.monotonic() + 120
        while story.run(run_id).state in service.UNDER_WAY and time.monotonic() < until:
            if worker.process.poll() is not None:  # what runs services starts one that ended again
                worker.kill()
                worker = Worker(database.url, "survivor", "1")
            time.sleep(0.2)
        assert story.run(run_id).state == RunState.COMPLETE
        assert story.rows(run_id) == story.undisturbed
        with story.context.sessions.read() as session:
            assert_lists_are_exact(session)
        worker.kill()
        engine.dispose()
