"""What somebody has begun to write and not yet handed in."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base
from app.db.types import JsonValue, UtcDateTime
from app.models.organisation import Organisation


class UnfinishedChallenge(Base):
    """The form of a new challenge as far as it is filled in; no rules apply to it yet. Colleagues may go on with it."""

    __tablename__ = "unfinished_challenge"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
