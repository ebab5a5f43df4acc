"""Passage vectors: where they come from, and how well a profile's passages answer a challenge's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from matching.features import Passages
from matching.parallel import Each, one_by_one
from matching.signals import DENSE_SCALE, dense_vectors
from matching.texts import Side

LoadedPassages = NDArray[np.float16] | NDArray[np.int16]
"""(m, d) passages of one text: float16 as encoded, or int16 whole numbers as given to `PassageSource.keep`."""


_PAIRS_AT_ONCE: Final = 256
"""Pairs whose passages are put beside each other: a few megabytes."""
_TEXTS_AT_ONCE: Final = 128
_DENSE: Final = 4
"""From one pair in so many on, computing all pairs in one product is faster than putting passages beside each other."""


class PassageSource(Protocol):
    """Gives the passages of texts; they are read only for candidates and so are not kept in the corpus.

    A source serves one statistics. Languages are (k,) uint8 codes of the texts, which are centred by language.
    """

    def load(self, side: Side, ids: NDArray[np.int64], languages: NDArray[np.uint8]) -> list[LoadedPassages]:
        """Passages of each of the texts `ids`, (k,) int64, in that order. Raises KeyError for an unknown one."""
        ...

    def keep(self, side: Side, ids: list[int], languages: list[int], centred: list[NDArray[np.int16]]) -> None:
        """Take centred passages for the next `load`; may do nothing. Called from several threads."""
        ...


class InMemoryPassages:
    """A `PassageSource` that holds everything, for evaluation and small corpora."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Side, int], NDArray[np.float16]] = {}

    def add(self, side: Side, text_id: int, vectors: NDArray[np.float16]) -> None:
        """Keep the (m, d) passages of one text."""
        self._rows[side, text_id] = vectors

    def load(self, side: Side, ids: NDArray[np.int64], languages: NDArray[np.uint8]) -> list[LoadedPassages]:
        """Passages of the texts `ids`, in that order. Raises KeyError for an unknown text."""
        del languages  # nothing is kept by language
        return [self._rows[side, int(i)] for i in ids]

    def keep(self, side: Side, ids: list[int], languages: list[int], centred: list[NDArray[np.int16]]) -> None:
        """Do nothing: an evaluation reads each text about once."""


