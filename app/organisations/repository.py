"""SQL about networks and organisations."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.db.words import has_words
from app.models import Challenge, Network, Organisation, Profile
from app.organisations import policies
from app.pagination import Page, newest_first
from app.vocabulary import OrganisationKind, Region


def readable_by(actor: Actor) -> Select[Organisation]:
    """Select the organisations a reader may see."""
    return select(Organisation).where(policies.readable_in(actor))


def get(session: Session, actor: Actor, organisation_id: int, *, lock: bool) -> Organisation | None:
    """Return one organisation, None if there is none for this reader; `lock` keeps other writers out."""
    query = readable_by(actor).where(Organisation.id == organisation_id)
    return session.scalar(query.with_for_update(of=Organisation) if lock else query)


def page(
    session: Session,
    actor: Actor,
    *,
    kind: OrganisationKind | None,
    network: str | None,
    region: Region | None,
    limit: int,
    cursor: str | None,
) -> Page[Organisation]:
    """Return organisations, newest first."""
    query = readable_by(actor)
    if kind is not None:
        query = query.where(Organisation.kind == kind)
    if network is not None:
        query = query.where(Organisation.network.has(Network.slug == network))
    if region is not None:
        query = query.where(Organisation.region == region)
    return newest_first(session, query, Organisation.id, limit=limit, cursor=cursor)


def page_to_verify(
    session: Session, actor: Actor, *, verified: bool | None, limit: int, cursor: str | None, words: str = ""
) -> Page[Organisation]:
    """Return organisations that the actor may verify, newest first; verified or waiting ones, None: both.

    words: each stands in the name.
    """
    query = readable_by(actor)
    if verified is not None:
        query = query.where(Organisation.verified.is_(verified))
    if not actor.is_admin:
        query = query.where(Organisation.network_id.in_(actor.networks))
    if words:
        query = query.where(has_words((Organisation.name,), words))
    return newest_first(session, query, Organisation.id, limit=limit, cursor=cursor)


def networks(session: Session) -> Sequence[Network]:
    """Return all networks in the order they joined."""
    return session.scalars(select(Network).order_by(Network.id)).all()


def network_by_slug(session: Session, slug: str) -> Network | None:
    """Return a network by its slug."""
    return session.scalar(select(Network).where(Network.slug == slug))


def count_texts(session: Session, organisation_id: int) -> int:
    """Return how many challenges and profiles an organisation has."""
    return sum(
        session.scalar(select(func.count()).where(model.organisation_id == organisation_id)) or 0
        for model in (Challenge, Profile)
    )
