"""Processes and threads that publish at the same moment see each other."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select

from app.context import Context
from app.matches import generations
from app.models import Challenge, Profile
from matching.statistics import Statistics
from tests import stories, workers
from tests.conftest import SettableClock, make_context
from tests.oracle import assert_lists_are_exact, assert_snapshots_are_equal, stored_lists, visible
from tests.rescoring_runs import rescore

PROCESSES = 4
EACH = 8


def lists_of(context: Context) -> object:
    with context.sessions.read() as session:
        generation_id = generations.active_id(session)
        assert generation_id is not None
        return {key: visible(stored.entries) for key, stored in stored_lists(session, generation_id).items()}


def test_publishing_from_four_processes_gives_the_rows_of_a_recomputation(
    engine: Engine,
    database_url: str,
    clock: SettableClock,
    demo_statistics: Statistics,
    small_lists: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = make_context(engine, clock, statistics=demo_statistics)
    welfare = stories.organisation(context, "welfare")
    spawning = multiprocessing.get_context("forkserver")  # which imports once for all
    spawning.set_forkserver_preload(["tests.workers"])
    together = spawning.Barrier(PROCESSES)
    processes = [
        spawning.Process(target=workers.publish, args=(database_url, number, EACH, welfare, together))
        for number in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    with context.sessions.read() as session:
        assert len(session.scalars(select(Challenge.id)).all()) == PROCESSES * EACH / 2
        assert len(session.scalars(select(Profile.id)).all()) == PROCESSES * EACH / 2
        assert_lists_are_exact(session)
        assert_snapshots_are_equal(session, context.ranking.snapshot(session))
    published = lists_of(context)
    monkeypatch.setattr(Statistics, "estimate", classmethod(lambda _cls, _batches, _prior: demo_statistics))
    rescore(context)
    assert lists_of(context) == published


def test_threads_of_one_process_that_publish_and_read_side_by_side_keep_its_snapshot_right(
    engine: Engine, clock: SettableClock, demo_statistics: Statistics, small_lists: None
) -> None:
    context = make_context(engine, clock, statistics=demo_statistics)
    welfare = stories.organisation(context, "welfare")

    def read() -> None:
        with context.sessions.read() as session:
            context.ranking.snapshot(session)

    with ThreadPoolExecutor(8) as threads:
        writing = [threads.submit(workers.publish_one, context, welfare, number) for number in range(24)]
        reading = [threads.submit(read) for _ in range(24)]
        for done in [*writing, *reading]:
            done.result()
    with context.sessions.read() as session:
        assert_lists_are_exact(session)
        assert_snapshots_are_equal(session, context.ranking.snapshot(session))
