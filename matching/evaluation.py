"""Ranking quality on judged sets, beside what plain methods reach on them.

A set is a folder with `queries.jsonl` and `docs.jsonl` (one object a line with "id", "text" and perhaps "lang"; other
keys are ignored) and `qrels.tsv` (query, document, grade; no header; pairs that are not listed have grade 0). Queries
are challenges, documents are profiles. Queries without a relevant document are left out of the means.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching import metrics
from matching.baselines import bm25, reciprocal_rank_fusion
from matching.batches import SideBatch
from matching.corpus import Corpus
from matching.encoder import Encoder
from matching.features import Passages, TextFeatures, featurize
from matching.language import LANGUAGES
from matching.matcher import Matcher
from matching.passages import InMemoryPassages
from matching.statistics import Statistics
from matching.texts import Side, Text, compose

SYSTEMS: Final = ("passgenau", "dense", "bm25", "rrf")


class EvaluationError(Exception):
    """A set can't be read; the message names file and line."""


@dataclass(frozen=True, slots=True, eq=False)
class JudgedSet:
    """Challenges and profiles with grades, (c, p) float64: 0 is not relevant."""

    name: str
    challenges: Sequence[Text]
    profiles: Sequence[Text]
    grades: NDArray[np.float64]


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

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        systems = {name: report.as_dict() for name, report in self.systems.items()}
        return {**systems, "queries": self.queries, "docs": self.documents}


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
    texts = {Side.CHALLENGE: judged.challenges, Side.PROFILE: judged.profiles}
    features = {side: featurize(encoder, members) for side, members in texts.items()}
    batches = {side: SideBatch.from_features(side, range(len(rows)), rows) for side, rows in features.items()}
    if reference is None:
        start = prior or Statistics.neutral(encoder.fingerprint, encoder.dimension)
        reference = Statistics.estimate(batches.values(), start)
    reference.require(encoder.fingerprint)
    other = direction.other
    grades = judged.grades if direction is Side.CHALLENGE else judged.grades.T
    dense = _cosines(features[direction], features[other])
    lexical = bm25(texts[direction], texts[other])
    ranked = {
        "passgenau": _ranked_by_matcher(matcher or Matcher(), reference, features, batches, direction),
        "dense": _top(dense),
        "bm25": _top(lexical),
        "rrf": _top(reciprocal_rank_fusion(dense, lexical)),
    }
    systems = {name: _report(order, grades) for name, order in ranked.items()}
    return SetReport(judged.name, len(texts[direction]), len(texts[other]), systems)


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
    return {"sets": sets, "macro": {name: report.as_dict() for name, report in macro(reports).items()}}


def read_set(folder: Path) -> JudgedSet:
    """Read a folder of the described format. Raises EvaluationError."""
    queries = _read_texts(folder / "queries.jsonl", Side.CHALLENGE)
    documents = _read_texts(folder / "docs.jsonl", Side.PROFILE)
    grades = _read_grades(folder / "qrels.tsv", list(queries), list(documents))
    if not grades.any():
        raise EvaluationError(f"{folder / 'qrels.tsv'} has no pair with a grade above 0")
    return JudgedSet(folder.resolve().name, list(queries.values()), list(documents.values()), grades)


def _read_texts(path: Path, side: Side) -> dict[str, Text]:
    texts: dict[str, Text] = {}
    for number, line in _lines(path):
        try:
            row = json.loads(line)
            text_id, text, language = str(row["id"]), row["text"], row.get("lang")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EvaluationError(f"{path}, line {number}: not an object with id and text ({error})") from error
        if not isinstance(text, str) or not text.strip():
            raise EvaluationError(f"{path}, line {number}: text is empty")
        if text_id in texts:
            raise EvaluationError(f"{path}, line {number}: id {text_id} occurs twice")
        texts[text_id] = compose(side, [("text", text)], language if language in LANGUAGES else None)
    if not texts:
        raise EvaluationError(f"{path} has no lines")
    return texts


def _read_grades(path: Path, queries: list[str], documents: list[str]) -> NDArray[np.float64]:
    rows = {text_id: row for row, text_id in enumerate(queries)}
    columns = {text_id: column for column, text_id in enumerate(documents)}
    grades = np.zeros((len(rows), len(columns)))
    for number, line in _lines(path):
        try:
            query, document, grade = line.split("\t")
            grades[rows[query.strip()], columns[document.strip()]] = float(grade)
        except ValueError as error:
            raise EvaluationError(f"{path}, line {number}: not query, document and grade with tabs") from error
        except KeyError as error:
            raise EvaluationError(f"{path}, line {number}: unknown id {error}") from error
    return grades


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        content = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"can't read {path}: {error}") from error
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            yield number, line.rstrip("\r")


def _cosines(queries: Sequence[TextFeatures], documents: Sequence[TextFeatures]) -> NDArray[np.float64]:
    left, right = (np.stack([row.whole for row in rows]).astype(np.float64) for rows in (queries, documents))
    cosines: NDArray[np.float64] = left @ right.T
    return cosines


def _top(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """(q, CUT) best columns of each row, equal scores in column order."""
    return np.argsort(-scores, axis=1, kind="stable")[:, : metrics.CUT]


def _ranked_by_matcher(
    matcher: Matcher,
    statistics: Statistics,
    features: dict[Side, list[TextFeatures]],
    batches: dict[Side, SideBatch],
    direction: Side,
) -> NDArray[np.int64]:
    """(q, min(CUT, n)) best texts of the other side; ids are row numbers."""
    source = InMemoryPassages(statistics.dimension)
    for row, feature in enumerate(features[direction.other]):
        source.add(direction.other, row, feature.passages)
    results = matcher.rank(
        batches[direction],
        Passages.from_features(features[direction]),
        Corpus.load(statistics, [batches[direction.other]]),
        source,
        limit=metrics.CUT,
    )
    return np.stack([result.own.ids for result in results])


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
