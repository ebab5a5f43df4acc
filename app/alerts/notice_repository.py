"""SQL about notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.matches import freshness
from app.models import Challenge, Notice, Profile
from app.vocabulary import AlertKind, ChallengeState

ABOUT_PROFILES = frozenset({AlertKind.PROFILE_UNCONFIRMED, AlertKind.PROFILE_SINKS, AlertKind.PROFILE_PAUSED})


@dataclass(frozen=True, slots=True)
class Due:
    """A notice about a text; `day` is the one it is about, so that another one after that day is another notice."""

    kind: AlertKind
    text_id: int
    day: date


def is_given(session: Session, notice: Due) -> bool:
    """Tell whether a notice was given."""
    return session.get(Notice, (notice.kind, notice.text_id, notice.day)) is not None


def mark_given(session: Session, notice: Due, now: datetime) -> None:
    """Store that a notice is given, in the transaction in which it is."""
    session.add(Notice(kind=notice.kind, text_id=notice.text_id, day=notice.day, given_at=now))
    session.flush()


def lock_owner(session: Session, notice: Due) -> int | None:
    """Return the organisation of a text, None when that is gone; no other worker gives a notice about it meanwhile."""
    model: Any = Profile if notice.kind in ABOUT_PROFILES else Challenge
    row = session.scalar(select(model).where(model.id == notice.text_id).with_for_update())
    return None if row is None else row.organisation_id


def old_profiles(session: Session, today: date, age: timedelta) -> Sequence[Profile]:
    """Return published profiles that nobody confirmed for an age."""
    query = select(Profile).where(freshness.unconfirmed_since(today, age)).order_by(Profile.id)
    return [row for row in session.scalars(query) if freshness.confirmed_on(row, today) <= today - age]


def challenges_ending(session: Session, first: date, last: date) -> Sequence[tuple[int, date]]:
    """Return (id, last day) of published challenges whose last day is in a range."""
    query = select(Challenge.id, Challenge.expires_on).where(
        Challenge.state == ChallengeState.PUBLISHED, Challenge.expires_on >= first, Challenge.expires_on <= last
    )
    return [(number, day) for number, day in session.execute(query.order_by(Challenge.id))]


def challenges_ended(session: Session, first: date, before: date) -> Sequence[tuple[int, date]]:
    """Return (id, last day) of expired challenges whose last day was in a range."""
    query = select(Challenge.id, Challenge.expires_on).where(
        Challenge.state == ChallengeState.EXPIRED, Challenge.expires_on >= first, Challenge.expires_on < before
    )
    return [(number, day) for number, day in session.execute(query.order_by(Challenge.id))]
