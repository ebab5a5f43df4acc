"""From a fit to what it is worth: a mail, a look, or nothing."""

from collections.abc import Iterable

GOOD = 0.5
"""Least fit of a match that is worth a mail. Provisional: an order, not yet a probability."""
POSSIBLE = 0.25
"""Least fit of a match that is worth a look. Provisional, as above."""


def is_good(fit: float) -> bool:
    """Tell whether a fit is in the band `gut` or better."""
    return fit >= GOOD


def nothing_fits(fits: Iterable[float]) -> bool:
    """Tell whether a list holds nothing worth a conversation."""
    return not any(fit >= POSSIBLE for fit in fits)
