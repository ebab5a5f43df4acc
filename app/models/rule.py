"""Numbers of the installation that admins chose while it runs."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import UtcDateTime


class ChosenRules(Base):
    """The one row of what stands in place of the settings (`app.rules.Rules`); null leaves a number to them."""

    __tablename__ = "chosen_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    interest_days: Mapped[int | None]
    open_interests: Mapped[int | None]
    pilot_slots: Mapped[int | None]
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
