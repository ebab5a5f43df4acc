"""What one side of a match said about it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Code, UtcDateTime
from app.vocabulary import DecisionAnswer, DecisionReason, DecisionState
from matching.texts import Side

_CURRENT = text("state IN ('open', 'standing')")
_OPEN = text("state = 'open'")


class Decision(Base):
    """Interested or not, by the organisation of one side. Rows stay when they are over, as later training data.

    A match is named by its pair; `generation_id`, `rank` and `fit` are what the list showed when it was decided
    (generations come and go, so the first is a plain number; all are null where the pair stood in no list). An open
    interest has `remind_at` and `expires_at`, the causes of its reminder and its expiry.
    """

    __tablename__ = "decision"
    __table_args__ = (
        # Of two tabs that decide at once one gets in.
        Index(
            "uq_decision_current",
            "challenge_id",
            "profile_id",
            "side",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
        Index("ix_decision_open_expires_at", "expires_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_decision_challenge_id_profile_id", "challenge_id", "profile_id"),
        Index("ix_decision_organisation_id_state", "organisation_id", "state"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id", ondelete="CASCADE"))
    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), index=True)
    side: Mapped[Side] = mapped_column(Code(Side))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    answer: Mapped[DecisionAnswer] = mapped_column(Code(DecisionAnswer))
    reason: Mapped[DecisionReason | None] = mapped_column(Code(DecisionReason))
    note: Mapped[str | None] = mapped_column(String(500))
    state: Mapped[DecisionState] = mapped_column(Code(DecisionState))
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id", ondelete="SET NULL"), index=True)
    generation_id: Mapped[int | None]
    rank: Mapped[int | None]
    fit: Mapped[float | None]
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
