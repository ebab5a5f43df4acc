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

LoadedPassages = NDArray[np.float16] | NDArray[np.int16]
"""(m, d) passages of one text: float16 as encoded, or int16 whole numbers as given to `PassageSource.keep`."""


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
        offsets = np.zeros(len(loaded) + 1, np.int64)
        np.cumsum([len(rows) for rows in loaded], out=offsets[1:])
        vectors = np.concatenate(loaded, dtype=np.float32) if loaded else np.empty((0, means.shape[1]), np.float32)
        return cls(vectors, offsets)

    @classmethod
    def concatenated(cls, parts: list[PassageVectors], dimension: int) -> PassageVectors:
        """Put consecutive texts together."""
        sizes = [np.diff(part.offsets) for part in parts]
        offsets = np.concatenate([[0], np.cumsum(np.concatenate([np.empty(0, np.int64), *sizes]))])
        vectors = [part.vectors for part in parts] or [np.empty((0, dimension), np.float32)]
        return cls(np.concatenate(vectors), offsets)

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
