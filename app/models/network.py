"""Umbrella associations of welfare organisations and startup networks."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Code
from app.vocabulary import OrganisationKind


class Network(Base):
    """A Verband or Netzwerk; the seven founding ones come with the first migration."""

    __tablename__ = "network"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[OrganisationKind] = mapped_column(Code(OrganisationKind))
