"""From a score to a probability, to a band, and to "nothing fits".

The fit of a pair is the probability that it is worth a conversation: a logistic curve over the score (Platt 1999,
"Probabilistic Outputs for Support Vector Machines"). It rises with the score, so a list is in the same order by both.
Whether anything fits a text at all is asked of its best score, less what the text's hubness takes: a text that is
near everything has a high best score whoever is there.

The constants are learned by `matching.calibration_learning` and stored in `calibration.json` beside this file, with
how they were learned and what they reached on sets that were left out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

DECIMALS: Final = 6
"""Scores and fits are rounded to this many decimals before they are compared or stored."""

FILE: Final = Path(__file__).with_name("calibration.json")


class Band(StrEnum):
    """How people are told about a fit: "sehr gut", "gut", "möglich". Below the last one a pair is not shown."""

    VERY_GOOD = "very_good"
    GOOD = "good"
    POSSIBLE = "possible"


LOWEST_FIT: Final[Mapping[Band, float]] = {Band.VERY_GOOD: 0.5, Band.GOOD: 0.2, Band.POSSIBLE: 0.03}
"""Bands by falling fit. A very good pair is more likely worth a conversation than not. The lowest is as high as it can
be with a partner kept for nine in ten challenges that have one (docs/decisions/0010). Chosen, not learned."""

HUBNESS_SHARE: Final = 0.4
"""How much of a text's hubness is taken from its best score, besides what the score has lost already."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Learned constants.

    fit = 1 / (1 + exp(-slope (score - middle))). nothing_below: confidence under which nothing fits a text.
    """

    slope: float
    middle: float
    nothing_below: float

    def fit(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the probability that a pair is worth a conversation, in (0, 1), rising with the score."""
        steps = np.exp(np.clip(-self.slope * (scores - self.middle), -500, 500))
        fits: NDArray[np.float64] = np.clip(1 / (1 + steps), 1e-6, 1 - 1e-6)
        return fits.round(DECIMALS)

    def score_at(self, fit: float) -> float:
        """Return the score that has this fit, 0 < fit < 1."""
        return self.middle + math.log(fit / (1 - fit)) / self.slope

    def anything_fits(self, best_fit: float, confidence: float) -> bool:
        """Decide whether anything is worth showing to a text whose best eligible partner has this fit.

        confidence: of that partner's score (see `confidence`). False is the answer "Heute kein passendes Startup".
        """
        return best_fit >= LOWEST_FIT[Band.POSSIBLE] and confidence >= self.nothing_below

    @classmethod
    def from_dict(cls, constants: Mapping[str, Any]) -> Calibration:
        """Read what `as_dict` gives. Raises KeyError."""
        return cls(float(constants["slope"]), float(constants["middle"]), float(constants["nothing_below"]))

    def as_dict(self) -> dict[str, float]:
        """For JSON."""
        return {name: round(getattr(self, name), 4) for name in ("slope", "middle", "nothing_below")}


def band_of(fit: float) -> Band | None:
    """Return the band of a fit; None: not shown."""
    return next((band for band, lowest in LOWEST_FIT.items() if fit >= lowest), None)


def confidence(best_score: float, hubness: float, spread: float) -> float:
    """Say how far a text's best score stands out, in units of the spread.

    best_score: of its best eligible partner. hubness: of the text (`Statistics.hubness`), both of one generation.
    """
    return best_score - HUBNESS_SHARE * hubness / spread


@cache
def packaged(without: str | None = None) -> Calibration:
    """Return the constants of `calibration.json`.

    without: name of a judged set; the constants are then those learned without it, so that it can be measured.
    A set that had no part in the learning gets the constants of all.
    """
    content = json.loads(FILE.read_text("utf-8"))
    return Calibration.from_dict(content["without"].get(without, content["constants"]))
