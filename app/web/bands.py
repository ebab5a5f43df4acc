"""How good a match is, in words: pages never show a number of similarity."""

from app.matches.schemas import MatchRead
from app.web.i18n import N_
from matching.calibration import LOWEST_FIT, Band

VERY_GOOD, GOOD, POSSIBLE = Band.VERY_GOOD, Band.GOOD, Band.POSSIBLE
LABELS = {VERY_GOOD: N_("Passt sehr gut"), GOOD: N_("Passt gut"), POSSIBLE: N_("Könnte passen")}
BADGES = {VERY_GOOD: "success", GOOD: "info", POSSIBLE: "warning"}

LEAST = LOWEST_FIT[POSSIBLE]
"""The least fit that is shown."""


def band(match: MatchRead) -> Band | None:
    """Return the band of a match, None for one that is too weak to be shown."""
    return match.band
