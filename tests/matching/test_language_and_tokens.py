from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.language import detect_language, language_code
from matching.tokens import BUCKETS, GRAM_LENGTH, hashed_grams, words


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wir suchen eine App für unsere Dienstpläne.", "de"),
        ("KITA-PLÄTZE FÜR ALLE KINDER IM LANDKREIS", "de"),
        ("We match volunteers with families who have a newborn.", "en"),
        ("Case management software for homeless shelters", "en"),
        ("Ehrenamt", "de"),
        ("", "de"),
        ("12345 !!", "de"),
        ("App", "de"),
        ("\ud800", "de"),
    ],
)
def test_language_of_short_and_long_texts(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_language_codes() -> None:
    assert [language_code("de"), language_code("en")] == [0, 1]
    with pytest.raises(ValueError, match="'fr'"):
        language_code("fr")


def test_words_are_folded_and_split_at_gender_signs() -> None:
    assert words("Nutzer*innen der STRASSE, Straße & café_2!") == [
        "nutzer", "innen", "der", "strasse", "strasse", "café", "2",
    ]  # fmt: skip


def test_compounds_share_grams_with_their_parts() -> None:
    part, _ = hashed_grams("Dienstplan")
    compound, _ = hashed_grams("Dienstplanung")
    assert len(np.intersect1d(part, compound)) >= len(part) - 1


def test_counts_of_grams() -> None:
    ids, counts = hashed_grams("Pflege Pflege an")
    assert len(ids) == len(" pflege ") - GRAM_LENGTH + 1 + 1
    assert sorted(counts.tolist()) == [1, 2, 2, 2, 2]
    assert hashed_grams("App " * 1000)[1].tolist() == [6], "more is stuffing"


@given(st.text())
def test_grams_are_sorted_distinct_and_in_range(text: str) -> None:
    ids, counts = hashed_grams(text)
    assert ids.dtype == np.uint32
    assert counts.dtype == np.uint8
    assert len(ids) == len(counts)
    assert (np.diff(ids.astype(np.int64)) > 0).all()
    assert (ids < BUCKETS).all()
    assert (counts > 0).all()
