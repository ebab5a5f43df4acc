"""Two sides that said yes: who talks to whom, what they wrote, how far they came, what became of it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Code, UtcDateTime
from app.vocabulary import IntroductionStatus, OutcomeAnswer
from matching.texts import Side

_NOT_ASKED = text("asked_at IS NULL")


class Introduction(Base):
    """One pair whose sides agreed. The contacts are the people who said yes, or took over from them."""

    __tablename__ = "introduction"
    __table_args__ = (UniqueConstraint("challenge_id", "profile_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id", ondelete="CASCADE"))
    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), index=True)
    welfare_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    startup_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    welfare_contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL"), index=True
    )
    startup_contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL"), index=True
    )
    status: Mapped[IntroductionStatus] = mapped_column(Code(IntroductionStatus))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class IntroductionStep(Base):
    """A change of the status: since when, by which side, and a note both read."""

    __tablename__ = "introduction_step"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    introduction_id: Mapped[int] = mapped_column(ForeignKey("introduction.id", ondelete="CASCADE"), index=True)
    status: Mapped[IntroductionStatus] = mapped_column(Code(IntroductionStatus))
    happened_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(String(1000))
    side: Mapped[Side | None] = mapped_column(Code(Side))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Message(Base):
    """One message of the thread; without a body once its writer was erased."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_introduction_id_id", "introduction_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    introduction_id: Mapped[int] = mapped_column(ForeignKey("introduction.id", ondelete="CASCADE"))
    side: Mapped[Side] = mapped_column(Code(Side))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    body: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Outcome(Base):
    """One question to one side, `day` days after the introduction, and its answer.

    The rows are written with the introduction: `due_at` is the cause of the mail.
    """

    __tablename__ = "outcome"
    __table_args__ = (
        UniqueConstraint("introduction_id", "side", "day"),
        Index("ix_outcome_waiting", "due_at", sqlite_where=_NOT_ASKED, postgresql_where=_NOT_ASKED),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    introduction_id: Mapped[int] = mapped_column(ForeignKey("introduction.id", ondelete="CASCADE"))
    side: Mapped[Side] = mapped_column(Code(Side))
    day: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("one_time_link.id", ondelete="SET NULL"), index=True)
    answer: Mapped[OutcomeAnswer | None] = mapped_column(Code(OutcomeAnswer))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
