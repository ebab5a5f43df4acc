"""Lives of matches, thought out by hypothesis, against a small oracle.

After each step: contact data are visible where both sides agreed and nowhere else, no interest is open past its day
once the worker has looked, slots are never negative, each transition has exactly one audit event, and exactly the right
mails lie in the outbox; also when whoever worked was killed at any moment. 2,000 sequences with --long.
"""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, func, select

from app.alerts.schemas import AlertSettingsWrite
from app.alerts.service import change_alert_settings
from app.auth.actor import OPERATOR
from app.challenges import service as challenges
from app.context import Context
from app.decisions import reading, repository, service
from app.errors import AppError
from app.introductions import service as introductions
from app.introductions.schemas import MessageWrite, StatusWrite
from app.jobs import care
from app.matches.match_repository import MatchFilter
from app.matches.service import matches_of
from app.models import (
    Alert,
    AuditEvent,
    Base,
    Challenge,
    Decision,
    Introduction,
    MailOutbox,
    Notice,
    OneTimeLink,
    ToldMatch,
)
from app.vocabulary import AlertMode, ChallengeState, DecisionState, Language, MailTemplate
from matching.texts import Side as TextSide
from tests import stories
from tests.after.killing import Killed, killed_after_commit, killed_at
from tests.after.oracle import RULES, WHOLE, Oracle, Pair, other
from tests.after.people import Side, put_startup, put_welfare
from tests.conftest import SettableClock

STEPS = 14
WIPED = (Alert, MailOutbox, Introduction, Decision, OneTimeLink, Notice, ToldMatch)
CONVERSATION = {"interest", "reminder", "agreed", "declined", "expired", "message", "status"}
FOLLOWS = {
    "talking": {"pilot", "contract", "ended"},
    "pilot": {"contract", "ended"},
    "contract": {"ended"},
    "ended": set[str](),
}
TRANSITIONS = {
    *("decision.interested", "decision.declined", "decision.taken_back", "introduction.opened"),
    *("interest.reminded", "interest.expired"),
}

challenge_numbers, profile_numbers = st.integers(0, 2), st.integers(0, 1)
side_names = st.sampled_from(["challenge", "profile"])
moments = st.integers(1, 45)


