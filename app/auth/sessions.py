"""Signed-in browsers: the cookie holds 256 random bits, the database their hash."""

from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from app.auth.keys import Keys, hash_token, new_token
from app.models import LoginSession, User
from app.vocabulary import AuthLevel

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use is stored; more would make every read a write."""


def open_session(
    session: Session, keys: Keys, user: User, level: AuthLevel, now: datetime, *, address: str, user_agent: str
) -> tuple[LoginSession, str]:
    """Store a new session of a person. Returns its row and the value of the cookie."""
    cookie = new_token()
    row = LoginSession(
        id_hash=hash_token(cookie),
        user_id=user.id,
        auth_level=level,
        ip_hash=keys.hash("session address", address),
        user_agent=user_agent[:200],
        created_at=now,
        last_seen_at=now,
        expires_at=now + ABSOLUTE,
    )
    session.add(row)
    session.flush()
    return row, cookie


def find_session(session: Session, cookie: str, now: datetime) -> LoginSession | None:
    """Return the session of a cookie, None when there is none or its time is over."""
    return session.scalar(
        select(LoginSession).where(
            LoginSession.id_hash == hash_token(cookie),
            LoginSession.expires_at > now,
            LoginSession.last_seen_at > now - IDLE,
        )
    )


def is_stale(row: LoginSession, now: datetime) -> bool:
    """Tell whether the last use should be stored again."""
    return now - row.last_seen_at >= SEEN_EVERY


def mark_seen(session: Session, session_id: int, now: datetime) -> None:
    """Store that a session was used; never brings back one that ended meanwhile."""
    session.execute(update(LoginSession).where(LoginSession.id == session_id).values(last_seen_at=now))


def rotate_by_id(session: Session, session_id: int | None, level: AuthLevel | None = None) -> str | None:
    """Give a session a new cookie at a change of privilege; the old one is worth nothing. Returns the new one."""
    row = session.get(LoginSession, session_id) if session_id is not None else None
    if row is None:
        return None
    cookie = new_token()
    row.id_hash = hash_token(cookie)
    row.auth_level = level or row.auth_level
    session.flush()
    return cookie


def close_sessions(session: Session, user_id: int, *, but: int | None = None) -> int:
    """End all sessions of a person, except the one with the id `but`. Returns how many."""
    query = delete(LoginSession).where(LoginSession.user_id == user_id)
    if but is not None:
        query = query.where(LoginSession.id != but)
    done = session.execute(query)
    assert isinstance(done, CursorResult)  # noqa: S101  a DELETE gives one
    return done.rowcount


def close_session(session: Session, user_id: int, session_id: int) -> bool:
    """End one session of a person. Returns whether there was one."""
    done = session.execute(delete(LoginSession).where(LoginSession.id == session_id, LoginSession.user_id == user_id))
    assert isinstance(done, CursorResult)  # noqa: S101  a DELETE gives one
    return done.rowcount > 0
