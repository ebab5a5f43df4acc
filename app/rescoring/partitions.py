"""What a worker does with one partition, whichever worker, and however often it was begun.

A partition is taken up in a short transaction that gives it an attempt number; its result and its mark `done` are one
transaction, which is refused unless that number is still the present one and the run goes on. So a worker that was
killed loses nothing but its time, and one that wakes up late changes nothing.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import metrics
from app.matches import comparing, corpus_repository, generations, list_repository
from app.matches.candidate_index import CandidateIndex
from app.matches.list_writer import KEPT, ListWriter
from app.matches.passages import raw_passages
from app.matches.sides import TABLES
from app.matches.snapshot import Snapshot
from app.models import RescoringRun
from app.models.rescoring import PartitionKind, RunState
from app.rescoring import copying, encoding, finishing, repository, runs
from app.rescoring.encoding import parts
from app.rescoring.reading import read_statements_again
from app.rescoring.repository import Task
from app.rescoring.workshop import BaseNoLongerActive, LateResult, Workshop
from matching.ranking import RankResult
from matching.statistics import Statistics
from matching.texts import Side

ENCODED_IN_PARTITION = 64
RANKED_IN_PARTITION = 200
"""Texts of one partition: a few seconds of work, which is what a killed worker loses."""
_TRIES = 5

log = structlog.get_logger()


class Outcome(StrEnum):
    """What came of taking a partition up."""

    DONE = "done"
    NOT_OURS = "not ours"
    LATE = "late"
    GIVEN_BACK = "given back"
    PASSED_ON = "passed on"


def work_on(shop: Workshop, run_id: int, number: int) -> Outcome:
    """Take up a partition and do it, unless only others can. Never raises what another try could mend."""
    if not shop.can_do(run_id):
        with shop.ground.sessions.write() as session:
            repository.pass_on(session, run_id, number)
        return Outcome.PASSED_ON
    task = _take_up(shop, run_id, number)
    if task is None:
        runs.settle(shop.ground, run_id)
        return Outcome.NOT_OURS
    outcome = _work(shop, task)
    metrics.PARTITIONS.labels(task.kind.value, outcome.value).inc()
    return outcome


def _take_up(shop: Workshop, run_id: int, number: int) -> Task | None:
    with shop.ground.sessions.write() as session:
        in_hand = (run_id, number) in shop.in_hand
        task = repository.claim(session, run_id, number, shop.name, shop.now(session), shop.lost_after, in_hand=in_hand)
        if task is not None and task.kind == PartitionKind.PREPARE:
            run = repository.get_locked(session, run_id)
            repository.set_state(run, RunState.RUNNING)
            run.started_at = run.started_at or shop.ground.clock.now()
    return task


def _work(shop: Workshop, task: Task) -> Outcome:
    run_id, number = task.run_id, task.number
    shop.reach(f"{task.kind.value} claimed")
    try:
        with shop.holding(run_id, number):
            WORK[task.kind](shop, task)
    except LateResult:
        log.warning("late result refused", run=run_id, partition=number, attempt=task.attempt)
        return Outcome.LATE
    except BaseNoLongerActive as error:
        log.error("run can't go on", run=run_id, error=type(error).__name__)
        _give_back(shop, task, type(error).__name__, again=False)
        return Outcome.GIVEN_BACK
    except Exception as error:  # noqa: BLE001  whatever it is, the partition must not stay in hands that let go
        log.error("partition failed", run=run_id, partition=number, kind=task.kind.value, error=type(error).__name__)
        _give_back(shop, task, type(error).__name__)
        return Outcome.GIVEN_BACK
    shop.reach(f"{task.kind.value} committed")
    return Outcome.DONE


def _give_back(shop: Workshop, task: Task, error: str, *, again: bool = True) -> None:
    try:
        with shop.ground.sessions.write() as session:
            repository.give_back(session, task, shop.now(session), error, again=again)
        runs.settle(shop.ground, task.run_id)
    except SQLAlchemyError:
        # The database is away or full; whoever finds the partition unattended takes it up.
        log.error("partition not given back", run=task.run_id, partition=task.number)


def _prepare(shop: Workshop, task: Task) -> None:
    """Find out which texts have to be encoded."""
    sessions = shop.ground.sessions
    read_statements_again(sessions)
    with sessions.read() as session:
        run = repository.get(session, task.run_id)
        start = corpus_repository.current_revision(session)
        missing = [(side, list(encoding.missing(session, side, run.fingerprint))) for side in Side]
    with sessions.write() as session:
        run = shop.hold(session, task)
        run.start_revision = start
        active = generations.active(session)
        run.base_generation_id = active.id if active else None
        now = shop.now(session)
        encode = [(side, part) for side, ids in missing for part in parts(ids, ENCODED_IN_PARTITION)]
        free = repository.add_partitions(session, run.id, task.number + 1, PartitionKind.ENCODE, now, encode)
        repository.add_partitions(session, run.id, free, PartitionKind.FREEZE, now, [(None, ())])
        repository.mark_done(session, task, now)
        shop.reach("prepare written")


def _encode(shop: Workshop, task: Task) -> None:
    """Encode some texts."""
    assert task.side is not None  # noqa: S101  for the type checker
    with shop.ground.sessions.read() as session:
        encoder = shop.encoders.of(repository.get(session, task.run_id))
    made = encoding.encode(shop.ground.sessions, encoder, task.side, task.text_ids)
    shop.reach("encode computed")
    with shop.ground.sessions.write() as session:
        shop.hold(session, task)
        stored = encoding.store(session, encoder, made)
        repository.mark_done(session, task, shop.now(session), texts=stored)
        shop.reach("encode written")


def _freeze(shop: Workshop, task: Task) -> None:
    """Estimate the statistics of all texts, and make the generation that holds them."""
    with shop.ground.sessions.read() as session:
        run = repository.get(session, task.run_id)
        encoder = shop.encoders.of(run)
    statistics = _estimate(shop, run)
    shop.reach("freeze computed")
    with shop.ground.sessions.write() as session:
        run = shop.hold(session, task)
        assert run.start_revision is not None  # noqa: S101  set when it was prepared
        now = shop.ground.clock.now()
        generation = generations.add(session, run.encoder, encoder, shop.matcher, statistics, now, run.start_revision)
        run.generation_id = generation.id
        first = task.number + 1
        if shop.indexes and session.get_bind().dialect.name == "postgresql":
            first = repository.add_partitions(
                session, run.id, first, PartitionKind.INDEX, shop.now(session), [(None, ())]
            )
        _add_ranking(session, shop, run, first)
        repository.mark_done(session, task, shop.now(session))
        shop.reach("freeze written")


def _estimate(shop: Workshop, run: RescoringRun) -> Statistics:
    encoder = shop.encoders.of(run)
    with shop.ground.sessions.read() as session:
        if run.scope["kind"] != "all":
            # A part of the texts is ranked by the rules that the rest was ranked by.
            return Statistics.from_bytes(generations.get(session, run.base_generation_id or 0).statistics)
        batches = (
            stored.batch
            for side in Side
            for stored in corpus_repository.published_batches(session, side, encoder.fingerprint, encoder.dimension)
        )
        return Statistics.estimate(batches, shop.encoders.prior(encoder))


def _add_ranking(session: Session, shop: Workshop, run: RescoringRun, first: int) -> None:
    now = shop.now(session)
    if run.scope["kind"] == "all":
        ids = ((side, _published(session, side)) for side in Side)
        ranked = [(side, part) for side, own in ids for part in parts(own, RANKED_IN_PARTITION)]
        first = repository.add_partitions(session, run.id, first, PartitionKind.RANK, now, ranked)
    else:
        first = repository.add_partitions(session, run.id, first, PartitionKind.COPY, now, [(None, ())])
    repository.add_partitions(session, run.id, first, PartitionKind.FINISH, now, [(None, ())])


def _published(session: Session, side: Side) -> list[int]:
    tables = TABLES[side]
    return list(
        session.scalars(select(tables.text.id).where(tables.text.state == tables.published).order_by(tables.text.id))
    )


def _index(shop: Workshop, task: Task) -> None:
    """Fill the tables in which candidates are found; nobody else knows them until they are whole."""
    with shop.ground.sessions.read() as session:
        generation_id = repository.get(session, task.run_id).generation_id
        assert generation_id is not None  # noqa: S101  made when statistics were frozen
        statistics = Statistics.from_bytes(generations.get(session, generation_id).statistics)
    index = CandidateIndex(generation_id, statistics, f"_t{task.attempt}")
    with shop.ground.sessions.write(consistent=True) as session:
        index.make(session)
        index.fill(session)
    shop.reach("index filled")
    with shop.ground.sessions.write() as session:
        shop.hold(session, task)
        index.publish(session)
        repository.mark_done(session, task, shop.now(session))
        shop.reach("index written")


def _rank(shop: Workshop, task: Task) -> None:
    """Rank some texts and store their lists."""
    assert task.side is not None  # noqa: S101  for the type checker
    with shop.ground.sessions.read() as session:
        generation_id = repository.get(session, task.run_id).generation_id
    assert generation_id is not None  # noqa: S101  made when statistics were frozen
    for _ in range(_TRIES):
        snapshot, results = _ranked(shop, generation_id, task)
        shop.reach("rank computed")
        with shop.ground.sessions.write() as session:
            shop.hold(session, task)
            if not _all_there(session, task.side, results):
                continue  # a text was deleted in between: rank again without it
            lists = ListWriter(session, snapshot, shop.matcher, shop.cache, snapshot.revision)
            lists.replace_lists(task.side, [result.id for result in results], results)
            pairs = len(results) * snapshot.size(session, task.side.other)
            repository.mark_done(session, task, shop.now(session), pairs=pairs, texts=len(results))
            shop.reach("rank written")
        return
    raise RuntimeError("texts are deleted faster than they can be ranked")


def _ranked(shop: Workshop, generation_id: int, task: Task) -> tuple[Snapshot, list[RankResult]]:
    assert task.side is not None  # noqa: S101  for the type checker
    with shop.ground.sessions.read(consistent=True) as session:
        snapshot = shop.snapshot(session, generation_id)
        dimension = snapshot.corpus.statistics.dimension
        results: list[RankResult] = []
        for stored in corpus_repository.published_batches(
            session, task.side, snapshot.fingerprint, dimension, task.text_ids
        ):
            own = raw_passages(session, task.side, snapshot.corpus.statistics, stored.batch.ids)
            with metrics.RANKING.time():
                results += comparing.rank(session, snapshot, shop.matcher, shop.cache, stored.batch, own, limit=KEPT)
        return snapshot, results


def _all_there(session: Session, side: Side, results: list[RankResult]) -> bool:
    """Keep all texts of some lists from being deleted until this transaction ends. False: one is gone already."""
    partners = {partner for result in results for partner in result.own.ids.tolist()}
    return list_repository.keep_texts(session, side, [result.id for result in results]) and list_repository.keep_texts(
        session, side.other, sorted(partners)
    )


WORK: Mapping[PartitionKind, Callable[[Workshop, Task], Any]] = {
    PartitionKind.PREPARE: _prepare,
    PartitionKind.ENCODE: _encode,
    PartitionKind.FREEZE: _freeze,
    PartitionKind.INDEX: _index,
    PartitionKind.COPY: copying.copy,
    PartitionKind.RANK: _rank,
    PartitionKind.FINISH: finishing.finish,
}
