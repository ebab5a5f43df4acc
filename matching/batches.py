"""Texts of one side as columns: the only form in which texts enter a corpus or a ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.criteria import Facets
from matching.features import FeatureFormatError, LexicalRows, TextFeatures
from matching.language import language_code
from matching.texts import Side


@dataclass(frozen=True, slots=True, eq=False)
class SideBatch:
    """n texts of one side.

    ids: (n,) int64, distinct. languages: (n,) uint8, positions in `matching.language.LANGUAGES`. whole: (n, d)
    float32 of unit length. lexical: n-gram counts of n texts. facets: requirement bits of n texts.
    """

    side: Side
    ids: NDArray[np.int64]
    languages: NDArray[np.uint8]
    whole: NDArray[np.float32]
    lexical: LexicalRows
    facets: Facets

    def __post_init__(self) -> None:
        lengths = {len(self.ids), len(self.languages), len(self.whole), len(self.lexical), len(self.facets)}
        if len(lengths) != 1:
            raise ValueError(f"columns of a batch differ in length: {sorted(lengths)}")
        if len(np.unique(self.ids)) != len(self.ids):
            raise ValueError("ids of a batch must be distinct")

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dimension(self) -> int:
        """Number of columns of `whole`."""
        return int(self.whole.shape[1])

    @classmethod
    def from_features(
        cls, side: Side, ids: Sequence[int], features: Sequence[TextFeatures], facets: Facets | None = None
    ) -> SideBatch:
        """From `matching.features.featurize`; without facets, texts ask for nothing and state nothing."""
        if not features:
            raise ValueError("an empty batch has no dimension; use SideBatch.empty")
        return cls(
            side,
            np.asarray(ids, np.int64),
            _codes([feature.language for feature in features]),
            np.stack([feature.whole for feature in features]).astype(np.float32, copy=False),
            LexicalRows.from_features(features),
            facets if facets is not None else Facets.none(len(features)),
        )

    @classmethod
    def from_packed(
        cls,
        side: Side,
        ids: Sequence[int] | NDArray[np.int64],
        languages: Sequence[str],
        whole: Sequence[bytes] | NDArray[np.float32],
        lexical: Sequence[bytes],
        facets: Facets,
        *,
        dimension: int,
    ) -> SideBatch:
        """From stored columns, one entry for each text: `TextFeatures.pack_whole` and `pack_lexical`.

        `whole` may also be an (n, d) array, as a database driver for vectors gives it. Raises FeatureFormatError
        for rows of another dimension or version.
        """
        if isinstance(whole, np.ndarray):
            vectors = np.asarray(whole, np.float32)
            if vectors.shape != (len(whole), dimension):
                raise FeatureFormatError(
                    f"stored vectors have {vectors.shape[-1]} columns, the encoder gives {dimension}"
                )
        else:
            if any(len(row) != 4 * dimension for row in whole):
                raise FeatureFormatError(f"a stored vector hasn't the {dimension} numbers that the encoder gives")
            joined = np.frombuffer(b"".join(whole), "<f4").astype(np.float32, copy=False)
            vectors = joined.reshape(len(whole), dimension)
        ids_array = np.asarray(ids, np.int64)
        return cls(side, ids_array, _codes(languages), vectors, LexicalRows.from_packed(lexical), facets)

    @classmethod
    def empty(cls, side: Side, dimension: int) -> SideBatch:
        """No texts."""
        return cls(
            side,
            np.empty(0, np.int64),
            np.empty(0, np.uint8),
            np.empty((0, dimension), np.float32),
            LexicalRows.from_packed([]),
            Facets.none(0),
        )

    def take(self, rows: NDArray[np.int64]) -> SideBatch:
        """Return the texts with the given row numbers, in that order."""
        return SideBatch(
            self.side,
            self.ids[rows],
            self.languages[rows],
            self.whole[rows],
            self.lexical.take(rows),
            self.facets.take(rows),
        )


def _codes(languages: Sequence[str]) -> NDArray[np.uint8]:
    return np.fromiter((language_code(language) for language in languages), np.uint8, len(languages))
