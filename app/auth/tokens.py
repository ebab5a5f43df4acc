"""API tokens: `pg_` + 8 characters that name it + 256 random bits; the database holds their SHA-256."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.auth.keys import hash_token, new_token
from app.auth.permissions import SCOPES, Permission
from app.models import ApiToken

LONGEST = timedelta(days=365)
USED_EVERY = timedelta(minutes=10)
"""How exactly the last use is stored."""


def make_token(
    session: Session, user_id: int, name: str, scopes: list[Permission], expires_at: datetime, now: datetime
) -> tuple[ApiToken, str]:
    """Store a token. Returns its row and the token itself, which is shown once."""
    prefix = f"pg_{secrets.token_hex(4)}"
    token = f"{prefix}_{new_token()}"
    row = ApiToken(
        user_id=user_id,
        name=name,
        prefix=prefix,
        token_hash=hash_token(token),
        scopes=[scope.value for scope in SCOPES if scope in scopes],
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return row, token


def find_token(session: Session, token: str, now: datetime) -> ApiToken | None:
    """Return a token's row, None when it is unknown, revoked or over."""
    return session.scalar(
        select(ApiToken).where(
            ApiToken.token_hash == hash_token(token), ApiToken.revoked_at.is_(None), ApiToken.expires_at > now
        )
    )


def is_stale(row: ApiToken, now: datetime) -> bool:
    """Tell whether the last use should be stored again."""
    return row.last_used_at is None or now - row.last_used_at >= USED_EVERY


def mark_used(session: Session, token_id: int, now: datetime) -> None:
    """Store that a token was used."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def revoke_tokens(session: Session, user_id: int, now: datetime) -> None:
    """Revoke all tokens of a person."""
    session.execute(
        update(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None)).values(revoked_at=now)
    )
