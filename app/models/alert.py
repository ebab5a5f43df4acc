"""What people are told by mail, when, and what they have been told already."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Code, UtcDateTime
from app.vocabulary import AlertKind, AlertMode
from matching.texts import Side

_WAITING = text("bundled_at IS NULL")


class AlertSettings(Base):
    """How often a person wants to read about each topic; without a row the defaults hold."""

    __tablename__ = "alert_settings"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    matches: Mapped[AlertMode] = mapped_column(Code(AlertMode))
    conversations: Mapped[AlertMode] = mapped_column(Code(AlertMode))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Alert(Base):
    """One thing one person is told, as a member of one organisation. `cause` names it: nobody is told twice.

    It goes out with the mail `mail_id`, alone or in a digest; until then `due_at` is the cause of that mail.
    """

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("user_id", "cause"),
        Index("ix_alert_waiting", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    kind: Mapped[AlertKind] = mapped_column(Code(AlertKind))
    cause: Mapped[str] = mapped_column(String(80))
    challenge_id: Mapped[int | None] = mapped_column(ForeignKey("challenge.id", ondelete="CASCADE"), index=True)
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    bundled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mail_outbox.id", ondelete="SET NULL"), index=True)


class Notice(Base):
    """A notice about a text and one of its days that was given, so that it is given once."""

    __tablename__ = "notice"

    kind: Mapped[AlertKind] = mapped_column(Code(AlertKind), primary_key=True)
    text_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ToldMatch(Base):
    """A good match that the organisation of a side was shown or told; it is new to them no more."""

    __tablename__ = "told_match"

    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id", ondelete="CASCADE"), primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), primary_key=True, index=True)
    side: Mapped[Side] = mapped_column(Code(Side), primary_key=True)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MatchWatch(Base):
    """A single row: up to which corpus revision, and in which generation, new matches have been looked for."""

    __tablename__ = "match_watch"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    generation_id: Mapped[int | None]
