"""`bench rank`: one encoded challenge against a large corpus, in a process of its own."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app.benchmarks import synthetic
from app.benchmarks.memory import resident_bytes
from app.benchmarks.report import Report
from app.clock import Clock
from app.db.engine import make_engine
from app.db.migrate import upgrade
from app.db.session import Sessions
from app.matches import corpus_repository, generations
from app.matches.ranking import LiveRanking
from app.matches.reference import packaged_statistics
from app.matches.snapshot import Snapshot
from app.settings import Settings
from app.start import load_configured_encoder, open_database
from matching.batches import SideBatch
from matching.encoder import Encoder
from matching.features import Passages
from matching.matcher import Matcher
from matching.statistics import Statistics
from matching.texts import Side

QUERIES = 50
RECALL_PROFILES = 10_000
SHOWN = 20
QUERY_SEED = 11
WAYS = ("ranked", "compared")


def bench_rank(settings: Settings, profiles: int) -> Report:
    """Measure one ranking against `profiles` profiles, and the recall of its candidates at RECALL_PROFILES."""
    figures: dict[str, float] = {}
    for count, way in ((profiles, WAYS[0]), (RECALL_PROFILES, WAYS[1])):
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
            _build(settings, url, count)
            figures |= _in_own_process(url, way)
    return Report(
        figures | {"profiles": profiles},
        "memory: the same process with the encoder loaded; recall: all signals of all pairs",
    )


def measure(settings: Settings, way: str, started: float) -> dict[str, float]:
    """Measure in this process; `started` is when it began, in seconds since the epoch."""
    engine = open_database(settings)
    sessions = Sessions(engine)
    encoder = load_configured_encoder(settings)
    ranking = LiveRanking(encoder, Matcher(), Clock())
    queries, passages = _queries(encoder)  # before memory is looked at: encoding leaves work space behind
    before = resident_bytes()
    with sessions.read() as session:
        snapshot = ranking.snapshot(session)
        _rank(ranking, session, snapshot, queries, passages, 0)
        cold_start = time.time() - started
        if way == WAYS[1]:
            return {"candidate_recall_at_20": _recall(ranking, session, snapshot, queries, passages)}
        durations = []
        for row in range(1, QUERIES):
            begun = time.perf_counter()
            _rank(ranking, session, snapshot, queries, passages, row)
            durations.append(time.perf_counter() - begun)
    engine.dispose()
    return {
        "rank_ms": statistics.median(durations) * 1000,
        "rank_p95_ms": float(np.percentile(durations, 95)) * 1000,
        "rank_extra_mb": (resident_bytes() - before) / 1e6,
        "cold_start_s": cold_start,
    }


def _build(settings: Settings, url: str, profiles: int) -> None:
    engine = make_engine(url)
    upgrade(engine)
    sessions, clock = Sessions(engine), Clock()
    encoder = load_configured_encoder(settings)
    synthetic.fill(sessions, encoder, Side.CHALLENGE, 200, clock.now())
    synthetic.fill(sessions, encoder, Side.PROFILE, profiles, clock.now())
    prior = packaged_statistics(encoder, settings.model_dir)
    with sessions.read() as session:
        stored = (
            found.batch
            for side in Side
            for found in corpus_repository.published_batches(session, side, encoder.fingerprint, encoder.dimension)
        )
        estimated = Statistics.estimate(stored, prior)
    with sessions.write() as session:
        generation = generations.add(session, settings.encoder, encoder, Matcher(), estimated, clock.now())
        generations.activate(session, generation, clock.now())
    engine.dispose()


def _in_own_process(url: str, way: str) -> dict[str, float]:
    command = [sys.executable, "-m", "app.benchmarks.rank", way, str(time.time())]
    done = subprocess.run(  # noqa: S603  our own module
        command, env=os.environ | {"PASSGENAU_DATABASE_URL": url}, stdout=subprocess.PIPE, check=True
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _queries(encoder: Encoder) -> tuple[SideBatch, Passages]:
    """Draw challenges that are not in the corpus."""
    synthesis = synthetic.Synthesis(Side.CHALLENGE, encoder, QUERY_SEED)
    features = [synthesis.draw()[2] for _ in range(QUERIES)]
    return SideBatch.from_features(Side.CHALLENGE, range(QUERIES), features), Passages.from_features(features)


def _rank(
    ranking: LiveRanking,
    session: Session,
    snapshot: Snapshot,
    queries: SideBatch,
    passages: Passages,
    row: int,
    **how: Any,
) -> list[int]:
    only = np.array([row])
    source = ranking.passages(session, snapshot)
    (result,) = ranking.matcher.rank(queries.take(only), passages.take(only), snapshot.corpus, source, **how)
    ids: list[int] = result.own.ids.tolist()
    return ids


def _recall(
    ranking: LiveRanking, session: Session, snapshot: Snapshot, queries: SideBatch, passages: Passages
) -> float:
    shares = []
    for row in range(QUERIES):
        chosen = _rank(ranking, session, snapshot, queries, passages, row, limit=SHOWN)
        wanted = _rank(ranking, session, snapshot, queries, passages, row, limit=SHOWN, exhaustive=True)
        shares.append(len(set(chosen) & set(wanted)) / len(wanted))
    return statistics.mean(shares)


if __name__ == "__main__":
    print(json.dumps(measure(Settings(), sys.argv[1], float(sys.argv[2]))))  # noqa: T201
