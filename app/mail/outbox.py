"""Puts mails into the outbox, in the transaction of their cause."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.models import BarrierReport, MailOutbox, OneTimeLink
from app.vocabulary import MailTemplate


def queue_mail(session: Session, template: MailTemplate, now: datetime, *, user_id: int) -> None:
    """Have a mail sent to a person."""
    session.add(MailOutbox(template=template, user_id=user_id, created_at=now, due_at=now))


def queue_link(session: Session, template: MailTemplate, now: datetime, link: OneTimeLink) -> None:
    """Have a one-time link sent; `link` is in the session. Its secret is made when the mail is put together."""
    session.flush()
    session.add(MailOutbox(template=template, link_id=link.id, created_at=now, due_at=now))


def queue_report(session: Session, report: BarrierReport, now: datetime) -> None:
    """Have a report sent to the operator."""
    mail = MailOutbox(template=MailTemplate.BARRIER_REPORT, created_at=now, due_at=now)
    session.add(mail)
    session.flush()
    report.mail_id = mail.id
    session.add(report)
    session.flush()
