"""What a ranking takes and gives besides texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Texts in order: falling score, among equal scores rising id.

    ids: (k,) int64. scores: (k,) float64, rounded to 1e-6. fits: (k,) float64 in (0, 1), rounded to 1e-6. signals: by
    name, each (k,) float64: "dense" and "lexical" are cosines; "hubness", never far above zero, and "passages" are what
    they add to the score.
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float64]
    fits: NDArray[np.float64]
    signals: Mapping[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class Floors:
    """The last entries of full lists: a text is admitted to a list if it ranks before the last entry.

    owners: (f,) int64, distinct ids of the texts that have the lists. scores: (f,) float64 and ids: (f,) int64 of the
    last entries. A text that is not named has room in its list.
    """

    owners: NDArray[np.int64]
    scores: NDArray[np.float64]
    ids: NDArray[np.int64]

    @classmethod
    def none(cls) -> Floors:
        """Every list has room."""
        return cls(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class RankResult:
    """What a ranking gives for one text.

    own: its best texts of the other side. admitted: all texts of the other side into whose lists it belongs, in the
    order of `own`; empty unless floors were given. eligible: how many texts of the other side fail no criterion.
    confidence: how far the best eligible text stands out (`matching.calibration`); minus infinity where there is none
    above the minimum.
    """

    id: int
    own: Ranking
    admitted: Ranking
    eligible: int
    confidence: float
