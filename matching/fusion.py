"""From signals to one score of a pair, and from the score to a provisional fit.

score = (cosine - HUBNESS_SHARE * (hubness of the challenge + hubness of the profile)) / spread
        + lexical * (lexical cosine) + extra

cosine, hubness and spread are of the whole texts (`matching.signals`, `matching.statistics`). The extra is for
passages: how far the best passages of a profile answer the passages of a challenge better than the whole texts agree;
0 <= extra <= extra_most, so that what is known without passages bounds the score. The choice of the constants is in
docs/decisions/0005.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.signals import DENSE_SCALE, LEXICAL_SCALE

DECIMALS: Final = 6
"""Scores and fits are rounded to this many decimals before they are compared or stored."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each signal counts, and where the fit is one half. A score is in units of the spread.

    fit = 1 / (1 + exp(-fit_slope * (score - fit_middle))).
    """

    lexical: float = 6.0
    hubness: float = 0.3
    passages: float = 0.3
    extra_most: float = 0.3
    fit_middle: float = 5.5
    fit_slope: float = 1.6

    def offsets(self, hubness: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
        """Compute what a text's hubness takes from all of its scores, (n,) float64."""
        return hubness * (self.hubness / spread)

    def factors(self, spread: float) -> tuple[float, float]:
        """Say what one step of the dense and of the lexical whole-number product adds to a score."""
        return 1 / (spread * DENSE_SCALE**2), self.lexical / LEXICAL_SCALE**2

    def passage_extra(
        self, coverage: NDArray[np.float64], cosine: NDArray[np.float64], spread: float
    ) -> NDArray[np.float64]:
        """Compute the extra from the passages' coverage and the whole texts' cosine, both (k,)."""
        extra: NDArray[np.float64] = np.clip((coverage - cosine) * (self.passages / spread), 0, self.extra_most)
        return extra

    def fit(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the provisional probability that a pair is worth a conversation, in (0, 1), rising with the score."""
        steps = np.exp(-self.fit_slope * (scores - self.fit_middle))
        fits: NDArray[np.float64] = np.clip(1 / (1 + steps), 1e-6, 1 - 1e-6)
        return fits.round(DECIMALS)

    def score_at(self, fit: float) -> float:
        """Return the score that has this fit, 0 < fit < 1."""
        return self.fit_middle + math.log(fit / (1 - fit)) / self.fit_slope


DEFAULT_WEIGHTS: Final = Weights()
