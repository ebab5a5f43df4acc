"""Tells people of something, in the transaction in which it happens."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.alerts import repository
from app.alerts.topics import due_at, topic_of
from app.models import Alert, MailOutbox
from app.vocabulary import AlertKind, MailTemplate


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened. `cause` names it, so that nobody is told of it twice."""

    kind: AlertKind
    cause: str
    organisation_id: int
    challenge_id: int | None = None
    profile_id: int | None = None


def tell(session: Session, news: News, now: datetime, *, preferred: int | None = None) -> None:
    """Tell an organisation: `preferred` where that is an active member, else its managers.

    Who reads at once gets a mail in this transaction; for the others the alert waits for its digest.
    """
    for user_id in repository.recipients(session, news.organisation_id, preferred):
        mode = repository.modes(session, user_id)[topic_of(news.kind)]
        due = due_at(mode, now)
        if due is None or repository.is_told(session, user_id, news.cause):
            continue
        alert = Alert(
            user_id=user_id,
            organisation_id=news.organisation_id,
            kind=news.kind,
            cause=news.cause,
            challenge_id=news.challenge_id,
            profile_id=news.profile_id,
            created_at=now,
            due_at=due,
        )
        session.add(alert)
        if due <= now:
            bundle(session, [alert], MailTemplate.ALERT, user_id, now)
    session.flush()


def bundle(session: Session, alerts: list[Alert], template: MailTemplate, user_id: int, now: datetime) -> None:
    """Put one mail into the outbox that tells some alerts, and mark them as told."""
    mail = MailOutbox(template=template, user_id=user_id, created_at=now, due_at=now)
    session.add(mail)
    session.flush()
    for alert in alerts:
        alert.mail_id, alert.bundled_at = mail.id, now
    session.flush()
