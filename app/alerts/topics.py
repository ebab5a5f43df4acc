"""Which alert belongs to which topic, and when it is due. Pure."""

from datetime import datetime, time, timedelta
from typing import Final

from app.vocabulary import AlertKind, AlertMode, AlertTopic

DEFAULTS: Final = {AlertTopic.MATCHES: AlertMode.DAILY, AlertTopic.CONVERSATIONS: AlertMode.AT_ONCE}
"""How somebody is told who has chosen nothing: a person awaits an answer, a new match can wait for the morning."""
DIGEST_AT: Final = time(6)
"""When digests are due, in UTC: before work begins in Germany, summer and winter. The weekly one on Mondays."""
_MATCHES: Final = frozenset({AlertKind.NEW_MATCH, AlertKind.FIRST_MATCH})


def topic_of(kind: AlertKind) -> AlertTopic:
    """Return the topic whose setting decides about an alert."""
    return AlertTopic.MATCHES if kind in _MATCHES else AlertTopic.CONVERSATIONS


def due_at(mode: AlertMode, now: datetime) -> datetime | None:
    """Return when an alert goes out that is made now; None: never.

    >>> from datetime import UTC
    >>> due_at(AlertMode.WEEKLY, datetime(2026, 11, 25, 9, tzinfo=UTC)).isoformat()
    '2026-11-30T06:00:00+00:00'
    """
    if mode is AlertMode.OFF:
        return None
    if mode is AlertMode.AT_ONCE:
        return now
    day = datetime.combine(now.date(), DIGEST_AT, now.tzinfo)
    while day <= now or (mode is AlertMode.WEEKLY and day.weekday() != 0):
        day += timedelta(days=1)
    return day
