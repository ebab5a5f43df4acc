"""Yes and no, from either side: what follows, what is refused, and that nothing is half done."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app import errors
from app.accounts import membership
from app.alerts.schemas import AlertSettingsWrite
from app.alerts.service import change_alert_settings
from app.auth.actor import OPERATOR
from app.challenges import service as challenges
from app.context import Context
from app.decisions import reading, rules, service
from app.decisions.rules import RulesWrite
from app.decisions.schemas import DecisionWrite
from app.introductions.service import read_introduction
from app.matches.service import next_best
from app.models import Decision, Introduction, MailOutbox
from app.profiles import service as profiles
from app.rules import Rules
from app.vocabulary import AlertKind, AlertMode, DecisionState, Role
from matching.texts import Side as TextSide
from tests import stories
from tests.access.world import put_person
from tests.after.people import Side, actor_of, count, days_later, events, put_manager, put_startup, put_welfare, told
from tests.conftest import SettableClock
from tests.problems import assert_problem


@pytest.fixture
def welfare(context: Context) -> Side:
    return put_welfare(context, "ayla")


@pytest.fixture
def startup(context: Context) -> Side:
    return put_startup(context, "mira")


def test_two_times_yes_introduces_and_shows_who_said_so(context: Context, welfare: Side, startup: Side) -> None:
    asked = stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    assert (asked.state, asked.rank, asked.generation) == (DecisionState.OPEN, 1, 1)
    assert asked.fit is not None
    assert told(context, startup.person) == [AlertKind.INTEREST]
    agreed = stories.interested(context, startup.actor, welfare.text, startup.text, "profile")
    assert agreed.state is DecisionState.AGREED
    assert told(context, welfare.person) == [AlertKind.AGREED]
    with context.sessions.read() as session:
        for side, own in ((welfare, "challenge"), (startup, "profile")):
            read = read_introduction(context, session, side.actor, agreed.introduction_id or 0)
            assert read.side == own
            assert [(contact.side, contact.email) for contact in read.contacts] == [
                ("challenge", "ayla@people.example"),
                ("profile", "mira@people.example"),
            ]
    assert events(context)[-2:] == ["decision.interested", "introduction.opened"]


def test_a_no_answers_an_interest_and_the_next_best_follows(context: Context, welfare: Side, startup: Side) -> None:
    other = put_startup(context, "second", "Sturz Nachtdienst Tablet")
    stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    answer = stories.declined(
        context, startup.actor, welfare.text, startup.text, "profile", "no_capacity", note="Erst im Herbst wieder."
    )
    assert answer.state is DecisionState.STANDING
    assert told(context, welfare.person) == [AlertKind.DECLINED]
    with context.sessions.read() as session:
        seen = reading.read_decision(session, welfare.actor, answer.id)
        assert (seen.reason, seen.note) == ("no_capacity", "Erst im Herbst wieder.")
        assert (seen.rank, seen.fit, seen.generation) == (None, None, None)
        best = next_best(context, session, welfare.actor, TextSide.CHALLENGE, welfare.text).match
    assert best is not None
    assert best.profile is not None
    assert best.profile.id == other.text
    with pytest.raises(errors.PartnerDeclined):
        stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    service.take_back(context, startup.actor, answer.id)
    assert stories.interested(context, startup.actor, welfare.text, startup.text, "profile").state == "open"


def test_a_decline_that_nobody_asked_for_is_nobody_elses_business(
    context: Context, welfare: Side, startup: Side
) -> None:
    declined = stories.declined(context, welfare.actor, welfare.text, startup.text, "challenge", "cost")
    assert told(context, startup.person) == []
    with context.sessions.read() as session:
        with pytest.raises(errors.NotFound):
            reading.read_decision(session, startup.actor, declined.id)
        listed = reading.list_decisions(session, startup.actor, limit=10, cursor=None)
        own = reading.list_decisions(session, welfare.actor, state=DecisionState.STANDING, limit=10, cursor=None)
    assert listed.rows == []
    assert [row.id for row in own.rows] == [declined.id]


def test_an_interest_is_taken_back_until_it_is_answered(context: Context, welfare: Side, startup: Side) -> None:
    asked = stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    with pytest.raises(errors.Forbidden):
        service.take_back(context, startup.actor, asked.id)
    assert service.take_back(context, welfare.actor, asked.id).state is DecisionState.TAKEN_BACK
    with pytest.raises(errors.NotToBeTakenBack):
        service.take_back(context, welfare.actor, asked.id)
    again = stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    stories.interested(context, startup.actor, welfare.text, startup.text, "profile")
    with pytest.raises(errors.NotToBeTakenBack):
        service.take_back(context, welfare.actor, again.id)
    with pytest.raises(errors.AlreadyIntroduced):
        stories.declined(context, welfare.actor, welfare.text, startup.text, "challenge")


def test_two_tabs_decide_once(context: Context, welfare: Side, startup: Side) -> None:
    def click(answer: str) -> str:
        reason = {"reason": "other"} if answer == "not_interested" else {}
        wanted = DecisionWrite.model_validate({"side": "challenge", "answer": answer} | reason)
        try:
            return service.decide(context, welfare.actor, welfare.text, startup.text, wanted).state.value
        except errors.AlreadyDecided:
            return "refused"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(click, ["interested", "not_interested"] * 4))
    assert answers.count("refused") == 7
    assert count(context, Decision) == 1
    assert events(context).count("decision.interested") + events(context).count("decision.declined") == 1


def test_both_sides_at_the_same_moment_are_introduced_once(context: Context, welfare: Side, startup: Side) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(stories.interested, context, side.actor, welfare.text, startup.text, name)
            for side, name in ((welfare, "challenge"), (startup, "profile"))
        ]
        states = {one.result().state for one in both}
    assert states == {DecisionState.OPEN, DecisionState.AGREED}
    assert count(context, Introduction) == 1
    with context.sessions.read() as session:
        assert set(session.scalars(select(Decision.state))) == {DecisionState.AGREED}


def test_limits_hold_also_when_all_ask_at_once(context: Context, startup: Side) -> None:
    strict = replace(context, rules=Rules(pilot_slots=2, open_interests=3))
    askers = [put_welfare(context, f"person{number}") for number in range(5)]

    def ask(side: Side) -> str:
        try:
            return stories.interested(strict, side.actor, side.text, startup.text, "challenge").state.value
        except errors.NoFreeSlots:
            return "full"

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(ask, askers)) == ["full", "full", "full", "open", "open"]


def test_an_organisation_has_so_many_open_interests_and_no_more(context: Context, welfare: Side) -> None:
    strict = replace(context, rules=Rules(open_interests=2))
    startups = [put_startup(context, f"startup{number}") for number in range(3)]
    first, second = (
        stories.interested(strict, welfare.actor, welfare.text, one.text, "challenge") for one in startups[:2]
    )
    before = count(context, MailOutbox)
    with pytest.raises(errors.TooManyOpenInterests):
        stories.interested(strict, welfare.actor, welfare.text, startups[2].text, "challenge")
    assert (count(context, Decision), count(context, MailOutbox)) == (2, before)
    service.take_back(strict, welfare.actor, first.id)
    assert stories.interested(strict, welfare.actor, welfare.text, startups[2].text, "challenge").id > second.id


def test_what_an_admin_chose_counts_instead_of_the_settings(context: Context, welfare: Side) -> None:
    first, second = (put_startup(context, f"startup{number}") for number in range(2))
    rules.choose(context, OPERATOR, RulesWrite(interest_days=4, open_interests=1, pilot_slots=3))
    asked = stories.interested(context, welfare.actor, welfare.text, first.text, "challenge")
    assert asked.expires_at == context.clock.now() + timedelta(days=4)
    with pytest.raises(errors.TooManyOpenInterests):
        stories.interested(context, welfare.actor, welfare.text, second.text, "challenge")
    rules.choose(context, OPERATOR, RulesWrite(interest_days=4, open_interests=2, pilot_slots=3))
    stories.interested(context, welfare.actor, welfare.text, second.text, "challenge")


def test_slots_are_free_again_after_an_answer_and_after_the_end(context: Context, startup: Side) -> None:
    from app.introductions.schemas import StatusWrite
    from app.introductions.service import set_status
    from app.vocabulary import IntroductionStatus

    strict = replace(context, rules=Rules(pilot_slots=1))
    one, two = put_welfare(context, "one"), put_welfare(context, "two")
    stories.interested(strict, one.actor, one.text, startup.text, "challenge")
    with pytest.raises(errors.NoFreeSlots):
        stories.interested(strict, two.actor, two.text, startup.text, "challenge")
    agreed = stories.interested(strict, startup.actor, one.text, startup.text, "profile")
    with pytest.raises(errors.NoFreeSlots):
        stories.interested(strict, two.actor, two.text, startup.text, "challenge")
    wanted = StatusWrite(status=IntroductionStatus.CONTRACT)
    set_status(strict, one.actor, agreed.introduction_id or 0, wanted)
    assert stories.interested(strict, two.actor, two.text, startup.text, "challenge").state == "open"


def test_an_unanswered_interest_is_reminded_of_and_expires_on_its_day(
    context: Context, welfare: Side, startup: Side, clock: SettableClock
) -> None:
    asked = stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    assert asked.expires_at == clock.now() + timedelta(days=14)
    days_later(context, clock, 6.9)
    assert told(context, startup.person) == [AlertKind.INTEREST]
    days_later(context, clock, 0.1)
    days_later(context, clock, 0.1)
    assert told(context, startup.person) == [AlertKind.INTEREST, AlertKind.REMINDER]
    with context.sessions.read() as session:
        draft = reading.read_decision(session, startup.actor, asked.id).draft
        assert reading.read_decision(session, welfare.actor, asked.id).draft is None
    assert draft is not None
    assert "Startup mira" in draft
    clock.moment += timedelta(days=6.9)
    for side, name, call in ((startup, "profile", stories.interested), (startup, "profile", stories.declined)):
        with pytest.raises(errors.InterestExpired):
            call(context, side.actor, welfare.text, startup.text, name)
    with pytest.raises(errors.InterestExpired):
        service.take_back(context, welfare.actor, asked.id)
    days_later(context, clock, 0)
    days_later(context, clock, 1)
    assert told(context, welfare.person) == [AlertKind.EXPIRED]
    assert events(context)[-2:] == ["interest.reminded", "interest.expired"]
    with context.sessions.read() as session:
        read = reading.read_decision(session, welfare.actor, asked.id)
    assert read.state is DecisionState.EXPIRED
    assert read.draft == draft, "the polite decline comes in the other side's place"
    with pytest.raises(errors.AskAgainLater):
        stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    late = stories.interested(context, startup.actor, welfare.text, startup.text, "profile")
    assert late.state is DecisionState.OPEN, "a late yes is an interest of its own"
    service.take_back(context, startup.actor, late.id)
    days_later(context, clock, 30)
    assert stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge").state == "open"


def test_an_interest_ends_with_the_challenge_and_outlives_a_pause(
    context: Context, welfare: Side, startup: Side, clock: SettableClock
) -> None:
    asked = stories.interested(context, startup.actor, welfare.text, startup.text, "profile")
    challenges.pause_challenge(context, OPERATOR, welfare.text, None)
    with pytest.raises(errors.NotPublished):
        stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    days_later(context, clock, 1)
    with context.sessions.read() as session:
        assert session.get_one(Decision, asked.id).state is DecisionState.OPEN
    challenges.mark_challenge_solved(context, OPERATOR, welfare.text, None)
    days_later(context, clock, 0)
    with context.sessions.read() as session:
        assert session.get_one(Decision, asked.id).state is DecisionState.EXPIRED
    assert told(context, startup.person) == [AlertKind.EXPIRED]
    with pytest.raises(errors.MatchGone):
        stories.interested(context, startup.actor, welfare.text, startup.text, "profile")


def test_a_challenge_whose_last_day_is_over_is_no_match_any_more(
    context: Context, startup: Side, clock: SettableClock
) -> None:
    short = put_welfare(context, "short", expires_on="2026-11-24")
    clock.moment += timedelta(days=2)
    with pytest.raises(errors.NotPublished):
        stories.interested(context, short.actor, short.text, startup.text, "challenge")
    with pytest.raises(errors.NotFound):
        stories.interested(context, startup.actor, short.text, startup.text, "profile")


def test_what_is_in_no_list_is_no_match(context: Context, welfare: Side) -> None:
    far = put_startup(context, "far", regions=["hessen"])
    for answer in (stories.interested, stories.declined):
        with pytest.raises(errors.NotAMatch):
            answer(context, welfare.actor, welfare.text, far.text, "challenge")
    for call in (
        lambda: stories.interested(context, welfare.actor, 999, far.text, "challenge"),
        lambda: service.take_back(context, welfare.actor, 999),
    ):
        with pytest.raises(errors.NotFound):
            call()


def test_somebody_who_left_decides_nothing(context: Context, welfare: Side, startup: Side) -> None:
    colleague, _ = put_person(
        context, "colleague", {"role": Role.WELFARE_STAFF, "organisation_id": welfare.organisation}
    )
    actor = actor_of(context, colleague)
    membership.remove_member(context, OPERATOR, welfare.organisation, colleague)
    with pytest.raises(errors.NotFound):
        stories.interested(context, actor, welfare.text, startup.text, "challenge")
    assert count(context, Decision) == 0


def test_the_contact_who_left_is_shown_no_more_until_a_colleague_takes_over(
    context: Context, welfare: Side, startup: Side
) -> None:
    from app.introductions.service import take_over_contact

    colleague, _ = put_person(
        context, "colleague", {"role": Role.WELFARE_STAFF, "organisation_id": welfare.organisation}
    )
    stories.interested(context, actor_of(context, colleague), welfare.text, startup.text, "challenge")
    agreed = stories.interested(context, startup.actor, welfare.text, startup.text, "profile")
    number = agreed.introduction_id or 0
    membership.remove_member(context, OPERATOR, welfare.organisation, colleague)
    with context.sessions.read() as session:
        read = read_introduction(context, session, startup.actor, number)
    assert [contact.email for contact in read.contacts] == ["mira@people.example"]
    assert [one.email for one in take_over_contact(context, welfare.actor, number).contacts] == [
        "ayla@people.example",
        "mira@people.example",
    ]
    with pytest.raises(errors.Forbidden):
        take_over_contact(context, OPERATOR, number)


def test_only_people_who_want_to_be_told_are_told(context: Context, welfare: Side, startup: Side) -> None:
    colleague, actor = put_manager(context, "second", startup.organisation, Role.STARTUP_MEMBER)
    change_alert_settings(context, actor, AlertSettingsWrite(matches=AlertMode.OFF, conversations=AlertMode.OFF))
    stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    assert told(context, startup.person) == [AlertKind.INTEREST]
    assert told(context, colleague) == []


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"side": "challenge", "answer": "not_interested"}, "", "reason_missing"),
        ({"side": "challenge", "answer": "interested", "reason": "cost"}, "", "reason_unwanted"),
        ({"side": "challenge", "answer": "interested", "note": "Bitte bald."}, "", "reason_unwanted"),
        ({"side": "challenge", "answer": "maybe"}, "answer", "enum"),
        ({"side": "both", "answer": "interested"}, "side", "literal_error"),
        ({"side": "challenge", "answer": "not_interested", "reason": "weather"}, "reason", "enum"),
        (
            {"side": "challenge", "answer": "not_interested", "reason": "other", "note": "x" * 501},
            "note",
            "string_too_long",
        ),
        ({"side": "challenge", "answer": "interested", "fit": 1}, "fit", "extra_forbidden"),
    ],
)
def test_a_malformed_decision_says_which_field(
    client: TestClient, welfare: Side, startup: Side, body: dict[str, Any], field: str, code: str
) -> None:
    answer = client.post(f"/api/v1/challenges/{welfare.text}/matches/{startup.text}/decisions", json=body)
    problem = assert_problem(answer, 422, "malformed-input", field)
    assert problem["errors"][0]["code"] == code


def test_refusals_say_what_to_do(client: TestClient, context: Context, welfare: Side, startup: Side) -> None:
    path = f"/api/v1/challenges/{welfare.text}/matches/{startup.text}/decisions"
    yes = {"side": "challenge", "answer": "interested"}
    assert client.post(path, json=yes).status_code == 201
    assert_problem(client.post(path, json=yes), 409, "already-decided")
    profiles.pause_profile(context, OPERATOR, startup.text, None)
    assert_problem(client.post(path, json=yes), 410, "match-gone")
