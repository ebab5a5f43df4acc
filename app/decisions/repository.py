"""SQL about decisions and the pairs they are about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.auth.actor import Actor
from app.decisions.effects import Decline
from app.matches.sides import TABLES
from app.models import Challenge, Decision, Introduction, Organisation, Profile
from app.pagination import Page, newest_first
from app.vocabulary import (
    ChallengeState,
    DecisionAnswer,
    DecisionReason,
    DecisionState,
    IntroductionStatus,
    ProfileState,
)
from matching.texts import Side

ACTIVE = (IntroductionStatus.TALKING, IntroductionStatus.PILOT)
"""Introductions that take a pilot slot: after a contract, or when it has ended, the slot is free again."""
CURRENT = (DecisionState.OPEN, DecisionState.STANDING)


@dataclass(frozen=True, slots=True)
class Pair:
    """A challenge and a profile with their organisations."""

    challenge: Challenge
    profile: Profile

    def text(self, side: Side) -> Any:
        """Return the text of one side."""
        return self.challenge if side is Side.CHALLENGE else self.profile

    def organisation(self, side: Side) -> Organisation:
        """Return the organisation of one side."""
        found: Organisation = self.text(side).organisation
        return found


def get_pair(session: Session, challenge_id: int, profile_id: int) -> Pair | None:
    """Return a pair as it is, None when a text of it is missing."""
    challenge = session.get(Challenge, challenge_id, options=[joinedload(Challenge.organisation)])
    profile = session.get(Profile, profile_id, options=[joinedload(Profile.organisation)])
    return Pair(challenge, profile) if challenge is not None and profile is not None else None


def lock_pair(session: Session, challenge_id: int, profile_id: int) -> Pair | None:
    """Return a pair; nobody else decides for its organisations or changes its texts until this transaction ends.

    Everybody locks in the same order: organisations by number, challenge, profile. So limits and slots hold, and two
    sides that decide at the same moment see each other.
    """
    pair = get_pair(session, challenge_id, profile_id)
    if pair is None:
        return None
    numbers = {pair.challenge.organisation_id, pair.profile.organisation_id}
    locked = select(Organisation).where(Organisation.id.in_(numbers)).order_by(Organisation.id)
    session.scalars(locked.with_for_update(of=Organisation).execution_options(populate_existing=True)).all()
    model: Any
    for model, number in ((Challenge, challenge_id), (Profile, profile_id)):
        query = select(model).where(model.id == number).options(joinedload(model.organisation))
        again = session.scalar(query.with_for_update(of=model).execution_options(populate_existing=True))
        if again is None:
            return None
    return pair


def of_pair(session: Session, challenge_id: int, profile_id: int) -> Sequence[Decision]:
    """Return all decisions about a pair, oldest first."""
    query = select(Decision).where(Decision.challenge_id == challenge_id, Decision.profile_id == profile_id)
    return session.scalars(query.order_by(Decision.id).execution_options(populate_existing=True)).all()


def introduction_of(session: Session, challenge_id: int, profile_id: int) -> Introduction | None:
    """Return the introduction of a pair."""
    return session.scalar(
        select(Introduction).where(Introduction.challenge_id == challenge_id, Introduction.profile_id == profile_id)
    )


def get(session: Session, decision_id: int) -> Decision | None:
    """Return one decision."""
    return session.get(Decision, decision_id)


def answer_to(session: Session, decision_id: int) -> Decision | None:
    """Return the answer of the other side to an interest."""
    return session.scalar(select(Decision).where(Decision.answers_id == decision_id))


def count_open(session: Session, organisation_id: int) -> int:
    """Return how many interests of an organisation wait for an answer."""
    query = select(func.count()).where(
        Decision.organisation_id == organisation_id, Decision.state == DecisionState.OPEN
    )
    return session.scalar(query) or 0


def slots_taken(session: Session, profile_ids: Collection[int]) -> dict[int, int]:
    """Return {profile: pilot slots that are taken or asked for}; profiles without any are left out."""
    interests = select(Decision.profile_id).where(
        Decision.profile_id.in_(profile_ids), Decision.state == DecisionState.OPEN
    )
    conversations = select(Introduction.profile_id).where(
        Introduction.profile_id.in_(profile_ids), Introduction.status.in_(ACTIVE)
    )
    both = interests.union_all(conversations).subquery()
    query = select(both.c.profile_id, func.count()).group_by(both.c.profile_id)
    return dict(session.execute(query).all())


def of_text(session: Session, side: Side, text_id: int) -> Sequence[Decision]:
    """Return all decisions about the pairs of a text, oldest first."""
    own = Decision.challenge_id if side is Side.CHALLENGE else Decision.profile_id
    return session.scalars(select(Decision).where(own == text_id).order_by(Decision.id)).all()


def introductions_of_text(session: Session, side: Side, text_id: int) -> dict[int, int]:
    """Return {partner: introduction} of a text."""
    own, other = Introduction.challenge_id, Introduction.profile_id
    if side is Side.PROFILE:
        own, other = other, own
    return dict(session.execute(select(other, Introduction.id).where(own == text_id)).all())


def declines_of(session: Session, organisation_id: int, side: Side) -> list[Decline]:
    """Return the declines of an organisation that stand, with both texts."""
    own, other = TABLES[side].text, TABLES[side.other].text
    query = (
        select(Decision.id, Decision.reason, own, other)
        .join(own, own.id == getattr(Decision, TABLES[side].id_name))
        .join(other, other.id == getattr(Decision, TABLES[side.other].id_name))
        .where(
            Decision.organisation_id == organisation_id,
            Decision.side == side,
            Decision.state == DecisionState.STANDING,
        )
        .order_by(Decision.id)
    )
    return [
        Decline(number, reason or DecisionReason.OTHER, text, partner)
        for number, reason, text, partner in session.execute(query)
    ]


def due(session: Session, now: datetime, limit: int = 100) -> Sequence[int]:
    """Return open interests that have to be reminded of or ended now."""
    query = (
        select(Decision.id)
        .join(Challenge, Challenge.id == Decision.challenge_id)
        .join(Profile, Profile.id == Decision.profile_id)
        .where(Decision.state == DecisionState.OPEN)
        .where(or_(Decision.expires_at <= now, needs_reminder(now), has_no_text()))
    )
    return session.scalars(query.order_by(Decision.id).limit(limit)).all()


def needs_reminder(now: datetime) -> ColumnElement[bool]:
    """Select interests whose half-time is over and nobody was reminded of."""
    return and_(Decision.reminded_at.is_(None), Decision.remind_at <= now)


def has_no_text() -> ColumnElement[bool]:
    """Select pairs that can't come together any more: the challenge is over. A pause is not the end."""
    over = (ChallengeState.SOLVED, ChallengeState.CLOSED, ChallengeState.EXPIRED, ChallengeState.DRAFT)
    return or_(Challenge.state.in_(over), Profile.state == ProfileState.DRAFT)


