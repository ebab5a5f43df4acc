from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from matching.features import LexicalRows
from matching.lexical_index import LexicalIndex
from matching.signals import (
    DENSE_SCALE,
    LEXICAL_SCALE,
    MEAN_SHARE,
    STRONGEST_TERMS,
    LexicalVectors,
    dense_vectors,
    lexical_vectors,
    products,
)
from matching.tokens import BUCKETS

IDF = np.random.default_rng(0).uniform(1, 8, BUCKETS).astype(np.float32)


def unit_rows(count: int, dimension: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((count, dimension))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def lexical_rows(*texts: dict[int, int]) -> LexicalRows:
    blobs = []
    for text in texts:
        entries = np.array([term << 8 | count for term, count in sorted(text.items())], "<u4")
        blobs.append(b"PGL1" + entries.tobytes())
    return LexicalRows.from_packed(blobs)


def random_vectors(random: np.random.Generator, texts: int, terms: int = 60) -> LexicalVectors:
    sizes = random.integers(0, terms // 2, texts)
    chosen = [np.sort(random.choice(terms, size, replace=False)) for size in sizes]
    offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    ids = np.concatenate([np.empty(0, np.int64), *chosen]).astype(np.int32)
    return LexicalVectors(ids, random.integers(1, 256, len(ids)).astype(np.uint8), offsets)


def as_matrix(vectors: LexicalVectors, terms: int = 60) -> NDArray[np.float64]:
    matrix = np.zeros((len(vectors), terms))
    for i in range(len(vectors)):
        ids, weights = vectors.row(i)
        matrix[i, ids] = weights
    return matrix


@pytest.mark.parametrize("dimension", [2, 48, 384, 4096])
def test_dense_vectors_are_whole_numbers_whose_products_are_exact(dimension: int) -> None:
    vectors = unit_rows(200, dimension)
    means = 0.1 * unit_rows(2, dimension, seed=1)
    languages = (np.arange(200) % 2).astype(np.uint8)
    dense = dense_vectors(means, languages, vectors)
    assert dense.dtype == np.float32
    np.testing.assert_array_equal(dense, np.rint(dense))
    assert (np.einsum("ij,ij->i", dense, dense, dtype=np.float64) < 2**24).all()
    exact = dense.astype(np.int64) @ dense.astype(np.int64).T
    np.testing.assert_array_equal(products(dense, dense), exact)
    np.testing.assert_array_equal(dense @ dense.T, exact)
    np.testing.assert_array_equal(products(dense[3:4], dense)[0], exact[3])
    centred = vectors.astype(np.float64) - MEAN_SHARE * means[languages].astype(np.float64)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    np.testing.assert_allclose(exact / DENSE_SCALE**2, centred @ centred.T, atol=2e-3)


def test_a_vector_equal_to_what_is_subtracted_becomes_zero() -> None:
    means = unit_rows(2, 8) / np.float32(MEAN_SHARE)
    dense = dense_vectors(means, np.zeros(1, np.uint8), (np.float32(MEAN_SHARE) * means)[:1])
    assert not dense.any()


def test_dense_vectors_of_a_row_do_not_depend_on_its_neighbours() -> None:
    vectors = unit_rows(9000, 16)
    means, languages = unit_rows(2, 16, seed=2), np.zeros(9000, np.uint8)
    together = dense_vectors(means, languages, vectors)
    for row in (0, 4095, 4096, 8999):
        np.testing.assert_array_equal(dense_vectors(means, languages[:1], vectors[row : row + 1])[0], together[row])


def test_lexical_vectors_have_unit_length_and_keep_the_strongest_terms() -> None:
    random = np.random.default_rng(3)
    text = {int(term): 1 + int(term) % 7 for term in random.choice(BUCKETS, 700, replace=False)}
    vectors = lexical_vectors(IDF, lexical_rows(text, {5: 3}, {}))
    terms, weights = vectors.row(0)
    assert len(terms) == STRONGEST_TERMS
    strength = {term: (1 + np.log(count)) * IDF[term] for term, count in text.items()}
    assert set(terms.tolist()) == set(sorted(strength, key=strength.__getitem__)[-STRONGEST_TERMS:])
    assert np.linalg.norm(weights.astype(float)) == pytest.approx(LEXICAL_SCALE, rel=0.01)
    assert vectors.row(1)[1].tolist() == [255]
    assert len(vectors.row(2)[0]) == 0


def test_among_equally_strong_terms_the_lower_bucket_stays() -> None:
    vectors = lexical_vectors(np.ones(BUCKETS, np.float32), lexical_rows(dict.fromkeys(range(100, 600), 1)))
    assert vectors.row(0)[0].tolist() == list(range(100, 100 + STRONGEST_TERMS))


@given(st.integers(0, 10_000), st.lists(st.integers(1, 6), max_size=8))
def test_index_gives_exact_products_however_it_grew(seed: int, sizes: list[int]) -> None:
    random = np.random.default_rng(seed)
    parts = [random_vectors(random, size) for size in sizes]
    grown = LexicalIndex()
    for part in parts:
        grown = grown.with_texts(part)
    query = random_vectors(random, 1)
    matrix = np.concatenate([np.zeros((0, 60)), *(as_matrix(part) for part in parts)])
    expected = matrix @ as_matrix(query)[0]
    for index in (grown, LexicalIndex.build(parts)):
        out = np.full(sum(sizes), -1, np.float32)
        index.products(*query.row(0), out=out)
        np.testing.assert_array_equal(out, expected)
    keep = random.random(sum(sizes)) < 0.5
    out = np.full(int(keep.sum()), -1, np.float32)
    grown.keeping(keep).products(*query.row(0), out=out)
    np.testing.assert_array_equal(out, expected[keep])


def test_index_stays_in_few_segments_and_in_32_bits() -> None:
    random = np.random.default_rng(5)
    index = LexicalIndex.build([random_vectors(random, 500)])
    for _ in range(200):
        index = index.with_texts(random_vectors(random, 1))
    assert len(index.segments) <= 9
    assert {segment.postings.indices.dtype for segment in index.segments} == {np.dtype(np.int32)}
    assert {segment.postings.data.dtype for segment in index.segments} == {np.dtype(np.uint8)}
