"""Judged sets encoded and ranked with the service's own kernel, and what the ranking says about scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching import calibration, metrics
from matching.batches import SideBatch
from matching.calibration_learning import LISTED, Evidence
from matching.corpus import Corpus
from matching.encoder import Encoder
from matching.features import Passages, TextFeatures, featurize
from matching.judged_sets import JudgedSet
from matching.matcher import Matcher
from matching.passages import InMemoryPassages
from matching.ranking import RankResult
from matching.signals import dense_vectors
from matching.statistics import Statistics, nearest_mean
from matching.texts import Side, Text


@dataclass(frozen=True, slots=True, eq=False)
class EncodedSet:
    """A judged set with the features of its texts: encoding takes far longer than everything else."""

    judged: JudgedSet
    encoder: Encoder
    texts: dict[Side, Sequence[Text]]
    features: dict[Side, list[TextFeatures]]

    @classmethod
    def of(cls, judged: JudgedSet, encoder: Encoder) -> EncodedSet:
        """Encode all texts."""
        texts = {Side.CHALLENGE: judged.challenges, Side.PROFILE: judged.profiles}
        return cls(judged, encoder, texts, {side: featurize(encoder, members) for side, members in texts.items()})

    def batches(self) -> dict[Side, SideBatch]:
        """Give both sides as columns; ids are row numbers."""
        return {side: SideBatch.from_features(side, range(len(rows)), rows) for side, rows in self.features.items()}

    def statistics(self, prior: Statistics | None = None) -> Statistics:
        """Estimate statistics from the set itself, shrunk towards `prior` if given."""
        start = prior or Statistics.neutral(self.encoder.fingerprint, self.encoder.dimension)
        return Statistics.estimate(self.batches().values(), start)


def ranked_by_matcher(
    encoded: EncodedSet, statistics: Statistics, matcher: Matcher, direction: Side
) -> list[RankResult]:
    """Rank all texts of the other side for each text of one; ids are row numbers."""
    batches = encoded.batches()
    source = InMemoryPassages()
    for row, feature in enumerate(encoded.features[direction.other]):
        source.add(direction.other, row, feature.passages)
    return matcher.rank(
        batches[direction],
        Passages.from_features(encoded.features[direction]),
        Corpus.load(statistics, [batches[direction.other]]),
        source,
        limit=len(encoded.features[direction.other]),
    )


def evidence_of(
    encoded: EncodedSet,
    results: Sequence[RankResult],
    matcher: Matcher,
    own: Statistics | None,
    direction: Side,
) -> Evidence:
    """Collect what scores say; own: the statistics, where they were estimated from the set itself."""
    grades = encoded.judged.grades if direction is Side.CHALLENGE else encoded.judged.grades.T
    worth = grades >= min(2.0, float(grades.max()))
    scores = np.stack([result.own.scores for result in results])
    order = np.stack([result.own.ids for result in results])
    ranked = np.take_along_axis(grades, order, axis=1)
    talks = np.take_along_axis(worth, order, axis=1)
    confidence = np.array([result.confidence for result in results])
    answerable = np.flatnonzero((grades > 0).any(axis=1) & (grades == 0).any(axis=1))
    irrelevant = (ranked == 0).argmax(axis=1)
    removed = confidence - scores[:, 0] + np.take_along_axis(scores, irrelevant[:, None], axis=1)[:, 0]
    renewed = removed.copy()
    if own is not None:
        renewed += _hubness_of_removed(encoded, own, grades, direction) * (
            matcher.weights.hubness + calibration.HUBNESS_SHARE
        )
    listed = scores[:, :LISTED]
    best = np.where(talks[:, :LISTED], listed, -np.inf).max(axis=1)
    unanswerable = np.array(encoded.judged.unanswerable if direction is Side.CHALLENGE else (), np.int64)
    return Evidence(
        encoded.judged.name,
        scores[:, : metrics.CUT],
        talks[:, : metrics.CUT],
        best[answerable],
        confidence[answerable],
        removed[answerable],
        renewed[answerable],
        confidence[unanswerable],
        scores[unanswerable, 0],
        tuple(encoded.judged.challenge_ids[row] for row in unanswerable) if encoded.judged.challenge_ids else (),
    )


def _hubness_of_removed(
    encoded: EncodedSet, statistics: Statistics, grades: NDArray[np.float64], direction: Side
) -> NDArray[np.float64]:
    """(q,) float64: what of each query's hubness, in units of the spread, is due to its relevant documents."""
    batches = encoded.batches()
    own, other = (
        dense_vectors(statistics.mean(side), batches[side].languages, batches[side].whole)
        for side in (direction, direction.other)
    )
    lost = np.zeros(len(own))
    for row, kept in enumerate(grades == 0):
        if kept.any():
            with_all = nearest_mean(own[row : row + 1], other)[0]
            lost[row] = with_all - nearest_mean(own[row : row + 1], other[kept])[0]
    return lost / statistics.spread
