"""Two encoders read as one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.encoder import Encoder
from matching.texts import Side

SECOND_SHARE: Final = 0.1
"""Share of the second encoder in the squared length of a row. The first one's raw vectors lie close together, so of
what is left of them after centring, the second makes up about a fifth; see docs/decisions/0009."""


class JoinedEncoder:
    """An `Encoder` that puts the vectors of two side by side, sqrt(1 - share) and sqrt(share) long.

    So a row has unit length, and the product of two rows is the weighted mean of both cosines. Nothing behind the
    encoder has to know: centring, hubness, passages and whole-number products treat the row as one vector. (Weighting
    each part anew after centring ranks no better: docs/decisions/0009.)
    """

    def __init__(self, first: Encoder, second: Encoder, share: float = SECOND_SHARE) -> None:
        if not 0 < share < 1:
            raise ValueError(f"share must be between 0 and 1, not {share}")
        self.first = first
        self.second = second
        self.share = share

    @property
    def fingerprint(self) -> str:
        """The first one's, and 8 hex digits over the second and the share: "bundled-e289972d1707-float32+3fa1b2c4"."""
        rest = hashlib.sha256(f"{self.second.fingerprint} {self.share!r}".encode()).hexdigest()[:8]
        return f"{self.first.fingerprint}+{rest}"

    @property
    def dimension(self) -> int:
        """Columns of both."""
        return self.first.dimension + self.second.dimension

    @property
    def dtype(self) -> str:
        """Arithmetic of the first; it is the one there is a choice for."""
        return self.first.dtype

    def encode(self, texts: Sequence[str], side: Side) -> NDArray[np.float32]:
        """Vectors of `texts`: (len(texts), dimension) float32, rows of unit length, in order."""
        return np.hstack(
            [
                self.first.encode(texts, side) * np.float32(np.sqrt(1 - self.share)),
                self.second.encode(texts, side) * np.float32(np.sqrt(self.share)),
            ]
        )


def first_part(encoder: Encoder, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what the first of joined encoders alone gives, (n, d) of unit length; of any other encoder, `vectors`."""
    if not isinstance(encoder, JoinedEncoder):
        return vectors
    first = vectors[:, : encoder.first.dimension]
    unit: NDArray[np.float32] = first / np.maximum(np.linalg.norm(first, axis=1, keepdims=True), np.float32(1e-12))
    return unit
