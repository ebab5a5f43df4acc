"""Two hundred days of the demonstration, invented people included: everything happens on its day.

Each day has two looks of the worker, at six and at nine (UTC). At nine people act: some ask,
some answer, some never do.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import errors
from app.alerts.schemas import AlertSettingsWrite
from app.alerts.service import change_alert_settings
from app.auth.actor import Actor
from app.context import Context
from app.db.engine import make_engine
from app.db.migrate import upgrade
from app.decisions.repository import slots_taken
from app.demo.seed import seed_demo
from app.introductions import service as introductions
from app.introductions.schemas import MessageWrite, StatusWrite
from app.jobs import care
from app.matches.service import next_best
from app.models import (
    Alert,
    Challenge,
    Decision,
    Introduction,
    MailOutbox,
    Notice,
    Organisation,
    Outcome,
    Profile,
)
from app.privacy import retention
from app.profiles.confirmation import confirm_profile, pause_unconfirmed
from app.vocabulary import (
    AlertKind,
    AlertMode,
    ChallengeState,
    DecisionAnswer,
    DecisionReason,
    DecisionState,
    IntroductionStatus,
    MailTemplate,
    ProfileState,
)
from matching.texts import Side
from tests import stories
from tests.access.world import put_person
from tests.after.people import ROLES, actor_of
from tests.conftest import DATABASES, SettableClock, make_context, new_database

DAYS = 200
BEGIN = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""Later than every day in the demonstration data, so that publishing is what confirms a profile."""
NOON = timedelta(hours=3)
ASK_EACH_DAY = 1
DAYS_OF_PROFILES = {
    AlertKind.PROFILE_UNCONFIRMED: 166,
    AlertKind.PROFILE_SINKS: 180,
    AlertKind.PROFILE_PAUSED: 194,
}


class World:
    """The demonstration with somebody in each organisation, and what they do."""

    def __init__(self, context: Context, clock: SettableClock) -> None:
        self.context, self.clock = context, clock
        self.chance = random.Random(7)  # noqa: S311  a game
        self.actors: dict[int, Actor] = {}
        self.modes: dict[int, AlertMode] = {}
        self.confirming: set[int] = set()
        self.next_bests = Counter[str]()
        clock.moment = BEGIN
        seed_demo(context)
        care.do_all(context)
        with context.sessions.read() as session:
            organisations = session.execute(select(Organisation.id, Organisation.kind)).all()
            self.texts = {
                Side.CHALLENGE: session.execute(select(Challenge.id, Challenge.organisation_id)).all(),
                Side.PROFILE: session.execute(select(Profile.id, Profile.organisation_id)).all(),
            }
        for number, (organisation, kind) in enumerate(organisations):
            grant = {"role": ROLES[kind], "organisation_id": organisation, "manager": True}
            person, _ = put_person(context, f"person{organisation}", grant)
            self.actors[organisation] = actor_of(context, person)
            self.modes[person] = list(AlertMode)[number % 3]
            wanted = AlertSettingsWrite(matches=self.modes[person], conversations=self.modes[person])
            change_alert_settings(context, self.actors[organisation], wanted)
        self.owners = {side: dict(map(tuple, rows)) for side, rows in self.texts.items()}
        self.confirming = {profile for profile, _ in self.texts[Side.PROFILE] if profile % 4 == 0}

    def live(self, days: int, *, acting: bool = True) -> None:
        for _ in range(days):
            self.clock.moment = self.clock.moment.replace(hour=6) + timedelta(days=1)
            self.work()
            self.clock.moment += NOON
            self.work()
            if acting:
                self.act()

    def work(self) -> None:
        """What worker and server do."""
        self.context.ranking.expire_due(self.context.sessions)
        pause_unconfirmed(self.context)
        with self.context.sessions.read() as session:
            over = set(session.scalars(select(Decision.id).where(Decision.state == DecisionState.EXPIRED)))
        care.do_all(self.context)
        with self.context.sessions.read() as session:
            query = select(Decision).where(Decision.state == DecisionState.EXPIRED, Decision.id.not_in(over))
            for interest in session.scalars(query).all():
                self.look_for_the_next_best(session, interest)

    def look_for_the_next_best(self, session: Session, interest: Decision) -> None:
        """The asking side sees at once whom it can turn to, and not the one that never answered."""
        side = interest.side
        own, partner = interest.challenge_id, interest.profile_id
        if side is Side.PROFILE:
            own, partner = partner, own
        try:
            best = next_best(self.context, session, self.actors[interest.organisation_id], side, own).match
        except errors.NotPublished:
            self.next_bests["own text is over"] += 1
            return
        if best is None:
            self.next_bests["nobody left"] += 1
            return
        shown = best.profile if side is Side.CHALLENGE else best.challenge
        assert shown is not None
        assert shown.id != partner
        assert (best.standing, best.hidden_by, best.full) == (None, None, False)
        self.next_bests["found"] += 1

    def act(self) -> None:
        for _ in range(ASK_EACH_DAY):
            self.ask(self.chance.choice(list(Side)))
        self.answer()
        self.go_on()
        for profile in self.confirming:
            if (self.clock.today() - BEGIN.date()).days % 150 == profile % 150:
                self.attempt(confirm_profile, self.actors[self.owners[Side.PROFILE][profile]], profile)

    def attempt(self, call: Callable[..., object], *arguments: object) -> None:
        """Do what may be refused: people try things that are over or full."""
        with suppress(errors.Conflict, errors.Gone, errors.TooManyOpenInterests, errors.NotFound):
            call(self.context, *arguments)

    def ask(self, side: Side) -> None:
        text, owner = self.chance.choice(self.texts[side])
        with self.context.sessions.read() as session:
            try:
                best = next_best(self.context, session, self.actors[owner], side, text).match
            except errors.NotPublished:
                return
        if best is not None and best.challenge is not None and best.profile is not None:
            pair = best.challenge.id, best.profile.id
            self.attempt(stories.interested, self.actors[owner], *pair, side.value)

    def answer(self) -> None:
        with self.context.sessions.read() as session:
            waiting = session.scalars(select(Decision).where(Decision.state == DecisionState.OPEN)).all()
        for interest in waiting:
            if self.chance.random() > 0.05:
                continue
            side = interest.side.other
            owner = self.owners[side][interest.challenge_id if side is Side.CHALLENGE else interest.profile_id]
            pair = interest.challenge_id, interest.profile_id
            if self.chance.random() < 0.6:
                self.attempt(stories.interested, self.actors[owner], *pair, side.value)
            else:
                reason = self.chance.choice(list(DecisionReason)).value
                self.attempt(stories.declined, self.actors[owner], *pair, side.value, reason)

    def go_on(self) -> None:
        with self.context.sessions.read() as session:
            going = session.scalars(select(Introduction).where(Introduction.status != IntroductionStatus.ENDED)).all()
        for introduction in going:
            actor = self.actors[self.chance.choice([introduction.welfare_id, introduction.startup_id])]
            luck = self.chance.random()
            if luck < 0.02:
                status = self.chance.choice(["pilot", "contract", "ended"])
                wanted = StatusWrite.model_validate({"status": status})
                self.attempt(introductions.set_status, actor, introduction.id, wanted)
            elif luck < 0.1:
                message = MessageWrite(body="Guten Tag")
                self.attempt(introductions.send_message, actor, introduction.id, message)


