"""A rescoring run makes a complete new ranking while people go on writing, or leaves the old one alone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from app.auth.actor import OPERATOR
from app.challenges import service as challenges
from app.context import Context
from app.db.session import Sessions
from app.errors import EncoderMismatch, RescoringOvertaken
from app.matches import generations
from app.models import ChallengeList, Match, ProfileList, RankingGeneration
from app.profiles import service as profiles
from app.rescoring import service as rescoring
from app.rescoring.service import rescore
from matching.statistics import Statistics
from tests import stories
from tests.apps import open_client
from tests.conftest import SettableClock, make_context
from tests.fakes import HashingEncoder
from tests.oracle import assert_lists_are_exact, load_snapshot, stored_lists, visible
from tests.problems import assert_problem

Progress = Callable[[str, int, int], None]


@pytest.fixture
def prior(demo_statistics: Statistics) -> Statistics:
    return demo_statistics


@pytest.fixture
def context(engine: Engine, clock: SettableClock, prior: Statistics, small_lists: None) -> Context:
    """A process, and ten challenges and ten profiles in its database."""
    context = make_context(engine, clock, statistics=prior)
    welfare = stories.organisation(context, "welfare")
    for number in range(10):
        stories.challenge(context, welfare, stories.words_for(number), language="de" if number % 3 else "en")
        stories.profile(context, stories.words_for(number + 3))
    return context


def run(context: Context, prior: Statistics, progress: Progress = lambda *_: None, encoder: Any = None) -> int:
    return rescore(context.sessions, context.clock, encoder or HashingEncoder(), "hashing", prior, progress)


def assert_exact(sessions: Sessions) -> None:
    with sessions.read() as session:
        assert_lists_are_exact(session)


def rows_of(sessions: Sessions) -> Any:
    """What readers see of the active generation; how much more is stored depends on the past."""
    with sessions.read() as session:
        generation_id = generations.active_id(session)
        assert generation_id is not None
        return {key: visible(stored.entries) for key, stored in stored_lists(session, generation_id).items()}


def states(sessions: Sessions) -> list[str]:
    with sessions.read() as session:
        return [row.state.value for row in session.scalars(select(RankingGeneration).order_by(RankingGeneration.id))]


def assert_only_the_active_generation_has_rows(sessions: Sessions) -> None:
    with sessions.read() as session:
        for model in (Match, ChallengeList, ProfileList):
            query = select(model.generation_id).distinct()
            assert session.scalars(query).all() == [generations.active_id(session)]


def test_a_run_gives_the_rows_that_publishing_one_by_one_gives_under_the_same_statistics(
    context: Context, prior: Statistics, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows_of(context.sessions)
    monkeypatch.setattr(rescoring.Statistics, "estimate", classmethod(lambda _cls, _batches, old: old))
    encoder = HashingEncoder()
    generation = run(context, prior, encoder=encoder)
    assert encoder.encoded == 0, "stored vectors are used again"
    after = rows_of(context.sessions)
    assert after == before
    with context.sessions.read() as session:
        assert generations.active_id(session) == generation
    assert states(context.sessions) == ["superseded", "active"]
    assert_only_the_active_generation_has_rows(context.sessions)


def test_a_run_renews_the_statistics_and_a_server_that_runs_goes_on_with_them(
    context: Context, prior: Statistics
) -> None:
    before = rows_of(context.sessions)
    run(context, prior)
    assert rows_of(context.sessions) != before, "the statistics of these texts differ from the packaged ones"
    assert_exact(context.sessions)
    stories.profile(context, stories.words_for(4))
    assert_exact(context.sessions)
    with context.sessions.read() as session:
        assert context.ranking.snapshot(session).generation_id == generations.active_id(session)


class Interleaved:
    """A progress callback that lets somebody write in the middle of a run."""

    def __init__(self, actions: Iterator[Callable[[], Any]]) -> None:
        self._actions = actions
        self.calls: list[str] = []

    def __call__(self, what: str, _done: int, _total: int) -> None:
        self.calls.append(what)
        if (action := next(self._actions, None)) is not None:
            action()


def writes_during_a_run(context: Context) -> list[Callable[[], Any]]:
    """Every kind of change, to texts that the run has ranked already and to texts it has not."""
    with context.sessions.read() as session:
        snapshot = load_snapshot(session)
    first, second, *_, last = snapshot.corpus.challenges.living_ids.tolist()
    own, other, *_, final = snapshot.corpus.profiles.living_ids.tolist()
    with context.sessions.read() as session:
        welfare = challenges.read_challenge(session, OPERATOR, first)["organisation"]["id"]
    return [
        lambda: stories.profile(context, stories.words_for(5)),
        lambda: challenges.edit_challenge(context, OPERATOR, last, {"problem": stories.words_for(8)}, '"1"'),
        lambda: profiles.delete_profile(context, OPERATOR, final, None),
        lambda: challenges.delete_challenge(context, OPERATOR, first, None),
        lambda: profiles.edit_profile(context, OPERATOR, own, {"capabilities": stories.words_for(2)}, '"1"'),
        lambda: stories.challenge(context, welfare, stories.words_for(6)),
        lambda: challenges.pause_challenge(context, OPERATOR, second, None),
        lambda: profiles.pause_profile(context, OPERATOR, other, None),
    ]


@pytest.mark.parametrize("late", [0, 2, 4])
def test_texts_that_change_during_a_run_are_right_afterwards(context: Context, prior: Statistics, late: int) -> None:
    actions = writes_during_a_run(context)
    progress = Interleaved(iter([lambda: None] * late + actions))
    run(context, prior, progress)
    assert len(progress.calls) > late, "nothing happened during the run"
    assert_exact(context.sessions)
    assert_only_the_active_generation_has_rows(context.sessions)


def test_texts_that_change_while_another_encoder_takes_over_are_right_afterwards(
    context: Context, engine: Engine, prior: Statistics
) -> None:
    encoder = HashingEncoder(dimension=32, name="other")
    progress = Interleaved(iter(writes_during_a_run(context)))
    run(context, Statistics.neutral(encoder.fingerprint, 32), progress, encoder)
    assert len(progress.calls) > 8
    assert {"encode", "rank"} <= set(progress.calls)
    assert_exact(context.sessions)
    later = make_context(engine, context.clock, encoder)
    stories.profile(later, stories.words_for(1))
    assert_exact(context.sessions)


class _PowerCut(Exception):
    pass


@pytest.mark.parametrize("calls", [1, 3, 6])
def test_an_interrupted_run_leaves_the_old_ranking_active_and_the_next_run_clears_up(
    context: Context, prior: Statistics, calls: int
) -> None:
    before = rows_of(context.sessions)

    def interrupt() -> None:
        raise _PowerCut

    with pytest.raises(_PowerCut):
        run(context, prior, Interleaved(iter([lambda: None] * (calls - 1) + [interrupt])))
    assert states(context.sessions) == ["active", "building"]
    assert rows_of(context.sessions) == before
    assert_exact(context.sessions)
    stories.profile(context, stories.words_for(2))
    assert_exact(context.sessions)
    run(context, prior)
    assert states(context.sessions) == ["superseded", "cancelled", "active"]
    assert_exact(context.sessions)
    assert_only_the_active_generation_has_rows(context.sessions)


def test_a_run_that_fails_while_it_activates_leaves_the_old_ranking_active(
    context: Context, prior: Statistics, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows_of(context.sessions)

    def fail(*_: Any) -> None:
        raise _PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(generations, "activate", fail)
        with pytest.raises(_PowerCut):
            run(context, prior)
    assert rows_of(context.sessions) == before
    run(context, prior)
    assert_exact(context.sessions)
    assert_only_the_active_generation_has_rows(context.sessions)


@pytest.mark.parametrize("calls", [1, 5])
def test_a_second_run_stops_the_first_and_readers_see_a_complete_ranking(
    context: Context, prior: Statistics, calls: int
) -> None:
    overtake = Interleaved(iter([lambda: None] * calls + [lambda: run(context, prior)]))
    with pytest.raises(RescoringOvertaken):
        run(context, prior, overtake)
    assert states(context.sessions) == ["superseded", "cancelled", "active"]
    assert_exact(context.sessions)
    assert_only_the_active_generation_has_rows(context.sessions)


def test_after_a_change_of_the_encoder_an_old_process_says_so_and_a_new_one_works(
    context: Context, engine: Engine, prior: Statistics
) -> None:
    encoder = HashingEncoder(dimension=32, name="other")
    run(context, Statistics.neutral(encoder.fingerprint, 32), encoder=encoder)
    assert_exact(context.sessions)
    with pytest.raises(EncoderMismatch):
        stories.profile(context, stories.words_for(3))
    with open_client(context) as client:
        answers = {
            "publish": client.post("/api/v1/challenges", json=stories.CHALLENGE_CONTENT | {"organisation_id": 1}),
            "preview": client.post("/api/v1/preview", json={"side": "challenge", "content": stories.CHALLENGE_CONTENT}),
            "readyz": client.get("/readyz"),
        }
        for what, answer in answers.items():
            problem = assert_problem(answer, 503, "encoder-mismatch")
            assert encoder.fingerprint in problem["detail"], what
            assert "passgenau rescore" in problem["detail"], what
            assert answer.headers["retry-after"].isdigit()
        challenge_id = client.get("/api/v1/challenges", params={"limit": 1}).json()["items"][0]["id"]
        found = client.get(f"/api/v1/challenges/{challenge_id}/matches")
        assert found.status_code == 200, "what is stored can be read all the same"
        assert found.json()["items"]
    with context.sessions.read() as session:
        assert session.scalar(select(func.count(ProfileList.profile_id))) == 10, "nothing was stored"
    later = make_context(engine, context.clock, encoder)
    stories.profile(later, stories.words_for(3))
    assert_exact(later.sessions)
