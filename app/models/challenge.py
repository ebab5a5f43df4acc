"""Challenges of welfare organisations."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base
from app.db.types import Code, JsonValue, UtcDateTime
from app.models.organisation import Organisation
from app.vocabulary import Band, ChallengeState, Language, Region


class Challenge(Base):
    """A need in the words of the people who have it. Field by field as in `challenges.schemas`."""

    __tablename__ = "challenge"
    __table_args__ = (
        Index("ix_challenge_state_expires_on", "state", "expires_on"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    state: Mapped[ChallengeState] = mapped_column(Code(ChallengeState), default=ChallengeState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    language: Mapped[Language] = mapped_column(Code(Language))

    title: Mapped[str] = mapped_column(String(200))
    problem: Mapped[str] = mapped_column(Text)
    wish: Mapped[str] = mapped_column(Text)
    fields_of_action: Mapped[list[str]] = mapped_column(JsonValue)
    region: Mapped[Region] = mapped_column(Code(Region))

    target_groups: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    setting: Mapped[str | None] = mapped_column(Text)
    number_of_sites: Mapped[int | None]
    legal_basis: Mapped[str | None] = mapped_column(Text)
    budget_band: Mapped[Band | None] = mapped_column(Code(Band))
    own_funds: Mapped[int | None]
    deadline: Mapped[date | None]
    staff_hours_per_week: Mapped[float | None]
    personal_data: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    existing_systems: Mapped[str | None] = mapped_column(Text)
    must_haves: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue, default=list)
    tried_before: Mapped[str | None] = mapped_column(Text)
    success: Mapped[str | None] = mapped_column(Text)
    minimum_maturity: Mapped[int | None]
    expires_on: Mapped[date]

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
