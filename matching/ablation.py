"""What each part of the recipe is worth: the ranking with that part left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from matching import metrics
from matching.features import TextFeatures
from matching.fusion import DEFAULT_WEIGHTS
from matching.joined_encoder import JoinedEncoder, first_part
from matching.judged_ranking import EncodedSet, ranked_by_matcher
from matching.matcher import Matcher
from matching.statistics import Statistics
from matching.texts import Side

FULL = "all parts"


def ablate(encoded: EncodedSet, reference: Statistics | None = None) -> dict[str, float]:
    """Give {recipe: mean nDCG@10} of challenges against profiles, the full recipe first.

    reference: statistics to rank with; estimated from the set itself when None.
    """
    grades = encoded.judged.grades
    judged = (grades > 0).any(axis=1)
    found: dict[str, float] = {}
    for name, variant, statistics, matcher in _variants(encoded, reference or encoded.statistics()):
        results = ranked_by_matcher(variant, statistics, matcher, Side.CHALLENGE)
        order = np.stack([result.own.ids[: metrics.CUT] for result in results])
        ranked = np.take_along_axis(grades, order, axis=1)
        found[name] = float(metrics.ndcg(ranked, grades)[judged].mean())
    return found


def _variants(encoded: EncodedSet, statistics: Statistics) -> Iterator[tuple[str, EncodedSet, Statistics, Matcher]]:
    yield FULL, encoded, statistics, Matcher()
    if isinstance(encoded.encoder, JoinedEncoder):
        first = _by_first_encoder(encoded, encoded.encoder)
        yield "no second encoder", first, _first_statistics(statistics, encoded.encoder), Matcher()
    means = np.zeros_like(statistics.means)
    yield "no centring", encoded, replace(statistics, means=means), Matcher()
    one_language = statistics.means.copy()
    weights = np.maximum(statistics.counts, 1e-9)[:, :, None]
    one_language[:] = ((one_language * weights).sum(axis=1) / weights.sum(axis=1))[:, None, :]
    yield "one mean for both languages", encoded, replace(statistics, means=one_language), Matcher()
    for name, weight in (("no hubness", "hubness"), ("no n-grams", "lexical"), ("no passages", "passages")):
        yield name, encoded, statistics, Matcher(replace(DEFAULT_WEIGHTS, **{weight: 0.0}))


def _by_first_encoder(encoded: EncodedSet, encoder: JoinedEncoder) -> EncodedSet:
    def shortened(feature: TextFeatures) -> TextFeatures:
        passages = first_part(encoder, feature.passages.astype(np.float32)).astype(np.float16)
        return replace(feature, whole=first_part(encoder, feature.whole[None])[0], passages=passages)

    features = {side: [shortened(feature) for feature in rows] for side, rows in encoded.features.items()}
    return EncodedSet(encoded.judged, encoder.first, encoded.texts, features)


def _first_statistics(statistics: Statistics, encoder: JoinedEncoder) -> Statistics:
    """Cut statistics down to the first encoder's columns; its share is taken out of means and samples alike."""
    samples = [
        sample._replace(vectors=first_part(encoder, sample.vectors.astype(np.float32)).astype(np.float16))
        for sample in statistics.samples
    ]
    means = statistics.means[:, :, : encoder.first.dimension] / np.float32(np.sqrt(1 - encoder.share))
    return replace(statistics, fingerprint=encoder.first.fingerprint, means=means, samples=(samples[0], samples[1]))
