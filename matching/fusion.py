"""From signals to one score of a pair.

score = (cosine - HUBNESS_SHARE * (hubness of the challenge + hubness of the profile)) / spread
        + lexical * (lexical cosine) + extra

cosine, hubness and spread are of the whole texts (`matching.signals`, `matching.statistics`). The extra is for
passages: how far the best passages of a profile answer the passages of a challenge better than the whole texts agree;
0 <= extra <= extra_most, so that what is known without passages bounds the score. The choice of the constants is in
docs/decisions/0009.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.signals import DENSE_SCALE, LEXICAL_SCALE


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each signal counts. A score is in units of the spread."""

    lexical: float = 4.0
    hubness: float = 0.3
    passages: float = 0.3
    extra_most: float = 0.3

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


DEFAULT_WEIGHTS: Final = Weights()
