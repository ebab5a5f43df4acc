"""A profile is confirmed by one click; one that nobody confirmed for long is paused."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app import errors
from app.alerts import notice_repository as notices
from app.alerts.notice_repository import Due
from app.alerts.tell import News, tell
from app.auth.actor import SERVICE, Actor
from app.auth.identify import refresh
from app.context import Context, Ground
from app.matches import freshness
from app.profiles import repository
from app.profiles.kind import PROFILES
from app.publishing import policies
from app.publishing import service as publishing
from app.vocabulary import AlertKind


def confirm_profile(ground: Ground, actor: Actor, profile_id: int) -> dict[str, Any]:
    """Say that everything in a published profile is still right. Raises `NotFound`, `Forbidden`, `NotPublished`."""
    with ground.sessions.write() as session:
        actor = refresh(session, actor)
        profile = repository.get_locked(session, profile_id)
        if profile is None or not policies.may_read(actor, PROFILES.side, profile.organisation, profile.state.value):
            raise errors.NotFound
        if not policies.may_write(actor, profile.organisation_id):
            raise errors.Forbidden
        if profile.state != publishing.PUBLISHED:
            raise errors.NotPublished(state=profile.state.value)
        now = ground.clock.now()
        profile.last_confirmed, profile.updated_at = now.date(), now
        profile.version += 1
        session.flush()
        ground.trail.record(
            session, actor, now, "profile.confirmed", "profile", profile.id, organisation_id=profile.organisation_id
        )
        return PROFILES.read.model_validate(profile).model_dump(mode="json")


def due(context: Context, session: Session) -> Sequence[int]:
    """Return the profiles that are to be paused."""
    today = context.clock.today()
    return [profile.id for profile in notices.old_profiles(session, today, freshness.PAUSES_AFTER)]


def pause_unconfirmed(context: Context) -> int:
    """Pause profiles that nobody confirmed for long, and tell their startups. Returns how many.

    A process that ranks does this, as it takes them out of the lists; each in a transaction of its own.
    """
    with context.sessions.read() as session:
        profiles = due(context, session)
    return sum(_pause(context, profile_id) for profile_id in profiles)


def _pause(context: Context, profile_id: int) -> bool:
    now = context.clock.now()
    with context.sessions.write() as session, context.ranking.writer(session) as writer:
        profile = repository.get_locked(session, profile_id)
        if profile is None or profile.state != publishing.PUBLISHED:
            return False
        confirmed = freshness.confirmed_on(profile, now.date())
        if confirmed > now.date() - freshness.PAUSES_AFTER:
            return False
        publishing.withdraw(context, session, writer, PROFILES, profile)
        notices.mark_given(session, Due(AlertKind.PROFILE_PAUSED, profile_id, confirmed), now)
        cause = f"{AlertKind.PROFILE_PAUSED.value}:{profile_id}:{confirmed}"
        tell(session, News(AlertKind.PROFILE_PAUSED, cause, profile.organisation_id, profile_id=profile_id), now)
        context.trail.record(
            session, SERVICE, now, "profile.paused", "profile", profile_id, organisation_id=profile.organisation_id
        )
        return True
