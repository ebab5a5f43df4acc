"""Writes the audit trail: one event per change, in the transaction of the change.

Each event carries an HMAC over itself and the event before it, so that a changed, removed or inserted row is found by
`verify`. Values are there as keyed hashes only: the key belongs to the object and is deleted with it, which leaves
the chain as it is and the hashes without meaning.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.db.session import before_commit
from app.models import AuditEvent, AuditHead, AuditKey

Changes = Mapping[str, tuple[Any, Any]]
"""{field: (value before, value after)}; None where there was or is none."""

_PENDING = "passgenau_audit"


@dataclass(frozen=True, slots=True)
class Trail:
    """Records events. `key` is derived from the secret of the installation."""

    key: bytes

    def record(
        self,
        session: Session,
        actor: Actor,
        at: datetime,
        action: str,
        object_kind: str,
        object_id: int | None = None,
        *,
        organisation_id: int | None = None,
        changes: Changes | None = None,
    ) -> None:
        """Add an event that is written when the transaction commits.

        action: `noun.verb`, for instance `challenge.published`.
        """
        hashes = {}
        if changes and object_id is not None:
            key = _object_key(session, object_kind, object_id)
            hashes = {
                name: [_value_hash(key, name, before), _value_hash(key, name, after)]
                for name, (before, after) in sorted(changes.items())
            }
        event = AuditEvent(
            at=at,
            actor_kind=actor.kind,
            actor_id=actor.user_id,
            token_id=actor.token_id,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            organisation_id=organisation_id,
            changes=hashes,
        )
        pending: list[AuditEvent] | None = session.info.get(_PENDING)
        if pending is None:
            session.info[_PENDING] = pending = []
            # The head is locked last and briefly: writers of different things wait for each other only there.
            before_commit(session, self._append)
        pending.append(event)

    def _append(self, session: Session) -> None:
        session.flush()
        head = session.scalars(select(AuditHead).with_for_update()).one()
        for event in session.info.pop(_PENDING):
            event.sequence = head.sequence + 1
            event.hash = self._hash(event, head.hash)
            session.add(event)
            head.sequence, head.hash = event.sequence, event.hash
        session.flush()

    def verify(self, session: Session) -> "Verdict":
        """Walk the whole trail; names the first event that is not as it was written, or is missing."""
        previous, expected = "", 1
        query = select(AuditEvent).order_by(AuditEvent.sequence).execution_options(yield_per=1000)
        with closing(session.scalars(query)) as events:
            for event in events:
                if event.sequence != expected or event.hash != self._hash(event, previous):
                    return Verdict(expected - 1, first_bad=expected)
                previous, expected = event.hash, expected + 1
        head = session.scalars(select(AuditHead)).one_or_none()
        if head is None or head.sequence != expected - 1 or head.hash != previous:
            return Verdict(expected - 1, first_bad=expected)
        return Verdict(expected - 1, first_bad=None)

    def _hash(self, event: AuditEvent, previous: str) -> str:
        content = [
            previous,
            event.sequence,
            event.at.isoformat(timespec="microseconds"),
            event.actor_kind.value,
            event.actor_id,
            event.token_id,
            event.action,
            event.object_kind,
            event.object_id,
            event.organisation_id,
            event.changes,
        ]
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hmac.new(self.key, canonical.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many events are as they were written, and the number of the first that is not."""

    sound: int
    first_bad: int | None


def forget_object(session: Session, object_kind: str, object_id: int) -> None:
    """Delete the key of an object's hashes."""
    session.execute(delete(AuditKey).where(AuditKey.object_kind == object_kind, AuditKey.object_id == object_id))


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the fields whose values differ, as `record` takes them."""
    names = before.keys() | after.keys()
    return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}


def _object_key(session: Session, object_kind: str, object_id: int) -> bytes:
    row = session.get(AuditKey, (object_kind, object_id))
    if row is None:
        row = AuditKey(object_kind=object_kind, object_id=object_id, key=secrets.token_bytes(32))
        session.add(row)
        session.flush()
    return row.key


def _value_hash(key: bytes, name: str, value: Any) -> str | None:
    if value is None:
        return None
    canonical = json.dumps([name, value], sort_keys=True, ensure_ascii=False, default=str)
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()[:32]
