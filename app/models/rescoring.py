"""Rescoring runs and their partitions: what is to be done, by whom it is done right now, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Code, JsonValue, UtcDateTime


class RunState(StrEnum):
    """Life of a run. `complete`: its ranking is whole, but not what readers see (or not any more)."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETE = "complete"
    ACTIVE = "active"
    CANCELLED = "cancelled"
    FAILED = "failed"


UNDER_WAY = (RunState.QUEUED, RunState.RUNNING)


class PartitionKind(StrEnum):
    """What a partition does. Those of one kind are done in any order, by any worker, before the next kind begins."""

    PREPARE = "prepare"
    ENCODE = "encode"
    FREEZE = "freeze"
    INDEX = "index"
    COPY = "copy"
    RANK = "rank"
    FINISH = "finish"


class PartitionState(StrEnum):
    """Life of a partition. `failed`: it was tried as often as is sensible."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RescoringRun(Base):
    """One computation of all matches anew, as a generation beside the one readers see.

    `under_way` is true or null, and unique: the database lets only one run be under way. `base_generation_id` is what
    was active when it began. `held_back` names the thresholds that stopped its activation.
    """

    __tablename__ = "rescoring_run"
    __table_args__ = (Index("uq_rescoring_run_under_way", "under_way", unique=True), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[RunState] = mapped_column(Code(RunState))
    under_way: Mapped[bool | None]
    scope: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    encoder: Mapped[str] = mapped_column(String(300))
    dtype: Mapped[str] = mapped_column(String(20))
    fingerprint: Mapped[str] = mapped_column(String(120))
    scoring: Mapped[str] = mapped_column(String(40))
    activate: Mapped[bool]
    generation_id: Mapped[int | None] = mapped_column(ForeignKey("ranking_generation.id", ondelete="SET NULL"))
    base_generation_id: Mapped[int | None]
    start_revision: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(200))
    comparison: Mapped[dict[str, Any] | None] = mapped_column(JsonValue)
    held_back: Mapped[list[str] | None] = mapped_column(JsonValue)


class RescoringPartition(Base):
    """A part of a run that one worker does in one go.

    `attempt` is a fencing token (Kleppmann 2016, "How to do distributed locking"): it rises whenever somebody takes the
    partition up, and a result is stored only with the present one. `seen_at` is renewed by whoever works on it.
    `failures` counts since somebody last asked for another try.
    """

    __tablename__ = "rescoring_partition"
    __table_args__ = (Index("ix_rescoring_partition_run_id_kind_state", "run_id", "kind", "state"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("rescoring_run.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[PartitionKind] = mapped_column(Code(PartitionKind))
    state: Mapped[PartitionState] = mapped_column(Code(PartitionState))
    side: Mapped[str | None] = mapped_column(String(10))
    text_ids: Mapped[list[int]] = mapped_column(JsonValue)
    attempt: Mapped[int]
    failures: Mapped[int]
    worker: Mapped[str | None] = mapped_column(String(100))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pairs: Mapped[int] = mapped_column(BigInteger)
    texts: Mapped[int]
    last_error: Mapped[str | None] = mapped_column(String(200))
