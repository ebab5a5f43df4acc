"""Challenges of different organisations that have the same need.

Two texts about one topic are not one need: "night duty" is in both a challenge about falls and one about rosters. What
tells them apart is which offers answer them. So the likeness of two challenges is the cosine of their texts times the
square root of how far they distribute their interest over the same profiles (Bhattacharyya 1943): a softmax over the
scores of each list. It needs the stored lists only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

SHARPNESS: Final = 2.0
"""Of the softmax over scores: with 2, a list's interest lies with its first three to ten offers."""
SAME_NEED: Final = 0.395
"""Likeness from which two challenges are offered for pooling; docs/trust.md has what that finds and misses."""


def likeness(cosine: float, mine: Mapping[int, float], theirs: Mapping[int, float]) -> float:
    """How alike two challenges are in text and in what answers them, at most 1.

    cosine: of the centred whole texts. mine, theirs: score by profile of their lists.
    """
    return max(cosine, 0.0) * float(np.sqrt(overlap(mine, theirs)))


def overlap(mine: Mapping[int, float], theirs: Mapping[int, float]) -> float:
    """Bhattacharyya coefficient of the interest of two lists, from 0 (nothing shared) to 1."""
    if not mine or not theirs:
        return 0.0
    left, right = _interest(mine), _interest(theirs)
    return float(sum(np.sqrt(share * right[profile]) for profile, share in left.items() if profile in right))


def _interest(scores: Mapping[int, float]) -> dict[int, float]:
    values: NDArray[np.float64] = np.fromiter(scores.values(), np.float64, len(scores))
    weights = np.exp(SHARPNESS * (values - values.max()))
    return dict(zip(scores, (weights / weights.sum()).tolist(), strict=True))
