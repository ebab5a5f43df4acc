"""Signing in and out."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyotp
from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session

from app.accounts import links, repository
from app.accounts.people import Visitor, read_person, record
from app.accounts.schemas import SessionRead, SignedIn, SignIn
from app.auth import sessions, throttle
from app.auth.actor import Actor
from app.auth.passwords import verify_password
from app.context import Ground
from app.errors import (
    EmailNotConfirmed,
    NotFound,
    SecondFactorNeeded,
    SecondFactorWrong,
    SignInFailed,
    TooManyTries,
)
from app.models import LoginSession, User
from app.vocabulary import ActorKind, AuthLevel

TOTP_STEP = 30
"""Seconds a code is shown (RFC 6238)."""
TOTP_KEY = "totp"


@dataclass(frozen=True, slots=True)
class Opened:
    """What the caller sees, and the value of the cookie."""

    seen: SignedIn
    cookie: str


def sign_in(ground: Ground, given: SignIn, visitor: Visitor) -> Opened:
    """Open a session. Unknown addresses, closed accounts and wrong passwords look and take the same.

    Raises `TooManyTries`, `SignInFailed`, `EmailNotConfirmed`, `SecondFactorNeeded`.
    """
    email = given.email.strip().casefold()
    counted = admit(ground, "sign-in", email, visitor)
    with ground.sessions.read() as session:
        user = repository.by_email(session, email)
    # Hashing takes a tenth of a second: no transaction is open meanwhile, and it takes as long for nobody.
    right = verify_password(given.password, user.password_hash if user else None)
    if user is None or not right or user.deactivated_at is not None:
        raise SignInFailed
    if user.email_confirmed_at is None:
        with ground.sessions.write() as session:
            links.send_confirmation(session, user, ground.clock.now())
        raise EmailNotConfirmed
    level = AuthLevel.PASSWORD
    if user.totp_confirmed_at is not None:
        if given.code is None:
            raise SecondFactorNeeded
        level = AuthLevel.SECOND_FACTOR
    with ground.sessions.write() as session:
        user = repository.person(session, user.id, lock=True)
        if user.deactivated_at is not None:
            raise SignInFailed
        if level is AuthLevel.SECOND_FACTOR and not take_code(ground, session, user, given.code or ""):
            raise SecondFactorWrong
        for counter in counted:
            if counter.limits is throttle.PER_ACCOUNT:
                throttle.forgive(session, counter)
        return open_for(ground, session, user, level, visitor)


def open_for(ground: Ground, session: Session, user: User, level: AuthLevel, visitor: Visitor) -> Opened:
    """Open a session for a person who has proved who they are; `user` has roles loaded and is locked."""
    row, cookie = sessions.open_session(
        session,
        ground.security.keys,
        user,
        level,
        ground.clock.now(),
        address=visitor.address,
        user_agent=visitor.user_agent,
    )
    record(ground, session, Actor(ActorKind.USER, user.id), "sign_in.succeeded", user.id)
    return Opened(SignedIn(person=read_person(user), session=_session(row, row.id)), cookie)


def sign_out(ground: Ground, actor: Actor) -> None:
    """End the session of the caller."""
    if actor.session_id is not None:
        end_session(ground, actor, actor.session_id)


def end_session(ground: Ground, actor: Actor, session_id: int) -> None:
    """End one of the caller's sessions. Raises `NotFound`."""
    assert actor.user_id is not None  # noqa: S101  routes of the account ask for a session
    with ground.sessions.write() as session:
        if not sessions.close_session(session, actor.user_id, session_id):
            raise NotFound
        record(ground, session, actor, "session.ended", actor.user_id)


def list_sessions(ground: Ground, actor: Actor) -> Sequence[SessionRead]:
    """Return the caller's sessions, newest first."""
    now = ground.clock.now()
    with ground.sessions.read() as session:
        rows = session.scalars(
            select(LoginSession)
            .where(
                LoginSession.user_id == actor.user_id,
                LoginSession.expires_at > now,
                LoginSession.last_seen_at > now - sessions.IDLE,
            )
            .order_by(LoginSession.id.desc())
        ).all()
    return [_session(row, actor.session_id) for row in rows]


def admit(ground: Ground, what: str, account: str | None, visitor: Visitor) -> list[throttle.Counter]:
    """Count a try. Raises `TooManyTries` for one too many; a blocked one costs a read only."""
    counted = throttle.counters(ground.security.keys, what, account, visitor.address)
    now = ground.clock.now()
    with ground.sessions.read() as session:
        if wait := throttle.blocked_for(session, counted, now):
            raise TooManyTries(retry_after=wait)
    with ground.sessions.write() as session:
        verdict = throttle.count(session, counted, now)
    if not verdict.allowed:
        raise TooManyTries(retry_after=verdict.retry_after, began=verdict.just_blocked)
    return counted


def take_code(ground: Ground, session: Session, user: User, code: str) -> bool:
    """Use up a code of the second factor; one step of clock difference is allowed, a second use is not."""
    if user.totp_secret is None:
        return False
    totp = pyotp.TOTP(ground.security.keys.decrypt(TOTP_KEY, user.totp_secret), interval=TOTP_STEP)
    step = int(ground.clock.now().timestamp()) // TOTP_STEP
    for candidate in (step, step - 1, step + 1):
        if pyotp.utils.strings_equal(totp.at(candidate * TOTP_STEP), code):
            used = session.execute(
                update(User)
                .where(
                    User.id == user.id,
                    or_(User.totp_last_step.is_(None), User.totp_last_step < candidate),
                )
                .values(totp_last_step=candidate)
            )
            assert isinstance(used, CursorResult)  # noqa: S101  an UPDATE gives one
            return used.rowcount == 1
    return False


def _session(row: LoginSession, current: int | None) -> SessionRead:
    read = SessionRead.model_validate(row)
    read.current = row.id == current
    return read
