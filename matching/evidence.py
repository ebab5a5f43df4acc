"""Which spans of two texts speak for their match, and which words they share.

A pair of spans is the evidence whose loss the score would feel most. What is left of a text without a passage is taken
as the mean of its other passages, weighed by length, and scored anew; what the lexical product loses is known. Both
come from what is stored, so nothing is encoded for a reader. `passgenau evaluate --trust` measures how often the score
falls more than by random spans when the first pair is really deleted; docs/decisions/0013 has what else was tried.

Every span is a character range of `Text.whole`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
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
from matching.texts import Text
from matching.tokens import gram_occurrences, hashed_grams

MOST_PAIRS: Final = 3
MOST_TERMS: Final = 5
_COMMON_SHARE: Final = 0.5
"""What nearness to all texts of the other side takes from a cosine, for each of both texts: it is no evidence for this
one, and it stands for hubness, which changes with a text too. From 0.3 to 1 the figures hardly differ."""
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
    """What a challenge says beside what a profile says. strength: what the score is estimated to lose without both."""

    challenge: Span
    profile: Span
    strength: float


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

    left: (m + 1, d) float64 centred unit vectors, of the text and then of what is left without each passage. near:
    (m + 1,) float64, how near these are to the other side on average. grams: (t,) int32 n-grams of the lexical signal,
    in ascending order, weights: (t,) float64, only: (t,) int64 the passage an n-gram stands in, -1 where it is in
    several. terms: by stem or notion the first word with its start and end.
    """

    text: Text
    left: NDArray[np.float64]
    near: NDArray[np.float64]
    grams: NDArray[np.int32]
    weights: NDArray[np.float64]
    only: NDArray[np.int64]
    terms: dict[str, tuple[str, int, int]]


def read(text: Text, passages: NDArray[np.float16], statistics: Statistics) -> Readable:
    """Prepare a text. passages: (m, d) as stored, in the order of `text.passages`."""
    if len(passages) != len(text.passages):
        raise ValueError(f"{len(passages)} vectors for {len(text.passages)} passages")
    left = _left(text, passages.astype(np.float64), statistics)
    near: NDArray[np.float64] = left @ statistics.centre(text.side.other)
    return Readable(text, left, near, *_grams(text, statistics), _terms(text))


def explain(challenge: Readable, profile: Readable, weights: Weights, statistics: Statistics) -> Evidence:
    """Find the evidence of one match."""
    strengths = _strengths(challenge, profile, weights, statistics.spread)
    pairs: list[SpanPair] = []
    for _ in range(min(MOST_PAIRS, *strengths.shape)):
        row, column = np.unravel_index(int(np.argmax(strengths)), strengths.shape)
        strength = float(strengths[row, column])
        if pairs and strength <= 0:
            break
        pairs.append(SpanPair(_span(challenge.text, int(row)), _span(profile.text, int(column)), round(strength, 4)))
        strengths[row, :] = strengths[:, column] = -np.inf
    return Evidence(tuple(pairs), tuple(_shared(challenge, profile, statistics)))


def _strengths(challenge: Readable, profile: Readable, weights: Weights, spread: float) -> NDArray[np.float64]:
    """(m, k) what the score is estimated to lose without passage i of the challenge and passage j of the profile."""
    common = _COMMON_SHARE * (challenge.near[:, None] + profile.near)
    dense: NDArray[np.float64] = (challenge.left @ profile.left.T - common) / spread
    lost = dense[0, 0] - dense[1:, 1:]
    _, mine, theirs = np.intersect1d(challenge.grams, profile.grams, assume_unique=True, return_indices=True)
    products = challenge.weights[mine] * profile.weights[theirs]
    rows, columns = challenge.only[mine], profile.only[theirs]
    # An n-gram is gone when the only passage it stands in is; one that goes with both must not be counted twice.
    by_row = np.bincount(rows[rows >= 0], products[rows >= 0], minlength=lost.shape[0])
    by_column = np.bincount(columns[columns >= 0], products[columns >= 0], minlength=lost.shape[1])
    twice = np.zeros_like(lost)
    both = (rows >= 0) & (columns >= 0)
    np.add.at(twice, (rows[both], columns[both]), products[both])
    lexical = by_row[:, None] + by_column - twice
    strengths: NDArray[np.float64] = lost + weights.lexical * lexical
    return strengths