class Life(RuleBasedStateMachine):
    """Three challenges of two organisations and two startups; all lives of a test share them, each begins anew."""

    context: Context
    clock: SettableClock
    begin: datetime
    welfare: list[Side]
    startups: list[Side]
    seen: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.clock.moment = self.begin
        owner = {number: side.organisation for number, side in enumerate(self.welfare)}
        self.oracle = Oracle(owner)
        with self.context.sessions.write() as session:
            for model in WIPED:
                session.execute(delete(model))
            self.first = session.scalar(select(func.max(AuditEvent.sequence))) or 0
        self.people = {side.person: name for name, side in self.sides().items()}

    def teardown(self) -> None:
        self.seen.update(self.oracle.events)
        for number in self.oracle.paused:
            challenges.resume_challenge(self.context, OPERATOR, self.welfare[number].text, None)

    def sides(self) -> dict[str, Side]:
        """One side for each person."""
        both = {f"welfare {side.organisation}": side for side in self.welfare}
        return both | {f"startup {side.organisation}": side for side in self.startups}

    def who(self, pair: Pair, side: str) -> str:
        return self.people[self.side(pair, side).person]

    def side(self, pair: Pair, side: str) -> Side:
        return self.welfare[pair[0]] if side == "challenge" else self.startups[pair[1]]

    def ids(self, pair: Pair) -> tuple[int, int]:
        return self.welfare[pair[0]].text, self.startups[pair[1]].text

    def attempt(self, call: Callable[[], object], *, allowed: bool) -> bool:
        try:
            call()
        except AppError:
            assert not allowed
            return False
        assert allowed
        return True

    @initialize(challenge=challenge_numbers, profile=profile_numbers, side=side_names, answered=st.booleans())
    def begin_with_an_interest(self, challenge: int, profile: int, side: str, answered: bool) -> None:
        """Hypothesis leaves out rules at random; without a beginning most lives would be empty."""
        self.say_yes(challenge, profile, side)
        if answered:
            self.say_yes(challenge, profile, other(side))

    @rule(challenge=challenge_numbers, profile=profile_numbers, side=side_names)
    def say_yes(self, challenge: int, profile: int, side: str) -> None:
        pair, now = (challenge, profile), self.clock.now()
        actor = self.side(pair, side).actor
        allowed = self.oracle.may_say_yes(pair, side, now)
        if self.attempt(lambda: stories.interested(self.context, actor, *self.ids(pair), side), allowed=allowed):
            self.oracle.say_yes(pair, side, now, self.who)

    @rule(challenge=challenge_numbers, profile=profile_numbers, side=side_names, moment=moments)
    def say_yes_and_be_killed(self, challenge: int, profile: int, side: str, moment: int) -> None:
        """Whoever is killed before the commit has said nothing; after it everything."""
        pair, now = (challenge, profile), self.clock.now()
        actor = self.side(pair, side).actor
        kill = killed_after_commit(1) if moment > 40 else killed_at(self.context.sessions.engine, moment)
        killed = False
        with suppress(AppError):
            try:
                with kill:
                    stories.interested(self.context, actor, *self.ids(pair), side)
            except Killed:
                killed = True
        done = not killed or moment > 40
        if done and self.oracle.may_say_yes(pair, side, now):
            self.oracle.say_yes(pair, side, now, self.who)

    @rule(challenge=challenge_numbers, profile=profile_numbers, side=side_names)
    def say_no(self, challenge: int, profile: int, side: str) -> None:
        pair = (challenge, profile)
        actor = self.side(pair, side).actor
        allowed = self.oracle.may_say_no(pair, side, self.clock.now())
        if self.attempt(lambda: stories.declined(self.context, actor, *self.ids(pair), side), allowed=allowed):
            self.oracle.say_no(pair, side, self.who)

    @rule(challenge=challenge_numbers, profile=profile_numbers, side=side_names)
    def take_back(self, challenge: int, profile: int, side: str) -> None:
        pair = (challenge, profile)
        with self.context.sessions.read() as session:
            made = [one for one in repository.of_pair(session, *self.ids(pair)) if one.side == side]
        if not made:
            return
        interest = self.oracle.open.get(pair)
        is_open = interest is not None and interest.side == side and self.clock.now() < interest.asked + WHOLE
        allowed = is_open or (pair, side) in self.oracle.standing
        actor = self.side(pair, side).actor
        if self.attempt(lambda: service.take_back(self.context, actor, made[-1].id), allowed=allowed):
            if is_open:
                del self.oracle.open[pair]
                self.oracle.withdrawn.setdefault((pair, side), []).append(self.clock.now())
            self.oracle.standing.discard((pair, side))
            self.oracle.events.append("decision.taken_back")

    @rule(hours=st.sampled_from([12, 7 * 24, 14 * 24]))
    def wait(self, hours: int) -> None:
        self.clock.moment += timedelta(hours=hours)

    @rule(hours=st.sampled_from([0, 7 * 24, 7 * 24, 14 * 24, 31 * 24]))
    def look(self, hours: int) -> None:
        """Looking twice is the same as once."""
        self.wait(hours)
        care.do_all(self.context)
        care.do_all(self.context)
        self.looked()

    @rule(moment=moments)
    def be_killed_while_looking(self, moment: int) -> None:
        """What a killed worker did not finish another one does; what it did is not done again."""
        kill = killed_after_commit(moment - 40) if moment > 40 else killed_at(self.context.sessions.engine, moment)
        with suppress(Killed), kill:
            care.do_all(self.context)
        care.do_all(self.context)
        self.looked()

    def looked(self) -> None:
        now = self.clock.now()
        self.oracle.look(now, self.who)
        with self.context.sessions.read() as session:
            overdue = select(Decision.id).where(Decision.state == DecisionState.OPEN, Decision.expires_at <= now)
            assert session.scalars(overdue).all() == []

    @rule(
        challenge=challenge_numbers, profile=profile_numbers, side=side_names, status=st.sampled_from(sorted(FOLLOWS))
    )
    def go_on(self, challenge: int, profile: int, side: str, status: str) -> None:
        pair = (challenge, profile)
        if pair not in self.oracle.introduced:
            return
        wanted = StatusWrite.model_validate({"status": status})
        allowed = status in FOLLOWS[self.oracle.introduced[pair]]
        if self.attempt(lambda: introductions.set_status(self.context, *self.at(pair, side), wanted), allowed=allowed):
            self.oracle.introduced[pair] = status
            self.oracle.events.append("introduction.status_changed")
            self.oracle.mails[self.who(pair, other(side)), "status"] += 1

    @rule(challenge=challenge_numbers, profile=profile_numbers, side=side_names)
    def write(self, challenge: int, profile: int, side: str) -> None:
        pair = (challenge, profile)
        if pair not in self.oracle.introduced:
            return
        message = MessageWrite(body="Guten Tag")
        allowed = self.oracle.introduced[pair] != "ended"
        call = lambda: introductions.send_message(self.context, *self.at(pair, side), message)  # noqa: E731
        if self.attempt(call, allowed=allowed):
            self.oracle.events.append("introduction.message_sent")
            self.oracle.mails[self.who(pair, other(side)), "message"] += 1

    def at(self, pair: Pair, side: str) -> tuple[object, int]:
        with self.context.sessions.read() as session:
            introduction = repository.introduction_of(session, *self.ids(pair))
        assert introduction is not None
        return self.side(pair, side).actor, introduction.id

    @rule(challenge=challenge_numbers)
    def pause_or_resume(self, challenge: int) -> None:
        text = self.welfare[challenge].text
        if challenge in self.oracle.paused:
            challenges.resume_challenge(self.context, OPERATOR, text, None)
            self.oracle.paused.discard(challenge)
            self.oracle.events.append("challenge.published")
        else:
            challenges.pause_challenge(self.context, OPERATOR, text, None)
            self.oracle.paused.add(challenge)
            self.oracle.events.append("challenge.paused")

    @rule(challenge=challenge_numbers)
    def look_at_a_list(self, challenge: int) -> None:
        """The list says how each pair stands, and hides what was declined."""
        if challenge in self.oracle.paused:
            return
        own = self.welfare[challenge]
        with self.context.sessions.read() as session:
            page = matches_of(
                self.context,
                session,
                own.actor,
                TextSide.CHALLENGE,
                own.text,
                MatchFilter(),
                Language.GERMAN,
                limit=9,
                cursor=None,
            )
        assert "people.example" not in page.model_dump_json()
        shown = {item.profile.id: item.standing.state if item.standing else None for item in page.items if item.profile}
        for number, startup in enumerate(self.startups):
            pair = (challenge, number)
            hidden = (pair, "challenge") in self.oracle.standing
            assert (startup.text in shown) == (not hidden)
            interest = self.oracle.open.get(pair)
            if pair in self.oracle.introduced:
                assert shown[startup.text] == "introduced"
            elif interest is not None:
                assert shown[startup.text] == ("waiting" if interest.side == "challenge" else "asked")

    @invariant()
    def contact_data_are_visible_where_both_agreed_and_nowhere_else(self) -> None:
        with self.context.sessions.read() as session:
            for name, side in self.sides().items():
                listed = reading.list_decisions(session, side.actor, limit=100, cursor=None)
                assert "@" not in json.dumps([row.model_dump(mode="json") for row in listed.rows])
                found = introductions.list_introductions(session, side.actor, status=None, limit=100, cursor=None)
                seen = set[tuple[Pair, str]]()
                for row in found.rows:
                    read = introductions.read_introduction(self.context, session, side.actor, row.id)
                    pair = self.pair_of(row.challenge_id, row.profile_id)
                    seen |= {(pair, contact.email) for contact in read.contacts}
                expected = {
                    (pair, f"{self.side(pair, one).actor.user_id}")
                    for pair, status in self.oracle.introduced.items()
                    if status != "ended" and name in {self.who(pair, "challenge"), self.who(pair, "profile")}
                    for one in ("challenge", "profile")
                }
                assert {pair for pair, _ in seen} == {pair for pair, _ in expected}
                assert len(seen) == len(expected)

    def pair_of(self, challenge_id: int, profile_id: int) -> Pair:
        return (
            [side.text for side in self.welfare].index(challenge_id),
            [side.text for side in self.startups].index(profile_id),
        )

    @invariant()
    def slots_are_never_negative(self) -> None:
        with self.context.sessions.read() as session:
            taken = repository.slots_taken(session, [side.text for side in self.startups])
        assert all(count <= RULES.pilot_slots for count in taken.values())
        assert taken == {
            side.text: count for number, side in enumerate(self.startups) if (count := self.oracle.slots_taken(number))
        }

    @invariant()
    def every_transition_has_one_event_and_the_right_mails(self) -> None:
        with self.context.sessions.read() as session:
            query = select(AuditEvent.action).where(AuditEvent.sequence > self.first).order_by(AuditEvent.sequence)
            events = [action for action in session.scalars(query) if action != "notice.given"]
            told = session.execute(select(Alert.user_id, Alert.kind, Alert.mail_id)).all()
            mails = set(session.scalars(select(MailOutbox.id).where(MailOutbox.template == MailTemplate.ALERT)))
            asked = session.scalars(
                select(OneTimeLink.user_id).join(MailOutbox, MailOutbox.link_id == OneTimeLink.id)
            ).all()
        assert Counter(events) == Counter(self.oracle.events)
        assert len(mails) == len(told) == len({mail for _, _, mail in told})
        found = Counter((self.people[user], kind.value) for user, kind, _ in told if kind in CONVERSATION)
        found += Counter((self.people[user], "outcome") for user in asked if user is not None)
        assert found == self.oracle.mails


