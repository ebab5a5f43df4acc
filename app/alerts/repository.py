"""SQL about alerts and whom they go to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.alerts.topics import DEFAULTS
from app.models import Alert, AlertSettings, Decision, Introduction, MailOutbox, Outcome, RoleGrant, User
from app.vocabulary import AlertMode, AlertTopic, DecisionState


def recipients(session: Session, organisation_id: int, preferred: int | None = None) -> Sequence[int]:
    """Return who is told for an organisation: the person concerned, else its managers, else all its members.

    Only people who can sign in and have confirmed their address; those who left are told nothing.
    """
    active = (
        select(User.id, RoleGrant.manager)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            RoleGrant.organisation_id == organisation_id,
            User.deactivated_at.is_(None),
            User.email_confirmed_at.is_not(None),
        )
        .order_by(User.id)
    )
    members = dict(session.execute(active).all())
    if preferred in members:
        return [preferred]
    return [user_id for user_id, manager in members.items() if manager] or list(members)


def modes(session: Session, user_id: int) -> dict[AlertTopic, AlertMode]:
    """Return how often somebody wants to read about each topic."""
    row = session.get(AlertSettings, user_id)
    if row is None:
        return dict(DEFAULTS)
    return {AlertTopic.MATCHES: row.matches, AlertTopic.CONVERSATIONS: row.conversations}


def put_modes(session: Session, user_id: int, wanted: dict[AlertTopic, AlertMode], now: datetime) -> None:
    """Store how often somebody wants to read about some topics; the others stay."""
    # The person is locked, so that two clicks at once make one row.
    session.scalar(select(User.id).where(User.id == user_id).with_for_update())
    chosen = modes(session, user_id) | wanted
    session.merge(
        AlertSettings(
            user_id=user_id,
            matches=chosen[AlertTopic.MATCHES],
            conversations=chosen[AlertTopic.CONVERSATIONS],
            updated_at=now,
        )
    )
    session.flush()


def is_told(session: Session, user_id: int, cause: str) -> bool:
    """Tell whether somebody has been told already."""
    return session.scalar(select(Alert.id).where(Alert.user_id == user_id, Alert.cause == cause)) is not None


def readers_with_due_alerts(session: Session, now: datetime, limit: int = 100) -> Sequence[int]:
    """Return people who have alerts that wait for a digest that is due."""
    query = select(Alert.user_id).where(Alert.bundled_at.is_(None), Alert.due_at <= now)
    return session.scalars(query.distinct().order_by(Alert.user_id).limit(limit)).all()


def due_alerts(session: Session, user_id: int, now: datetime) -> Sequence[Alert]:
    """Return the alerts of one person that are due, locked: of two workers one gets them."""
    return session.scalars(
        select(Alert)
        .where(Alert.user_id == user_id, Alert.bundled_at.is_(None), Alert.due_at <= now)
        .order_by(Alert.id)
        .with_for_update()
    ).all()


def alerts_of_mail(session: Session, mail_id: int) -> Sequence[Alert]:
    """Return what a mail tells, oldest first."""
    return session.scalars(select(Alert).where(Alert.mail_id == mail_id).order_by(Alert.id)).all()


def memberships(session: Session, user_id: int) -> set[int]:
    """Return the organisations somebody belongs to right now."""
    query = select(RoleGrant.organisation_id).where(RoleGrant.user_id == user_id)
    return {number for number in session.scalars(query) if number is not None}


def is_known(session: Session, user_id: int) -> bool:
    """Tell whether there is such a person."""
    return session.get(User, user_id) is not None


def last_day_of_interest(session: Session, alert: Alert) -> datetime | None:
    """Return until when the interest waits that caused an alert; None once it is answered, taken back or over."""
    number = alert.cause.rpartition(":")[2]
    return session.scalar(
        select(Decision.expires_at).where(Decision.id == int(number), Decision.state == DecisionState.OPEN)
    )


def introduction_of(session: Session, alert: Alert) -> int | None:
    """Return the introduction of the pair of an alert."""
    return session.scalar(
        select(Introduction.id).where(
            Introduction.challenge_id == alert.challenge_id, Introduction.profile_id == alert.profile_id
        )
    )


def outcome_asked_by(session: Session, mail: MailOutbox) -> Outcome | None:
    """Return the question a mail asks."""
    return session.scalar(select(Outcome).where(Outcome.link_id == mail.link_id))
