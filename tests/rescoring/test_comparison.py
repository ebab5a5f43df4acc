"""What a comparison says of a new ranking is what readers would see of it."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, delete, update

from app.auth.actor import OPERATOR
from app.challenges import service as challenges
from app.context import Context
from app.matches import generations
from app.models import Challenge, Decision, Match
from app.models.rescoring import RunState
from app.profiles import service as profiles
from app.rescoring import comparison, quality, runs, service
from app.rescoring.schemas import Comparison, Quality, RunRequest
from app.vocabulary import DecisionAnswer, DecisionReason, DecisionState
from matching import calibration
from matching.statistics import Statistics
from matching.texts import Side
from tests import stories
from tests.conftest import SettableClock, make_context
from tests.rescoring_runs import hashing_encoders, make_shop

TEXTS = 6


@pytest.fixture
def context(engine: Engine, clock: SettableClock, demo_statistics: Statistics, small_lists: None) -> Context:
    context = make_context(engine, clock, statistics=demo_statistics, encoders=hashing_encoders(demo_statistics))
    welfare = stories.organisation(context, "welfare")
    for number in range(TEXTS):
        stories.challenge(context, welfare, stories.words_for(number))
        stories.profile(context, stories.words_for(number + 2))
    return context


def requested(context: Context, *, activate: bool = False) -> int:
    return runs.request_run(context, context.ranking.encoders, OPERATOR, RunRequest(activate=activate))


def active(context: Context) -> int:
    with context.sessions.read() as session:
        return generations.active_id(session) or 0


def test_a_run_whose_fits_all_fall_below_what_readers_see_is_held_back(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = active(context)
    usual = calibration.packaged()
    # A program of other rules: it begins the run and does it.
    monkeypatch.setattr(calibration, "packaged", lambda: replace(usual, middle=usual.middle + 20 / usual.slope))
    shop = make_shop(context)
    run_id = requested(context, activate=True)
    run = service.work_off(shop, run_id)
    assert run.state == RunState.COMPLETE
    assert run.held_back == ["lost_share", "emptied_share", "startups_shown_share"]
    assert active(context) == before
    found = service.read_comparison(context, run_id)
    for side in (found.challenges, found.profiles):
        assert (side.kept, side.gained) == (0, 0)
        assert side.emptied > 0
    assert found.exposure.startups_shown_before > found.exposure.startups_shown_after == 0


@pytest.mark.parametrize(("old", "new", "moved"), [(0.24, 0.26, False), (0.49, 0.76, True), (0.19, 0.21, True)])
def test_a_band_changes_where_readers_are_told_another_word(
    context: Context, old: float, new: float, moved: bool
) -> None:
    run_id = requested(context)
    generation = service.work_off(make_shop(context), run_id).generation
    assert generation is not None
    with context.sessions.write() as session:
        for number, fit in ((active(context), old), (generation, new)):
            session.execute(update(Match).where(Match.generation_id == number).values(fit=fit))
    found = compared(context, run_id, generation)
    assert found.challenges.kept > 0
    assert found.challenges.band_changes == (found.challenges.kept if moved else 0)


def compared(context: Context, run_id: int, generation: int) -> Comparison:
    found = comparison.compare(make_shop(context), run_id, generation)
    assert found is not None
    return found


def decide(context: Context, pairs: list[tuple[int, int]], answer: DecisionAnswer, **more: Any) -> None:
    """Store decisions as challenges' organisations made them."""
    interested = answer is DecisionAnswer.INTERESTED
    with context.sessions.write() as session:
        for challenge_id, profile_id in pairs:
            fields: dict[str, Any] = {
                "challenge_id": challenge_id,
                "profile_id": profile_id,
                "side": Side.CHALLENGE,
                "organisation_id": session.get_one(Challenge, challenge_id).organisation_id,
                "answer": answer,
                "state": DecisionState.EXPIRED if interested else DecisionState.STANDING,
                "reason": None if interested else DecisionReason.WRONG_FIELD,
                "decided_at": context.clock.now(),
            }
            session.add(Decision(**fields | more))


def set_scores(context: Context, generation: int, scores: dict[tuple[int, int], float]) -> None:
    """Leave a ranking some pairs only."""
    with context.sessions.write() as session:
        session.execute(delete(Match).where(Match.generation_id == generation))
        session.add_all(
            Match(
                challenge_id=challenge_id,
                profile_id=profile_id,
                generation_id=generation,
                score=score,
                fit=0.5,
                in_challenge_list=True,
                in_profile_list=True,
            )
            for (challenge_id, profile_id), score in scores.items()
        )


def test_what_members_decided_warns_of_a_ranking_that_has_a_no_above_a_yes(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "ENOUGH", 3)
    run_id = requested(context)
    generation = service.work_off(make_shop(context), run_id).generation
    assert generation is not None
    yes, no = [(number, number) for number in (1, 2, 3)], [(number, number + 1) for number in (1, 2, 3)]
    set_scores(context, active(context), dict.fromkeys(yes, 2.0) | dict.fromkeys(no, 1.0))
    # One yes at the end, one on a par with every no: (3 * 1 + 3 * .5 + 0) of nine.
    set_scores(context, generation, {(1, 1): 2.0, (2, 2): 1.0} | dict.fromkeys(no, 1.0))
    decide(context, yes, DecisionAnswer.INTERESTED)
    decide(context, no[:2], DecisionAnswer.NOT_INTERESTED)
    decide(context, no[2:], DecisionAnswer.NOT_INTERESTED, reason=DecisionReason.NO_CAPACITY)
    few = on_decisions(context, run_id, generation)
    assert (few.queries, few.before, few.after) == (5, None, None), "no capacity says nothing about the fit"
    # A yes of one side and a no of the other are a no; what was taken back is nothing.
    decide(context, no[2:], DecisionAnswer.INTERESTED, state=DecisionState.DECLINED)
    decide(context, no[2:], DecisionAnswer.NOT_INTERESTED, side=Side.PROFILE)
    decide(context, [(6, 6)], DecisionAnswer.INTERESTED, state=DecisionState.TAKEN_BACK)
    decide(context, [(6, 5)], DecisionAnswer.NOT_INTERESTED, state=DecisionState.TAKEN_BACK)
    found = on_decisions(context, run_id, generation)
    assert (found.measure, found.queries, found.before, found.after) == ("auroc", 6, 1.0, 0.5)


def test_decided_pairs_of_texts_that_are_not_published_are_left_out(context: Context) -> None:
    decide(context, [(1, 1), (2, 2), (3, 4)], DecisionAnswer.INTERESTED)
    challenges.pause_challenge(context, OPERATOR, 1, None)
    profiles.pause_profile(context, OPERATOR, 4, None)
    with context.sessions.read() as session:
        assert quality.quality_on_decisions(session, active(context), active(context)).queries == 1


def on_decisions(context: Context, run_id: int, generation: int) -> Quality:
    """Compare with decisions as the only measure; the comparison warns when they do."""
    shop = make_shop(context)
    shop.measure = lambda session, _encoders, *both: [quality.quality_on_decisions(session, *both)]
    found = comparison.compare(shop, run_id, generation)
    assert found is not None
    (one,) = found.quality
    worse = one.before is not None and one.after is not None and one.after < one.before
    assert ("quality_loss" in found.crossed) == worse
    return one
