"""From a cookie or a token to an actor with the roles it has right now."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.auth import sessions, tokens
from app.auth.actor import Actor, Grant
from app.auth.permissions import Permission
from app.context import Ground
from app.models import RoleGrant, User
from app.vocabulary import ActorKind, AuthLevel, Role

BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request brings: the value of the session cookie, the Authorization header."""

    cookie: str | None = None
    authorization: str | None = None


def identify(ground: Ground, given: Credentials) -> Actor | None:
    """Return who is calling; None when nothing valid was given. A token goes before a cookie."""
    if given.authorization is not None:
        return _by_token(ground, given.authorization)
    if given.cookie:
        return _by_cookie(ground, given.cookie)
    return None


def _by_token(ground: Ground, authorization: str) -> Actor | None:
    if not authorization.lower().startswith(BEARER):
        return None
    now = ground.clock.now()
    with ground.sessions.read() as session:
        row = tokens.find_token(session, authorization[len(BEARER) :].strip(), now)
        user = _active_user(session, row.user_id) if row else None
        if row is None or user is None:
            return None
        # A token never carries the admin role: it has no second factor.
        grants = tuple(grant for grant in load_grants(session, user.id) if grant.role is not Role.ADMIN)
    if tokens.is_stale(row, now):
        with ground.sessions.write() as session:
            tokens.mark_used(session, row.id, now)
    known = {permission.value for permission in Permission}
    scopes = frozenset(Permission(scope) for scope in row.scopes if scope in known)
    return Actor(ActorKind.USER, user.id, grants, scopes, token_id=row.id)


def _by_cookie(ground: Ground, cookie: str) -> Actor | None:
    now = ground.clock.now()
    with ground.sessions.read() as session:
        row = sessions.find_session(session, cookie, now)
        user = _active_user(session, row.user_id) if row else None
        if row is None or user is None:
            return None
        grants = load_grants(session, user.id)
    lacks = row.auth_level is not AuthLevel.SECOND_FACTOR and any(grant.role is Role.ADMIN for grant in grants)
    if lacks:
        grants = tuple(grant for grant in grants if grant.role is not Role.ADMIN)
    if sessions.is_stale(row, now):
        with ground.sessions.write() as session:
            sessions.mark_seen(session, row.id, now)
    return Actor(ActorKind.USER, user.id, grants, session_id=row.id, lacks_second_factor=lacks)


def load_grants(session: Session, user_id: int) -> tuple[Grant, ...]:
    """Return the roles of a person."""
    rows = session.scalars(
        select(RoleGrant)
        .where(RoleGrant.user_id == user_id)
        .options(joinedload(RoleGrant.organisation), joinedload(RoleGrant.network))
        .order_by(RoleGrant.id)
    ).all()
    return tuple(
        Grant(
            role=row.role,
            organisation_id=row.organisation_id,
            network_id=row.network_id,
            manager=row.manager,
            verified=row.organisation is not None and row.organisation.verified,
            network_kind=row.network.kind if row.network else None,
        )
        for row in rows
    )


def refresh(session: Session, actor: Actor) -> Actor:
    """Return the actor as the database has them now, for the second look inside a write transaction.

    Somebody who was deactivated or left in between has no grants any more.
    """
    if actor.user_id is None:
        return actor
    # Locked: leaving and deactivating wait until this transaction has ended, or this one sees that they have happened.
    locked = select(User.id).where(User.id == actor.user_id, User.deactivated_at.is_(None)).with_for_update(read=True)
    grants = load_grants(session, actor.user_id) if session.scalar(locked) else ()
    if not actor.is_admin:
        grants = tuple(grant for grant in grants if grant.role is not Role.ADMIN)
    return Actor(
        actor.kind,
        actor.user_id,
        grants,
        actor.scopes,
        actor.session_id,
        actor.token_id,
        actor.lacks_second_factor,
    )


def _active_user(session: Session, user_id: int) -> User | None:
    return session.scalar(select(User).where(User.id == user_id, User.deactivated_at.is_(None)))
