from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from matching.batches import SideBatch
from matching.criteria import Facets
from matching.features import (
    FeatureFormatError,
    LexicalRows,
    Passages,
    TextFeatures,
    featurize,
    unpack_features,
    unpack_passages,
    unpack_whole,
)
from matching.texts import Side, compose
from tests.fakes import HashingEncoder

floats = st.floats(-1, 1, width=16)


@st.composite
def features(draw: st.DrawFn, dimension: int = 5) -> TextFeatures:
    terms = sorted(draw(st.sets(st.integers(0, (1 << 20) - 1), max_size=20)))
    return TextFeatures(
        draw(st.sampled_from(["de", "en"])),
        draw(hnp.arrays(np.float32, dimension, elements=floats)),
        draw(hnp.arrays(np.float16, (draw(st.integers(0, 4)), dimension), elements=floats)),
        np.array(terms, np.uint32),
        np.array([draw(st.integers(1, 255)) for _ in terms], np.uint8),
    )


@given(features())
def test_packed_features_come_back_unchanged(feature: TextFeatures) -> None:
    packed = feature.pack_whole(), feature.pack_passages(), feature.pack_lexical()
    again = unpack_features(feature.language, *packed, dimension=5)
    for name in ("whole", "passages", "terms", "counts"):
        before, after = getattr(feature, name), getattr(again, name)
        assert before.dtype == after.dtype
        np.testing.assert_array_equal(before, after)


@given(st.lists(features(), max_size=6))
def test_lexical_rows_of_many_texts(many: list[TextFeatures]) -> None:
    rows = LexicalRows.from_packed([feature.pack_lexical() for feature in many])
    assert len(rows) == len(many)
    for i, feature in enumerate(many):
        entries = slice(rows.offsets[i], rows.offsets[i + 1])
        np.testing.assert_array_equal(rows.terms[entries], feature.terms)
        np.testing.assert_array_equal(rows.counts[entries], feature.counts)
    order = np.arange(len(many))[::-1]
    np.testing.assert_array_equal(rows.take(order).packed, LexicalRows.from_features([many[i] for i in order]).packed)


def test_packed_bytes_are_little_endian_and_named() -> None:
    feature = TextFeatures(
        "de",
        np.array([1.0], np.float32),
        np.array([[1.0]], np.float16),
        np.array([0x0ABCDE], np.uint32),
        np.array([3], np.uint8),
    )
    assert feature.pack_whole() == b"\x00\x00\x80\x3f"
    assert feature.pack_passages() == b"PGV1\x01\x00\x01\x00\x00\x3c"
    assert feature.pack_lexical() == b"PGL1\x03\xde\xbc\x0a"


@pytest.mark.parametrize("blob", [b"", b"PGV0\x01\x00\x01\x00\x00\x3c", b"PGV1\x01\x00\x01\x00", b"PGV1\x01"])
def test_foreign_passages_are_refused(blob: bytes) -> None:
    with pytest.raises(FeatureFormatError):
        unpack_passages(blob)


@pytest.mark.parametrize("blob", [b"", b"PGL0\x00\x00\x00\x00", b"PGL1\x00"])
def test_foreign_lexical_features_are_refused(blob: bytes) -> None:
    with pytest.raises(FeatureFormatError):
        LexicalRows.from_packed([b"PGL1", blob])


def test_vectors_of_another_dimension_are_refused() -> None:
    with pytest.raises(FeatureFormatError, match="3 numbers"):
        unpack_whole(bytes(12), 4)
    columns = {"ids": [1], "languages": ["de"], "lexical": [b"PGL1"], "facets": Facets.none(1), "dimension": 4}
    for whole in ([bytes(12)], np.zeros((1, 3), np.float32)):
        with pytest.raises(FeatureFormatError):
            SideBatch.from_packed(Side.PROFILE, whole=whole, **columns)


def test_featurize_encodes_once_a_side_and_a_short_text_once() -> None:
    encoder = HashingEncoder(dimension=8)
    short = compose(Side.PROFILE, [("offer", "Eine App für Dienstpläne")])
    sentences = [f"Wir planen {number} Dienste für Pflegeheime." for number in range(30)]
    long = compose(Side.PROFILE, [("offer", " ".join(sentences))])
    first, second = featurize(encoder, [short, long])
    assert encoder.calls == 1
    assert encoder.encoded == 1 + 1 + len(long.passages)
    np.testing.assert_array_equal(first.passages, first.whole[None].astype(np.float16))
    assert second.passages.shape == (len(long.passages), 8)
    expected = encoder.encode([long.passage_texts()[0]], Side.PROFILE)[0]
    np.testing.assert_array_equal(second.passages[0], expected.astype(np.float16))


def test_featurize_keeps_the_order_of_mixed_sides() -> None:
    encoder = HashingEncoder(dimension=8)
    sides = (Side.PROFILE, Side.CHALLENGE, Side.PROFILE)
    texts = [compose(side, [("t", word)], "de") for side, word in zip(sides, ("eins", "zwei", "drei"), strict=True)]
    for text, feature in zip(texts, featurize(encoder, texts), strict=True):
        np.testing.assert_array_equal(feature.whole, encoder.encode([text.whole], text.side)[0])
    assert featurize(encoder, []) == []


def test_batches_check_their_columns(world: object) -> None:
    feature = featurize(HashingEncoder(dimension=4), [compose(Side.PROFILE, [("t", "x")])])[0]
    batch = SideBatch.from_features(Side.PROFILE, [1, 2], [feature, feature])
    packed = SideBatch.from_packed(
        Side.PROFILE, [1, 2], ["de", "de"], [feature.pack_whole()] * 2, [feature.pack_lexical()] * 2,
        Facets.none(2), dimension=4,
    )  # fmt: skip
    np.testing.assert_array_equal(batch.whole, packed.whole)
    np.testing.assert_array_equal(batch.lexical.packed, packed.lexical.packed)
    assert len(SideBatch.empty(Side.PROFILE, 4)) == 0
    with pytest.raises(ValueError, match="differ in length"):
        SideBatch.from_features(Side.PROFILE, [1], [feature, feature])
    with pytest.raises(ValueError, match="distinct"):
        SideBatch.from_features(Side.PROFILE, [1, 1], [feature, feature])


def test_passages_of_several_texts() -> None:
    rows = [np.full((count, 3), count, np.float16) for count in (2, 0, 1)]
    passages = Passages.from_rows(rows, 3)
    assert len(passages) == 3
    for i, row in enumerate(rows):
        np.testing.assert_array_equal(passages.row(i), row)
    np.testing.assert_array_equal(passages.take(np.array([2, 0])).vectors, np.concatenate([rows[2], rows[0]]))
    assert Passages.from_rows([], 3).vectors.shape == (0, 3)
