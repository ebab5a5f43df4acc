"""Learns what scores mean on judged sets, and measures it on sets that were left out.

Each set counts the same, those of the mission (`MISSION`) three times as much as others. What a set contributes is an
`Evidence`: figures only, no texts. Only learning needs scikit-learn; a service reads the result from JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching import metrics
from matching.calibration import LOWEST_FIT, Band, Calibration, band_of

MISSION: Final = frozenset({"demo", "welfare_de"})
"""Names of sets of challenges and profiles; questions with answers, goals with goods and the like are others."""

MISSION_WEIGHT: Final = 3.0
SILENCED: Final = 0.01
"""Share of the answerable texts of a set that "nothing fits" may silence, before the mean over sets is taken. Well
below a tenth: the promise is for each set that was left out, and for relevant texts that are not found at all."""

LISTED: Final = 20
"""Places of a list at which a document of any band is shown."""
_DECIMALS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the ranking of one judged set says about scores; `a` are the queries with a relevant document.

    scores: (q, k) float64 of each query's first places, falling. relevant: (q, k) bool, worth a conversation: of grade
    2 or more where the set has such grades. best_relevant: (a,) best score of a document worth a conversation, minus
    infinity where none is listed. found, removed: (a,) confidence with all documents and without the relevant ones,
    statistics frozen. renewed: like `removed`, with a hubness that doesn't know the removed documents either.
    unanswerable: (u,) confidence of queries that are listed as unanswerable. unanswerable_best: (u,) their best
    scores. unanswerable_ids: what the set calls them.
    """

    name: str
    scores: NDArray[np.float64]
    relevant: NDArray[np.bool_]
    best_relevant: NDArray[np.float64]
    found: NDArray[np.float64]
    removed: NDArray[np.float64]
    renewed: NDArray[np.float64]
    unanswerable: NDArray[np.float64]
    unanswerable_best: NDArray[np.float64]
    unanswerable_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One query that is listed as unanswerable: how well its best partner seems to fit, and whether it is shown."""

    query: str
    best_fit: float
    silenced: bool

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        band = band_of(self.best_fit)
        return {
            "id": self.query,
            "best_fit": round(self.best_fit, _DECIMALS),
            "band": None if band is None else band.value,
            "silenced": self.silenced,
        }


@dataclass(frozen=True, slots=True, eq=False)
class TrustReport:
    """How true fits and silences are; `fits` and `outcomes`, (n,), are kept so that sets can be pooled.

    kept: share of answerable queries that are shown a document worth a conversation. silenced: share of the queries
    listed as unanswerable that are shown nothing; None where none are listed. auroc: of the confidence, with against
    without the relevant documents. auroc_renewed: the same with statistics that don't know them either. auroc_listed:
    answerable against listed ones.
    """

    fits: NDArray[np.float64]
    outcomes: NDArray[np.float64]
    auroc: float
    auroc_renewed: float
    auroc_listed: float | None
    kept: float
    silenced: float | None
    cases: tuple[Case, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        answerable = {
            "auroc": self.auroc,
            "auroc_statistics_renewed": self.auroc_renewed,
            "auroc_listed_unanswerable": self.auroc_listed,
            "kept": self.kept,
            "listed_unanswerable_silenced": self.silenced,
        }
        return {
            "calibration": fit_measures(self.fits, self.outcomes),
            "answerable": {
                name: value if value is None else round(value, _DECIMALS) for name, value in answerable.items()
            },
        }


def fit_measures(fits: NDArray[np.float64], outcomes: NDArray[np.float64]) -> dict[str, Any]:
    """Calibration error and Brier score of (n,) fits, with the share and number of pairs in each band."""
    base = float(outcomes.mean())
    brier = metrics.brier(fits, outcomes)
    highest = 1.1
    bands: dict[str, Any] = {}
    for band, lowest in LOWEST_FIT.items():
        members = (fits >= lowest) & (fits < highest)
        highest = lowest
        count = int(members.sum())
        share = round(float(outcomes[members].mean()), _DECIMALS) if count else None
        bands[band.value] = {"pairs": count, "worth_a_conversation": share}
    return {
        "pairs": len(fits),
        "base_rate": round(base, _DECIMALS),
        "ece": round(metrics.calibration_error(fits, outcomes), _DECIMALS),
        "brier": round(brier, _DECIMALS),
        "brier_of_base_rate": round(base * (1 - base), _DECIMALS),
        "below_base_rate": round(1 - brier / max(base * (1 - base), 1e-9), _DECIMALS),
        "bands": bands,
    }


def measure(evidence: Evidence, calibration: Calibration) -> TrustReport:
    """Apply constants to a set; for an honest figure, ones learned without it."""
    shown = evidence.best_relevant >= calibration.score_at(LOWEST_FIT[Band.POSSIBLE])
    kept = shown & (evidence.found >= calibration.nothing_below)
    silenced, auroc_listed = None, None
    cases = _cases(evidence, calibration)
    if cases:
        silenced = float(np.mean([case.silenced for case in cases]))
        auroc_listed = metrics.auroc(evidence.found, evidence.unanswerable)
    return TrustReport(
        calibration.fit(evidence.scores.ravel()),
        evidence.relevant.ravel().astype(np.float64),
        metrics.auroc(evidence.found, evidence.removed),
        metrics.auroc(evidence.found, evidence.renewed),
        auroc_listed,
        float(kept.mean()),
        silenced,
        cases,
    )


def _cases(evidence: Evidence, calibration: Calibration) -> tuple[Case, ...]:
    fits = calibration.fit(evidence.unanswerable_best).tolist()
    names = evidence.unanswerable_ids or tuple(str(number) for number in range(len(fits)))
    decided = zip(names, fits, evidence.unanswerable.tolist(), strict=True)
    return tuple(Case(name, fit, not calibration.anything_fits(fit, confident)) for name, fit, confident in decided)


def learn(sets: Sequence[Evidence]) -> Calibration:
    """Learn constants from at least one set."""
    from sklearn.linear_model import LogisticRegression

    weights = np.array([MISSION_WEIGHT if one.name in MISSION else 1.0 for one in sets])
    scores = np.concatenate([one.scores.ravel() for one in sets])
    outcomes = np.concatenate([one.relevant.ravel() for one in sets])
    each = np.concatenate([np.full(one.scores.size, w / one.scores.size) for w, one in zip(weights, sets, strict=True)])
    each *= len(scores) / each.sum()
    curve = LogisticRegression(C=1e3).fit(scores[:, None], outcomes, sample_weight=each)
    slope = float(curve.coef_[0, 0])
    if slope <= 0:
        raise ValueError("higher scores are not better on these sets; nothing can be learned from them")
    thresholds = [float(np.quantile(one.found, SILENCED)) for one in sets]
    return Calibration(slope, -float(curve.intercept_[0]) / slope, float(np.average(thresholds, weights=weights)))


def training_report(sets: Sequence[Evidence], made_with: dict[str, Any]) -> dict[str, Any]:
    """Give the content of `calibration.json`: constants of all sets, those without each, and what these reach on it.

    made_with: what the scores depend on, for the reader. At least two sets.
    """
    left_out = {one.name: learn([other for other in sets if other is not one]) for one in sets}
    reports = {one.name: measure(one, left_out[one.name]) for one in sets}
    pooled = pool(list(reports.values()))
    return {
        "made_with": made_with,
        "constants": learn(sets).as_dict(),
        "without": {name: calibration.as_dict() for name, calibration in left_out.items()},
        "report": {
            "method": "logistic curve over the score of each query's first ten places; each set counts the same, "
            f"{', '.join(sorted(MISSION))} {MISSION_WEIGHT:g} times; figures of a set are by constants without it",
            "pooled": pooled,
            "sets": {name: report.as_dict() for name, report in reports.items()},
        },
    }


def pool(reports: Sequence[TrustReport]) -> dict[str, Any]:
    """Measure the fits of several sets as one, each pair counting the same."""
    return fit_measures(
        np.concatenate([report.fits for report in reports]), np.concatenate([report.outcomes for report in reports])
    )
