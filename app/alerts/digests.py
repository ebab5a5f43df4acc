"""Puts what waited into one mail a day or a week."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.alerts import repository
from app.alerts.tell import bundle
from app.context import Ground
from app.vocabulary import MailTemplate


def due(ground: Ground, session: Session) -> Sequence[int]:
    """Return the people whose digest is due."""
    return repository.readers_with_due_alerts(session, ground.clock.now())


def send_digest(ground: Ground, user_id: int) -> bool:
    """Put one mail with everything that is due for a person into the outbox. Returns whether there was something."""
    now = ground.clock.now()
    with ground.sessions.write() as session:
        alerts = list(repository.due_alerts(session, user_id, now))
        if alerts:
            bundle(session, alerts, MailTemplate.DIGEST, user_id, now)
        return bool(alerts)
