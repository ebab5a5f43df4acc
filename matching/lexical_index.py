"""Inverted index of lexical vectors: which texts have an n-gram, and with which weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from matching.signals import LexicalVectors
from matching.tokens import BUCKETS


@dataclass(frozen=True, slots=True, eq=False)
class _Segment:
    """Consecutive texts from position `first`.

    terms: (t,) int32 buckets that occur, ascending. postings: (t, texts) uint8 weights by bucket.
    """

    first: int
    terms: NDArray[np.int32]
    postings: csr_array

    @property
    def texts(self) -> int:
        return int(self.postings.shape[1])

    @property
    def size(self) -> int:
        return int(self.postings.nnz)


@dataclass(frozen=True, slots=True, eq=False)
class LexicalIndex:
    """Immutable; a change makes a new index that shares what stays.

    Kept as few segments of geometrically growing size (a log-structured merge, O'Neil et al. 1996), so that adding a
    text touches little of a large index.
    """

    segments: tuple[_Segment, ...] = ()

    @classmethod
    def build(cls, parts: Sequence[LexicalVectors]) -> LexicalIndex:
        """Index of all texts of `parts`, numbered from 0 in order."""
        return cls((_invert(0, parts),)) if any(len(part) for part in parts) else cls()

    def with_texts(self, vectors: LexicalVectors) -> LexicalIndex:
        """Add texts, numbered after those that are there."""
        if not len(vectors):
            return self
        first = sum(segment.texts for segment in self.segments)
        segments = [*self.segments, _invert(first, [vectors])]
        while len(segments) > 1 and segments[-2].size <= 2 * segments[-1].size:
            newer = segments.pop()
            segments[-1] = _merge(segments[-1], newer)
        return LexicalIndex(tuple(segments))

    def keeping(self, keep: NDArray[np.bool_]) -> LexicalIndex:
        """Keep the texts where `keep`, (n,) bool, is true, renumbered without gaps."""
        kept: list[_Segment] = []
        first = 0
        for segment in self.segments:
            postings = segment.postings[:, np.flatnonzero(keep[segment.first : segment.first + segment.texts])]
            kept.append(_Segment(first, segment.terms, postings))
            first += kept[-1].texts
        return LexicalIndex(tuple(segment for segment in kept if segment.texts))

    def products(self, terms: NDArray[np.int32], weights: NDArray[np.uint8], out: NDArray[np.float32]) -> None:
        """Write the whole-number product of one text's lexical vector with every text's into `out`, (n,) float32.

        The sums stay below 2**24, so they are exact in any order.
        """
        factors = weights.astype(np.float32)
        for segment in self.segments:
            texts = slice(segment.first, segment.first + segment.texts)
            at = np.searchsorted(segment.terms, terms)
            at[at == len(segment.terms)] = 0
            found = segment.terms[at] == terms if len(segment.terms) else np.zeros(len(terms), np.bool_)
            out[texts] = segment.postings[at[found]].T @ factors[found]


def _invert(first: int, parts: Sequence[LexicalVectors]) -> _Segment:
    terms = np.concatenate([part.terms for part in parts])
    weights = np.concatenate([part.weights for part in parts])
    sizes = np.concatenate([np.diff(part.offsets) for part in parts])
    pointers = _pointers(sizes)
    used = np.unique(terms)
    numbers = np.empty(BUCKETS, np.int32)
    numbers[used] = np.arange(len(used), dtype=np.int32)
    by_text = csr_array((weights, numbers[terms], pointers), shape=(len(sizes), len(used)))
    return _Segment(first, used, by_text.tocsc().T)


def _merge(older: _Segment, newer: _Segment) -> _Segment:
    """One segment with the texts of both, those of `newer` after those of `older`."""
    terms = np.union1d(older.terms, newer.terms)
    parts = [_spread_over(terms, segment) for segment in (older, newer)]
    return _Segment(older.first, terms, hstack(parts, format="csr"))


def _spread_over(terms: NDArray[np.int32], segment: _Segment) -> csr_array:
    """Give a segment's postings a row for each of `terms`, empty where the segment has none."""
    postings = segment.postings
    sizes = np.zeros(len(terms), np.int64)
    sizes[np.searchsorted(terms, segment.terms)] = np.diff(postings.indptr)
    return csr_array((postings.data, postings.indices, _pointers(sizes)), shape=(len(terms), segment.texts))


def _pointers(sizes: NDArray[np.int64]) -> NDArray[np.int32]:
    """Row pointers from row sizes; in 32 bits, for with 64 scipy would keep all positions in 64 bits as well."""
    ends = np.cumsum(sizes)
    if len(ends) and ends[-1] > np.iinfo(np.int32).max:
        raise OverflowError("a lexical index holds at most 2**31 entries, about 8 million texts")
    return np.concatenate(([0], ends)).astype(np.int32)
