"""The two signals that are computed for every pair, as whole numbers so that their sums are exact.

Dense: cosine of the whole-text vectors after most of the mean of side and language is subtracted. Lexical: cosine of
TF-IDF vectors of the strongest character n-grams.

Both vectors are scaled and rounded to integers. A sum of integer products below 2**24 is exact in float32 in any
order, so a pair has bit for bit the same value alone, in a block, from either side, and whatever matrix library does
the sum. What the rounding loses (0.0001 of a cosine) is far below what an encoder in bfloat16 loses.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.features import LexicalRows
from matching.parallel import Each, one_by_one

DENSE_SCALE: Final = 4000
"""Length of a dense vector in integer steps; its square stays below 2**24, rounding included."""

LEXICAL_SCALE: Final = 800
"""Length of a lexical vector in integer steps; a single weight is at most 255."""

MEAN_SHARE: Final = 0.65
"""Share of the mean that is subtracted. The mean of few texts holds their common topic besides what the encoder adds
to every text of a side and language; subtracting all of it loses quality, most of all away from the reference."""

STRONGEST_TERMS: Final = 128
ROWS_AT_ONCE: Final = 512
"""Vectors that are centred in one go: two megabytes, which stay in the cache."""
_SMALL_PRODUCT: Final = 8_000_000
_TEXT_FREQUENCY: Final = 1 + np.log(np.maximum(np.arange(256), 1))


@dataclass(frozen=True, slots=True, eq=False)
class LexicalVectors:
    """Sparse lexical vectors of n texts; text i has the entries `offsets[i]` to `offsets[i + 1]`.

    terms: (t,) int32 buckets. weights: (t,) uint8 in steps of 1 / LEXICAL_SCALE. offsets: (n + 1,) int64.
    """

    terms: NDArray[np.int32]
    weights: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def row(self, i: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """(terms, weights) of text i."""
        entries = slice(self.offsets[i], self.offsets[i + 1])
        return self.terms[entries], self.weights[entries]


def dense_vectors(
    means: NDArray[np.float32],
    languages: NDArray[np.uint8],
    vectors: NDArray[np.float32] | NDArray[np.float16],
    each: Each = one_by_one,
) -> NDArray[np.float32]:
    """(n, d) float32 of whole numbers: centred, of length DENSE_SCALE.

    means: (2, d) of the texts' side, by language. languages: (n,) of the texts. vectors: (n, d) rows of unit length.
    A vector equal to what is subtracted becomes zero.
    """
    subtracted = np.float32(MEAN_SHARE) * means
    result = np.empty(vectors.shape, np.float32)

    def centre(start: int) -> None:
        rows = slice(start, start + ROWS_AT_ONCE)
        centred = result[rows]
        np.subtract(vectors[rows], subtracted[languages[rows]], out=centred)
        # The order of this sum differs between processors; in float64 that can't move a rounded step.
        lengths = np.sqrt(np.einsum("ij,ij->i", centred, centred, dtype=np.float64))
        centred *= (DENSE_SCALE / np.maximum(lengths, 1e-6)).astype(np.float32)[:, None]
        np.rint(centred, out=centred)

    each(centre, range(0, len(vectors), ROWS_AT_ONCE))
    return result


def products(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compute the (a, b) exact whole-number products of the rows of (a, d) with the rows of (b, d).

    Small ones are computed without BLAS: its threads wait for each other, which on a busy machine takes longer than
    the sum.
    """
    if left.size * len(right) <= _SMALL_PRODUCT:
        small: NDArray[np.float32] = np.einsum("id,jd->ij", left, right)
        return small
    return left @ right.T


def lexical_vectors(idf: NDArray[np.float32], rows: LexicalRows) -> LexicalVectors:
    """Take the `STRONGEST_TERMS` n-grams of each text by (1 + ln count) idf, as vectors of unit length.

    idf: (BUCKETS,) float32.
    """
    terms = rows.terms.astype(np.int32)
    weights: NDArray[np.float64] = _TEXT_FREQUENCY[rows.counts] * idf[terms].astype(np.float64)
    kept: list[NDArray[np.int64]] = []
    quantised: list[NDArray[np.float64]] = []
    for start, end in itertools.pairwise(rows.offsets.tolist()):
        strongest = _strongest(weights[start:end])
        strongest += start
        own = weights[strongest]
        quantised.append(own * (LEXICAL_SCALE / max(float(np.sqrt(own @ own)), 1e-9)))
        kept.append(strongest)
    offsets = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(np.minimum(np.diff(rows.offsets), STRONGEST_TERMS), out=offsets[1:])
    index = np.concatenate(kept) if kept else np.empty(0, np.int64)
    levels = np.rint(np.concatenate(quantised)) if quantised else np.empty(0)
    return LexicalVectors(terms[index], np.minimum(levels, 255).astype(np.uint8), offsets)


def _strongest(weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Positions of the strongest terms, ascending; among equal weights the lower position, whatever the machine."""
    if len(weights) <= STRONGEST_TERMS:
        return np.arange(len(weights))
    threshold = np.partition(weights, -STRONGEST_TERMS)[-STRONGEST_TERMS]
    chosen = weights > threshold
    missing = STRONGEST_TERMS - int(np.count_nonzero(chosen))
    chosen[np.flatnonzero(weights == threshold)[:missing]] = True
    return np.flatnonzero(chosen)
