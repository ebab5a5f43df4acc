"""A disk that fills up and a database that goes away during a run [reliability rows 19, 20]."""

import multiprocessing
import resource
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.auth.actor import OPERATOR
from app.db.engine import make_engine
from app.models.rescoring import RunState
from app.rescoring import runs, service
from tests.oracle import assert_lists_are_exact
from tests.rescoring import worker_process
from tests.rescoring.test_kills import Story, story
from tests.rescoring_runs import make_shop
from tests.small_lists import shrink

__all__ = ["story"]

ROOM = 30_000
"""Bytes the write-ahead log may still grow by: some partitions fit, not all."""


def work_on_a_full_disk(url: str, run_id: int, limit: int) -> None:
    """Work on a run while no file may grow beyond `limit` bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    shrink()
    ground = worker_process.open_ground(make_engine(url))
    service.work_off(make_shop(ground, name="full", lost_after=timedelta(seconds=-1)), run_id)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_disk_that_fills_up_stops_a_run_which_goes_on_when_there_is_room(story: Story) -> None:
    run_id = story.request()
    file = Path(story.url.removeprefix("sqlite:///"))
    log = file.with_name(file.name + "-wal")
    processes = multiprocessing.get_context("forkserver")
    limit = max(file.stat().st_size, log.stat().st_size) + ROOM
    worker = processes.Process(target=work_on_a_full_disk, args=(story.url, run_id, limit))
    worker.start()
    worker.join(8)
    worker.kill()
    worker.join(60)
    with story.context.sessions.read() as session:
        assert session.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
        assert_lists_are_exact(session)
    run = story.run(run_id)
    assert run.state != RunState.COMPLETE, "there was no room for all of it"
    later = make_shop(story.context, name="later", lost_after=timedelta(seconds=-1))
    if run.state == RunState.FAILED:
        runs.retry_run(story.context, OPERATOR, run_id)
    assert service.work_off(later, run_id).state == RunState.COMPLETE
    assert story.rows(run_id) == story.undisturbed


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize("point", ["encode written", "rank computed", "rank written", "finish written"])
def test_a_run_goes_on_after_the_database_has_thrown_everybody_out(story: Story, point: str) -> None:
    run_id = story.request()
    left = [point]
    everybody = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    def throw_out(reached: str) -> None:
        if reached in left:
            left.remove(reached)
            admin = make_engine(story.url)
            with admin.connect() as connection:
                connection.execute(text(everybody))
            admin.dispose()

    shop = make_shop(story.context, reach=throw_out, lost_after=timedelta(seconds=-1))
    assert service.work_off(shop, run_id).state == RunState.COMPLETE
    assert not left, "nobody was thrown out"
    assert story.rows(run_id) == story.undisturbed
    with story.context.sessions.read() as session:
        assert_lists_are_exact(session)
