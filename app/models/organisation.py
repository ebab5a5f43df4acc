"""Welfare bodies and startups."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, new_uid
from app.db.types import Code, UtcDateTime
from app.models.network import Network
from app.vocabulary import DataProtectionRegime, OrganisationKind, Region


class Organisation(Base):
    """A welfare body (Träger, Einrichtung) or a startup; belongs to at most one network.

    `uid` is never used twice, on no database: the erasure log names organisations by it.
    """

    __tablename__ = "organisation"
    # Ids are never used twice: a deleted row's address must not lead to somebody else's.
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[OrganisationKind] = mapped_column(Code(OrganisationKind))
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id"), index=True)
    region: Mapped[Region | None] = mapped_column(Code(Region))
    legal_form: Mapped[str | None] = mapped_column(String(100))
    data_protection_regime: Mapped[DataProtectionRegime | None] = mapped_column(Code(DataProtectionRegime))
    verified: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    network: Mapped[Network | None] = relationship(lazy="joined")