@dataclass(frozen=True, slots=True, eq=False)
class PassageVectors:
    """Passages of k texts as whole numbers (`matching.signals`): vectors (m, d) float32, offsets (k + 1,) int64."""

    vectors: NDArray[np.float32]
    offsets: NDArray[np.int64]

    @classmethod
    def prepare(
        cls,
        means: NDArray[np.float32],
        languages: NDArray[np.uint8],
        passages: Passages,
        each: Each = one_by_one,
    ) -> PassageVectors:
        """Centre passages with the means of their texts' side; languages: (k,) of the texts."""
        of_each = np.repeat(languages, np.diff(passages.offsets))
        return cls(dense_vectors(means, of_each, passages.vectors, each), passages.offsets)

    @classmethod
    def loaded(
        cls,
        source: PassageSource,
        side: Side,
        ids: NDArray[np.int64],
        languages: NDArray[np.uint8],
        means: NDArray[np.float32],
        loaded: list[LoadedPassages],
    ) -> PassageVectors:
        """Centre what `source` gave for some texts, where it was not yet, and let the source keep that."""
        fresh = [place for place, rows in enumerate(loaded) if rows.dtype == np.float16]
        if fresh:
            dimension = means.shape[1]
            passages = Passages.from_rows([loaded[place].astype(np.float16, copy=False) for place in fresh], dimension)
            made = cls.prepare(means, languages[fresh], passages)
            centred = [made.row(i).astype(np.int16) for i in range(len(fresh))]
            source.keep(side, ids[fresh].tolist(), languages[fresh].tolist(), centred)
            if len(fresh) == len(loaded):
                return made
            loaded = list(loaded)
            for place, rows in zip(fresh, centred, strict=True):
                loaded[place] = rows
        return cls.from_rows(loaded, means.shape[1])

    @classmethod
    def from_rows(cls, rows: Sequence[NDArray[np.float32] | LoadedPassages], dimension: int) -> PassageVectors:
        """Put the whole numbers of consecutive texts together, each (m, d)."""
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(vectors) for vectors in rows], out=offsets[1:])
        vectors = np.concatenate(rows, dtype=np.float32) if rows else np.empty((0, dimension), np.float32)
        return cls(vectors, offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(k,) how many passages each text has."""
        return np.diff(self.offsets)

    def row(self, i: int) -> NDArray[np.float32]:
        """(m, d) passages of text i."""
        return self.vectors[self.offsets[i] : self.offsets[i + 1]]

    def take(self, rows: NDArray[np.int64]) -> PassageVectors:
        """Return the texts with the given row numbers, in that order."""
        if len(rows) == len(self) and np.array_equal(rows, np.arange(len(self))):
            return self
        sizes = self.sizes[rows]
        offsets = np.concatenate(([0], np.cumsum(sizes)))
        index = np.repeat(self.offsets[:-1][rows] - offsets[:-1], sizes) + np.arange(offsets[-1])
        return PassageVectors(self.vectors[index], offsets)


def coverage(
    side: Side, left: PassageVectors, right: PassageVectors, lefts: NDArray[np.int64], rights: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How well profiles answer the passages of challenges, for p pairs of texts: (p,) float64.

    For each passage of the challenge the cosine of the profile's best passage, averaged over the challenge's passages
    (MaxSim, Khattab and Zaharia 2020, "ColBERT", with passages in place of tokens). NaN where one of the texts has no
    passages, and where both have one: the whole texts say the same already. left: texts of `side`, right: of the other.
    lefts, rights: (p,) numbers of the pairs' texts in them.
    """
    result = np.full(len(lefts), np.nan)
    left_sizes, right_sizes = left.sizes[lefts], right.sizes[rights]
    useful = np.flatnonzero((np.minimum(left_sizes, right_sizes) > 0) & (np.maximum(left_sizes, right_sizes) > 1))
    lefts, rights = lefts[useful], rights[useful]
    some_left, in_left = np.unique(lefts, return_inverse=True)
    some_right, in_right = np.unique(rights, return_inverse=True)
    if len(useful) * _DENSE >= len(some_left) * len(some_right):
        sums = _sums_of_all(side, left.take(some_left), right.take(some_right))[in_left, in_right]
    else:
        sums = np.empty(len(useful))
        by_right = np.argsort(rights, kind="stable")
        for start in range(0, len(useful), _PAIRS_AT_ONCE):
            pairs = by_right[start : start + _PAIRS_AT_ONCE]
            sums[pairs] = _sums_of_pairs(side, left.take(lefts[pairs]), right, rights[pairs])
    counts = (left_sizes if side is Side.CHALLENGE else right_sizes)[useful]
    result[useful] = sums / (counts * DENSE_SCALE**2)
    return result


# Sums over a challenge's passages of the product with a profile's best one. Maxima and sums of whole numbers are exact,
# so it makes no difference which of the two computes a pair, from which side and with which others.


def _sums_of_all(side: Side, left: PassageVectors, right: PassageVectors) -> NDArray[np.float64]:
    """Compute (a, b) float64 of all a texts of `side` with all b of the other; each has passages."""
    result = np.empty((len(left), len(right)))
    for start in range(0, len(left), _TEXTS_AT_ONCE):
        some = slice(start, min(start + _TEXTS_AT_ONCE, len(left)))
        own = slice(left.offsets[some.start], left.offsets[some.stop])
        offsets = left.offsets[some] - own.start
        found = left.vectors[own] @ right.vectors.T
        if side is Side.CHALLENGE:
            best = np.maximum.reduceat(found, right.offsets[:-1], axis=1)
            np.add.reduceat(best, offsets, axis=0, dtype=np.float64, out=result[some])
        else:
            best = np.maximum.reduceat(found, offsets, axis=0)
            np.add.reduceat(best, right.offsets[:-1], axis=1, dtype=np.float64, out=result[some])
    return result


def _sums_of_pairs(
    side: Side, left: PassageVectors, right: PassageVectors, rights: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Compute (p,) float64 of p texts of `side`, each with one of the other, by rising `rights`; each has passages."""
    changes = np.flatnonzero(np.diff(rights, prepend=-1))
    texts, starts = rights[changes], left.offsets[np.append(changes, len(rights))]
    sizes = right.sizes[texts]
    found = np.full((sizes.max(), len(left.vectors)), -np.inf, np.float32)
    for text, size, part in zip(texts.tolist(), sizes.tolist(), map(slice, starts[:-1], starts[1:]), strict=True):
        np.matmul(right.row(text), left.vectors[part].T, out=found[:size, part])
    if side is Side.CHALLENGE:
        sums: NDArray[np.float64] = np.add.reduceat(found.max(axis=0), left.offsets[:-1], dtype=np.float64)
    else:
        best = np.maximum.reduceat(found, left.offsets[:-1], axis=1)
        sums = np.where(np.isinf(best), 0, best).sum(axis=0, dtype=np.float64)
    return sums
