"""SQL about challenges."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.auth.actor import Actor
from app.db.types import json_contains
from app.db.words import has_words
from app.models import Challenge, Network, Organisation
from app.pagination import Page, newest_first
from app.publishing import policies
from app.vocabulary import ChallengeState, FieldOfAction, Language, Region
from matching.texts import Side


def readable_by(actor: Actor) -> Select[Challenge]:
    """Select the challenges a reader may see."""
    readable = policies.readable_in(actor, Side.CHALLENGE, Challenge)
    return select(Challenge).where(readable).options(joinedload(Challenge.organisation))


def page_of_own(session: Session, actor: Actor, *, limit: int, cursor: str | None) -> Page[Challenge]:
    """Return the challenges of the actor's organisations in all states, newest first."""
    query = readable_by(actor).where(Challenge.organisation_id.in_(actor.organisations))
    return newest_first(session, query, Challenge.id, limit=limit, cursor=cursor)


def page(
    session: Session,
    actor: Actor,
    *,
    state: ChallengeState | None,
    field_of_action: FieldOfAction | None,
    region: Region | None,
    language: Language | None,
    organisation_id: int | None,
    network: str | None,
    limit: int,
    cursor: str | None,
    words: str = "",
    published_after: datetime | None = None,
) -> Page[Challenge]:
    """Return challenges, newest first. words: each of them stands in the text or the name of its organisation."""
    query = readable_by(actor)
    if state is not None:
        query = query.where(Challenge.state == state)
    if field_of_action is not None:
        query = query.where(json_contains(Challenge.fields_of_action, field_of_action.value))
    if region is not None:
        query = query.where(Challenge.region == region)
    if language is not None:
        query = query.where(Challenge.language == language)
    if organisation_id is not None:
        query = query.where(Challenge.organisation_id == organisation_id)
    if network is not None:
        query = query.where(Challenge.organisation.has(Organisation.network.has(Network.slug == network)))
    if published_after is not None:
        query = query.where(Challenge.published_at > published_after)
    if words:
        query = query.join(Challenge.organisation).where(
            has_words((Challenge.title, Challenge.problem, Challenge.wish, Organisation.name), words)
        )
    return newest_first(session, query, Challenge.id, limit=limit, cursor=cursor)
