"""What is computed once for a text and stored: vectors, and what the lexical signal needs.

The packed forms are little-endian and start with a four-byte tag that names form and version, so that a row
written by another version is refused and not misread.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.encoder import Encoder
from matching.texts import Text, encoding_form
from matching.tokens import hashed_grams

_PASSAGES_TAG: Final = b"PGV1"
_LEXICAL_TAG: Final = b"PGL1"
_LEXICAL_TAG_NUMBER: Final = int.from_bytes(_LEXICAL_TAG, "little")
_COUNT_BITS: Final = np.uint32(8)
_ENTRY_BYTES: Final = 4
_PASSAGES_HEAD: Final = 8


class FeatureFormatError(ValueError):
    """Stored features that this version can't read; the text has to be encoded again."""


@dataclass(frozen=True, slots=True, eq=False)
class TextFeatures:
    """Features of one text.

    whole: (d,) float32 of unit length. passages: (m, d) float16 rows of unit length, in the order of
    `Text.passages`. terms: (t,) uint32 n-gram buckets, ascending. counts: (t,) uint8.
    """

    language: str
    whole: NDArray[np.float32]
    passages: NDArray[np.float16]
    terms: NDArray[np.uint32]
    counts: NDArray[np.uint8]

    def pack_whole(self) -> bytes:
        """Give the whole-text vector as d little-endian float32."""
        return self.whole.astype("<f4").tobytes()

    def pack_passages(self) -> bytes:
        """Passage vectors as tag, rows and columns (uint16 each), little-endian float16."""
        rows, columns = self.passages.shape
        return _PASSAGES_TAG + struct.pack("<HH", rows, columns) + self.passages.astype("<f2").tobytes()

    def pack_lexical(self) -> bytes:
        """N-grams as tag and one little-endian uint32 each: bucket in the upper 24 bits, count in the lower 8."""
        packed = (self.terms << _COUNT_BITS) | self.counts
        return _LEXICAL_TAG + packed.astype("<u4").tobytes()


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """Passage vectors of k texts: text i has the rows `offsets[i]` to `offsets[i + 1]` of `vectors`.

    vectors: (m, d) float16 of unit length. offsets: (k + 1,) int64, ascending from 0 to m.
    """

    vectors: NDArray[np.float16]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def row(self, i: int) -> NDArray[np.float16]:
        """(m, d) passages of text i."""
        return self.vectors[self.offsets[i] : self.offsets[i + 1]]

    def take(self, rows: NDArray[np.int64]) -> Passages:
        """Return the texts with the given row numbers, in that order."""
        return Passages.from_rows([self.row(int(i)) for i in rows], self.vectors.shape[1])

    @classmethod
    def from_features(cls, features: Sequence[TextFeatures]) -> Passages:
        """From features of texts, in order; at least one."""
        return cls.from_rows([feature.passages for feature in features], len(features[0].whole))

    @classmethod
    def from_rows(cls, rows: Sequence[NDArray[np.float16]], dimension: int) -> Passages:
        """From one (m_i, d) array for each text, in order."""
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(row) for row in rows], out=offsets[1:])
        vectors = np.concatenate(rows) if rows else np.empty((0, dimension), np.float16)
        return cls(vectors, offsets)

    @classmethod
    def from_packed(cls, blobs: Sequence[bytes], dimension: int) -> Passages:
        """From one `TextFeatures.pack_passages` for each text, in order."""
        return cls.from_rows([unpack_passages(blob) for blob in blobs], dimension)


