"""Capability profiles of startups."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base
from app.db.types import Code, JsonValue, UtcDateTime
from app.models.organisation import Organisation
from app.vocabulary import Accessibility, Band, Hosting, Language, PriceModel, ProfileState


class Profile(Base):
    """What one startup can do. Field by field as in `profiles.schemas`; null and empty mean "not said".

    `statements` is what `matching.statements` reads in the prose, `statements_version` the version of the reader.
    """

    __tablename__ = "profile"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), unique=True)
    state: Mapped[ProfileState] = mapped_column(Code(ProfileState), default=ProfileState.DRAFT, index=True)
    version: Mapped[int] = mapped_column(default=1)
    language: Mapped[Language] = mapped_column(Code(Language))

    name: Mapped[str] = mapped_column(String(120))
    offer: Mapped[str] = mapped_column(Text)
    problem_solved: Mapped[str] = mapped_column(Text)
    capabilities: Mapped[str] = mapped_column(Text)
    fields_of_action: Mapped[list[str]] = mapped_column(JsonValue)
    regions: Mapped[list[str]] = mapped_column(JsonValue)

    target_groups: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    settings_proven: Mapped[str | None] = mapped_column(Text)
    welfare_references: Mapped[str | None] = mapped_column(Text)
    evidence_of_effect: Mapped[str | None] = mapped_column(Text)
    maturity: Mapped[int | None]
    price_model: Mapped[PriceModel | None] = mapped_column(Code(PriceModel))
    price_band: Mapped[Band | None] = mapped_column(Code(Band))
    payers: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    legal_form: Mapped[str | None] = mapped_column(String(100))
    non_profit: Mapped[bool | None]
    hosting: Mapped[Hosting | None] = mapped_column(Code(Hosting))
    data_protection_papers: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    data_protection_regimes: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    offline_capable: Mapped[bool | None]
    accessibility: Mapped[Accessibility | None] = mapped_column(Code(Accessibility))
    certifications: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    interfaces: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    onboarding_hours: Mapped[float | None]
    languages: Mapped[list[str]] = mapped_column(JsonValue, default=list)
    free_pilot_slots: Mapped[int | None]
    exclusions: Mapped[str | None] = mapped_column(Text)
    response_days: Mapped[int | None]
    last_confirmed: Mapped[date | None]

    statements: Mapped[list[list[Any]] | None] = mapped_column(JsonValue)
    statements_version: Mapped[int | None]

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
