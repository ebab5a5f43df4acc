"""Inverted index of lexical vectors: which texts have an n-gram, and with which weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.signals import LexicalVectors


@dataclass(frozen=True, slots=True, eq=False)
class _Segment:
    """Postings of some texts. Bucket `terms[i]` has the entries `starts[i]` to `starts[i + 1]`, ascending by text."""

    terms: NDArray[np.int32]
    starts: NDArray[np.int64]
    positions: NDArray[np.int32]
    weights: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.positions)


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
        segment = _invert(parts, 0)
        return cls((segment,) if len(segment) else ())

    def with_texts(self, first: int, vectors: LexicalVectors) -> LexicalIndex:
        """The index with texts at the positions `first`, `first` + 1 and so on."""
        added = _invert([vectors], first)
        if not len(added):
            return self
        segments = [*self.segments, added]
        while len(segments) > 1 and len(segments[-2]) <= 2 * len(segments[-1]):
            newer = segments.pop()
            segments[-1] = _merge(segments[-1], newer)
        return LexicalIndex(tuple(segments))

    def keeping(self, keep: NDArray[np.bool_]) -> LexicalIndex:
        """The index of the texts where `keep`, (n,) bool, is true, renumbered without gaps."""
        numbers = (np.cumsum(keep) - 1).astype(np.int32)
        segments = [_filtered(segment, keep, numbers) for segment in self.segments]
        return LexicalIndex(tuple(segment for segment in segments if len(segment)))

    def products(self, terms: NDArray[np.int32], weights: NDArray[np.uint8], out: NDArray[np.float32]) -> None:
        """Write the whole-number product of one text's lexical vector with every text's into `out`, (n,) float32."""
        out[:] = 0
        for segment in self.segments:
            positions, values = _matches(segment, terms, weights)
            if len(positions):
                # The sums are whole numbers far below 2**53, so the order of summation doesn't matter.
                out += np.bincount(positions, weights=values, minlength=len(out)).astype(np.float32)


def _matches(
    segment: _Segment, terms: NDArray[np.int32], weights: NDArray[np.uint8]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """(positions, products) of all entries of the given buckets."""
    at = np.searchsorted(segment.terms, terms)
    at[at == len(segment.terms)] = 0
    found = segment.terms[at] == terms
    at, own = at[found], weights[found].astype(np.float64)
    entries, sizes = _ranges(segment.starts[at], segment.starts[at + 1])
    return segment.positions[entries], segment.weights[entries] * np.repeat(own, sizes)


def _ranges(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All numbers of the given half-open ranges, one range after the other, and the sizes of the ranges."""
    sizes = ends - starts
    before = np.cumsum(sizes) - sizes
    return np.repeat(starts - before, sizes) + np.arange(int(sizes.sum())), sizes


def _filtered(segment: _Segment, keep: NDArray[np.bool_], numbers: NDArray[np.int32]) -> _Segment:
    kept = keep[segment.positions]
    before = np.concatenate(([0], np.cumsum(kept)))
    sizes = np.diff(before[segment.starts])
    used = sizes > 0
    starts = np.concatenate(([0], np.cumsum(sizes[used])))
    return _Segment(segment.terms[used], starts, numbers[segment.positions[kept]], segment.weights[kept])


def _invert(parts: Sequence[LexicalVectors], first: int) -> _Segment:
    from scipy.sparse import csr_matrix

    from matching.tokens import BUCKETS

    entries = sum(len(part.terms) for part in parts)
    if not entries:
        return _Segment(np.empty(0, np.int32), np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0, np.uint8))
    texts = sum(len(part) for part in parts)
    pointers = np.zeros(texts + 1, np.int64)
    np.cumsum(np.concatenate([np.diff(part.offsets) for part in parts]), out=pointers[1:])
    terms = np.concatenate([part.terms for part in parts])
    weights = np.concatenate([part.weights for part in parts])
    # The conversion from rows to columns is a counting sort: linear, stable, and in compiled code.
    columns = csr_matrix((weights, terms, pointers), shape=(texts, BUCKETS)).tocsc()
    sizes = np.diff(columns.indptr)
    used = np.flatnonzero(sizes)
    starts = np.zeros(len(used) + 1, np.int64)
    np.cumsum(sizes[used], out=starts[1:])
    positions = columns.indices.astype(np.int32, copy=False)
    positions += np.int32(first)
    return _Segment(used.astype(np.int32), starts, positions, columns.data)


def _merge(older: _Segment, newer: _Segment) -> _Segment:
    """One segment with the entries of both; all texts of `newer` come after those of `older`."""
    terms = np.union1d(older.terms, newer.terms)
    slots = [np.searchsorted(terms, segment.terms) for segment in (older, newer)]
    sizes = [np.diff(segment.starts) for segment in (older, newer)]
    total = np.zeros(len(terms), np.int64)
    total[slots[0]] += sizes[0]
    total[slots[1]] += sizes[1]
    starts = np.zeros(len(terms) + 1, np.int64)
    np.cumsum(total, out=starts[1:])
    positions = np.empty(len(older) + len(newer), np.int32)
    weights = np.empty(len(positions), np.uint8)
    ends = [starts[:-1][slots[0]] + sizes[0], starts[1:][slots[1]]]
    for segment, size, end in zip((older, newer), sizes, ends, strict=True):
        target, _ = _ranges(end - size, end)
        positions[target] = segment.positions
        weights[target] = segment.weights
    return _Segment(terms, starts, positions, weights)
