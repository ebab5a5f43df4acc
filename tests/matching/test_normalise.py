"""Surface changes vanish before a text is encoded; well-written text stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.normalise import normalise
from matching.tokens import hashed_grams, words
from matching.variants import VARIANTS

GERMAN = (
    "Die Nachtwachen hören Stürze zu spät, und für die Bewohner ist das gefährlich. "
    "Wir wünschen uns ein Gerät, das ohne Kamera auskommt. Über Hinweise freuen sich die Mitarbeiter."
)
ENGLISH = "Night staff notice falls too late, and that is a true issue for the residents. We do not want a camera."


@pytest.mark.parametrize(
    "text", [GERMAN, ENGLISH, "SGB XI und BTHG: neue Steuer, blaue Mauer, quer, aktuell, manuell."]
)
def test_well_written_text_stays_as_it_is(text: str) -> None:
    assert normalise(text) == text


@pytest.mark.parametrize("name", ["gendered", "without_umlauts", "repeated", "hidden_characters"])
def test_variants_of_a_text_become_the_text_again(name: str) -> None:
    assert normalise(VARIANTS[name](GERMAN)) == GERMAN


def test_capitals_become_words_with_the_same_letters() -> None:
    calm = normalise(GERMAN.upper())
    assert [word.casefold() for word in calm.split()] == [word.casefold() for word in GERMAN.split()]
    assert "Kamera" in calm
    assert " das " in calm
    assert normalise(ENGLISH.upper()) == ENGLISH


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Bewohner:innen", "Bewohner"),
        ("Bewohner*innen", "Bewohner"),
        ("BewohnerInnen", "Bewohner"),
        ("Schüler/-innen", "Schüler"),
        ("Klient_innen", "Klienten"),
        ("Kolleg:innen", "Kolleginnen"),
        ("Lehrer:in", "Lehrer"),
        ("Terminal:intern", "Terminal:intern"),
    ],
)
def test_gendered_forms(written: str, read: str) -> None:
    assert normalise(written) == read


def test_umlauts_are_restored_in_german_only() -> None:
    assert normalise("Wir moechten fuer aeltere Menschen zurueck in die Kueche, Muell und Fuellung inklusive.") == (
        "Wir möchten für ältere Menschen zurück in die Küche, Müll und Füllung inklusive."
    )
    assert normalise("A true value: does it continue?") == "A true value: does it continue?"


def test_stuffing_with_one_word_counts_it_a_few_times_only() -> None:
    _, counts = hashed_grams("Dienstplan " * 50)
    assert counts.max() <= 12


def test_a_sentence_pasted_again_is_read_once() -> None:
    assert normalise(f"{ENGLISH}\n{ENGLISH}\n\n{ENGLISH}") == ENGLISH


@given(st.text(max_size=400))
def test_any_text_can_be_normalised_and_twice_is_once(text: str) -> None:
    once = normalise(text)
    assert words(normalise(once)) == words(once)


def test_piles_of_key_words_are_dropped_when_they_repeat_and_cut_when_they_do_not() -> None:
    words_of_a_pile = [f"Begriff{letter}" for letter in "abcdefghijklmnopqrst"]
    assert normalise(f"{GERMAN} {' '.join(words_of_a_pile * 3)}") == GERMAN
    assert normalise(f"{GERMAN} {', '.join(words_of_a_pile)}") == f"{GERMAN} {', '.join(words_of_a_pile[:12])}"
    assert normalise("Pflege Beratung Küche") == "Pflege Beratung Küche"
