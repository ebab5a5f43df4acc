"""SQL about capability profiles."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.auth.actor import Actor
from app.matches.text_filter import TextFilter, narrowed
from app.models import Profile
from app.pagination import Page, newest_first
from app.publishing import policies
from app.vocabulary import ProfileState
from matching.texts import Side


def readable_by(actor: Actor) -> Select[Profile]:
    """Select the profiles a reader may see."""
    readable = policies.readable_in(actor, Side.PROFILE, Profile)
    return select(Profile).where(readable).options(joinedload(Profile.organisation))


def of_actor(session: Session, actor: Actor) -> Sequence[Profile]:
    """Return the profiles of the actor's startups in all states."""
    query = readable_by(actor).where(Profile.organisation_id.in_(actor.organisations))
    return session.scalars(query.order_by(Profile.id)).all()


def get_locked(session: Session, profile_id: int) -> Profile | None:
    """Return a profile with its organisation; nobody else changes it until this transaction ends."""
    query = select(Profile).where(Profile.id == profile_id).options(joinedload(Profile.organisation))
    return session.scalar(query.with_for_update(of=Profile))


def page(
    session: Session,
    actor: Actor,
    *,
    state: ProfileState | None,
    wanted: TextFilter,
    limit: int,
    cursor: str | None,
) -> Page[Profile]:
    """Return profiles, newest first."""
    query = narrowed(readable_by(actor), Side.PROFILE, wanted)
    if state is not None:
        query = query.where(Profile.state == state)
    return newest_first(session, query, Profile.id, limit=limit, cursor=cursor)
