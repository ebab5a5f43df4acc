"""Creating posts that may be sent twice: the same `Idempotency-Key` creates once and gets the same answer.

The answer is stored in the transaction of what it created, so there is no moment in which one exists without the
other, and parallel posts with one key wait for each other in the database.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.errors import IdempotencyKeyReused
from app.models import IdempotentRequest

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One post with a key. `scope` is who posts where; `request_hash` is of the body as it was understood."""

    scope: str
    key: str
    request_hash: str
    user_id: int | None = None


def make_receipt(actor: Actor, operation: str, key: str | None, body: Any) -> Receipt | None:
    """Return the receipt of a post, None without a key. `body` is JSON-serialisable."""
    if key is None:
        return None
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=False, default=str)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return Receipt(f"{actor.key} {operation}", key, digest, actor.user_id)


def find_answer(session: Session, receipt: Receipt | None, now: datetime) -> dict[str, Any] | None:
    """Return the stored answer to this post. Raises `IdempotencyKeyReused` when the body was another one."""
    if receipt is None:
        return None
    row = session.scalar(
        select(IdempotentRequest).where(
            IdempotentRequest.scope == receipt.scope,
            IdempotentRequest.key == receipt.key,
            IdempotentRequest.created_at > now - KEPT,
        )
    )
    if row is None:
        return None
    if row.request_hash != receipt.request_hash:
        raise IdempotencyKeyReused
    return row.answer


def store_answer(session: Session, receipt: Receipt | None, answer: dict[str, Any], now: datetime) -> None:
    """Store the answer in the transaction of its cause, and forget those that are older than a day.

    Call it while a lock that all creating posts of this kind take is held, or be ready for `IntegrityError`.
    """
    session.execute(delete(IdempotentRequest).where(IdempotentRequest.created_at <= now - KEPT))
    if receipt is not None:
        session.add(
            IdempotentRequest(
                scope=receipt.scope,
                key=receipt.key,
                user_id=receipt.user_id,
                request_hash=receipt.request_hash,
                answer=answer,
                created_at=now,
            )
        )
        session.flush()
