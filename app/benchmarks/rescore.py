"""`bench rescore`: a run of many challenges against many profiles, beside the bare product of the same matrices."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from app.auth.actor import OPERATOR
from app.benchmarks import synthetic
from app.benchmarks.memory import peak_memory
from app.benchmarks.report import Report
from app.clock import Clock
from app.context import Context
from app.db.engine import make_engine
from app.db.migrate import upgrade
from app.db.session import Sessions
from app.jobs.beside import worker_beside
from app.matches.match_repository import MatchFilter
from app.matches.reference import packaged_statistics
from app.matches.service import matches_of
from app.models.rescoring import RunState
from app.rescoring import repository, runs, service
from app.rescoring.quality import no_quality
from app.rescoring.schemas import RunRequest
from app.rescoring.workshop import Workshop
from app.settings import Settings
from app.start import assemble, load_configured_encoder
from app.vocabulary import Language
from matching.batches import SideBatch
from matching.corpus import Corpus
from matching.features import Passages
from matching.matcher import Matcher, kth_largest
from matching.passages import InMemoryPassages
from matching.statistics import Statistics
from matching.texts import Side

KEPT = 100
CALLS = 40
ROWS_OF_PRODUCT = 200
READ_PROFILES, READ_CHALLENGES = 4000, 400
READS = 400
SEED = 7
UNFINISHED = {RunState.QUEUED, RunState.RUNNING}


def bench_rescore(settings: Settings, profiles: int, challenges: int) -> Report:
    """Measure the kernel in a process of its own, and reading with and without a run."""
    command = [sys.executable, "-m", "app.benchmarks.rescore", str(profiles), str(challenges)]
    done = subprocess.run(command, env=os.environ, stdout=subprocess.PIPE, check=True)  # noqa: S603  our own module
    figures: dict[str, float] = json.loads(done.stdout)
    return Report(
        figures | _reading(settings),
        "product: float32 matrix product of the same shape in the same process; calls: one ranking per challenge; "
        "reading: pages of matches without a run; runs are made by the worker beside the server",
    )


def measure(settings: Settings, profiles: int, challenges: int) -> dict[str, float]:
    """Rank all challenges in blocks, with all signals, the best KEPT of each."""
    encoder = load_configured_encoder(settings)
    prior = packaged_statistics(encoder, settings.model_dir)
    batches, passages = {}, InMemoryPassages()
    for side, count in ((Side.CHALLENGE, challenges), (Side.PROFILE, profiles)):
        synthesis = synthetic.Synthesis(side, encoder, SEED)
        features = [synthesis.draw()[2] for _ in range(count)]
        batches[side] = SideBatch.from_features(side, range(1, count + 1), features)
        if side is Side.CHALLENGE:
            own = Passages.from_features(features)
        else:
            for text_id, one in enumerate(features, 1):
                passages.add(side, text_id, one.passages)
    reference = Statistics.estimate(batches.values(), prior)
    corpus = Corpus.load(reference, batches.values())
    queries, matcher = batches[Side.CHALLENGE], Matcher()
    del features, batches
    product, top = _product(corpus)
    with peak_memory() as peak:
        started = time.perf_counter()
        matcher.rank(queries, own, corpus, passages, limit=KEPT)
        run = time.perf_counter() - started
    calls = []
    for row in np.linspace(0, challenges - 1, CALLS).astype(int):
        only = np.array([row])
        started = time.perf_counter()
        matcher.rank(queries.take(only), own.take(only), corpus, passages, limit=KEPT)
        calls.append(time.perf_counter() - started)
    return {
        "run_over_product": run / product,
        "topk_over_product": top / product,
        "peak_extra_gb": peak.extra_gb,
        "speedup_over_calls": statistics.mean(calls) * challenges / run,
        "run_s": run,
        "product_s": product,
        "pairs_per_second": profiles * challenges / run,
        "profiles": profiles,
        "challenges": challenges,
    }


def _product(corpus: Corpus) -> tuple[float, float]:
    """Time the bare product in blocks, and the selection of the best KEPT of each row."""
    left, right = corpus.challenges.dense, corpus.profiles.dense
    product = top = 0.0
    for start in range(0, len(left), ROWS_OF_PRODUCT):
        begun = time.perf_counter()
        block = left[start : start + ROWS_OF_PRODUCT] @ right.T
        product += time.perf_counter() - begun
        begun = time.perf_counter()
        for row in block:
            np.flatnonzero(row >= kth_largest(row, KEPT))
        top += time.perf_counter() - begun
    return product, top


def _reading(settings: Settings) -> dict[str, float]:
    """Measure reading pages of matches, alone and while the worker beside the server works on a run."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        engine = make_engine(url)
        upgrade(engine)
        sessions, clock = Sessions(engine), Clock()
        encoder = load_configured_encoder(settings)
        for side, count in ((Side.CHALLENGE, READ_CHALLENGES), (Side.PROFILE, READ_PROFILES)):
            synthetic.fill(sessions, encoder, side, count, clock.now())
        context = assemble(settings, sessions, encoder, clock)
        shop = Workshop(context, context.ranking.encoders, "bench", measure=no_quality)
        service.rescore(shop, OPERATOR, RunRequest())
        for number in range(READ_CHALLENGES):  # the reads beside the run would find warm caches, the first ones none
            _read(context, number)
        alone = [_read(context, number) for number in range(READS)]
        beside: list[float] = []
        with worker_beside("bench", {"PASSGENAU_DATABASE_URL": url, "PASSGENAU_DATA_DIR": folder}):
            run_id = runs.request_run(context, context.ranking.encoders, OPERATOR, RunRequest())
            while (state := _state(context, run_id)) in UNFINISHED:
                duration = _read(context, len(beside))
                if state == RunState.RUNNING:
                    beside.append(duration)
        engine.dispose()
    if state != RunState.COMPLETE:
        raise RuntimeError(f"the run is {state}")
    p95 = [float(np.percentile(durations, 95)) for durations in (alone, beside)]
    return {
        "read_p95_ratio": p95[1] / p95[0],
        "read_p95_ms": p95[0] * 1000,
        "read_p95_during_run_ms": p95[1] * 1000,
        "reads_during_run": len(beside),
    }


def _state(context: Context, run_id: int) -> RunState:
    with context.sessions.read() as session:
        return repository.get(session, run_id).state


def _read(context: Context, number: int) -> float:
    """Read the first page of a challenge's matches. Returns the seconds."""
    challenge = number % READ_CHALLENGES + 1
    started = time.perf_counter()
    with context.sessions.read() as session:
        found = matches_of(
            context,
            session,
            OPERATOR,
            Side.CHALLENGE,
            challenge,
            MatchFilter(),
            Language.GERMAN,
            limit=20,
            cursor=None,
        )
    if not found.items:
        raise RuntimeError("an empty list")
    return time.perf_counter() - started


if __name__ == "__main__":
    print(json.dumps(measure(Settings(), int(sys.argv[1]), int(sys.argv[2]))))  # noqa: T201
