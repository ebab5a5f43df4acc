"""A run of a part of the texts takes the rest over while people publish and workers are killed [reliability row 14]."""

import signal
import threading
import time

import pytest
from sqlalchemy import Connection, Engine, event

from app.auth.actor import OPERATOR
from app.db.engine import make_engine
from app.db.session import Sessions
from app.matches import generations
from app.models.rescoring import RunState
from app.profiles import service as profiles
from app.rescoring import activation, runs, service
from app.rescoring.schemas import RunRequest
from tests import stories
from tests.forked import PROCESSES
from tests.matches.test_rescoring import assert_exact, writes_during_a_run
from tests.oracle import assert_lists_are_exact
from tests.rescoring import worker_process
from tests.rescoring.test_kills import Story, rows_of, story
from tests.rescoring_runs import make_shop, rescore

__all__ = ["story"]

NOBODYS = {"kind": "network", "network": "drk"}
"""A scope that no text belongs to: all lists are taken over as they are."""


class Reader(threading.Thread):
    """Looks at all lists of the ranking that is active, again and again, as one transaction sees them."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.engine = make_engine(url)
        self.ended = threading.Event()
        self.seen: list[int | None] = []
        self.wrong: list[BaseException] = []

    def run(self) -> None:
        sessions = Sessions(self.engine)
        while not self.ended.wait(0.05):
            try:
                with sessions.read(consistent=True) as session:
                    self.seen.append(generations.active_id(session))
                    assert_lists_are_exact(session)
            except BaseException as error:  # noqa: BLE001  the test raises it
                self.wrong.append(error)
                return

    def finish(self) -> None:
        self.ended.set()
        self.join(60)
        self.engine.dispose()


def work_until(story: Story, *points: str) -> None:
    """Kill one worker after the other, each when it reaches its point."""
    for point in points:
        worker = PROCESSES.Process(target=worker_process.work_until, args=(story.url, point))
        worker.start()
        worker.join(120)
        assert worker.exitcode == -signal.SIGKILL, f"{point} was not reached"


@pytest.mark.functional
def test_workers_killed_while_they_copy_and_show_leave_no_mixed_ranking_to_readers(story: Story) -> None:
    rescore(story.context)
    with story.context.sessions.read() as session:
        base = generations.active_id(session)
    assert base is not None
    request = RunRequest.model_validate({"scope": NOBODYS, "activate": True})
    run_id = runs.request_run(story.context, story.context.ranking.encoders, OPERATOR, request)
    reader = Reader(story.url)
    reader.start()
    work_until(story, "copied", "copy written", "copy committed")
    new = story.run(run_id).generation
    assert new is not None
    assert rows_of(story.context, new) == rows_of(story.context, base)
    for number in range(3):
        stories.profile(story.context, stories.words_for(number + 5))
    profiles.delete_profile(story.context, OPERATOR, 2, None)
    work_until(story, "caught up", "finish written", "switched")
    with story.context.sessions.read() as session:
        assert generations.active_id(session) == base, "shown whole or not at all"
    work_until(story, "finish committed")
    reader.finish()
    assert reader.wrong == []
    assert {base, new} >= set(reader.seen) >= {base}
    assert (story.run(run_id).state, story.run(run_id).held_back) == (RunState.ACTIVE, [])
    with story.context.sessions.read() as session:
        assert generations.active_id(session) == new
        assert_lists_are_exact(session)


def test_what_is_published_during_a_copy_is_in_it(story: Story) -> None:
    context = story.context
    rescore(context)
    with context.sessions.read() as session:
        base = generations.active_id(session) or 0
    actions = writes_during_a_run(context)
    copied: list[str] = []

    def write(point: str) -> None:
        if point == "copied":
            copied.append(point)
            if actions:
                actions.pop(0)()
        if point == "copy committed":
            assert not actions, "not everything happened during the copy"
            assert rows_of(context, service.read_run(context, run_id).generation or 0) == rows_of(context, base)

    request = RunRequest.model_validate({"scope": NOBODYS})
    run_id = runs.request_run(context, context.ranking.encoders, OPERATOR, request)
    shop = make_shop(context, reach=write)
    assert service.work_off(shop, run_id).state == RunState.COMPLETE
    assert len(copied) > 5, "what was published was copied again"
    service.activate_run(shop, OPERATOR, run_id, force=True)
    assert_exact(context.sessions)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["copied", "caught up"])
def test_whoever_writes_meanwhile_gets_a_turn(
    story: Story, engine: Engine, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = story.context
    rescore(context)
    monkeypatch.setattr(activation, "AT_ONCE", 1)
    request = RunRequest.model_validate({"scope": NOBODYS})
    run_id = runs.request_run(context, context.ranking.encoders, OPERATOR, request)
    parts: list[str] = []
    turn: list[int] = []

    def write() -> None:
        with context.sessions.write() as session:
            session.connection()  # has the lock
            turn.append(len(parts))

    worker, writer = threading.current_thread(), threading.Thread(target=write)

    def watch(point: str) -> None:
        if point == "copy committed" and kind == "caught up":
            for number in range(6):
                stories.profile(context, stories.words_for(number))
        if point == kind:
            parts.append(point)

    def take_long(_connection: Connection) -> None:
        """Hold the lock a little longer; in the second of the transactions somebody begins to wait for it."""
        if threading.current_thread() is worker and parts:
            if len(parts) == 1 and not writer.is_alive():
                writer.start()
            time.sleep(0.25)  # so that whoever waits looks every tenth of a second only

    event.listen(engine, "commit", take_long)
    try:
        service.work_off(make_shop(context, reach=watch), run_id)
    finally:
        event.remove(engine, "commit", take_long)
    writer.join(20)
    assert turn[0] <= 3 < len(parts), "it had to wait for the end"
