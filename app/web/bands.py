"""How good a match is, in words: pages never show a number."""

from app.web.i18n import N_
from matching.calibration import Band

LABELS = {Band.VERY_GOOD: N_("Passt sehr gut"), Band.GOOD: N_("Passt gut"), Band.POSSIBLE: N_("Könnte passen")}
BADGES = {Band.VERY_GOOD: "success", Band.GOOD: "info", Band.POSSIBLE: "warning"}
"""KERN's kinds of badge."""
