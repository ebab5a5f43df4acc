"""One-time links: stored with their cause, opened once."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.auth.keys import hash_token
from app.errors import LinkUnusable
from app.mail.outbox import queue_link
from app.models import OneTimeLink, User
from app.vocabulary import LinkPurpose, MailTemplate

LIFETIMES = {
    LinkPurpose.CONFIRM_EMAIL: timedelta(minutes=60),
    LinkPurpose.RESET_PASSWORD: timedelta(minutes=30),
    # Colleagues are on shift or on leave; an invitation opens nothing but a membership that can be withdrawn.
    LinkPurpose.INVITATION: timedelta(days=7),
    # Answers one question about one introduction, and nothing else.
    LinkPurpose.OUTCOME: timedelta(days=30),
}


def send_confirmation(session: Session, user: User, now: datetime, *, email: str | None = None) -> None:
    """Have a person confirm their address, or a new one; an earlier link ends."""
    _replace(session, user, LinkPurpose.CONFIRM_EMAIL, MailTemplate.CONFIRM_EMAIL, now, email)


def send_reset(session: Session, user: User, now: datetime) -> None:
    """Let a person set a new password; an earlier link ends."""
    _replace(session, user, LinkPurpose.RESET_PASSWORD, MailTemplate.RESET_PASSWORD, now, None)


def take(session: Session, purpose: LinkPurpose, token: str, now: datetime) -> OneTimeLink:
    """Open a link. Of any number of parallel tries one gets it. Raises `LinkUnusable`."""
    taken = session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.token_hash == hash_token(token),
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.revoked_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(OneTimeLink.id)
    ).scalar_one_or_none()
    if taken is None:
        raise LinkUnusable
    link = session.get(OneTimeLink, taken)
    assert link is not None  # noqa: S101  it has just been updated
    return link


def revoke_links(session: Session, user_id: int, now: datetime) -> None:
    """End all open links of a person and the invitations they sent."""
    _revoke(session, now, or_(OneTimeLink.user_id == user_id, OneTimeLink.invited_by == user_id))


def lifetime_ends(purpose: LinkPurpose, now: datetime) -> datetime:
    """Return until when a link works."""
    return now + LIFETIMES[purpose]


def _replace(
    session: Session, user: User, purpose: LinkPurpose, template: MailTemplate, now: datetime, email: str | None
) -> None:
    # The person is locked, so that two requests at once leave one link.
    session.scalar(select(User.id).where(User.id == user.id).with_for_update())
    _revoke(session, now, OneTimeLink.user_id == user.id, OneTimeLink.purpose == purpose)
    link = OneTimeLink(
        purpose=purpose, user_id=user.id, email=email, created_at=now, expires_at=lifetime_ends(purpose, now)
    )
    session.add(link)
    queue_link(session, template, now, link)


def _revoke(session: Session, now: datetime, *which: object) -> None:
    query = update(OneTimeLink).where(*which)  # type: ignore[arg-type]
    session.execute(query.where(OneTimeLink.used_at.is_(None), OneTimeLink.revoked_at.is_(None)).values(revoked_at=now))
