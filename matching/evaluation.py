"""Ranking quality on judged sets (`matching.judged_sets`), beside what plain methods reach on them.

Queries without a relevant document are left out of the means. Fits are measured with constants that were learned
without the set in question (`matching.calibration`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching import calibration, metrics
from matching.baselines import bm25, reciprocal_rank_fusion
from matching.calibration_learning import Evidence, TrustReport, measure, pool
from matching.encoder import Encoder
from matching.features import TextFeatures
from matching.joined_encoder import first_part
from matching.judged_ranking import EncodedSet, evidence_of, ranked_by_matcher
from matching.judged_sets import EvaluationError, JudgedSet, read_set
from matching.matcher import Matcher
from matching.statistics import Statistics
from matching.texts import Side

__all__ = [
    "SYSTEMS",
    "EncodedSet",
    "EvaluationError",
    "JudgedSet",
    "SetReport",
    "SystemReport",
    "as_dict",
    "evaluate",
    "evaluate_encoded",
    "evaluate_folder",
    "gain_over_dense",
    "macro",
    "read_set",
]

SYSTEMS: Final = ("passgenau", "dense", "bm25", "rrf")


@dataclass(frozen=True, slots=True, eq=False)
class SystemReport:
    """Means over the judged queries, the 95 % interval of ndcg, and ndcg of each judged query."""

    ndcg: float
    mrr: float
    recall: float
    interval: tuple[float, float]
    ndcg_by_query: NDArray[np.float64] = field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        low, high = self.interval
        values = {"ndcg@10": self.ndcg, "mrr@10": self.mrr, "recall@10": self.recall}
        return {**{name: round(value, 4) for name, value in values.items()}, "ci": [round(low, 4), round(high, 4)]}


@dataclass(frozen=True, slots=True, eq=False)
class SetReport:
    """All systems on one set."""

    name: str
    queries: int
    documents: int
    systems: dict[str, SystemReport]
    evidence: Evidence
    trust: TrustReport

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        systems = {name: report.as_dict() for name, report in self.systems.items()}
        trust = self.trust.as_dict()
        trust["answerable"]["cases"] = [case.as_dict() for case in self.trust.cases]
        return {**systems, "queries": self.queries, "docs": self.documents, **trust}


def evaluate_folder(
    folder: Path,
    encoder: Encoder,
    *,
    reference: Statistics | None = None,
    prior: Statistics | None = None,
    direction: Side = Side.CHALLENGE,
    matcher: Matcher | None = None,
) -> SetReport:
    """Rank one set with the service's matcher and with the baselines. Raises EvaluationError.

    reference: statistics to rank with; estimated from the set itself when None, shrunk towards `prior` if given.
    direction: the side whose texts are the queries.
    """
    return evaluate(read_set(folder), encoder, reference=reference, prior=prior, direction=direction, matcher=matcher)


def evaluate(
    judged: JudgedSet,
    encoder: Encoder,
    *,
    reference: Statistics | None = None,
    prior: Statistics | None = None,
    direction: Side = Side.CHALLENGE,
    matcher: Matcher | None = None,
) -> SetReport:
    """Like `evaluate_folder`, for a set that is already read."""
    encoded = EncodedSet.of(judged, encoder)
    return evaluate_encoded(encoded, reference=reference, prior=prior, direction=direction, matcher=matcher)


def evaluate_encoded(
    encoded: EncodedSet,
    *,
    reference: Statistics | None = None,
    prior: Statistics | None = None,
    direction: Side = Side.CHALLENGE,
    matcher: Matcher | None = None,
) -> SetReport:
    """Like `evaluate`, for a set that is already encoded."""
    judged, encoder, texts, features = encoded.judged, encoded.encoder, encoded.texts, encoded.features
    own_reference = reference is None
    reference = reference or encoded.statistics(prior)
    reference.require(encoder.fingerprint)
    matcher = matcher or Matcher()
    other = direction.other
    grades = judged.grades if direction is Side.CHALLENGE else judged.grades.T
    results = ranked_by_matcher(encoded, reference, matcher, direction)
    dense = _cosines(encoder, features[direction], features[other])
    lexical = bm25(texts[direction], texts[other])
    ranked = {
        "passgenau": np.stack([result.own.ids[: metrics.CUT] for result in results]),
        "dense": _top(dense),
        "bm25": _top(lexical),
        "rrf": _top(reciprocal_rank_fusion(dense, lexical)),
    }
    systems = {name: _report(order, grades) for name, order in ranked.items()}
    evidence = evidence_of(encoded, results, matcher, reference if own_reference else None, direction)
    trust = measure(evidence, calibration.packaged(without=judged.name))
    return SetReport(judged.name, len(texts[direction]), len(texts[other]), systems, evidence, trust)


def macro(reports: Sequence[SetReport]) -> dict[str, SystemReport]:
    """Means over sets, each set counting the same; the interval draws queries within each set."""
    result: dict[str, SystemReport] = {}
    for name in SYSTEMS:
        parts = [report.systems[name] for report in reports]
        result[name] = SystemReport(
            float(np.mean([part.ndcg for part in parts])),
            float(np.mean([part.mrr for part in parts])),
            float(np.mean([part.recall for part in parts])),
            metrics.bootstrap_interval(*(part.ndcg_by_query for part in parts)),
            np.concatenate([part.ndcg_by_query for part in parts]),
        )
    return result


def as_dict(reports: Sequence[SetReport]) -> dict[str, Any]:
    """Give reports of several sets and their macro average, for JSON."""
    sets = {report.name: report.as_dict() for report in reports}
    averages: dict[str, Any] = {name: report.as_dict() for name, report in macro(reports).items()}
    averages["gain_over_dense"] = gain_over_dense(reports)
    averages["calibration"] = pool([report.trust for report in reports])
    return {"sets": sets, "macro": averages}


def gain_over_dense(reports: Sequence[SetReport]) -> dict[str, Any]:
    """Mean gain in ndcg over the encoder alone, each set counting the same, with its paired bootstrap interval."""
    gains = [r.systems["passgenau"].ndcg_by_query - r.systems["dense"].ndcg_by_query for r in reports]
    low, high = metrics.bootstrap_interval(*gains)
    return {"ndcg@10": round(float(np.mean([gain.mean() for gain in gains])), 4), "ci": [round(low, 4), round(high, 4)]}


def _cosines(
    encoder: Encoder, queries: Sequence[TextFeatures], documents: Sequence[TextFeatures]
) -> NDArray[np.float64]:
    """(q, n) cosines of the (first) encoder alone: what plain encoding gives without this project."""
    left, right = (
        first_part(encoder, np.stack([row.whole for row in rows])).astype(np.float64) for rows in (queries, documents)
    )
    cosines: NDArray[np.float64] = left @ right.T
    return cosines


def _top(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """(q, CUT) best columns of each row, equal scores in column order."""
    return np.argsort(-scores, axis=1, kind="stable")[:, : metrics.CUT]


def _report(order: NDArray[np.int64], grades: NDArray[np.float64]) -> SystemReport:
    ranked = np.take_along_axis(grades, order, axis=1)
    judged = (grades > 0).any(axis=1)
    by_query = metrics.ndcg(ranked, grades)[judged]
    return SystemReport(
        float(by_query.mean()),
        float(metrics.reciprocal_rank(ranked)[judged].mean()),
        float(np.nanmean(metrics.recall(ranked, grades)[judged])),
        metrics.bootstrap_interval(by_query),
        by_query,
    )
