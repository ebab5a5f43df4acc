"""Profiles that nobody confirmed for long sink to the end of lists, then pause: dead profiles cost everybody time.

A profile counts as confirmed on the day somebody last said so, or on which it was last published if that is later.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.models import Profile
from app.vocabulary import ProfileState

WARNED_AFTER = timedelta(days=166)
"""Two weeks before it sinks a mail asks whether a profile is still right."""
SINKS_AFTER = timedelta(days=180)
PAUSES_AFTER = timedelta(days=194)


def confirmed_on(profile: Profile, today: date) -> date:
    """Return the day a published profile was last confirmed; a day in the future counts for nothing."""
    published = (profile.published_at or profile.created_at).date()
    said = profile.last_confirmed
    return said if said is not None and published < said <= today else published


def unconfirmed_since(today: date, age: timedelta) -> ColumnElement[bool]:
    """Select the published profiles that nobody confirmed for an age, and some that were: ask `confirmed_on`."""
    day = today - age
    return and_(
        Profile.state == ProfileState.PUBLISHED,
        Profile.published_at < datetime.combine(day + timedelta(days=1), time(), UTC),
        or_(Profile.last_confirmed.is_(None), Profile.last_confirmed <= day, Profile.last_confirmed > today),
    )


def sunk(session: Session, ids: Collection[int], today: date) -> set[int]:
    """Return those profiles that stand at the end of lists."""
    if not ids:
        return set()
    found: Sequence[Profile] = session.scalars(
        select(Profile).where(Profile.id.in_(ids), unconfirmed_since(today, SINKS_AFTER))
    ).all()
    return {profile.id for profile in found if confirmed_on(profile, today) <= today - SINKS_AFTER}
