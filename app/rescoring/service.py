"""A whole run in one process, and what readers ask about runs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.context import Ground
from app.errors import NotComplete, NothingToRollBackTo, OlderRanking, RunHeldBack
from app.matches import generations
from app.models import WorkerHeartbeat
from app.models.rescoring import RunState
from app.rescoring import activation, cleaning, partitions, progress, repository, runs
from app.rescoring.partitions import Outcome
from app.rescoring.schemas import Comparison, RunRead, RunRequest
from app.rescoring.workshop import Workshop

UNDER_WAY = frozenset({RunState.QUEUED, RunState.RUNNING})
BEAT_EVERY = 5.0
"""Seconds between two signs of life of a worker."""
WAIT = 0.5
WORKER_LOST_AFTER = timedelta(seconds=60)

log = structlog.get_logger()


def work_off(shop: Workshop, run_id: int, show: Callable[[RunRead], Any] = lambda _: None) -> RunRead:
    """Do all partitions of a run that are due, here, until the run has ended; other workers may help.

    Raises what stops a partition for good only as the state of the run, and `EncoderMismatch` or `OtherScoring` where
    others have to do it.
    """
    idle = threading.Event()
    with beating(shop):
        while True:
            due = look(shop)
            for _, number, _ in due:
                if partitions.work_on(shop, run_id, number) is Outcome.PASSED_ON:
                    check_run(shop, run_id)
                show(read_run(shop.ground, run_id))
            run = read_run(shop.ground, run_id)
            show(run)
            if run.state not in UNDER_WAY:
                _clear_away(shop)
                return run
            if not due:
                runs.settle(shop.ground, run_id)
                idle.wait(WAIT)


def _clear_away(shop: Workshop) -> None:
    try:
        cleaning.clear_away(shop.ground.sessions)
    except SQLAlchemyError as error:
        # Somebody reads what is to go. The run has ended all the same; a worker or the next run clears away.
        log.warning("rankings not cleared away", error=type(error).__name__)


def rescore(
    shop: Workshop, actor: Actor, request: RunRequest, show: Callable[[RunRead], Any] = lambda _: None
) -> RunRead:
    """Do a whole run here and show its ranking, whatever the comparison says. Raises what `request_run` does."""
    run = work_off(shop, runs.request_run(shop.ground, shop.encoders, actor, request), show)
    if run.state == RunState.COMPLETE:
        activate_run(shop, actor, run.id, force=True)
        _clear_away(shop)  # one more is superseded now
    return read_run(shop.ground, run.id)


def look(shop: Workshop, limit: int = 1) -> list[tuple[int, int, int]]:
    """Return (run, partition, attempt) of what can be taken up now."""
    with shop.ground.sessions.read() as session:
        return repository.due(session, shop.now(session), shop.lost_after, limit)


def beat(shop: Workshop) -> None:
    """Show that this worker is still at what it holds."""
    held = set(shop.in_hand)
    if held:
        with shop.ground.sessions.write() as session:
            repository.renew(session, held, shop.name, shop.now(session))


@contextmanager
def beating(shop: Workshop) -> Iterator[None]:
    """Beat in a thread as long as the block lasts."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(BEAT_EVERY):
            try:
                beat(shop)
            except Exception as error:  # noqa: BLE001  whatever it is: without signs of life others take the work over
                log.error("no sign of life", error=type(error).__name__)

    thread = threading.Thread(target=run, name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(BEAT_EVERY)


def activate_run(shop: Workshop, actor: Actor, run_id: int, *, force: bool = False) -> None:
    """Show the ranking of a complete run.

    Raises `NotFound`, `NotComplete`, `OlderRanking`, `OtherScoring`, `RunHeldBack`, `GenerationGone`, `CatchUpTooSlow`.
    """
    with shop.ground.sessions.read() as session:
        run = repository.get(session, run_id)
        if run.state != RunState.COMPLETE or run.generation_id is None:
            raise NotComplete(run_id=run_id, state=run.state.value)
        active = generations.active_id(session) or 0
        if not force and run.generation_id < active:
            raise OlderRanking(active=active, run_id=run_id)
        if not force and run.held_back:
            raise RunHeldBack(reasons=", ".join(run.held_back))
        generation_id = run.generation_id
    _activate(shop, actor, generation_id, f"{runs.NOUN}.activated", run_id)


def roll_back(shop: Workshop, actor: Actor) -> int:
    """Show the ranking that readers saw before the present one. Returns its number.

    Raises `NothingToRollBackTo`, `OtherScoring`.
    """
    with shop.ground.sessions.read() as session:
        before = generations.last_superseded(session)
        if before is None:
            raise NothingToRollBackTo
        generation_id = before.id
    _activate(shop, actor, generation_id, "ranking.rolled_back", generation_id)
    return generation_id


def _activate(shop: Workshop, actor: Actor, generation_id: int, action: str, number: int) -> None:
    def last(session: Session) -> None:
        now = shop.ground.clock.now()
        shop.ground.trail.record(session, actor, now, action, action.partition(".")[0], number)

    activation.activate(shop, generation_id, last=last)
    shop.let_go()


def read_comparison(ground: Ground, run_id: int) -> Comparison:
    """Return how the ranking of a run differs from that before. Raises `NotFound`, `NotComplete`."""
    with ground.sessions.read() as session:
        run = repository.get(session, run_id)
        if run.comparison is None:
            raise NotComplete(run_id=run_id, state=run.state.value)
        return Comparison.model_validate(run.comparison)


def is_any_under_way(ground: Ground) -> bool:
    """Tell whether there is a run to work on."""
    with ground.sessions.read() as session:
        return repository.under_way(session) is not None


def workers_of(ground: Ground, run_id: int) -> set[str]:
    """Return the workers that have encoded or ranked something of a run."""
    with ground.sessions.read() as session:
        return repository.workers_of(session, run_id)


def worker_lives(ground: Ground) -> bool:
    """Tell whether a worker was seen within the last minute."""
    with ground.sessions.read() as session:
        seen = session.scalar(select(func.max(WorkerHeartbeat.seen_at)))
    return seen is not None and seen > ground.clock.now() - WORKER_LOST_AFTER


def check_run(shop: Workshop, run_id: int) -> None:
    """Find out whether a run can go on here. Raises `NotFound`, `EncoderMismatch`, `OtherScoring`."""
    with shop.ground.sessions.read() as session:
        shop.check(session, repository.get(session, run_id))


def rules_have_changed(shop: Workshop) -> bool:
    """Tell whether readers see a ranking made by other rules than those of this program."""
    with shop.ground.sessions.read() as session:
        active = generations.active(session)
    return active is not None and active.scoring != generations.scoring_of(shop.matcher)


def read_run(ground: Ground, run_id: int) -> RunRead:
    """Return a run with its progress. Raises `NotFound`."""
    with ground.sessions.read() as session:
        return progress.read(session, repository.get(session, run_id), ground.clock.now())
