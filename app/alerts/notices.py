"""Notices about texts that become old: profiles nobody confirmed, challenges whose last day comes or is over."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.alerts import notice_repository as repository
from app.alerts.notice_repository import Due
from app.alerts.tell import News, tell
from app.auth.actor import SERVICE
from app.context import Ground
from app.matches import freshness
from app.vocabulary import AlertKind

EXPIRY_WARNED_BEFORE = timedelta(days=14)
EXPIRY_TOLD_FOR = timedelta(days=14)
"""How long after the last day its expiry is still news."""


def due(ground: Ground, session: Session) -> Sequence[Due]:
    """Return the notices that are to be given and were not."""
    today = ground.clock.today()
    found = [*_about_profiles(session, today), *_about_challenges(session, today)]
    return [notice for notice in found if not repository.is_given(session, notice)]


def give(ground: Ground, notice: Due) -> bool:
    """Tell the organisation of a text, once. Returns whether it was told now."""
    now = ground.clock.now()
    with ground.sessions.write() as session:
        organisation_id = repository.lock_owner(session, notice)
        if organisation_id is None or repository.is_given(session, notice):
            return False
        repository.mark_given(session, notice, now)
        is_profile = notice.kind in repository.ABOUT_PROFILES
        news = News(
            notice.kind,
            f"{notice.kind.value}:{notice.text_id}:{notice.day}",
            organisation_id,
            challenge_id=None if is_profile else notice.text_id,
            profile_id=notice.text_id if is_profile else None,
        )
        tell(session, news, now)
        ground.trail.record(
            session,
            SERVICE,
            now,
            "notice.given",
            "profile" if is_profile else "challenge",
            notice.text_id,
            organisation_id=organisation_id,
        )
        return True


def _about_profiles(session: Session, today: date) -> list[Due]:
    found = []
    for profile in repository.old_profiles(session, today, freshness.WARNED_AFTER):
        confirmed = freshness.confirmed_on(profile, today)
        age = today - confirmed
        # Of a profile whose warning was missed while no worker ran only the latest notice is given.
        if age >= freshness.SINKS_AFTER:
            found.append(Due(AlertKind.PROFILE_SINKS, profile.id, confirmed))
        elif age >= freshness.WARNED_AFTER:
            found.append(Due(AlertKind.PROFILE_UNCONFIRMED, profile.id, confirmed))
    return found


def _about_challenges(session: Session, today: date) -> list[Due]:
    soon = [
        Due(AlertKind.CHALLENGE_EXPIRES, number, last)
        for number, last in repository.challenges_ending(session, today, today + EXPIRY_WARNED_BEFORE)
    ]
    over = [
        Due(AlertKind.CHALLENGE_EXPIRED, number, last)
        for number, last in repository.challenges_ended(session, today - EXPIRY_TOLD_FOR, today)
    ]
    return soon + over