def put_sides(context: Context) -> tuple[list[Side], list[Side]]:
    """Three challenges, the first two of one organisation, and two startups; all match each other."""
    first = put_welfare(context, "ayla", expires_on="2040-01-01")
    more = stories.challenge(context, first.organisation, "Sturz Nachtdienst", expires_on="2040-01-01")
    welfare = [first, replace(first, text=more["id"]), put_welfare(context, "jonas", expires_on="2040-01-01")]
    startups = [put_startup(context, "mira"), put_startup(context, "noah")]
    quiet = AlertSettingsWrite(matches=AlertMode.OFF, conversations=AlertMode.AT_ONCE)
    for side in (first, welfare[2], *startups):
        change_alert_settings(context, side.actor, quiet)
    return welfare, startups


def test_every_life_of_a_match_keeps_the_rules(
    context: Context, clock: SettableClock, request: pytest.FixtureRequest
) -> None:
    long = request.config.getoption("--long")

    class LifeHere(Life):
        pass

    LifeHere.context, LifeHere.clock, LifeHere.begin = replace(context, rules=RULES), clock, clock.moment
    LifeHere.welfare, LifeHere.startups = put_sides(context)
    LifeHere.seen = Counter()
    run_state_machine_as_test(
        LifeHere,
        settings=settings(
            max_examples=1000 if long else 12,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=not long,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert TRANSITIONS - LifeHere.seen.keys() == set(), "lives in which too little happens prove nothing"
    with context.sessions.read() as session:
        assert context.trail.verify(session).first_bad is None
        assert set(session.scalars(select(Challenge.state))) == {ChallengeState.PUBLISHED}
    assert Base.metadata.tables.keys() >= {model.__tablename__ for model in WIPED}