def _left(text: Text, passages: NDArray[np.float64], statistics: Statistics) -> NDArray[np.float64]:
    """Give `left` of a `Readable`; a text of one passage has no other, and stays as it is. passages: (m, d)."""
    mean = MEAN_SHARE * statistics.mean(text.side)[language_code(text.language)].astype(np.float64)
    lengths = np.array([[end - start] for start, end in text.passages], np.float64)
    weighed = lengths * _unit(passages - mean)
    total = weighed.sum(axis=0)
    return _unit(np.vstack([total, total - weighed if len(weighed) > 1 else total]))


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = vectors / np.maximum(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), 1e-9)[:, None]
    return unit


def _grams(text: Text, statistics: Statistics) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int64]]:
    """(grams, weights, only) of a `Readable`."""
    rows = [gram_occurrences(passage) for passage in text.passage_texts()]
    grams = np.concatenate([row for row, _ in rows])
    if not len(grams):
        return np.empty(0, np.int32), np.empty(0), np.empty(0, np.int64)
    order = np.argsort(grams, kind="stable")  # occurrences of one n-gram stay in the order of the passages
    grams = grams[order]
    passage = np.repeat(np.arange(len(rows)), [len(row) for row, _ in rows])[order]
    starts = np.flatnonzero(np.concatenate(([True], grams[1:] != grams[:-1])))
    ends = np.concatenate((starts[1:], [len(grams)])) - 1
    terms = grams[starts]
    counts = np.add.reduceat(np.concatenate([times for _, times in rows])[order], starts)
    only = np.where(passage[starts] == passage[ends], passage[starts], -1)
    packed = (terms << np.uint32(8)) | np.minimum(counts, 255).astype(np.uint32)
    vectors = lexical_vectors(statistics.idf, LexicalRows(packed, np.array([0, len(packed)], np.int64)))
    return vectors.terms, vectors.weights / LEXICAL_SCALE, only[np.searchsorted(terms, vectors.terms)]


def _terms(text: Text) -> dict[str, tuple[str, int, int]]:
    found: dict[str, tuple[str, int, int]] = {}
    for match in _WORD.finditer(text.whole):
        word, keys = _meaning(match.group(), text.language)
        for key in keys:
            if key not in found:
                found[key] = word, match.start(), match.end()
    return found


@lru_cache(maxsize=50_000)
def _meaning(written: str, language: str) -> tuple[str, tuple[str, ...]]:
    """Give a word in lower case, and what it stands for: its stem and its notion, nothing for a stop word."""
    word = unicodedata.normalize("NFKC", written).casefold()
    if len(word) < _SHORTEST_TERM or word in STOP_WORDS:
        return word, ()
    known = notion(word)
    stem: str = Stemmer.Stemmer(_STEMMERS[language]).stemWord(word)  # one stemmer must not serve two threads
    return word, (stem,) if known is None else (stem, f"#{known}")


def _shared(challenge: Readable, profile: Readable, statistics: Statistics) -> Sequence[SharedTerm]:
    both = challenge.terms.keys() & profile.terms.keys()
    telling = {key: _rarity(challenge.terms[key][0], statistics) for key in both}
    shared: dict[Span, SharedTerm] = {}
    for key in sorted(both, key=lambda key: (-telling[key], key)):
        mine, theirs = Span(*challenge.terms[key][1:]), Span(*profile.terms[key][1:])
        if mine not in shared and all(theirs != known.profile for known in shared.values()):
            shared[mine] = SharedTerm(mine, theirs)
        if len(shared) == MOST_TERMS:
            break
    return list(shared.values())


def _rarity(word: str, statistics: Statistics) -> float:
    return float(statistics.idf[hashed_grams(word)[0]].mean())


def _span(text: Text, passage: int) -> Span:
    """Give a passage, or of one that runs over the end of a field the longer piece: a span is within one field."""
    start, end = text.passages[passage]
    pieces = [(max(start, part.start), min(end, part.end)) for part in text.parts]
    longest = max(pieces, key=lambda piece: piece[1] - piece[0], default=(start, end))
    return Span(*longest)
