"""SQL about rescoring runs and their partitions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.models import RescoringPartition, RescoringRun
from app.models.rescoring import UNDER_WAY, PartitionKind, PartitionState, RunState
from app.pagination import Page, newest_first
from matching.texts import Side

ORDER = {kind: place for place, kind in enumerate(PartitionKind)}
"""Kinds in the order in which they are done."""
ATTEMPTS = 5
"""How often a partition may fail before somebody has to look at it."""


@dataclass(frozen=True, slots=True)
class Task:
    """A partition in the hands of a worker. `attempt` is the token its result is stored with."""

    run_id: int
    number: int
    attempt: int
    kind: PartitionKind
    side: Side | None
    text_ids: tuple[int, ...]


def get(session: Session, run_id: int) -> RescoringRun:
    """Return a run. Raises `NotFound`."""
    run = session.get(RescoringRun, run_id)
    if run is None:
        raise NotFound
    return run


def get_locked(session: Session, run_id: int) -> RescoringRun:
    """Return a run as it is now; nobody else changes it until this transaction ends. Raises `NotFound`."""
    run = session.get(RescoringRun, run_id, with_for_update=True, populate_existing=True)
    if run is None:
        raise NotFound
    return run


def under_way(session: Session) -> RescoringRun | None:
    """Return the run that is queued or running."""
    return session.scalar(select(RescoringRun).where(RescoringRun.under_way.is_(True)))


def pass_on(session: Session, run_id: int, number: int) -> None:
    """Let a partition that nobody has begun be offered anew, when the worker it was offered to can't do it."""
    session.execute(
        update(RescoringPartition)
        .where(
            RescoringPartition.run_id == run_id,
            RescoringPartition.number == number,
            RescoringPartition.state == PartitionState.QUEUED,
        )
        .values(attempt=RescoringPartition.attempt + 1)
        .execution_options(synchronize_session=False)
    )


def last_id(session: Session) -> int | None:
    """Return the number of the newest run."""
    return session.scalar(select(func.max(RescoringRun.id)))


def page(session: Session, *, limit: int, cursor: str | None) -> Page[RescoringRun]:
    """Return runs, newest first."""
    return newest_first(session, select(RescoringRun), RescoringRun.id, limit=limit, cursor=cursor)


def of_generation(session: Session, generation_id: int) -> RescoringRun | None:
    """Return the run that made a generation, as it is now; the first generation has none."""
    return session.scalar(select(RescoringRun).where(RescoringRun.generation_id == generation_id).with_for_update())


def add_partitions(
    session: Session,
    run_id: int,
    first: int,
    kind: PartitionKind,
    due_at: datetime,
    parts: Iterable[tuple[Side | None, Sequence[int]]],
) -> int:
    """Add partitions from number `first` on. Returns the next free number."""
    rows = [
        {
            "run_id": run_id,
            "number": number,
            "kind": kind,
            "state": PartitionState.QUEUED,
            "side": side.value if side else None,
            "text_ids": list(ids),
            "attempt": 0,
            "failures": 0,
            "due_at": due_at,
            "pairs": 0,
            "texts": 0,
        }
        for number, (side, ids) in enumerate(parts, first)
    ]
    if rows:
        session.execute(insert(RescoringPartition), rows)
    return first + len(rows)


