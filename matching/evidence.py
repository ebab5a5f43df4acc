"""Which spans of two texts speak for their match, and which words they share.

A pair of spans is the evidence whose loss the score would feel most. The encoder averages over a text's tokens, so a
passage weighs by how near it is to the whole of the other text; what the lexical product loses without it is known
exactly. Both come from what is stored, so nothing is encoded for a reader. `passgenau evaluate --trust` measures how
often the score falls more than by random spans when the first pair is really deleted; docs/decisions/0013 has what else
was tried.

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
_LEXICAL_SHARE: Final = 0.15
"""What one unit of score lost by the lexical product counts beside a cosine; 0.1 to 0.2 do the same."""
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
    """What a challenge says beside what a profile says. strength: an order among the pairs of one match."""

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

    whole: (d,) and passages: (m, d) float64 centred unit vectors.
    grams: weight of each n-gram, as in the lexical signal, and in which passages it stands. terms: the words.
    """

    text: Text
    whole: NDArray[np.float64]
    passages: NDArray[np.float64]
    grams: dict[int, tuple[float, frozenset[int]]]
    terms: dict[str, tuple[float, Span]]


def read(text: Text, whole: NDArray[np.float32], passages: NDArray[np.float16], statistics: Statistics) -> Readable:
    """Prepare a text. whole: (d,) and passages: (m, d) as stored, in the order of `text.passages`."""
    if len(passages) != len(text.passages):
        raise ValueError(f"{len(passages)} vectors for {len(text.passages)} passages")
    mean = MEAN_SHARE * statistics.mean(text.side)[language_code(text.language)].astype(np.float64)
    return Readable(
        text,
        _centred(whole.astype(np.float64), mean),
        _centred(passages.astype(np.float64), mean),
        _grams(text, statistics),
        _terms(text, statistics),
    )


def explain(challenge: Readable, profile: Readable, weights: Weights) -> Evidence:
    """Find the evidence of one match."""
    strengths = _strengths(challenge, profile, weights)
    pairs: list[SpanPair] = []
    for _ in range(min(MOST_PAIRS, *strengths.shape)):
        row, column = np.unravel_index(int(np.argmax(strengths)), strengths.shape)
        strength = float(strengths[row, column])
        if pairs and strength <= 0:
            break
        pairs.append(SpanPair(_span(challenge.text, int(row)), _span(profile.text, int(column)), round(strength, 4)))
        strengths[row, :] = strengths[:, column] = -np.inf
    return Evidence(tuple(pairs), tuple(_shared(challenge, profile)))


def _strengths(challenge: Readable, profile: Readable, weights: Weights) -> NDArray[np.float64]:
    """(m, k) how much passage i of the challenge and passage j of the profile speak for the match."""
    near: NDArray[np.float64] = (challenge.passages @ profile.whole)[:, None] + (profile.passages @ challenge.whole)
    lexical = np.zeros_like(near)
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
    return near + _LEXICAL_SHARE * weights.lexical * lexical


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
