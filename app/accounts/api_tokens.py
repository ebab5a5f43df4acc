"""Keys for programs."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.people import record
from app.accounts.schemas import TokenMade, TokenNew, TokenRead
from app.auth import tokens
from app.auth.actor import Actor
from app.auth.permissions import SCOPES
from app.context import Ground
from app.errors import FieldError, MalformedInput, NotFound
from app.idempotency import Receipt, find_answer, store_answer
from app.models import ApiToken


def create_token(ground: Ground, actor: Actor, given: TokenNew) -> TokenMade:
    """Make a key that acts as its person within its scopes. Raises `MalformedInput` for a scope tokens can't have."""
    now = ground.clock.now()
    with ground.sessions.write() as session:
        return _make(ground, session, actor, given, now)


def create_token_once(ground: Ground, actor: Actor, given: TokenNew, receipt: Receipt | None) -> TokenMade | None:
    """Make a key for a form; None when the same form has made it before, for nobody can see it a second time."""
    now = ground.clock.now()
    try:
        with ground.sessions.write() as session:
            if find_answer(session, receipt, now) is not None:
                return None
            made = _make(ground, session, actor, given, now)
            store_answer(session, receipt, {"token": made.id}, now)
            return made
    except IntegrityError:
        return None  # both clicks of a double click arrived at once


def _make(ground: Ground, session: Session, actor: Actor, given: TokenNew, now: datetime) -> TokenMade:
    assert actor.user_id is not None  # noqa: S101  routes of the account ask for a session
    if set(given.scopes) - set(SCOPES):
        allowed = ", ".join(SCOPES)
        raise MalformedInput(
            fields=(FieldError("scopes", "enum", f"Erlaubt sind: {allowed}.", f"Allowed are: {allowed}."),)
        )
    ends = now + timedelta(days=given.days)
    row, token = tokens.make_token(session, actor.user_id, given.name, given.scopes, ends, now)
    record(ground, session, actor, "token.created", actor.user_id)
    return TokenMade(**TokenRead.model_validate(row).model_dump(), token=token)


def list_tokens(ground: Ground, actor: Actor) -> Sequence[TokenRead]:
    """Return the caller's keys that still work, newest first."""
    with ground.sessions.read() as session:
        rows = session.scalars(
            select(ApiToken)
            .where(
                ApiToken.user_id == actor.user_id,
                ApiToken.revoked_at.is_(None),
                ApiToken.expires_at > ground.clock.now(),
            )
            .order_by(ApiToken.id.desc())
        ).all()
        return [TokenRead.model_validate(row) for row in rows]


def revoke_token(ground: Ground, actor: Actor, token_id: int) -> None:
    """End one of the caller's keys. Raises `NotFound`."""
    with ground.sessions.write() as session:
        row = session.scalar(
            select(ApiToken).where(
                ApiToken.id == token_id, ApiToken.user_id == actor.user_id, ApiToken.revoked_at.is_(None)
            )
        )
        if row is None:
            raise NotFound
        row.revoked_at = ground.clock.now()
        record(ground, session, actor, "token.revoked", actor.user_id)
