"""Measures of ranking quality, and how sure they are."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

CUT: Final = 10
"""All measures look at the first ten places."""

_RESAMPLES: Final = 2000
_SEED: Final = 20190123


def ndcg(ranked: NDArray[np.float64], grades: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normalised discounted cumulative gain of each query: (q,) float64 from 0 to 1.

    ranked: (q, k) grades of the documents at the places 1 to k. grades: (q, n) grades of all documents. The gain is
    the grade itself, the discount 1 / log2(place + 1) (Järvelin and Kekäläinen 2002, "Cumulated gain-based evaluation
    of IR techniques"). A query without a relevant document gives NaN.
    """
    ideal = -np.sort(-grades, axis=1)
    best = _discounted(ideal)
    result: NDArray[np.float64] = _discounted(ranked) / np.where(best > 0, best, np.nan)
    return result


def reciprocal_rank(ranked: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give 1 / place of the first document of grade 1 or more within the cut, else 0: (q,) float64."""
    relevant = ranked[:, :CUT] >= 1
    first = relevant.argmax(axis=1)
    return np.where(relevant.any(axis=1), 1 / (first + 1), 0.0)


def recall(ranked: NDArray[np.float64], grades: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of a query's documents of grade 1 or more that are within the cut: (q,) float64, NaN without any."""
    total = np.count_nonzero(grades >= 1, axis=1)
    found = np.count_nonzero(ranked[:, :CUT] >= 1, axis=1)
    result: NDArray[np.float64] = found / np.where(total > 0, total, np.nan)
    return result


def bootstrap_interval(*groups: NDArray[np.float64]) -> tuple[float, float]:
    """95 % percentile bootstrap interval (Efron 1979) of the mean over groups of the mean within a group.

    groups: (q_i,) values of single queries; queries are drawn again within each group. Always the same for the same
    values.
    """
    generator = np.random.default_rng(_SEED)
    means = np.zeros(_RESAMPLES)
    for values in groups:
        drawn = generator.integers(0, len(values), (_RESAMPLES, len(values)))
        means += values[drawn].mean(axis=1) / len(groups)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def _discounted(gains: NDArray[np.float64]) -> NDArray[np.float64]:
    top = gains[:, :CUT]
    result: NDArray[np.float64] = top @ (1 / np.log2(np.arange(2, top.shape[1] + 2)))
    return result


def calibration_error(probabilities: NDArray[np.float64], outcomes: NDArray[np.float64], bins: int = 10) -> float:
    """Mean distance between what was said and what came true, over bins of equal numbers of pairs.

    probabilities, outcomes (0 or 1): (n,). The expected calibration error with equal-mass bins (Nguyen and O'Connor
    2015, "Posterior calibration and exploratory analysis for natural language processing models"); pairs of equal
    probability are in the order given.
    """
    order = np.argsort(probabilities, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [len(part) * abs(float(probabilities[part].mean() - outcomes[part].mean())) for part in parts]
    return sum(gaps) / len(probabilities)


def brier(probabilities: NDArray[np.float64], outcomes: NDArray[np.float64]) -> float:
    """Mean squared distance of (n,) probabilities from outcomes (Brier 1950); always the base rate b: b (1 - b)."""
    return float(np.mean((probabilities - outcomes) ** 2))


def auroc(positives: NDArray[np.float64], negatives: NDArray[np.float64]) -> float:
    """Area under the ROC curve: how likely a positive has the higher value than a negative, ties counting half."""
    ordered = np.sort(negatives)
    below = np.searchsorted(ordered, positives, "left")
    ties = np.searchsorted(ordered, positives, "right") - below
    return float((below + ties / 2).mean() / len(negatives))
