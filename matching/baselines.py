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

_K1: Final = 1.5
_B: Final = 0.75
_FUSION_K: Final = 60
_STEMMERS: Final = {"de": "german", "en": "english"}
_GERMAN: Final = (
    "aber alle als also am an andere auch auf aus bei beim bis da damit dann das dass dem den der deren des "
    "dessen die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es "
    "etwas euch für gegen habe haben hat hatte hatten hier hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer "
    "ihres im immer in ins ist jede jedem jeden jeder jedes jetzt kann kein keine keinen keiner können man mehr "
    "mein meine mit muss müssen nach nicht nichts noch nun nur ob oder ohne schon sehr sein seine seinem seinen "
    "seiner seit sich sie sind so sollen sondern über um und uns unser unsere unserem unseren unserer unter vom "
    "von vor war waren warum was weil welche welchem welchen welcher welches wenn wer werden wie wieder will wir "
    "wird wo wollen würde würden zu zum zur zwischen "
)
_ENGLISH: Final = (
    "about after all also am an and any are as at be because been but by can could did do does for from had has "
    "have he her here him his how i if in into is it its may me more most my no not of on only or other our out "
    "over she should so some such than that the their them then there these they this those through to too under "
    "up us very was we were what when where which while who why will with would you your "
)
STOP_WORDS: Final = frozenset((_GERMAN + _ENGLISH).split())
"""Words without a topic of their own; keeping them costs BM25 about 0.03."""


def bm25(queries: Sequence[Text], documents: Sequence[Text]) -> NDArray[np.float64]:
    """(q, n) scores by BM25 over Snowball stems of each text's language, k1 = 1.5, b = 0.75.

    Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"; idf as in Lucene, never negative.
    """
    counts = [Counter(_stems(text)) for text in documents]
    lengths = np.array([sum(count.values()) for count in counts], np.float64)
    average = max(float(lengths.mean()), 1.0)
    postings: dict[str, list[tuple[int, int]]] = {}
    for document, count in enumerate(counts):
        for stem, occurrences in count.items():
            postings.setdefault(stem, []).append((document, occurrences))
    scores = np.zeros((len(queries), len(documents)))
    for row, query in enumerate(queries):
        for stem in _stems(query):
            if stem not in postings:
                continue
            found, times = np.array(postings[stem]).T
            idf = np.log(1 + (len(documents) - len(found) + 0.5) / (len(found) + 0.5))
            saturation = times + _K1 * (1 - _B + _B * lengths[found] / average)
            scores[row, found] += idf * times * (_K1 + 1) / saturation
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
    content = [word for word in words(text.whole) if word not in STOP_WORDS]
    stemmed: list[str] = Stemmer.Stemmer(_STEMMERS[text.language]).stemWords(content)
    return stemmed
