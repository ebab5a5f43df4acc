"""How good a match is, in words: pages never show a number of similarity."""

from app.matches.schemas import MatchRead
from app.web.i18n import N_

VERY_GOOD, GOOD, POSSIBLE = "sehr_gut", "gut", "moeglich"
LABELS = {VERY_GOOD: N_("Passt sehr gut"), GOOD: N_("Passt gut"), POSSIBLE: N_("Könnte passen")}
BADGES = {VERY_GOOD: "success", GOOD: "info", POSSIBLE: "warning"}

# Provisional cuts of a provisional fit; a match that brings its own band keeps it.
_CUTS = ((0.6, VERY_GOOD), (0.25, GOOD), (0.05, POSSIBLE))


LEAST = _CUTS[-1][0]
"""The least fit that is shown."""


def band(match: MatchRead) -> str | None:
    """Return the band of a match, None for one that is too weak to be shown."""
    own: str | None = getattr(match, "band", None)
    if own is not None:
        return own if own in LABELS else None
    return next((name for least, name in _CUTS if match.fit >= least), None)
