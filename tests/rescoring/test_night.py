"""The run of the night begins by itself, once, however many workers there are."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.models import RescoringRun
from app.models.rescoring import RunState
from tests.oracle import assert_lists_are_exact
from tests.rescoring.test_kills import Story, Worker, story

__all__ = ["story"]


def runs_of(told: Story) -> list[RescoringRun]:
    with told.context.sessions.read() as session:
        return list(session.scalars(select(RescoringRun).order_by(RescoringRun.id)))


def test_two_workers_begin_one_run_a_night_and_show_what_it_made(story: Story) -> None:
    before = {run.id for run in runs_of(story)}
    minute_ago = datetime.now(UTC) - timedelta(minutes=1)
    workers = [Worker(story.url, name, "1", f"night:{minute_ago:%H:%M}") for name in ("one", "two")]
    for worker in workers:
        worker.finish()
    (run,) = [run for run in runs_of(story) if run.id not in before]
    assert run.state == RunState.ACTIVE
    assert run.activate
    with story.context.sessions.read() as session:
        assert_lists_are_exact(session)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_run_of_the_night_waits_for_one_that_is_in_its_way(story: Story) -> None:
    first = story.request()
    minute_ago = datetime.now(UTC) - timedelta(minutes=1)
    Worker(story.url, "one", "1", f"night3:{minute_ago:%H:%M}").finish()
    assert story.run(first).state == RunState.COMPLETE
    *_, nightly = runs_of(story)
    assert nightly.id > first
    assert (nightly.state, nightly.activate) == (RunState.ACTIVE, True)
