"""From a fit to what it is worth: a mail, a look, or nothing."""

from collections.abc import Iterable

from matching.calibration import LOWEST_FIT, Band

GOOD = LOWEST_FIT[Band.GOOD]
"""Least fit of a match that is worth a mail."""
POSSIBLE = LOWEST_FIT[Band.POSSIBLE]
"""Least fit of a match that is worth a look."""


def is_good(fit: float) -> bool:
    """Tell whether a fit is in the band `gut` or better."""
    return fit >= GOOD


def nothing_fits(fits: Iterable[float]) -> bool:
    """Tell whether a list holds nothing worth a conversation."""
    return not any(fit >= POSSIBLE for fit in fits)
