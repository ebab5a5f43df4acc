"""The one place that asks what time it is, so that tests can set it."""

from collections.abc import Callable
from datetime import UTC, date, datetime


class Clock:
    """Tells the time in UTC; `now` may be replaced by a function that returns another time."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        return self._now() if self._now else datetime.now(UTC)

    def today(self) -> date:
        """Return the current day in UTC."""
        return self.now().date()


def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or the last one that month has.

    >>> add_months(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - date(year, month + 1, 1)).days
    return date(year, month + 1, min(day.day, last))
