"""Candidates that PostgreSQL finds are those of comparing everything [reliability row 32]."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from pydantic import TypeAdapter
from sqlalchemy import Engine, text

from app.auth.actor import OPERATOR
from app.context import Context
from app.db.session import Sessions
from app.errors import InvalidSettings
from app.matches import candidate_index, corpus_repository, generations, service
from app.matches.candidate_index import CandidateIndex
from app.matches.match_repository import MatchFilter
from app.matches.schemas import Preview
from app.matches.similar import similar_challenges
from app.models.rescoring import RunState
from app.profiles import service as profiles
from app.rescoring import cleaning, runs
from app.rescoring import service as rescoring
from app.rescoring.schemas import RunRequest
from app.settings import Settings
from app.start import assemble
from app.vocabulary import Language
from matching.batches import SideBatch
from matching.criteria import WORDS, Facets, eligible
from matching.features import LexicalRows
from matching.matcher import Matcher
from matching.signals import DENSE_SCALE, dense_vectors
from matching.statistics import Statistics
from matching.texts import Side
from tests import stories
from tests.conftest import SettableClock, make_context
from tests.fakes import HashingEncoder
from tests.matches.test_lists_stay_exact import Marketplace
from tests.oracle import assert_lists_are_exact
from tests.rescoring.test_kills import rows_of
from tests.rescoring_runs import hashing_encoders, make_shop

pytestmark = pytest.mark.postgres
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
TABLES_OF_CANDIDATES = text("SELECT relname FROM pg_class WHERE relname ~ '^candidate_(challenge|profile)_g[0-9]+$'")
TEXTS = 6000
QUERIES = 500
SHOWN = 20
LOOKED_AT = candidate_index.CANDIDATES
"""Far more than are shown, as in the service: the order among them is computed exactly."""


def index_of(context: Context) -> CandidateIndex:
    """The tables of the active ranking; made now, which `PASSGENAU_CANDIDATES` does for a new one."""
    with context.sessions.write() as session:
        active = generations.active(session)
        assert active is not None
        statistics = Statistics.from_bytes(active.statistics)
        filled = CandidateIndex(active.id, statistics, "_t1")
        filled.make(session)
        filled.fill(session)
        filled.publish(session)
        return CandidateIndex(active.id, statistics)


class IndexedMarketplace(Marketplace):
    """The same people; their processes look for candidates in the database, and the oracle compares everything."""

    def __init__(self) -> None:
        with self.engine.execution_options(passgenau_writes=True).begin() as connection:
            for name in connection.scalars(
                text("SELECT relname FROM pg_class WHERE relname ~ '^candidate_.*_g[0-9]+$'")
            ):
                connection.execute(text(f"DROP TABLE {name}"))
        self.indexed = False
        super().__init__()

    def _process(self) -> Context:
        context = super()._process()
        if not self.indexed:
            index_of(context)
            self.indexed = True
        return context

    def _compare(self, context: Context) -> None:
        with context.sessions.read() as session:
            snapshot = context.ranking.snapshot(session)
            assert snapshot.index is not None
            assert not len(snapshot.corpus.challenges)


@ON_POSTGRESQL
def test_lists_stay_exact_where_candidates_are_looked_for_in_the_database(
    engine: Engine, demo_statistics: Statistics, small_lists: None, request: pytest.FixtureRequest
) -> None:
    long = request.config.getoption("--long")
    machine = type("OnThisDatabase", (IndexedMarketplace,), {"engine": engine, "statistics": demo_statistics})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=100 if long else 3,
            stateful_step_count=40 if long else 20,
            deadline=None,
            database=None,
            derandomize=not long,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )


def drawn(random: np.random.Generator, side: Side, count: int, dimension: int, share: float) -> SideBatch:
    """Texts around some common topics; `share` of all requirement bits are set."""
    topics = np.random.default_rng(1).standard_normal((30, dimension))
    whole = topics[random.integers(30, size=count)] + random.standard_normal((count, dimension))
    whole /= np.linalg.norm(whole, axis=1, keepdims=True)
    bits = random.random((count, 64 * WORDS)) < share
    words = np.packbits(bits, axis=1).view(">u8").astype(np.uint64)
    none = np.zeros_like(words)
    facets = Facets(words, none, none) if side is Side.CHALLENGE else Facets(none, none, words)
    return SideBatch(
        side,
        np.arange(1, count + 1),
        random.integers(2, size=count).astype(np.uint8),
        whole.astype(np.float32),
        LexicalRows(np.empty(0, np.uint32), np.zeros(count + 1, np.int64)),
        facets,
    )


@pytest.fixture
def filled(engine: Engine, clock: SettableClock, demo_statistics: Statistics, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An indexed table of profiles, and the profiles."""
    batch = drawn(np.random.default_rng(2), Side.PROFILE, TEXTS, demo_statistics.dimension, 0.03)
    context = make_context(engine, clock, statistics=demo_statistics)
    index = CandidateIndex(1, demo_statistics)
    monkeypatch.setattr(candidate_index, "INDEXED_FROM", 100)
    monkeypatch.setattr(candidate_index, "_TEXTS_PER_LIST", 60)
    monkeypatch.setattr(
        corpus_repository,
        "published_batches",
        lambda _session, side, *_: [corpus_repository.StoredBatch(batch, batch.ids)] if side is Side.PROFILE else [],
    )
    with context.sessions.write() as session:
        index.make(session)
        index.fill(session)
    return context, index, batch


