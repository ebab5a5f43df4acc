"""What a ranking has to beat: BM25, and rank fusion of two rankings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import Stemmer
from numpy.typing import NDArray

from matching.texts import Text
from matching.tokens import words

_K1: Final = 1.2
_B: Final = 0.75
_FUSION_K: Final = 60
_STEMMERS: Final = {"de": "german", "en": "english"}


def bm25(queries: Sequence[Text], documents: Sequence[Text]) -> NDArray[np.float64]:
    """(q, n) scores by BM25 over Snowball stems of each text's language, k1 = 1.2, b = 0.75.

    Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"; idf as in Lucene, never negative.
    """
    counts = [Counter(_stems(document)) for document in documents]
    lengths = np.array([sum(count.values()) for count in counts], np.float64)
    average = max(float(lengths.mean()), 1.0)
    postings: dict[str, list[tuple[int, int]]] = {}
    for row, count in enumerate(counts):
        for stem, times in count.items():
            postings.setdefault(stem, []).append((row, times))
    scores = np.zeros((len(queries), len(documents)))
    for row, query in enumerate(queries):
        for stem in _stems(query):
            if stem not in postings:
                continue
            found = np.array(postings[stem])
            idf = np.log(1 + (len(documents) - len(found) + 0.5) / (len(found) + 0.5))
            times = found[:, 1]
            scores[row, found[:, 0]] += idf * times * (_K1 + 1) / (
                times + _K1 * (1 - _B + _B * lengths[found[:, 0]] / average)
            )
    return scores


def reciprocal_rank_fusion(*scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over rankings of 1 / (60 + place), each (q, n) (Cormack et al. 2009); equal scores are in column order."""
    fused = np.zeros(scores[0].shape)
    for ranking in scores:
        order = np.argsort(-ranking, axis=1, kind="stable")
        places = np.empty_like(order)
        np.put_along_axis(places, order, np.arange(1, order.shape[1] + 1)[None, :], axis=1)
        fused += 1 / (_FUSION_K + places)
    return fused


def _stems(text: Text) -> list[str]:
    stemmed: list[str] = Stemmer.Stemmer(_STEMMERS[text.language]).stemWords(words(text.whole))
    return stemmed
