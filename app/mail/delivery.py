"""Sends what lies in the outbox. May run twice for one mail: it compares what is with what should be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.alerts import contents
from app.auth.keys import hash_token, new_token
from app.context import Ground
from app.mail.messages import Content, compose
from app.mail.senders import MailSender
from app.models import BarrierReport, MailOutbox, OneTimeLink, User
from app.vocabulary import Language, MailTemplate

DELAYS = (1, 5, 30, 120, 360)
"""Minutes to wait after each failed attempt; after one more the mail is given up."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Post:
    """What sending needs besides the database."""

    sender: MailSender
    mail_from: str
    operator_email: str = ""


def due(session: Session, now: datetime, limit: int = 100) -> Sequence[tuple[int, int]]:
    """Return (id, attempts so far) of mails that should go out now."""
    query = (
        select(MailOutbox.id, MailOutbox.attempts)
        .where(MailOutbox.sent_at.is_(None), MailOutbox.failed_at.is_(None), MailOutbox.due_at <= now)
        .order_by(MailOutbox.due_at, MailOutbox.id)
        .limit(limit)
    )
    return [(row.id, row.attempts) for row in session.execute(query)]


def deliver(ground: Ground, post: Post, mail_id: int) -> bool:
    """Send one mail, unless it was sent, given up or erased meanwhile. Returns whether it went out now.

    No transaction is open while the mail server is talked to. A crash between sending and noting it sends it again.
    """
    message = _put_together(ground, post, mail_id)
    if message is None:
        return False
    try:
        post.sender.send(message)
    except Exception as error:  # noqa: BLE001  whatever the network does, the mail is tried again later
        _note_failure(ground, mail_id, type(error).__name__)
        return False
    with ground.sessions.write() as session:
        mail = session.get(MailOutbox, mail_id)
        if mail is not None:
            mail.sent_at = ground.clock.now()
            _empty_report(session, mail_id)
    return True


def _put_together(ground: Ground, post: Post, mail_id: int) -> EmailMessage | None:
    now = ground.clock.now()
    with ground.sessions.write() as session:
        mail = session.get(MailOutbox, mail_id, with_for_update=True)
        if mail is None or mail.sent_at is not None or mail.failed_at is not None:
            return None
        link = session.get(OneTimeLink, mail.link_id) if mail.link_id is not None else None
        user = session.get(User, mail.user_id or (link.user_id if link else None) or 0)
        if mail.template is MailTemplate.BARRIER_REPORT:
            return _report_to_operator(ground, post, mail, session.get_one(BarrierReport, mail_id))
        recipient = (link.email if link else None) or (user.email if user else None)
        closed = user is not None and user.deactivated_at is not None
        if recipient is None or closed or (link is not None and not _opens(link, now)):
            mail.failed_at, mail.last_error = now, "Outdated"
            return None
        token = None
        if link is not None:
            # The secret exists in this mail only; the database gets its hash.
            token = new_token()
            link.token_hash = hash_token(token)
        content = None
        if user is not None and mail.template in contents.TEMPLATES:
            content = contents.content_of(ground, session, mail, user)
            if content is None:
                mail.failed_at, mail.last_error = now, "Outdated"
                return None
        unknown = mail.template is MailTemplate.INVITATION
        languages = (Language.GERMAN, Language.ENGLISH) if unknown or user is None else (user.locale,)
        return compose(
            mail.template,
            languages,
            sender=post.mail_from,
            recipient=recipient,
            now=now,
            public_url=ground.security.public_url,
            token=token,
            content=content,
        )


def _report_to_operator(ground: Ground, post: Post, mail: MailOutbox, report: BarrierReport) -> EmailMessage | None:
    """Return a report as the operator reads it; None where nobody is named to read it."""
    now = ground.clock.now()
    if not post.operator_email:
        # Admins see it among the mails that were given up, and send it again once the address is set.
        mail.failed_at, mail.last_error = now, "NoOperatorAddress"
        return None
    lines = ([f"Seite: {report.page}"] if report.page else []) + [report.text]
    if not report.email:
        lines.append("Eine Adresse für eine Antwort ist nicht angegeben.")
    return compose(
        mail.template,
        (Language.GERMAN,),
        sender=post.mail_from,
        recipient=post.operator_email,
        now=now,
        public_url=ground.security.public_url,
        content=Content("", "\n\n".join(lines), reply_to=report.email or ""),
    )


def _empty_report(session: Session, mail_id: int) -> None:
    """Forget what was written once the operator has it; what is left keeps a second click from sending it again."""
    report = session.get(BarrierReport, mail_id)
    if report is not None:
        report.text, report.page, report.email = "", None, None


def _opens(link: OneTimeLink, now: datetime) -> bool:
    return link.used_at is None and link.revoked_at is None and link.expires_at > now


def _note_failure(ground: Ground, mail_id: int, error: str) -> None:
    now = ground.clock.now()
    log.warning("mail not sent", mail=mail_id, error=error)
    with ground.sessions.write() as session:
        mail = session.get(MailOutbox, mail_id, with_for_update=True)
        if mail is None:
            return
        mail.attempts += 1
        mail.last_error = error
        if mail.attempts > len(DELAYS):
            mail.failed_at = now
        else:
            mail.due_at = now + timedelta(minutes=DELAYS[mail.attempts - 1])
