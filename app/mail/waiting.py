"""What lies in the outbox, for whoever runs the service: numbers and templates, no addresses, no texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.identify import refresh
from app.context import Ground
from app.errors import Forbidden, MailNotGivenUp, NotFound
from app.models import MailOutbox
from app.vocabulary import MailTemplate

SENT_WITHIN = timedelta(days=1)
OVERDUE_AFTER = timedelta(minutes=5)
"""A mail that is due for so long says that nobody works."""
SHOWN = 20
OUTDATED = "Outdated"
"""Why a mail was given up that nobody needs any more."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A mail that could not be sent."""

    id: int
    template: MailTemplate
    created_at: datetime
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class OutboxStatus:
    """How mails stand. sent: within a day; overdue: of those that wait, due for minutes already."""

    waiting: int
    overdue: int
    sent: int
    given_up: Sequence[GivenUp]


def read_outbox(session: Session, now: datetime) -> OutboxStatus:
    """Count mails, and return the last that were given up."""
    open_mails = (MailOutbox.sent_at.is_(None), MailOutbox.failed_at.is_(None))

    def count(*conditions: object) -> int:
        return session.scalar(select(func.count(MailOutbox.id)).where(*conditions)) or 0  # type: ignore[arg-type]

    failed = session.scalars(
        select(MailOutbox)
        .where(MailOutbox.failed_at.is_not(None), MailOutbox.last_error.is_distinct_from(OUTDATED))
        .order_by(MailOutbox.failed_at.desc(), MailOutbox.id.desc())
        .limit(SHOWN)
    )
    return OutboxStatus(
        waiting=count(*open_mails),
        overdue=count(*open_mails, MailOutbox.due_at < now - OVERDUE_AFTER),
        sent=count(MailOutbox.sent_at > now - SENT_WITHIN),
        given_up=[
            GivenUp(mail.id, mail.template, mail.created_at, mail.attempts, mail.last_error or "") for mail in failed
        ],
    )


def send_again(ground: Ground, actor: Actor, mail_id: int) -> None:
    """Have a mail that was given up tried again from the start. Raises `Forbidden`, `NotFound`, `MailNotGivenUp`."""
    now = ground.clock.now()
    with ground.sessions.write() as session:
        if not refresh(session, actor).is_admin:
            raise Forbidden
        mail = session.get(MailOutbox, mail_id, with_for_update=True)
        if mail is None:
            raise NotFound
        if mail.failed_at is None or mail.last_error == OUTDATED:
            raise MailNotGivenUp
        mail.failed_at, mail.last_error, mail.attempts, mail.due_at = None, None, 0, now
        ground.trail.record(session, actor, now, "mail.sent_again", "mail", mail_id)
