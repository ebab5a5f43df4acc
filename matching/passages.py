"""Passage vectors: where they come from, and how well a profile's passages answer a challenge's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.features import Passages
from matching.parallel import Each, one_by_one
from matching.signals import DENSE_SCALE, dense_vectors, products
from matching.texts import Side


class PassageSource(Protocol):
    """Gives the passages of texts; they are read only for candidates and so are not kept in the corpus."""

    def load(self, side: Side, ids: NDArray[np.int64]) -> Passages:
        """Passages of the texts `ids`, (k,) int64, in that order. Raises KeyError for an unknown text."""
        ...


class InMemoryPassages:
    """A `PassageSource` that holds everything, for evaluation and small corpora."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._rows: dict[tuple[Side, int], NDArray[np.float16]] = {}

    def add(self, side: Side, text_id: int, vectors: NDArray[np.float16]) -> None:
        """Keep the (m, d) passages of one text."""
        self._rows[side, text_id] = vectors

    def load(self, side: Side, ids: NDArray[np.int64]) -> Passages:
        """Passages of the texts `ids`, in that order. Raises KeyError for an unknown text."""
        return Passages.from_rows([self._rows[side, int(i)] for i in ids], self._dimension)


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

    def row(self, i: int) -> NDArray[np.float32]:
        """(m, d) passages of text i."""
        return self.vectors[self.offsets[i] : self.offsets[i + 1]]

    def take(self, rows: NDArray[np.int64]) -> PassageVectors:
        """Return the texts with the given row numbers, in that order."""
        sizes = np.diff(self.offsets)[rows]
        offsets = np.concatenate(([0], np.cumsum(sizes)))
        index = np.repeat(self.offsets[:-1][rows] - offsets[:-1], sizes) + np.arange(offsets[-1])
        return PassageVectors(self.vectors[index], offsets)


def coverage(side: Side, own: NDArray[np.float32], others: PassageVectors) -> NDArray[np.float64]:
    """How well profiles answer the passages of challenges, for one text of `side` and k of the other: (k,) float64.

    For each passage of the challenge the cosine of the profile's best passage, averaged over the challenge's passages
    (MaxSim, Khattab and Zaharia 2020, "ColBERT", with passages in place of tokens). NaN where one of the texts has no
    passages, and where both have one: the whole texts say the same already. own: (m, d) passages of the text.
    """
    counts = np.diff(others.offsets)
    result = np.full(len(counts), np.nan)
    if not len(own) or not len(others.vectors):
        return result
    some = counts > 0
    starts = others.offsets[:-1][some]
    cosines = products(own, others.vectors)
    # Maxima and sums of whole numbers are exact, so both directions and any block give the same value.
    if side is Side.CHALLENGE:
        sums = np.maximum.reduceat(cosines, starts, axis=1).sum(axis=0, dtype=np.float64)
        result[some] = sums / (len(own) * DENSE_SCALE**2)
    else:
        sums = np.add.reduceat(cosines.max(axis=0).astype(np.float64), starts)
        result[some] = sums / (counts[some] * DENSE_SCALE**2)
    if len(own) == 1:
        result[counts == 1] = np.nan
    return result
