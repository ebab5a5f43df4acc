"""A rescoring run makes a complete new ranking while people go on writing, or leaves the old one alone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from app.auth.actor import OPERATOR
from app.challenges import service as challenges
from app.context import Context
from app.db.session import Sessions
from app.errors import EncoderMismatch
from app.matches import generations, vector_repository
from app.models import ProfileList, RankingGeneration
from app.models.rescoring import RunState
from app.profiles import service as profiles
from app.rescoring import runs, service
from app.rescoring.schemas import RunRequest
from app.rescoring.workshop import Workshop, nothing
from matching.statistics import Statistics
from matching.texts import Side
from tests import stories
from tests.apps import open_client
from tests.conftest import SettableClock, make_context
from tests.fakes import HashingEncoder
from tests.oracle import assert_lists_are_exact, load_snapshot, stored_lists, visible
from tests.problems import assert_problem
from tests.rescoring_runs import hashing_encoders, make_shop


@pytest.fixture
def prior(demo_statistics: Statistics) -> Statistics:
    return demo_statistics


@pytest.fixture
def context(engine: Engine, clock: SettableClock, prior: Statistics, small_lists: None) -> Context:
    """A process, and ten challenges and ten profiles in its database."""
    context = make_context(engine, clock, statistics=prior, encoders=hashing_encoders(prior))
    welfare = stories.organisation(context, "welfare")
    for number in range(10):
        stories.challenge(context, welfare, stories.words_for(number), language="de" if number % 3 else "en")
        stories.profile(context, stories.words_for(number + 3))
    return context


def run(
    context: Context, prior: Statistics, progress: Callable[[str], None] = nothing, encoder: str | None = None
) -> int:
    """A run of all texts, shown at its end. Returns the number of its ranking."""
    shop = make_shop(context, prior, reach=progress)
    done = service.rescore(shop, OPERATOR, RunRequest(encoder=encoder))
    assert done.state == RunState.ACTIVE, done
    assert done.generation is not None
    return done.generation


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


def test_a_run_gives_the_rows_that_publishing_one_by_one_gives_under_the_same_statistics(
    context: Context, prior: Statistics, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows_of(context.sessions)
    monkeypatch.setattr(Statistics, "estimate", classmethod(lambda _cls, _batches, _prior: prior))
    encoder = context.ranking.encoder
    assert isinstance(encoder, HashingEncoder)
    encoded = encoder.encoded
    generation = run(context, prior)
    assert encoder.encoded == encoded, "stored vectors are used again"
    after = rows_of(context.sessions)
    assert after == before
    with context.sessions.read() as session:
        assert generations.active_id(session) == generation
    assert states(context.sessions) == ["superseded", "active"]


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
    """Called at each point of a run; lets somebody write in the middle of it."""

    def __init__(self, actions: Iterator[Callable[[], Any]]) -> None:
        self._actions = actions
        self.points: list[str] = []

    def __call__(self, point: str) -> None:
        if "written" in point or "switched" in point:
            return  # a transaction is under way, and on SQLite another would wait for it
        self.points.append(point)
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


@pytest.mark.parametrize("late", [0, 3, 6, 12])
def test_texts_that_change_during_a_run_are_right_afterwards(context: Context, prior: Statistics, late: int) -> None:
    actions = writes_during_a_run(context)
    progress = Interleaved(iter([lambda: None] * late + actions))
    run(context, prior, progress)
    assert len(progress.points) > late + len(actions), "not everything happened during the run"
    assert_exact(context.sessions)


def test_texts_that_change_while_another_encoder_takes_over_are_right_afterwards(
    context: Context, prior: Statistics
) -> None:
    progress = Interleaved(iter(writes_during_a_run(context)))
    run(context, prior, progress, "other")
    assert {"encode computed", "rank computed", "finish caught up"} <= set(progress.points)
    assert_exact(context.sessions)
    stories.profile(context, stories.words_for(1))
    assert_exact(context.sessions)


def test_a_process_that_is_ready_for_the_coming_encoder_encodes_for_both(context: Context, prior: Statistics) -> None:
    other = HashingEncoder(dimension=32, name="other").fingerprint

    def publish() -> None:
        context.ranking.follow()
        profile = stories.profile(context, stories.words_for(5))
        with context.sessions.read() as session:
            stored = vector_repository.known_hashes(session, Side.PROFILE, profile["id"])
        assert stored.keys() == {other, context.ranking.encoder.fingerprint}

    run(context, prior, Interleaved(iter([lambda: None] * 3 + [publish])), "other")
    context.ranking.follow()
    assert context.ranking.encoder.fingerprint == other
    assert_exact(context.sessions)


def work_off_and_show(shop: Workshop, run_id: int) -> None:
    if service.work_off(shop, run_id).state == RunState.COMPLETE:
        service.activate_run(shop, OPERATOR, run_id, force=True)


class _PowerCut(BaseException):
    """What no code of a run catches."""


@pytest.mark.parametrize(
    "point", ["prepare written", "freeze written", "rank computed", "rank written", "finish written", "switched"]
)
def test_an_interrupted_run_leaves_the_old_ranking_active_and_goes_on_later(
    context: Context, prior: Statistics, point: str
) -> None:
    before = rows_of(context.sessions)

    def interrupt(reached: str) -> None:
        if reached == point:
            raise _PowerCut

    shop = make_shop(context, prior, reach=interrupt)
    run_id = runs.request_run(context, shop.encoders, OPERATOR, RunRequest(activate=True))
    with pytest.raises(_PowerCut):
        work_off_and_show(shop, run_id)
    assert states(context.sessions)[0] == "active"
    assert rows_of(context.sessions) == before
    assert_exact(context.sessions)
    stories.profile(context, stories.words_for(2))
    assert_exact(context.sessions)
    later = make_shop(context, prior, name="another", lost_after=timedelta(seconds=-1))
    work_off_and_show(later, run_id)
    assert states(context.sessions) == ["superseded", "active"]
    assert_exact(context.sessions)


def test_after_a_change_of_the_encoder_a_process_that_can_not_load_it_says_so_and_others_follow(
    context: Context, engine: Engine, prior: Statistics
) -> None:
    stuck = make_context(engine, context.clock)
    follower = make_context(engine, context.clock, encoders=hashing_encoders())
    run(context, prior, encoder="other")
    assert_exact(context.sessions)
    with pytest.raises(EncoderMismatch):
        stories.profile(stuck, stories.words_for(3))
    with open_client(stuck) as client:
        answers = {
            "publish": client.post("/api/v1/challenges", json=stories.CHALLENGE_CONTENT | {"organisation_id": 1}),
            "preview": client.post("/api/v1/preview", json={"side": "challenge", "content": stories.CHALLENGE_CONTENT}),
            "readyz": client.get("/readyz"),
        }
        for what, answer in answers.items():
            problem = assert_problem(answer, 503, "encoder-mismatch")
            assert HashingEncoder(dimension=32, name="other").fingerprint in problem["detail"], what
            assert answer.headers["retry-after"].isdigit()
        challenge_id = client.get("/api/v1/challenges", params={"limit": 1}).json()["items"][0]["id"]
        found = client.get(f"/api/v1/challenges/{challenge_id}/matches")
        assert found.status_code == 200, "what is stored can be read all the same"
        assert found.json()["items"]
    with context.sessions.read() as session:
        assert session.scalar(select(func.count(ProfileList.profile_id.distinct()))) == 10, "nothing was stored"
    stories.profile(follower, stories.words_for(3))
    assert_exact(follower.sessions)