@dataclass(frozen=True, slots=True, eq=False)
class LexicalRows:
    """N-gram counts of n texts: text i has the entries `offsets[i]` to `offsets[i + 1]`.

    packed: (t,) uint32, bucket in the upper 24 bits and count in the lower 8. offsets: (n + 1,) int64.
    """

    packed: NDArray[np.uint32]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def terms(self) -> NDArray[np.uint32]:
        """(t,) uint32 buckets."""
        return self.packed >> _COUNT_BITS

    @property
    def counts(self) -> NDArray[np.uint8]:
        """(t,) uint8 counts."""
        return self.packed.astype(np.uint8)

    @classmethod
    def from_features(cls, features: Sequence[TextFeatures]) -> LexicalRows:
        """From features of texts, in order."""
        return cls.from_packed([feature.pack_lexical() for feature in features])

    @classmethod
    def from_packed(cls, blobs: Sequence[bytes]) -> LexicalRows:
        """From one `TextFeatures.pack_lexical` for each text, in order. Raises FeatureFormatError."""
        if not blobs:
            return cls(np.empty(0, np.uint32), np.zeros(1, np.int64))
        lengths = np.fromiter((len(blob) for blob in blobs), np.int64, len(blobs))
        if (lengths < len(_LEXICAL_TAG)).any() or (lengths % _ENTRY_BYTES).any():
            raise FeatureFormatError("stored lexical features are cut off")
        entries = np.frombuffer(b"".join(blobs), "<u4").astype(np.uint32, copy=False)
        ends = np.cumsum(lengths // _ENTRY_BYTES)
        starts = np.concatenate(([0], ends[:-1]))
        if (entries[starts] != _LEXICAL_TAG_NUMBER).any():
            raise FeatureFormatError("stored lexical features are of another version; encode the texts again")
        keep = np.ones(len(entries), np.bool_)
        keep[starts] = False
        offsets = np.zeros(len(blobs) + 1, np.int64)
        np.cumsum(lengths // _ENTRY_BYTES - 1, out=offsets[1:])
        return cls(entries[keep], offsets)

    def take(self, rows: NDArray[np.int64]) -> LexicalRows:
        """Return the texts with the given row numbers, in that order."""
        sizes = np.diff(self.offsets)[rows]
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(sizes, out=offsets[1:])
        index = np.repeat(self.offsets[:-1][rows] - offsets[:-1], sizes) + np.arange(offsets[-1])
        return LexicalRows(self.packed[index], offsets)


def unpack_passages(blob: bytes) -> NDArray[np.float16]:
    """(m, d) float16 from `TextFeatures.pack_passages`. Raises FeatureFormatError."""
    if blob[:4] != _PASSAGES_TAG or len(blob) < _PASSAGES_HEAD:
        raise FeatureFormatError("stored passages are of another version; encode the texts again")
    rows, columns = struct.unpack_from("<HH", blob, 4)
    if len(blob) != _PASSAGES_HEAD + 2 * rows * columns:
        raise FeatureFormatError("stored passages are cut off")
    vectors = np.frombuffer(blob, "<f2", rows * columns, _PASSAGES_HEAD).reshape(rows, columns)
    return vectors.astype(np.float16, copy=False)


def unpack_whole(blob: bytes, dimension: int) -> NDArray[np.float32]:
    """(d,) float32 from `TextFeatures.pack_whole`. Raises FeatureFormatError for another length."""
    if len(blob) != 4 * dimension:
        raise FeatureFormatError(f"stored vector has {len(blob) // 4} numbers, the encoder gives {dimension}")
    return np.frombuffer(blob, "<f4").astype(np.float32, copy=False)


def unpack_features(language: str, whole: bytes, passages: bytes, lexical: bytes, dimension: int) -> TextFeatures:
    """Undo the three `TextFeatures.pack_...` methods. Raises FeatureFormatError."""
    rows = LexicalRows.from_packed([lexical])
    return TextFeatures(language, unpack_whole(whole, dimension), unpack_passages(passages), rows.terms, rows.counts)


def featurize(encoder: Encoder, texts: Sequence[Text]) -> list[TextFeatures]:
    """Features of `texts`, in order, with one encoder call for each side that occurs.

    A text of a single passage is encoded once.
    """
    vectors = _encode_all(encoder, texts)
    result: list[TextFeatures] = []
    for text, (whole, passages) in zip(texts, vectors, strict=True):
        terms, counts = hashed_grams(encoding_form(text.whole))
        result.append(TextFeatures(text.language, whole, passages.astype(np.float16), terms, counts))
    return result


def _encode_all(encoder: Encoder, texts: Sequence[Text]) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """(whole, passages) vectors of each text."""
    result: list[tuple[NDArray[np.float32], NDArray[np.float32]] | None] = [None] * len(texts)
    for side in sorted({text.side for text in texts}):
        members = [i for i, text in enumerate(texts) if text.side is side]
        forms: list[str] = []
        starts: list[int] = []
        for i in members:
            starts.append(len(forms))
            forms.extend(_forms(texts[i]))
        encoded = encoder.encode(forms, side)
        for i, start, end in zip(members, starts, [*starts[1:], len(forms)], strict=True):
            rows = encoded[start:end]
            passages = rows if len(rows) == 1 else rows[1:]
            result[i] = rows[0], passages
    return [pair for pair in result if pair is not None]


def _forms(text: Text) -> list[str]:
    """List what the encoder reads for one text: the whole and, when there is more than one, the passages."""
    whole = encoding_form(text.whole)
    if len(text.passages) == 1:
        return [whole]
    return [whole, *(encoding_form(passage) for passage in text.passage_texts())]
