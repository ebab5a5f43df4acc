"""Nobody is pressed, and nobody is kept waiting: repeated interests, mails about what is over, a no while pausing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import errors, rulebook
from app.auth.actor import OPERATOR
from app.challenges import service as challenges
from app.context import Context
from app.decisions import service
from app.decisions.drafts import polite_decline
from app.decisions.schemas import DecisionWrite
from app.decisions.view import view_of
from app.models import Alert, Challenge, Decision, Profile
from app.profiles import service as profiles
from app.vocabulary import AlertKind, DecisionState, Language
from matching.texts import Side as TextSide
from tests import stories
from tests.after.people import Side, events, mails, put_startup, put_welfare, told
from tests.conftest import SettableClock


@pytest.fixture
def welfare(context: Context) -> Side:
    return put_welfare(context, "ayla")


@pytest.fixture
def startup(context: Context) -> Side:
    return put_startup(context, "mira")


def ask_and_take_back(context: Context, welfare: Side, startup: Side) -> None:
    asked = stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    service.take_back(context, welfare.actor, asked.id)


def test_an_interest_is_not_shown_and_taken_back_as_often_as_somebody_likes(
    context: Context, welfare: Side, startup: Side, clock: SettableClock
) -> None:
    ask_and_take_back(context, welfare, startup)
    clock.moment += timedelta(days=10)
    ask_and_take_back(context, welfare, startup)
    before = len(events(context))
    with pytest.raises(errors.TakenBackTooOften) as refused:
        stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    assert f"{clock.moment + timedelta(days=20):%Y-%m-%d}" in str(refused.value)
    assert told(context, startup.person) == [AlertKind.INTEREST] * 2
    assert len(events(context)) == before
    declined = stories.declined(context, welfare.actor, welfare.text, startup.text, "challenge")
    service.take_back(context, welfare.actor, declined.id)
    assert stories.interested(context, startup.actor, welfare.text, startup.text, "profile").state == "open"
    agreed = stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    assert agreed.state == "agreed", "a yes to who asked is never too often"


def test_after_a_while_a_side_may_ask_again(
    context: Context, welfare: Side, startup: Side, clock: SettableClock
) -> None:
    for _ in range(2):
        ask_and_take_back(context, welfare, startup)
    clock.moment += timedelta(days=30)
    assert stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge").state == "open"


def test_no_mail_asks_for_an_answer_nobody_waits_for(context: Context, welfare: Side, startup: Side) -> None:
    ask_and_take_back(context, welfare, startup)
    assert mails(context, startup.person) == []
    stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    ((_, subject, text),) = mails(context, startup.person)
    assert "möchte mit Ihnen sprechen" in subject
    assert "bis 07.12.2026" in text
    stories.declined(context, startup.actor, welfare.text, startup.text, "profile")
    assert mails(context, startup.person) == [], "it was answered before the mail went out"
    with context.sessions.read() as session:
        assert len(session.scalars(select(Alert).where(Alert.user_id == startup.person)).all()) == 2


@pytest.mark.parametrize("who", ["asked", "asking"])
def test_who_was_asked_may_say_no_while_a_text_pauses(context: Context, welfare: Side, startup: Side, who: str) -> None:
    stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    if who == "asked":
        profiles.pause_profile(context, OPERATOR, startup.text, None)
        refusal: type[errors.AppError] = errors.NotPublished
    else:
        challenges.pause_challenge(context, OPERATOR, welfare.text, None)
        refusal = errors.MatchGone
    with pytest.raises(refusal):
        stories.interested(context, startup.actor, welfare.text, startup.text, "profile")
    no = stories.declined(context, startup.actor, welfare.text, startup.text, "profile", "no_capacity")
    assert no.state is DecisionState.STANDING
    assert told(context, welfare.person) == [AlertKind.DECLINED]
    service.take_back(context, startup.actor, no.id)
    with pytest.raises(refusal):
        stories.declined(context, startup.actor, welfare.text, startup.text, "profile")


def test_a_no_to_a_challenge_that_is_over_is_too_late(context: Context, welfare: Side, startup: Side) -> None:
    stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    challenges.mark_challenge_solved(context, OPERATOR, welfare.text, None)
    with pytest.raises(errors.MatchGone):
        stories.declined(context, startup.actor, welfare.text, startup.text, "profile")


def test_who_was_declined_may_ask_again_once_that_is_taken_back(context: Context, welfare: Side, startup: Side) -> None:
    stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    no = stories.declined(context, startup.actor, welfare.text, startup.text, "profile")

    def is_free() -> bool:
        with context.sessions.read() as session:
            challenge = session.get_one(Challenge, welfare.text)
            partners = {startup.text: session.get_one(Profile, startup.text)}
            rules = rulebook.current(session, context.rules)
            return view_of(session, rules, TextSide.CHALLENGE, challenge, partners).is_free(startup.text)

    assert not is_free()
    service.take_back(context, startup.actor, no.id)
    assert is_free()
    stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    assert not is_free()


@pytest.mark.parametrize("language", Language)
def test_a_prepared_decline_can_be_sent_as_it_is(
    context: Context, welfare: Side, startup: Side, language: Language
) -> None:
    draft = polite_decline(language, "Sturz " * 33, "Träger " * 28)
    wanted = {"side": "profile", "answer": "not_interested", "reason": "other", "note": draft}
    stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    sent = service.decide(context, startup.actor, welfare.text, startup.text, DecisionWrite.model_validate(wanted))
    with context.sessions.read() as session:
        assert session.get_one(Decision, sent.id).note == draft
