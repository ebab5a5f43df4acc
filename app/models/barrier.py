"""What somebody wrote about a barrier, until the operator has it."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class BarrierReport(Base):
    """The content of one mail to the operator. Emptied when it has gone out, deleted with its mail.

    form_hash: of the form it came by, so that a second click sends nothing again.
    """

    __tablename__ = "barrier_report"

    mail_id: Mapped[int] = mapped_column(ForeignKey("mail_outbox.id", ondelete="CASCADE"), primary_key=True)
    form_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    text: Mapped[str] = mapped_column(Text)
    page: Mapped[str | None] = mapped_column(String(500))
    email: Mapped[str | None] = mapped_column(String(254))
