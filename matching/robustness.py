"""How much a ranking loses when challenges are written as other people would paste them, and what stuffing gains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from matching.baselines import STOP_WORDS
from matching.encoder import Encoder
from matching.features import TextFeatures, featurize
from matching.language import LANGUAGES
from matching.texts import Side, Text, compose
from matching.tokens import words
from matching.trust_evaluation import Encoded, ndcg
from matching.variants import VARIANTS, stuffed

_TWINS: Final = 30
_KEYWORDS: Final = 15
_SEED: Final = 20190123
_LONG_WORD: Final = 6


def losses(encoded: Encoded, encoder: Encoder) -> dict[str, float]:
    """Change of nDCG@10 by variant of the challenges; below zero is a loss. Languages are detected again."""
    before = ndcg(encoded.grades, encoded.rank())
    report: dict[str, float] = {}
    for name, vary in VARIANTS.items():
        texts = [compose(Side.CHALLENGE, [("text", vary(text.whole))]) for text in encoded.texts[Side.CHALLENGE]]
        features = {**encoded.features, Side.CHALLENGE: featurize(encoder, texts)}
        report[name] = round(ndcg(encoded.grades, replace(encoded, features=features).rank()) - before, 4)
    return report


def gain_of_stuffing(encoded: Encoded, encoder: Encoder) -> dict[str, float]:
    """Places that profiles win in the lists of all challenges by adding what challenges often say, ten times over.

    Each of 30 profiles is replaced by its stuffed twin, one at a time; a negative median is a loss of places.
    """
    profiles = encoded.texts[Side.PROFILE]
    generator = np.random.default_rng(_SEED)
    chosen = generator.choice(len(profiles), min(_TWINS, len(profiles)), replace=False).tolist()
    keywords = {language: _keywords(encoded.texts[Side.CHALLENGE], language) for language in LANGUAGES}
    twins = featurize(encoder, [_stuffed(profiles[row], keywords[profiles[row].language]) for row in chosen])
    before = _places(encoded)
    gains: list[int] = []
    for row, twin in zip(chosen, twins, strict=True):
        features: list[TextFeatures] = list(encoded.features[Side.PROFILE])
        features[row] = twin
        after = _places(replace(encoded, features={**encoded.features, Side.PROFILE: features}))
        gains += [old[row] - new[row] for old, new in zip(before, after, strict=True)]
    return {
        "twins": len(chosen),
        "median_places_gained": float(np.median(gains)),
        "mean_places_gained": round(float(np.mean(gains)), 2),
    }


def _places(encoded: Encoded) -> list[dict[int, int]]:
    lists = encoded.rank(limit=len(encoded.features[Side.PROFILE]))
    return [{profile: place for place, profile in enumerate(each)} for each in lists]


def _keywords(challenges: Sequence[Text], language: str) -> str:
    counts = Counter(
        word
        for text in challenges
        if text.language == language
        for word in set(words(text.whole))
        if word not in STOP_WORDS and len(word) >= _LONG_WORD
    )
    return " ".join(word for word, _ in counts.most_common(_KEYWORDS))


def _stuffed(text: Text, keywords: str) -> Text:
    return compose(Side.PROFILE, [("text", stuffed(text.whole, keywords))], text.language)
