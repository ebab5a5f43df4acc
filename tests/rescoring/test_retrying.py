"""What can be tried again, what can't, and what is kept for it."""

import pytest
from sqlalchemy import func, select, table

from app.auth.actor import OPERATOR
from app.challenges import service as challenges
from app.context import Context
from app.errors import GenerationGone
from app.matches import generations, vector_repository
from app.matches.texts import compose_text
from app.models import Challenge, ChallengeVector, RankingGeneration
from app.models.ranking import GenerationState
from app.models.rescoring import RunState
from app.rescoring import cleaning, partitions, runs, service
from matching.statistics import Statistics
from matching.texts import Side, text_hash
from tests import stories
from tests.fakes import HashingEncoder
from tests.matches.test_rescoring import assert_exact, states
from tests.rescoring.test_runs import active, completed, context, requested, skip_the_waiting
from tests.rescoring_runs import make_shop, rescore

__all__ = ["context"]

OTHER = HashingEncoder(dimension=32, name="other").fingerprint


class Breaking:
    """Fails at a point, as long as it is told to."""

    def __init__(self, point: str) -> None:
        self.point: str | None = point

    def __call__(self, reached: str) -> None:
        if reached == self.point:
            raise ZeroDivisionError


@pytest.fixture
def same_statistics(demo_statistics: Statistics, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new ranking is like the old one: the comparison has nothing to warn of."""
    monkeypatch.setattr(Statistics, "estimate", classmethod(lambda _cls, _batches, _prior: demo_statistics))


@pytest.mark.usefixtures("same_statistics")
def test_a_run_that_was_complete_and_could_not_be_shown_is_tried_again(context: Context) -> None:
    breaking = Breaking("switched")
    shop = make_shop(context, reach=breaking)
    run_id = requested(context, activate=True)
    skip_the_waiting(context, shop, run_id)
    run = service.read_run(context, run_id)
    assert (run.state, [one.kind.value for one in run.failed_partitions]) == (RunState.FAILED, ["finish"])
    assert states(context.sessions) == ["active", "complete"]
    stories.profile(context, stories.words_for(5))
    breaking.point = None
    assert runs.retry_run(context, OPERATOR, run_id) == 1
    ended = service.work_off(shop, run_id)
    assert (ended.state, ended.held_back) == (RunState.ACTIVE, [])
    assert active(context) == run.generation
    assert_exact(context.sessions)


@pytest.mark.usefixtures("same_statistics")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("point", ["freeze computed", "switched"])
def test_what_a_later_run_has_let_go_is_not_tried_again(context: Context, point: str) -> None:
    shop = make_shop(context, reach=Breaking(point))
    run_id = requested(context, activate=True)
    skip_the_waiting(context, shop, run_id)
    later = requested(context)
    runs.cancel_run(context, OPERATOR, later)
    with pytest.raises(GenerationGone):
        runs.retry_run(context, OPERATOR, run_id)
    cleaning.clear_away(context.sessions)
    assert set(states(context.sessions)) <= {"active", "cancelled"}


def test_vectors_of_a_run_that_failed_stay_until_it_is_tried_again(context: Context) -> None:
    cancelled, shop = requested(context), make_shop(context)
    for _ in range(3):
        ((_, number, _),) = service.look(shop)
        partitions.work_on(shop, cancelled, number)
    runs.cancel_run(context, OPERATOR, cancelled)
    breaking = Breaking("freeze computed")
    shop = make_shop(context, reach=breaking)
    run_id = requested(context, encoder="other")
    skip_the_waiting(context, shop, run_id)
    assert cleaning.clear_away(context.sessions) == 1, "something is cleared away between the failure and the next try"
    breaking.point = None
    runs.retry_run(context, OPERATOR, run_id)
    run = service.work_off(shop, run_id)
    assert (run.state, run.progress.texts_ranked) == (RunState.COMPLETE, 12)
    service.activate_run(shop, OPERATOR, run_id, force=True)
    assert_exact(context.sessions)


def test_rankings_that_nobody_has_seen_push_none_out_that_readers_saw(context: Context) -> None:
    old = active(context)
    rescore(context)
    for _ in range(cleaning.KEPT + 1):
        completed(context)
    assert states(context.sessions).count("complete") == cleaning.KEPT_UNSEEN
    with context.sessions.read() as session:
        unseen = select(RankingGeneration.id).where(RankingGeneration.state == GenerationState.COMPLETE)
        assert max(session.scalars(unseen)) == max(session.scalars(select(RankingGeneration.id))), "the newest stay"
    assert service.roll_back(make_shop(context), OPERATOR) == old
    assert_exact(context.sessions)


def test_a_run_of_a_part_fails_at_once_when_readers_have_left_the_ranking_it_takes_over_from(context: Context) -> None:
    rescore(context)
    new = active(context)

    def go_back(point: str) -> None:
        if point == "freeze committed" and active(context) == new:
            service.roll_back(make_shop(context), OPERATOR)

    run_id = requested(context, scope={"kind": "network", "network": "drk"})
    run = service.work_off(make_shop(context, reach=go_back), run_id)
    assert (run.state, run.last_error) == (RunState.FAILED, "BaseNoLongerActive")
    assert [part.attempts for part in run.failed_partitions] == [1]
    assert service.roll_back(make_shop(context), OPERATOR) == new
    runs.retry_run(context, OPERATOR, run_id)
    shop = make_shop(context)
    assert service.work_off(shop, run_id).state == RunState.COMPLETE, "readers see it again"
    service.activate_run(shop, OPERATOR, run_id, force=True)
    assert_exact(context.sessions)


def test_vectors_of_a_text_that_was_edited_while_it_was_encoded_stay_those_of_the_new_text(context: Context) -> None:
    first: list[int] = []

    def edit(point: str) -> None:
        if point == "encode computed" and not first:
            context.ranking.follow()  # from now on edits are encoded for the coming ranking as well
            with context.sessions.read() as session:
                first.append(session.scalars(select(Challenge.id).order_by(Challenge.id)).first() or 0)
            challenges.edit_challenge(context, OPERATOR, first[0], {"problem": stories.words_for(9)}, '"1"')
        if point == "encode committed":
            with context.sessions.read() as session:
                new = text_hash(compose_text(Side.CHALLENGE, session.get_one(Challenge, first[0])))
                assert vector_repository.known_hash(session, Side.CHALLENGE, first[0], OTHER) == new

    run_id = requested(context, encoder="other")
    assert service.work_off(make_shop(context, reach=edit), run_id).state == RunState.COMPLETE
    with context.sessions.read() as session:
        made = select(ChallengeVector.challenge_id).where(ChallengeVector.fingerprint == OTHER)
        assert len(session.scalars(made).all()) == 6


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_run_ends_also_when_somebody_still_reads_what_is_to_be_cleared_away(context: Context) -> None:
    run_id, shop = requested(context), make_shop(context)
    while (generation_id := service.read_run(context, run_id).generation) is None:
        ((_, number, _),) = service.look(shop)
        partitions.work_on(shop, run_id, number)
    with context.sessions.engine.connect() as reader:
        reader.execute(select(func.count()).select_from(table(f"match_g{generation_id}")))
        runs.cancel_run(context, OPERATOR, run_id)
        assert service.work_off(shop, run_id).state == RunState.CANCELLED
    assert cleaning.clear_away(context.sessions) == 1
    with context.sessions.read() as session:
        assert generations.get(session, generation_id).revision is None
