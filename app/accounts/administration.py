"""What admins do about people, and how the first admin comes to be."""

from sqlalchemy.orm import Session

from app import versions
from app.accounts import repository
from app.accounts.membership import end_rights
from app.accounts.people import forget_second_factor, read_person, record, touch
from app.accounts.schemas import PersonPatch, PersonRead
from app.auth import sessions
from app.auth.actor import Actor
from app.auth.identify import refresh
from app.auth.passwords import hash_password
from app.context import Ground
from app.errors import Forbidden, LastAdmin, NotFound, SecondFactorState
from app.mail.outbox import queue_mail
from app.models import RoleGrant, User
from app.organisations import repository as organisations
from app.vocabulary import Language, MailTemplate, Role


def create_admin(ground: Ground, actor: Actor, email: str, name: str, password: str) -> PersonRead:
    """Make an admin on the command line; an account that is there gets role and password, loses the second factor."""
    hashed = hash_password(password)
    now = ground.clock.now()
    with ground.sessions.write() as session:
        user = repository.by_email(session, email)
        if user is None:
            user = User(email=email, name=name, locale=Language.GERMAN, version=1, created_at=now, updated_at=now)
            session.add(user)
            session.flush()
        user = repository.person(session, user.id, lock=True)
        user.password_hash, user.email_confirmed_at, user.deactivated_at = hashed, now, None
        # The way back in for an only admin whose authenticator app is gone.
        forget_second_factor(user)
        _grant_admin(ground, user)
        end_rights(ground, session, user.id)
        session.flush()
        record(ground, session, actor, "admin.created", user.id)
        return read_person(user)


def edit_person(ground: Ground, actor: Actor, patch: PersonPatch, if_match: str | None) -> PersonRead:
    """Change one's own name or language. Raises `PreconditionRequired`, `PreconditionFailed`."""
    assert actor.user_id is not None  # noqa: S101  routes of the account ask for a session
    changes = {name: value for name, value in patch.model_dump(exclude_unset=True).items() if value is not None}
    with ground.sessions.write() as session:
        user = repository.person(session, actor.user_id, lock=True)
        versions.require_match(user.version, if_match)
        before = {name: getattr(user, name) for name in changes}
        for name, value in changes.items():
            setattr(user, name, value)
        touch(ground, user)
        record(
            ground,
            session,
            actor,
            "person.edited",
            user.id,
            changes={name: (before[name], changes[name]) for name in changes},
        )
        return read_person(user)


def set_active(ground: Ground, actor: Actor, user_id: int, *, active: bool) -> PersonRead:
    """Close an account, which ends all its rights at once, or open it again. Raises `NotFound`, `LastAdmin`."""
    with ground.sessions.write() as session:
        user = _administered(session, actor, user_id)
        if not active:
            _keep_an_admin(session, user)
            end_rights(ground, session, user_id)
        user.deactivated_at = None if active else user.deactivated_at or ground.clock.now()
        touch(ground, user)
        record(ground, session, actor, "person.reactivated" if active else "person.deactivated", user_id)
        return read_person(user)


def set_admin(ground: Ground, actor: Actor, user_id: int, *, admin: bool) -> PersonRead:
    """Make somebody an admin, or end that. Raises `NotFound`, `LastAdmin`."""
    with ground.sessions.write() as session:
        user = _administered(session, actor, user_id)
        if admin:
            _grant_admin(ground, user)
        else:
            _keep_an_admin(session, user)
            user.grants = [grant for grant in user.grants if grant.role is not Role.ADMIN]
            end_rights(ground, session, user_id)
        session.flush()
        record(ground, session, actor, "admin.appointed" if admin else "admin.dismissed", user_id)
        return read_person(user)


def read_with_second_factor(session: Session, actor: Actor, user_id: int) -> PersonRead:
    """Return a person whose second factor an admin may remove. Raises as `remove_second_factor`."""
    return read_person(_with_second_factor(actor, repository.person(session, user_id)))


def remove_second_factor(ground: Ground, actor: Actor, user_id: int) -> PersonRead:
    """Let somebody in again whose authenticator app is gone; all their sessions end, and a mail tells them.

    Raises `NotFound`, `SecondFactorState`, and `Forbidden` for one's own, where the account page asks for the password.
    """
    with ground.sessions.write() as session:
        user = _with_second_factor(actor, _administered(session, actor, user_id))
        forget_second_factor(user)
        touch(ground, user)
        sessions.close_sessions(session, user_id)
        queue_mail(session, MailTemplate.SECOND_FACTOR_REMOVED, ground.clock.now(), user_id=user_id)
        session.flush()
        record(ground, session, actor, "second_factor.removed_for_person", user_id)
        return read_person(user)


def _with_second_factor(actor: Actor, user: User) -> User:
    if user.id == actor.user_id:
        raise Forbidden
    if user.totp_confirmed_at is None:
        raise SecondFactorState
    return user


def dismiss_coordinator(ground: Ground, actor: Actor, network_slug: str, user_id: int) -> None:
    """End somebody's coordinating of a network. Raises `NotFound`."""
    with ground.sessions.write() as session:
        user = _administered(session, actor, user_id)
        network = organisations.network_by_slug(session, network_slug)
        grant = repository.coordinatorship(session, network.id, user_id) if network else None
        if grant is None:
            raise NotFound
        session.delete(grant)
        end_rights(ground, session, user_id)
        session.flush()
        record(ground, session, actor, "coordinator.dismissed", user.id)


def _administered(session: Session, actor: Actor, user_id: int) -> User:
    if not refresh(session, actor).is_admin:
        raise Forbidden
    return repository.person(session, user_id, lock=True)


def _grant_admin(ground: Ground, user: User) -> None:
    if not any(grant.role is Role.ADMIN for grant in user.grants):
        user.grants.append(RoleGrant(role=Role.ADMIN, created_at=ground.clock.now()))


def _keep_an_admin(session: Session, user: User) -> None:
    is_admin = any(grant.role is Role.ADMIN for grant in user.grants)
    if is_admin and not repository.other_admins(session, user.id):
        raise LastAdmin
