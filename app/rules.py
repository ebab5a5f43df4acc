"""The numbers an installation chooses for what happens after a match; made from the settings."""

from dataclasses import dataclass
from datetime import timedelta

from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Rules:
    """How long an interest waits, and how many may wait at once."""

    interest_days: int = 14
    open_interests: int = 5
    pilot_slots: int = 3

    @property
    def interest_lasts(self) -> timedelta:
        """Return how long an interest stays open."""
        return timedelta(days=self.interest_days)

    @property
    def reminded_after(self) -> timedelta:
        """Return after how long the side that has not answered is reminded: half of the time."""
        return self.interest_lasts / 2

    def slots_of(self, free_pilot_slots: int | None) -> int:
        """Return how many pilots a startup takes at once, as its profile says or by default."""
        return self.pilot_slots if free_pilot_slots is None else free_pilot_slots


def make_rules(settings: Settings) -> Rules:
    """Take the numbers from the settings."""
    return Rules(settings.interest_days, settings.open_interests, settings.pilot_slots)
