"""SQL about people."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.db.words import has_words
from app.errors import NotFound
from app.models import OneTimeLink, RoleGrant, User
from app.pagination import Page, newest_first
from app.vocabulary import LinkPurpose, Role


def by_email(session: Session, email: str) -> User | None:
    """Return the person with an address as it is stored."""
    return session.scalar(select(User).where(User.email == email))


def person(session: Session, user_id: int, *, lock: bool = False) -> User:
    """Return a person with their roles. Raises `NotFound`. `lock`: their rights stay as they are until the commit."""
    if lock:
        session.scalar(select(User.id).where(User.id == user_id).with_for_update())
    query = select(User).where(User.id == user_id).options(selectinload(User.grants))
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def people(session: Session, *, limit: int, cursor: str | None, words: str = "") -> Page[User]:
    """Return all people, newest first. words: each stands in the name or the address."""
    query = select(User).options(selectinload(User.grants))
    if words:
        query = query.where(has_words((User.name, User.email), words))
    return newest_first(session, query, User.id, limit=limit, cursor=cursor)


def members(session: Session, organisation_id: int) -> Sequence[RoleGrant]:
    """Return the memberships of an organisation with their people, oldest first."""
    query = select(RoleGrant).where(RoleGrant.organisation_id == organisation_id)
    return session.scalars(query.options(selectinload(RoleGrant.user)).order_by(RoleGrant.id)).all()


def membership(session: Session, organisation_id: int, user_id: int) -> RoleGrant | None:
    """Return the membership of a person in an organisation."""
    return session.scalar(
        select(RoleGrant).where(RoleGrant.organisation_id == organisation_id, RoleGrant.user_id == user_id)
    )


def coordinatorship(session: Session, network_id: int, user_id: int) -> RoleGrant | None:
    """Return the role of a coordinator in a network."""
    return session.scalar(select(RoleGrant).where(RoleGrant.network_id == network_id, RoleGrant.user_id == user_id))


def coordinators(session: Session) -> Sequence[RoleGrant]:
    """Return who coordinates which network, with the people, in the order they came."""
    query = select(RoleGrant).where(RoleGrant.role == Role.NETWORK_COORDINATOR)
    return session.scalars(query.options(selectinload(RoleGrant.user)).order_by(RoleGrant.id)).all()


def other_members(session: Session, organisation_id: int, user_id: int, *, managers: bool) -> int:
    """Return how many active people besides one belong to an organisation, or manage it."""
    query = (
        select(func.count())
        .select_from(RoleGrant)
        .join(User, User.id == RoleGrant.user_id)
        .where(
            RoleGrant.organisation_id == organisation_id,
            RoleGrant.user_id != user_id,
            User.deactivated_at.is_(None),
        )
    )
    return session.scalar(query.where(RoleGrant.manager) if managers else query) or 0


def other_admins(session: Session, user_id: int) -> int:
    """Return how many active admins there are besides one person."""
    return (
        session.scalar(
            select(func.count())
            .select_from(RoleGrant)
            .join(User, User.id == RoleGrant.user_id)
            .where(RoleGrant.role == Role.ADMIN, RoleGrant.user_id != user_id, User.deactivated_at.is_(None))
        )
        or 0
    )


_OPEN_INVITATIONS = (
    select(OneTimeLink)
    .where(
        OneTimeLink.purpose == LinkPurpose.INVITATION, OneTimeLink.used_at.is_(None), OneTimeLink.revoked_at.is_(None)
    )
    .order_by(OneTimeLink.id)
)


def open_invitations(session: Session, organisation_id: int) -> Sequence[OneTimeLink]:
    """Return the invitations of an organisation that nobody has accepted or withdrawn."""
    return session.scalars(_OPEN_INVITATIONS.where(OneTimeLink.organisation_id == organisation_id)).all()


def open_coordinator_invitations(session: Session, network_id: int | None = None) -> Sequence[OneTimeLink]:
    """Return the invitations to coordinate a network, or any, that nobody has accepted or withdrawn."""
    of_network = OneTimeLink.network_id.is_not(None) if network_id is None else OneTimeLink.network_id == network_id
    return session.scalars(_OPEN_INVITATIONS.where(of_network)).all()