def readable_by(actor: Actor) -> Select[Decision]:
    """Select the decisions a reader may see; `policies.may_read` says the same."""
    own = Decision.organisation_id.in_(actor.organisations)
    challenge, profile = aliased(Challenge), aliased(Profile)
    query = (
        select(Decision)
        .join(challenge, challenge.id == Decision.challenge_id)
        .join(profile, profile.id == Decision.profile_id)
    )
    if actor.is_trusted:
        return query
    theirs = or_(challenge.organisation_id.in_(actor.organisations), profile.organisation_id.in_(actor.organisations))
    declined = Decision.answer == DecisionAnswer.NOT_INTERESTED
    addressed = or_(
        and_(declined, Decision.answers_id.is_not(None)),
        and_(~declined, Decision.state != DecisionState.TAKEN_BACK),
    )
    return query.where(or_(own, and_(theirs, addressed)))


def page(
    session: Session,
    actor: Actor,
    *,
    state: DecisionState | None,
    side: Side | None,
    challenge_id: int | None,
    profile_id: int | None,
    limit: int,
    cursor: str | None,
) -> Page[Decision]:
    """Return decisions a reader may see, newest first."""
    query = readable_by(actor)
    if state is not None:
        query = query.where(Decision.state == state)
    if side is not None:
        query = query.where(Decision.side == side)
    if challenge_id is not None:
        query = query.where(Decision.challenge_id == challenge_id)
    if profile_id is not None:
        query = query.where(Decision.profile_id == profile_id)
    return newest_first(session, query, Decision.id, limit=limit, cursor=cursor)
