"""`bench workers`: a whole run that mostly encodes, by one worker process and by two, on PostgreSQL."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import delete, select

from app.auth.actor import OPERATOR
from app.benchmarks import synthetic
from app.benchmarks.postgres import postgresql
from app.benchmarks.report import Report
from app.clock import Clock
from app.context import Context
from app.db.engine import make_engine
from app.db.migrate import upgrade
from app.db.session import Sessions
from app.matches.sides import TABLES
from app.models import RescoringPartition
from app.models.rescoring import PartitionKind, RunState
from app.rescoring import runs, service
from app.rescoring.partitions import ENCODED_IN_PARTITION
from app.rescoring.schemas import RunRead, RunRequest
from app.settings import Settings
from app.start import assemble, load_configured_encoder
from matching.texts import Side

TEXTS = {Side.CHALLENGE: 700, Side.PROFILE: 100}
"""Many texts and few pairs; all of them are encoded anew in every run that is measured."""
STEPS = {PartitionKind.PREPARE, PartitionKind.ENCODE}
LOOK_EVERY = 0.1


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds from the request of a run until everything is encoded, and until it is complete."""

    encoded: float
    complete: float


def bench_workers(settings: Settings) -> Report:
    """Measure `workers_speedup`: a run with one and with two workers, one thread each."""
    with postgresql(settings) as url:
        engine = make_engine(url)
        upgrade(engine)
        sessions, clock = Sessions(engine), Clock()
        encoder = load_configured_encoder(settings)
        for side, count in TEXTS.items():
            synthetic.fill(sessions, encoder, side, count, clock.now())
        context = assemble(settings, sessions, encoder, clock)
        alone, together = (_measure(context, url, count) for count in (1, 2))
        engine.dispose()
    return Report(
        {
            "workers_speedup": alone.complete / together.complete,
            "workers_encode_speedup": alone.encoded / together.encoded,
            "one_worker_s": alone.complete,
            "two_workers_s": together.complete,
            "encode_share": alone.encoded / alone.complete,
            "texts": sum(TEXTS.values()),
        },
        "the same run by one worker with one thread as well; both from the request of a run, all workers ready, until "
        "it is complete",
    )


def _measure(context: Context, url: str, count: int) -> Took:
    """Have a run done by some workers that are all at hand with their encoders loaded."""
    with _workers(url, count):
        while _encoding_workers(context, _warm_up(context, count)) < count:
            pass
        for side in Side:
            _forget_vectors(context, side, TEXTS[side])
        started, encoded = time.perf_counter(), 0.0
        for run in _watched(context):
            if not encoded and run.progress.step not in STEPS:
                encoded = time.perf_counter() - started
        return Took(encoded, time.perf_counter() - started)


@contextmanager
def _workers(url: str, count: int) -> Iterator[None]:
    command = [sys.executable, "-c", "from app.cli import main; main()", "worker", "--name"]
    threads = os.environ | {"PASSGENAU_THREADS": "1", "OMP_NUM_THREADS": "1", "PASSGENAU_DATABASE_URL": url}
    workers = [subprocess.Popen([*command, f"bench-{count}-{number}"], env=threads) for number in range(count)]  # noqa: S603  our own program
    try:
        yield
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(30)


def _warm_up(context: Context, count: int) -> int:
    """Have a part of the texts encoded, one partition for each worker. Returns the run."""
    _forget_vectors(context, Side.CHALLENGE, count * ENCODED_IN_PARTITION)
    *_, run = _watched(context)
    return run.id


def _forget_vectors(context: Context, side: Side, count: int) -> None:
    vector, number = TABLES[side].vector, TABLES[side].vector_id
    first = select(number).order_by(number).limit(count)
    with context.sessions.write() as session:
        session.execute(delete(vector).where(number.in_(list(session.scalars(first)))))


def _watched(context: Context) -> Iterator[RunRead]:
    """Begin a run and look at it until it is complete; the last look is at its end."""
    run_id = runs.request_run(context, context.ranking.encoders, OPERATOR, RunRequest())
    while (run := service.read_run(context, run_id)).state in service.UNDER_WAY:
        yield run
        time.sleep(LOOK_EVERY)
    if run.state != RunState.COMPLETE:
        raise RuntimeError(f"the run is {run.state}: {run.last_error}")
    yield run


def _encoding_workers(context: Context, run_id: int) -> int:
    """Return how many workers have encoded something of a run."""
    query = select(RescoringPartition.worker).where(
        RescoringPartition.run_id == run_id, RescoringPartition.kind == PartitionKind.ENCODE
    )
    with context.sessions.read() as session:
        return len(set(session.scalars(query)))
