"""Which spans of two texts speak for their match, and which words they share.

A pair of spans is the evidence whose loss the score would feel most. The encoder averages over a text's tokens, so
what is left of a whole-text vector without one passage is, up to a factor, the whole minus the passage's share of it;
what is left of the lexical product is known exactly. So the score without any pair of passages is estimated from
what is stored, and nothing is encoded for a reader. `passgenau evaluate` measures how often the estimate holds when
the spans are really deleted and the texts encoded again.

Every span is a character range of `Text.whole`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import Stemmer
from numpy.typing import NDArray

from matching.baselines import STOP_WORDS
from matching.features import LexicalRows
from matching.fusion import Weights
from matching.glossary import notion
from matching.language import language_code
from matching.signals import LEXICAL_SCALE, MEAN_SHARE, lexical_vectors
from matching.statistics import Statistics
from matching.texts import Text, encoding_form
from matching.tokens import hashed_grams

MOST_PAIRS: Final = 3
MOST_TERMS: Final = 5
_SHORTEST_TERM: Final = 4
_WORD: Final = re.compile(r"[^\W\d_]+")
_STEMMERS: Final = {"de": "german", "en": "english"}


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` up to, not including, `end` of a text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SpanPair:
    """What a challenge says beside what a profile says. drop: what the score is estimated to lose without both."""

    challenge: Span
    profile: Span
    drop: float


@dataclass(frozen=True, slots=True)
class SharedTerm:
    """One word of each text that mean the same: equal stems, or the same notion in two languages."""

    challenge: Span
    profile: Span


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a match: pairs with the weightiest first, each passage once, and shared terms, rarest first."""

    pairs: tuple[SpanPair, ...]
    terms: tuple[SharedTerm, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Readable:
    """One text as evidence needs it; made once, used for every match of a page.

    lost: (m, d) float64 centred unit vectors of the text without each of its passages. whole: (d,) the same with all.
    grams: weight of each n-gram, as in the lexical signal, and in which passages it stands. terms: the words.
    """

    text: Text
    whole: NDArray[np.float64]
    lost: NDArray[np.float64]
    grams: dict[int, tuple[float, frozenset[int]]]
    terms: dict[str, tuple[float, Span]]


def read(text: Text, whole: NDArray[np.float32], passages: NDArray[np.float16], statistics: Statistics) -> Readable:
    """Prepare a text. whole: (d,) and passages: (m, d) as stored, in the order of `text.passages`."""
    if len(passages) != len(text.passages):
        raise ValueError(f"{len(passages)} vectors for {len(text.passages)} passages")
    mean = MEAN_SHARE * statistics.mean(text.side)[language_code(text.language)].astype(np.float64)
    base = whole.astype(np.float64)
    sizes = np.array([end - start for start, end in text.passages], np.float64)
    shares = (sizes / max(len(text.whole), 1))[:, None]
    # A text of one passage has nothing left without it.
    rest = base - shares * passages.astype(np.float64) if len(passages) > 1 else np.tile(mean, (1, 1))
    return Readable(
        text, _centred(base, mean), _centred(rest, mean), _grams(text, statistics), _terms(text, statistics)
    )


def explain(challenge: Readable, profile: Readable, weights: Weights, spread: float) -> Evidence:
    """Find the evidence of one match."""
    drops = _drops(challenge, profile, weights, spread)
    pairs: list[SpanPair] = []
    while len(pairs) < min(MOST_PAIRS, *drops.shape):
        row, column = np.unravel_index(int(np.argmax(drops)), drops.shape)
        drop = float(drops[row, column])
        if pairs and drop <= 0:
            break
        pairs.append(SpanPair(_span(challenge.text, int(row)), _span(profile.text, int(column)), round(drop, 4)))
        drops[row, :] = drops[:, column] = -np.inf
    return Evidence(tuple(pairs), tuple(_shared(challenge, profile)))


def _drops(challenge: Readable, profile: Readable, weights: Weights, spread: float) -> NDArray[np.float64]:
    """(m, k) what the score loses without passage i of the challenge and passage j of the profile."""
    dense = float(challenge.whole @ profile.whole) - challenge.lost @ profile.lost.T
    lexical = np.zeros_like(dense)
    for gram, (weight, where) in challenge.grams.items():
        other = profile.grams.get(gram)
        if other is None:
            continue
        # An n-gram is gone when the only passage it stands in is.
        rows = list(where) if len(where) == 1 else []
        columns = list(other[1]) if len(other[1]) == 1 else []
        product = weight * other[0]
        lexical[rows, :] += product
        lexical[:, columns] += product
        for row in rows:
            lexical[row, columns] -= product
    result: NDArray[np.float64] = dense / spread + weights.lexical * lexical
    return result


def _centred(vectors: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.float64]:
    scaled = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    moved = scaled - mean
    centred: NDArray[np.float64] = moved / np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), 1e-9)
    return centred


def _grams(text: Text, statistics: Statistics) -> dict[int, tuple[float, frozenset[int]]]:
    terms, counts = hashed_grams(encoding_form(text.whole))
    packed = (terms << np.uint32(8)) | counts
    vectors = lexical_vectors(statistics.idf, LexicalRows(packed, np.array([0, len(packed)], np.int64)))
    weights = dict(zip(vectors.terms.tolist(), (vectors.weights / LEXICAL_SCALE).tolist(), strict=True))
    where: dict[int, set[int]] = {}
    for number, passage in enumerate(text.passage_texts()):
        for gram in hashed_grams(encoding_form(passage))[0].tolist():
            if gram in weights:
                where.setdefault(gram, set()).add(number)
    return {gram: (weight, frozenset(where.get(gram, ()))) for gram, weight in weights.items()}


def _terms(text: Text, statistics: Statistics) -> dict[str, tuple[float, Span]]:
    """{stem or number of a notion: (how telling it is, where it stands first)}."""
    stemmer = Stemmer.Stemmer(_STEMMERS[text.language])
    found: dict[str, tuple[float, Span]] = {}
    for word, span in _words(text.whole):
        known = notion(word)
        for key in (stemmer.stemWord(word), None if known is None else f"#{known}"):
            if key is not None and key not in found:
                grams = hashed_grams(word)[0]
                found[key] = (float(statistics.idf[grams].mean()), span)
    return found


def _words(whole: str) -> Iterator[tuple[str, Span]]:
    for match in _WORD.finditer(whole):
        word = unicodedata.normalize("NFKC", match.group()).casefold()
        if len(word) >= _SHORTEST_TERM and word not in STOP_WORDS:
            yield word, Span(match.start(), match.end())


def _shared(challenge: Readable, profile: Readable) -> Sequence[SharedTerm]:
    both = challenge.terms.keys() & profile.terms.keys()
    telling = sorted(both, key=lambda key: (-challenge.terms[key][0] - profile.terms[key][0], key))
    shared: dict[Span, SharedTerm] = {}
    for key in telling:
        mine, theirs = challenge.terms[key][1], profile.terms[key][1]
        if mine not in shared and all(theirs != known.profile for known in shared.values()):
            shared[mine] = SharedTerm(mine, theirs)
        if len(shared) == MOST_TERMS:
            break
    return list(shared.values())


def _span(text: Text, passage: int) -> Span:
    """Give a passage, or of one that runs over the end of a field the longer piece: a span is within one field."""
    start, end = text.passages[passage]
    pieces = [(max(start, part.start), min(end, part.end)) for part in text.parts]
    longest = max(pieces, key=lambda piece: piece[1] - piece[0], default=(start, end))
    return Span(*longest)