@contextmanager
def new_world(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    with new_database(kind, folder, request) as url:
        engine = make_engine(url)
        upgrade(engine)
        clock = SettableClock()
        yield World(make_context(engine, clock), clock)
        engine.dispose()


@pytest.fixture(
    scope="module", params=[DATABASES[0], pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.long])]
)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world after two hundred days, and two quiet weeks more in which nobody asks and nobody answers."""
    with new_world(request.param, tmp_path_factory.mktemp("time"), request) as world:
        world.live(DAYS)
        world.live(15, acting=False)
        yield world


@pytest.fixture
def session(world: World) -> Iterator[Session]:
    with world.context.sessions.read() as session:
        yield session


def interests(session: Session) -> list[Decision]:
    query = select(Decision).where(Decision.answer == DecisionAnswer.INTERESTED, Decision.answers_id.is_(None))
    return list(session.scalars(query))


def test_every_interest_ended_in_a_decision_or_an_expiry(session: Session) -> None:
    states = Counter(interest.state for interest in interests(session))
    assert states.keys() == {DecisionState.AGREED, DecisionState.DECLINED, DecisionState.EXPIRED}
    assert min(states.values()) > 10, states


def test_reminders_come_at_half_time_and_the_end_on_the_last_day(session: Session) -> None:
    reminded = expired = 0
    ended = {
        challenge.id: challenge.expires_on + timedelta(days=1)
        for challenge in session.scalars(select(Challenge).where(Challenge.state == ChallengeState.EXPIRED))
    }
    for interest in interests(session):
        assert interest.ended_at is not None
        assert interest.remind_at == interest.decided_at + timedelta(days=7)
        assert interest.reminded_at == (interest.remind_at if interest.ended_at >= interest.remind_at else None)
        reminded += interest.reminded_at is not None
        if interest.state is DecisionState.EXPIRED:
            last = interest.decided_at + timedelta(days=14)
            of_the_text = ended.get(interest.challenge_id)
            if of_the_text is None or last.date() < of_the_text:
                assert interest.ended_at == last
            else:
                assert interest.ended_at.date() in {of_the_text, last.date()}
            expired += 1
    assert min(reminded, expired) > 20


def test_the_next_best_was_there_at_once(world: World) -> None:
    assert world.next_bests["found"] > 20
    assert world.next_bests["found"] > world.next_bests["nobody left"]


def test_each_alert_went_out_once_and_on_its_day(world: World, session: Session) -> None:
    seen = Counter[AlertMode]()
    mails = {mail.id: mail for mail in session.scalars(select(MailOutbox))}
    for alert in session.scalars(select(Alert)):
        mode = world.modes[alert.user_id]
        if alert.due_at > world.clock.now():
            assert alert.bundled_at is None
            continue
        seen[mode] += 1
        assert alert.bundled_at == alert.due_at
        mail = mails[alert.mail_id or 0]
        assert mail.created_at == alert.due_at
        assert mail.user_id == alert.user_id
        if mode is AlertMode.AT_ONCE:
            assert alert.due_at == alert.created_at
            assert mail.template is MailTemplate.ALERT
        else:
            assert mail.template is MailTemplate.DIGEST
            assert alert.due_at.hour == 6
            assert timedelta(0) < alert.due_at - alert.created_at <= timedelta(days=1 if mode is AlertMode.DAILY else 7)
            assert mode is AlertMode.DAILY or alert.due_at.weekday() == 0
    digests = [mail for mail in mails.values() if mail.template is MailTemplate.DIGEST]
    assert len({(mail.user_id, mail.created_at) for mail in digests}) == len(digests)
    assert min(seen.values()) > 20
    assert set(seen) == {AlertMode.AT_ONCE, AlertMode.DAILY, AlertMode.WEEKLY}


def test_reminders_answers_and_ends_were_told_to_whom_they_concern(session: Session) -> None:
    told = Counter(session.scalars(select(Alert.kind)).all())
    states = Counter(interest.state for interest in interests(session))
    reminded = sum(interest.reminded_at is not None for interest in interests(session))
    assert told[AlertKind.INTEREST] == sum(states.values())
    assert told[AlertKind.REMINDER] == reminded
    assert told[AlertKind.AGREED] == states[DecisionState.AGREED]
    assert told[AlertKind.DECLINED] == states[DecisionState.DECLINED]
    assert told[AlertKind.EXPIRED] == states[DecisionState.EXPIRED]


def test_outcomes_were_asked_on_their_day(world: World, session: Session) -> None:
    asked = 0
    for question, introduction in session.execute(
        select(Outcome, Introduction).join(Introduction, Introduction.id == Outcome.introduction_id)
    ):
        due = introduction.opened_at + timedelta(days=question.day)
        assert question.due_at == due
        assert question.asked_at == (due if due <= world.clock.now() else None)
        asked += question.asked_at is not None
    assert asked > 20
    days = set(session.scalars(select(Outcome.day).where(Outcome.asked_at.is_not(None))))
    assert {30, 90} <= days
    mails = session.scalar(select(func.count()).where(MailOutbox.template == MailTemplate.OUTCOME))
    assert mails == asked


def test_profiles_were_asked_about_sank_and_paused_and_confirmed_ones_did_not(world: World, session: Session) -> None:
    given = {(notice.kind, notice.text_id): notice for notice in session.scalars(select(Notice))}
    paused = 0
    for profile in session.scalars(select(Profile)):
        if profile.id in world.confirming:
            assert profile.state is ProfileState.PUBLISHED
            assert profile.last_confirmed is not None
            continue
        for kind, day in (
            (AlertKind.PROFILE_UNCONFIRMED, 166),
            (AlertKind.PROFILE_SINKS, 180),
            (AlertKind.PROFILE_PAUSED, 194),
        ):
            notice = given[kind, profile.id]
            assert notice.day == BEGIN.date()
            assert notice.given_at == BEGIN.replace(hour=6) + timedelta(days=day)
        assert profile.state is ProfileState.PAUSED
        paused += 1
    assert paused > 50


def test_challenges_were_asked_about_and_expired(session: Session) -> None:
    given = {(notice.kind, notice.text_id): notice for notice in session.scalars(select(Notice))}
    for challenge in session.scalars(select(Challenge)):
        assert challenge.state is ChallengeState.EXPIRED
        assert challenge.expires_on == date(2027, 5, 23)
        soon, over = (given[kind, challenge.id] for kind in (AlertKind.CHALLENGE_EXPIRES, AlertKind.CHALLENGE_EXPIRED))
        assert soon.given_at == datetime(2027, 5, 9, 6, tzinfo=UTC)
        assert over.given_at == datetime(2027, 5, 24, 6, tzinfo=UTC)


def test_no_slot_was_taken_twice_and_the_trail_is_sound(world: World, session: Session) -> None:
    profiles = {profile.id: profile for profile in session.scalars(select(Profile))}
    for number, taken in slots_taken(session, list(profiles)).items():
        assert taken <= world.context.rules.slots_of(profiles[number].free_pilot_slots)
    assert world.context.trail.verify(session).first_bad is None


def test_retention_keeps_what_is_going_on(world: World) -> None:
    with world.context.sessions.read() as session:
        before = session.scalar(select(func.count()).select_from(Decision))
    done = retention.apply(world.context)
    with world.context.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == before
    assert done["messages"] == done["alerts"] == 0
