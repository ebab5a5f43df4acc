"""Reports of networks as they were first counted."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import JsonValue


class KeptReport(Base):
    """The rows of one network's report up to one month; what changes later does not change them."""

    __tablename__ = "kept_report"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), primary_key=True)
    until: Mapped[date] = mapped_column(primary_key=True)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue)
