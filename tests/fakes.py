"""Stand-ins for what tests must not wait for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.texts import Side
from matching.tokens import words


class HashingEncoder:
    """A fast, deterministic `matching.encoder.Encoder`: each word has a fixed random vector, a text is their sum.

    Texts that share words are near each other, whichever side they are on. `calls` counts the calls of `encode`,
    `encoded` the texts.
    """

    def __init__(self, dimension: int = 48, name: str = "hashing") -> None:
        self.dimension = dimension
        self.dtype = "float32"
        self.fingerprint = f"{name}-{dimension}-float32"
        self.calls = 0
        self.encoded = 0
        self._known: dict[str, NDArray[np.float64]] = {}

    def encode(self, texts: Sequence[str], side: Side) -> NDArray[np.float32]:
        """(len(texts), dimension) float32 of unit length; the side shifts every vector by the same small amount."""
        self.calls += 1
        self.encoded += len(texts)
        vectors = np.zeros((len(texts), self.dimension))
        for row, text in enumerate(texts):
            vectors[row] = 0.5 * self._word(f"<{side.value}>")
            for word in words(text):
                vectors[row] += self._word(word)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors.astype(np.float32)

    def _word(self, word: str) -> NDArray[np.float64]:
        if word not in self._known:
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
            self._known[word] = np.random.default_rng(seed).standard_normal(self.dimension)
        return self._known[word]