def due(session: Session, now: datetime, lost_after: timedelta, limit: int) -> list[tuple[int, int, int]]:
    """Return (run, number, attempt) of partitions that can be taken up now, those of the earliest kind only."""
    run = under_way(session)
    kind = kind_at_work(session, run.id) if run else None
    if run is None or kind is None:
        return []
    query = (
        select(RescoringPartition.run_id, RescoringPartition.number, RescoringPartition.attempt)
        .where(
            RescoringPartition.run_id == run.id,
            RescoringPartition.kind == kind,
            or_(
                and_(RescoringPartition.state == PartitionState.QUEUED, RescoringPartition.due_at <= now),
                _is_lost(now, lost_after),
            ),
        )
        .order_by(RescoringPartition.number)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def claim(
    session: Session, run_id: int, number: int, worker: str, now: datetime, lost_after: timedelta, *, in_hand: bool
) -> Task | None:
    """Take a partition up, if it is due; a lost one counts as a failure. None: it is others' or it is not its turn.

    in_hand: this worker is at it in another thread; else a partition that is its own was left by an earlier process.
    """
    part = session.get(RescoringPartition, (run_id, number), with_for_update=True, populate_existing=True)
    run = session.get(RescoringRun, run_id, with_for_update={"read": True}, populate_existing=True)
    if part is None or run is None or run.state not in UNDER_WAY or in_hand:
        return None
    if part.state == PartitionState.RUNNING:
        lost = part.worker == worker or part.seen_at is None or part.seen_at < now - lost_after
        if not lost:
            return None
        if not _count_failure(part, now, "lost"):
            return None
    elif part.state != PartitionState.QUEUED or part.due_at > now:
        return None
    if kind_at_work(session, run_id) != part.kind:
        return None
    part.state = PartitionState.RUNNING
    part.attempt += 1
    part.worker = worker
    part.started_at = part.seen_at = now
    session.flush()
    side = Side(part.side) if part.side else None
    return Task(run_id, number, part.attempt, part.kind, side, tuple(part.text_ids))


def hold(session: Session, task: Task) -> RescoringRun | None:
    """Return the run if the task is still in the worker's hands, and keep it so until this transaction ends.

    None: it was cancelled, or taken over by another worker, whose attempt has a higher number.
    """
    part = session.get(RescoringPartition, (task.run_id, task.number), with_for_update=True, populate_existing=True)
    run = session.get(RescoringRun, task.run_id, with_for_update={"read": True}, populate_existing=True)
    if part is None or part.state != PartitionState.RUNNING or part.attempt != task.attempt:
        return None
    return run if run is not None and run.state in UNDER_WAY else None


def mark_done(session: Session, task: Task, now: datetime, *, pairs: int = 0, texts: int = 0) -> None:
    """Note the result of a task that `hold` has found to be in the worker's hands."""
    part = session.get_one(RescoringPartition, (task.run_id, task.number))
    part.state, part.done_at, part.pairs, part.texts, part.last_error = PartitionState.DONE, now, pairs, texts, None


def give_back(session: Session, task: Task, now: datetime, error: str, *, again: bool = True) -> None:
    """Let somebody try again, a little later each time, or give up: after some tries, or at once if not `again`."""
    part = session.get(RescoringPartition, (task.run_id, task.number), with_for_update=True, populate_existing=True)
    if part is not None and part.state == PartitionState.RUNNING and part.attempt == task.attempt:
        part.failures = part.failures if again else ATTEMPTS - 1
        _count_failure(part, now, error)


def renew(session: Session, held: Iterable[tuple[int, int]], worker: str, now: datetime) -> None:
    """Show that a worker is still at some partitions; one whose result is just being stored is left alone."""
    for run_id, number in sorted(held):
        part = session.scalar(
            select(RescoringPartition)
            .where(
                RescoringPartition.run_id == run_id,
                RescoringPartition.number == number,
                RescoringPartition.worker == worker,
                RescoringPartition.state == PartitionState.RUNNING,
            )
            .with_for_update(skip_locked=True)
        )
        if part is not None:
            part.seen_at = now


def retry_failed(session: Session, run_id: int, now: datetime) -> int:
    """Queue the failed partitions of a run again. Returns how many there were."""
    result = session.execute(
        update(RescoringPartition)
        .where(RescoringPartition.run_id == run_id, RescoringPartition.state == PartitionState.FAILED)
        .values(state=PartitionState.QUEUED, failures=0, due_at=now)
        .execution_options(synchronize_session=False)
        .returning(RescoringPartition.number)
    )
    return len(result.all())


def workers_of(session: Session, run_id: int) -> set[str]:
    """Return the workers that have done a partition with texts."""
    query = select(RescoringPartition.worker).where(RescoringPartition.run_id == run_id, RescoringPartition.texts > 0)
    return {name for name in session.scalars(query.distinct()) if name is not None}


def dead_end(session: Session, run_id: int) -> str | None:
    """Return the error of a failed partition when nothing else of its kind is left to do, None otherwise."""
    kind = kind_at_work(session, run_id)
    mine = (RescoringPartition.run_id == run_id, RescoringPartition.kind == kind)
    open_states = (PartitionState.QUEUED, PartitionState.RUNNING)
    if session.scalar(
        select(RescoringPartition.number).where(*mine, RescoringPartition.state.in_(open_states)).limit(1)
    ):
        return None
    failed = select(RescoringPartition.last_error).where(*mine, RescoringPartition.state == PartitionState.FAILED)
    found = session.execute(failed.limit(1)).first()
    return None if found is None else str(found[0])


@dataclass(frozen=True, slots=True)
class Tally:
    """How much of one kind there is in one state."""

    kind: PartitionKind
    state: PartitionState
    partitions: int
    pairs: int
    texts: int
    first_start: datetime | None


def tallies(session: Session, run_id: int) -> list[Tally]:
    """Return what there is of a run, by kind and state."""
    columns: tuple[Any, ...] = (RescoringPartition.kind, RescoringPartition.state)
    query = (
        select(
            *columns,
            func.count(),
            func.sum(RescoringPartition.pairs),
            func.sum(RescoringPartition.texts),
            func.min(RescoringPartition.started_at),
        )
        .where(RescoringPartition.run_id == run_id)
        .group_by(*columns)
    )
    return [Tally(row[0], row[1], row[2], int(row[3] or 0), int(row[4] or 0), row[5]) for row in session.execute(query)]


def failed_partitions(session: Session, run_id: int, limit: int) -> Sequence[RescoringPartition]:
    """Return the failed partitions of a run."""
    query = select(RescoringPartition).where(
        RescoringPartition.run_id == run_id, RescoringPartition.state == PartitionState.FAILED
    )
    return session.scalars(query.order_by(RescoringPartition.number).limit(limit)).all()


def set_state(run: RescoringRun, state: RunState) -> None:
    """Bring a run into a state; only one can be under way."""
    run.state = state
    run.under_way = True if state in UNDER_WAY else None


def _is_lost(now: datetime, lost_after: timedelta) -> ColumnElement[bool]:
    return and_(
        RescoringPartition.state == PartitionState.RUNNING,
        or_(RescoringPartition.seen_at.is_(None), RescoringPartition.seen_at < now - lost_after),
    )


def kind_at_work(session: Session, run_id: int) -> PartitionKind | None:
    """Return the earliest kind of which something is not done."""
    query = (
        select(RescoringPartition.kind)
        .where(RescoringPartition.run_id == run_id, RescoringPartition.state != PartitionState.DONE)
        .distinct()
    )
    return min(session.scalars(query), key=ORDER.__getitem__, default=None)


def _count_failure(part: RescoringPartition, now: datetime, error: str) -> bool:
    """Note a failure. Returns whether the partition may be tried again."""
    part.failures += 1
    part.last_error = error[:200]
    again = part.failures < ATTEMPTS
    part.state = PartitionState.QUEUED if again else PartitionState.FAILED
    part.due_at = now + timedelta(seconds=2 ** (part.failures - 1) - 1)
    return again
