"""`bench workers`: a run that mostly encodes, by one worker process and by two, on PostgreSQL."""

import os
import subprocess
import sys
import time

from sqlalchemy import delete

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
from app.models.rescoring import PartitionKind
from app.rescoring import runs, service
from app.rescoring.schemas import RunRequest
from app.settings import Settings
from app.start import assemble, load_configured_encoder
from matching.texts import Side

TEXTS = 400
"""Of each side; all of them are encoded anew in every run."""
STEPS = {PartitionKind.PREPARE, PartitionKind.ENCODE}
LOOK_EVERY = 0.1


def bench_workers(settings: Settings) -> Report:
    """Measure `workers_speedup`: the encoding step of a run with one and with two workers, one thread each."""
    with postgresql(settings) as url:
        engine = make_engine(url)
        upgrade(engine)
        sessions, clock = Sessions(engine), Clock()
        encoder = load_configured_encoder(settings)
        for side in Side:
            synthetic.fill(sessions, encoder, side, TEXTS, clock.now())
        context = assemble(settings, sessions, encoder, clock)
        alone, together = (_run(context, url, count) for count in (1, 2))
        engine.dispose()
    return Report(
        {
            "workers_speedup": alone / together,
            "one_worker_texts_per_second": 1 / alone,
            "two_workers_texts_per_second": 1 / together,
            "texts": 2 * TEXTS,
        },
        "the same run by one worker with one thread as well, once all workers have loaded their encoders",
    )


def _run(context: Context, url: str, count: int) -> float:
    """Have a run done by some workers. Returns the seconds of a text once all of them are at work."""
    with context.sessions.write() as session:
        for tables in TABLES.values():
            session.execute(delete(tables.vector))
    command = [sys.executable, "-c", "from app.cli import main; main()", "worker", "--name"]
    threads = os.environ | {"PASSGENAU_THREADS": "1", "OMP_NUM_THREADS": "1", "PASSGENAU_DATABASE_URL": url}
    workers = [subprocess.Popen([*command, f"bench-{number}"], env=threads) for number in range(count)]  # noqa: S603  our own program
    try:
        run_id = runs.request_run(context, context.ranking.encoders, OPERATOR, RunRequest())
        while len(service.workers_of(context, run_id)) < count:
            time.sleep(LOOK_EVERY)  # until each has loaded its encoder and done a partition
        started, done = time.perf_counter(), service.read_run(context, run_id).progress.texts_encoded
        while (run := service.read_run(context, run_id)).progress.step in STEPS:
            time.sleep(LOOK_EVERY)
        took = (time.perf_counter() - started) / (run.progress.texts_encoded - done)
        runs.cancel_run(context, OPERATOR, run_id)  # ranking is not measured, and the next run has to begin
        return took
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(30)
