"""`bench scale`: one challenge with must-haves against a corpus that is not in memory, on PostgreSQL with pgvector."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.benchmarks import synthetic
from app.benchmarks.copying import fill_profiles
from app.benchmarks.memory import resident_bytes
from app.benchmarks.postgres import postgresql
from app.benchmarks.report import Report
from app.clock import Clock
from app.db.engine import make_engine
from app.db.migrate import upgrade
from app.db.session import Sessions
from app.matches import corpus_repository, generations
from app.matches.candidate_index import CandidateIndex
from app.matches.corpus_repository import StoredBatch
from app.matches.passages import PassageCache, PassageReader
from app.matches.ranking import LiveRanking
from app.matches.reference import packaged_statistics
from app.settings import Settings
from app.start import load_configured_encoder, open_database
from matching.batches import SideBatch
from matching.corpus import Corpus
from matching.criteria import encode_challenge_facets
from matching.features import Passages
from matching.matcher import Matcher
from matching.statistics import Statistics
from matching.texts import Side

QUERIES = 50
WARM_UP = 100
"""Rankings of other challenges before: a service in use has its index in memory, not the texts that come next."""
SHOWN = 20
CHALLENGES = 200
SAMPLED = 50_000
"""Profiles that statistics are estimated from."""
QUERY_SEED = 11


def bench_scale(settings: Settings, profiles: int) -> Report:
    """Measure one ranking, its recall of the exact first 20, and what making the corpus and its index takes."""
    with postgresql(settings) as url:
        figures = _build(settings, url, profiles)
        environment = os.environ | {"PASSGENAU_DATABASE_URL": url}
        command = [sys.executable, "-m", "app.benchmarks.scale", str(time.time())]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)  # noqa: S603  our own module
        figures |= json.loads(done.stdout)
    return Report(
        figures | {"profiles": profiles},
        "recall: all signals of all eligible profiles; memory: the same process with the encoder loaded",
    )


def _build(settings: Settings, url: str, profiles: int) -> dict[str, float]:
    engine = make_engine(url)
    upgrade(engine)
    sessions, clock = Sessions(engine), Clock()
    encoder = load_configured_encoder(settings)
    started = time.perf_counter()
    synthetic.fill(sessions, encoder, Side.CHALLENGE, CHALLENGES, clock.now())
    fill_profiles(settings, url, profiles, clock.now())
    filled = time.perf_counter()
    prior = packaged_statistics(encoder, settings.model_dir)
    with sessions.read() as session:
        found = Statistics.estimate(
            (stored.batch for stored in _sample(session, encoder.fingerprint, encoder.dimension)), prior
        )
    with sessions.write() as session:
        generation = generations.add(session, settings.encoder, encoder, Matcher(), found, clock.now())
        generations.activate(session, generation, clock.now())
        generation_id = generation.id
    began = time.perf_counter()
    with sessions.write() as session:
        index = CandidateIndex(generation_id, found, "_t1")
        index.make(session)
        index.fill(session)
    with sessions.write() as session:
        index.publish(session)
    indexed = time.perf_counter()
    _settle(engine)
    with sessions.read() as session:
        size = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
        tables = session.scalar(text(f"SELECT pg_total_relation_size('candidate_profile_g{generation_id}')")) or 0
    engine.dispose()
    return {
        "fill_s": filled - started,
        "index_s": indexed - began,
        "database_gb": size / 1e9,
        "index_gb": tables / 1e9,
    }


def _settle(engine: Engine) -> None:
    """Let a database that was just filled become one in use: what autovacuum and the disk would still be doing."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM (ANALYZE)"))
        connection.execute(text("CHECKPOINT"))
    os.sync()


def _sample(session: Session, fingerprint: str, dimension: int) -> Iterator[StoredBatch]:
    for side in Side:
        seen = 0
        for stored in corpus_repository.published_batches(session, side, fingerprint, dimension):
            yield stored
            seen += len(stored.batch)
            if seen >= SAMPLED:
                break


def measure(settings: Settings, started: float) -> dict[str, float]:
    """Measure in this process; `started` is when it began, in seconds since the epoch."""
    engine = open_database(settings)
    sessions = Sessions(engine)
    encoder = load_configured_encoder(settings)
    ranking = LiveRanking(encoder, Matcher(), Clock())
    synthesis = synthetic.Synthesis(Side.CHALLENGE, encoder, QUERY_SEED, demanding=True)
    drawn = [synthesis.draw() for _ in range(QUERIES + WARM_UP)]
    features = [made for _, _, made in drawn]
    facets = encode_challenge_facets([fields for fields, _, _ in drawn])
    queries = SideBatch.from_features(Side.CHALLENGE, range(len(drawn)), features, facets)
    passages = Passages.from_features(features)
    before = resident_bytes()
    found, durations, cold_start = [], [], 0.0
    for row in range(len(drawn)):
        only = np.array([row])
        begun = time.perf_counter()
        with sessions.read() as session:
            snapshot = ranking.snapshot(session)
            (result,) = ranking.rank(session, snapshot, queries.take(only), passages.take(only), limit=100)
        durations.append(time.perf_counter() - begun)
        found.append({int(i): float(s) for i, s in zip(result.own.ids[:SHOWN], result.own.scores[:SHOWN], strict=True)})
        cold_start = cold_start or time.time() - started
    extra = (resident_bytes() - before) / 1e6
    with sessions.read() as session:
        recall = _recall(session, ranking, queries, passages, found)
    engine.dispose()
    timed = durations[WARM_UP:]
    return {
        "filtered_recall_at_20": recall,
        "rank_ms": statistics.median(timed) * 1000,
        "rank_p95_ms": float(np.percentile(timed, 95)) * 1000,
        "rank_extra_mb": extra,
        "cold_start_s": cold_start,
    }


def _recall(
    session: Session, ranking: LiveRanking, queries: SideBatch, passages: Passages, found: list[dict[int, float]]
) -> float:
    """Compare with the first 20 of all profiles, which are read and ranked some thousand at a time."""
    session.execute(text("SET LOCAL statement_timeout = 0"))
    reference = ranking.snapshot(session).corpus.statistics
    best = [dict(one) for one in found]
    for stored in corpus_repository.published_batches(
        session, Side.PROFILE, reference.fingerprint, reference.dimension
    ):
        corpus = Corpus.load(reference, [stored.batch])
        hashes = np.zeros(int(stored.batch.ids.max()) + 1, np.int64)
        hashes[stored.batch.ids] = stored.hashes
        reader = PassageReader(session, PassageCache(), reference, {Side.PROFILE: hashes})
        for row, known in enumerate(best):
            # Nothing below the last place that is filled already can be among the first.
            least = sorted(known.values())[-SHOWN] if len(known) >= SHOWN else -np.inf
            only = np.array([row])
            (result,) = ranking.matcher.rank(
                queries.take(only), passages.take(only), corpus, reader, limit=SHOWN, minimum=least
            )
            both = known | dict(zip(result.own.ids.tolist(), result.own.scores.tolist(), strict=True))
            best[row] = dict(sorted(both.items(), key=lambda one: (-one[1], one[0]))[:SHOWN])
    shares = [len(mine.keys() & exact.keys()) / len(exact) for mine, exact in zip(found, best, strict=True) if exact]
    return statistics.mean(shares)


if __name__ == "__main__":
    print(json.dumps(measure(Settings(), float(sys.argv[1]))))  # noqa: T201
