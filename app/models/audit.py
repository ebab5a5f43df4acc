"""The audit trail: who did what to which object, append-only and chained by hashes."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Code, JsonValue, UtcDateTime
from app.vocabulary import ActorKind


class AuditEvent(Base):
    """One thing that was done. Rows hold numbers, codes and keyed hashes, so nobody's data is in them.

    `changes` is {field: [hash before, hash after]}; the key of the hashes belongs to the object and goes with it.
    Triggers of the migration refuse UPDATE and DELETE.
    """

    __tablename__ = "audit_event"

    sequence: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[ActorKind] = mapped_column(Code(ActorKind))
    actor_id: Mapped[int | None]
    token_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(60), index=True)
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int | None]
    organisation_id: Mapped[int | None] = mapped_column(index=True)
    changes: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """A single row: the last event. Its lock puts writers of the trail in a row."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


class AuditKey(Base):
    """The key of an object's hashes; without it they say nothing any more."""

    __tablename__ = "audit_key"

    object_kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    object_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[bytes] = mapped_column(LargeBinary)


class Erasure(Base):
    """Somebody or something that was erased; a restored backup has to lose it again."""

    __tablename__ = "erasure"

    uid: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)