@ON_POSTGRESQL
@pytest.mark.parametrize(("share", "eligible_share"), [(0.0, 1.0), (0.05, 0.8), (0.5, 0.15), (0.99, 0.02)])
def test_filtered_candidates_are_those_of_comparing_everything(
    filled: Any, share: float, eligible_share: float
) -> None:
    context, index, profiles_ = filled
    statistics = index.statistics
    queries = drawn(np.random.default_rng(3), Side.CHALLENGE, QUERIES // 4, statistics.dimension, share)
    theirs = dense_vectors(statistics.mean(Side.PROFILE), profiles_.languages, profiles_.whole)
    mine = dense_vectors(statistics.mean(Side.CHALLENGE), queries.languages, queries.whole)
    base = mine @ theirs.T / DENSE_SCALE**2 - Matcher().weights.hubness * statistics.hubness(Side.PROFILE, theirs)
    allowed = eligible(queries.facets, profiles_.facets)
    base[~allowed] = -np.inf
    assert np.mean(allowed) == pytest.approx(eligible_share, abs=0.05)
    with context.sessions.read() as session:
        found = index.candidates(session, queries, LOOKED_AT)
        plan = session.scalars(text("SELECT indexdef FROM pg_indexes WHERE tablename = 'candidate_profile_g1'")).all()
    assert any("ivfflat" in line for line in plan)
    recalls = []
    for row, ids in enumerate(found):
        assert all(allowed[row, text_id - 1] for text_id in ids)
        wanted = [place + 1 for place in np.argsort(-base[row])[:SHOWN].tolist() if np.isfinite(base[row, place])]
        assert len(ids) == min(LOOKED_AT, np.count_nonzero(allowed[row]))
        recalls.append(len(set(ids) & set(wanted)) / len(wanted) if wanted else 1.0)
    assert np.mean(recalls) >= 0.99


@pytest.fixture
def context(engine: Engine, clock: SettableClock, demo_statistics: Statistics, small_lists: None) -> Context:
    context = make_context(engine, clock, statistics=demo_statistics, encoders=hashing_encoders(demo_statistics))
    welfare = stories.organisation(context, "welfare")
    for number in range(8):
        stories.challenge(context, welfare, stories.words_for(number), language="de" if number % 3 else "en")
        stories.profile(context, stories.words_for(number + 2))
    return context


def answers(context: Context) -> Iterator[Any]:
    """What readers get who look at lists, ask why, preview, or look for others with the same need."""
    with context.sessions.read() as session:
        for number in range(1, 9):
            page = service.matches_of(
                context, session, OPERATOR, Side.CHALLENGE, number, MatchFilter(), Language.GERMAN, limit=50,
                cursor=None, with_signals=True,
            )  # fmt: skip
            yield page.model_dump(exclude={"generation", "ranked_at"})
            why = service.explain_match(context, session, OPERATOR, Side.CHALLENGE, number, 3, Language.ENGLISH)
            yield why.model_dump()
            yield similar_challenges(context, session, OPERATOR, number).model_dump()
    body = TypeAdapter(Preview).validate_python(
        {"side": "challenge", "content": stories.CHALLENGE_CONTENT | {"problem": stories.words_for(3, 20)}}
    )
    yield service.preview(context, OPERATOR, body, Language.GERMAN).model_dump()


@ON_POSTGRESQL
def test_a_run_moves_candidates_to_the_database_and_readers_see_the_same(context: Context) -> None:
    plain = make_shop(context)
    first = rescoring.rescore(plain, OPERATOR, RunRequest())
    expected = list(answers(context))
    run = rescoring.rescore(make_shop(context, indexes=True), OPERATOR, RunRequest())
    assert run.state == RunState.ACTIVE
    assert rows_of(context, run.generation or 0) == rows_of(context, first.generation or 0)
    with context.sessions.read() as session:
        assert context.ranking.snapshot(session).index is not None
    assert list(answers(context)) == expected
    profiles.delete_profile(context, OPERATOR, 3, None)
    stories.profile(context, stories.words_for(5))
    with context.sessions.read() as session:
        assert_lists_are_exact(session)
        of_profiles = session.scalars(text(f"SELECT id FROM candidate_profile_g{run.generation}")).all()  # noqa: S608
    assert 3 not in of_profiles


@ON_POSTGRESQL
@pytest.mark.parametrize("point", ["index claimed", "index filled", "index written", "index committed"])
def test_a_run_goes_on_after_its_index_was_left_unfinished(context: Context, point: str) -> None:
    class Gone(BaseException):
        pass

    def leave(reached: str) -> None:
        if reached == point:
            raise Gone

    run_id = runs.request_run(context, context.ranking.encoders, OPERATOR, RunRequest())
    with pytest.raises(Gone):
        rescoring.work_off(make_shop(context, reach=leave, indexes=True), run_id)
    later = make_shop(context, name="later", indexes=True, lost_after=timedelta(seconds=-1))
    assert rescoring.work_off(later, run_id).state == RunState.COMPLETE
    rescoring.activate_run(later, OPERATOR, run_id, force=True)
    with context.sessions.read() as session:
        assert context.ranking.snapshot(session).index is not None
        assert_lists_are_exact(session)


@ON_POSTGRESQL
def test_tables_go_with_their_ranking(context: Context) -> None:
    shop = make_shop(context, indexes=True)
    for _ in range(cleaning.KEPT + 2):
        rescoring.rescore(shop, OPERATOR, RunRequest())
    cleaning.clear_away(context.sessions)
    with context.sessions.read() as session:
        tables = session.scalars(
            text("SELECT relname FROM pg_class WHERE relname ~ '^candidate_profile_g[0-9]+$'")
        ).all()
    assert len(tables) == cleaning.KEPT + 1


@ON_POSTGRESQL
def test_the_first_ranking_can_have_its_candidates_in_the_database(
    engine: Engine, clock: SettableClock, monkeypatch: pytest.MonkeyPatch, demo_statistics: Statistics
) -> None:
    monkeypatch.setattr("app.matches.reference.packaged_statistics", lambda *_: demo_statistics)
    settings_ = Settings(candidates="database")
    context = assemble(settings_, Sessions(engine), HashingEncoder(), clock)
    stories.profile(context, stories.words_for(1))
    with context.sessions.read() as session:
        assert context.ranking.snapshot(session).index is not None
        assert session.scalar(text("SELECT count(*) FROM candidate_profile_g1")) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_candidates_in_the_database_need_postgresql(
    engine: Engine, clock: SettableClock, monkeypatch: pytest.MonkeyPatch, demo_statistics: Statistics
) -> None:
    monkeypatch.setattr("app.matches.reference.packaged_statistics", lambda *_: demo_statistics)
    with pytest.raises(InvalidSettings, match="PASSGENAU_CANDIDATES"):
        assemble(Settings(candidates="database"), Sessions(engine), HashingEncoder(), clock)
