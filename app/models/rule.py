"""Numbers of the installation that admins chose while it runs."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import UtcDateTime


class ChosenRule(Base):
    """One number of `app.rules.Rules` that stands in place of the one from the settings."""

    __tablename__ = "chosen_rule"

    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    value: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
