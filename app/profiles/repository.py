"""SQL about capability profiles."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.auth.actor import Actor
from app.db.types import json_contains
from app.db.words import has_words
from app.models import Network, Organisation, Profile
from app.pagination import Page, newest_first
from app.publishing import policies
from app.vocabulary import FieldOfAction, Language, ProfileState, Region
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
    field_of_action: FieldOfAction | None,
    region: Region | None,
    language: Language | None,
    organisation_id: int | None,
    network: str | None,
    limit: int,
    cursor: str | None,
    words: str = "",
    published_after: datetime | None = None,
) -> Page[Profile]:
    """Return profiles, newest first. words: each of them stands in the text or the name of its organisation."""
    query = readable_by(actor)
    if state is not None:
        query = query.where(Profile.state == state)
    if field_of_action is not None:
        query = query.where(json_contains(Profile.fields_of_action, field_of_action.value))
    if region is not None:
        query = query.where(json_contains(Profile.regions, region.value))
    if language is not None:
        query = query.where(Profile.language == language)
    if organisation_id is not None:
        query = query.where(Profile.organisation_id == organisation_id)
    if network is not None:
        query = query.where(Profile.organisation.has(Organisation.network.has(Network.slug == network)))
    if published_after is not None:
        query = query.where(Profile.published_at > published_after)
    if words:
        query = query.join(Profile.organisation).where(
            has_words(
                (Profile.name, Profile.offer, Profile.problem_solved, Profile.capabilities, Organisation.name), words
            )
        )
    return newest_first(session, query, Profile.id, limit=limit, cursor=cursor)
