"""Evidence: exact spans of both texts, chosen by what the score would lose without them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matching.duplicates import likeness, overlap
from matching.evidence import MOST_PAIRS, MOST_TERMS, Evidence, Readable, Span, explain, read
from matching.features import featurize
from matching.fusion import DEFAULT_WEIGHTS, Weights
from matching.glossary import notion
from matching.statistics import Sample, Statistics
from matching.texts import Side, Text, compose
from tests.fakes import HashingEncoder

NEED = (
    "In der Nacht ist eine Fachkraft allein im Haus. Stürze werden zu spät bemerkt, oft erst beim Rundgang am Morgen. "
)
OTHER = (
    "Der Garten wird im Sommer gern besucht. Am Sonntag gibt es Kuchen, und die Kinder aus dem Viertel kommen zum "
    "Singen. Die Wände wurden im Frühjahr gestrichen. Der Parkplatz ist leider klein und oft schon am Vormittag voll. "
)
OFFER = (
    "Ein Sensor im Boden meldet Stürze sofort an die Nachtwache, auch bei einem Rundgang im anderen Flügel des Hauses. "
)
PRICE = (
    "Wir wurden gegründet, weil uns die Arbeit Freude macht. Zwölf Leute arbeiten bei uns in zwei Büros mit Blick auf "
    "den Fluss. Die Rechnung kommt einmal im Jahr. Auf Wunsch besuchen wir Messen und Tagungen im ganzen Land. "
)
words = st.lists(st.sampled_from(f"{NEED}{OTHER}{OFFER}{PRICE}".split()), min_size=1, max_size=160).map(" ".join)


@cache
def encoder() -> HashingEncoder:
    return HashingEncoder()


@cache
def statistics() -> Statistics:
    return Statistics.neutral(encoder().fingerprint, encoder().dimension)


def readable(text: Text) -> Readable:
    (features,) = featurize(encoder(), [text])
    return read(text, features.passages, statistics())


def evidence_of(challenge: Text, profile: Text) -> Evidence:
    return explain(readable(challenge), readable(profile), DEFAULT_WEIGHTS, statistics())


@settings(max_examples=40, deadline=None)
@given(st.lists(words, min_size=1, max_size=3), st.lists(words, min_size=1, max_size=3))
def test_every_span_is_an_exact_piece_of_one_field(mine: list[str], theirs: list[str]) -> None:
    challenge = compose(Side.CHALLENGE, [(f"field{i}", text) for i, text in enumerate(mine)], "de")
    profile = compose(Side.PROFILE, [(f"field{i}", text) for i, text in enumerate(theirs)], "de")
    found = evidence_of(challenge, profile)
    assert 1 <= len(found.pairs) <= MOST_PAIRS
    assert len(found.terms) <= MOST_TERMS
    for text, fields, spans in (
        (challenge, mine, [pair.challenge for pair in found.pairs] + [term.challenge for term in found.terms]),
        (profile, theirs, [pair.profile for pair in found.pairs] + [term.profile for term in found.terms]),
    ):
        for span in spans:
            (part,) = (part for part in text.parts if part.start <= span.start and span.end <= part.end)
            stored = fields[int(part.field.removeprefix("field"))]
            said = stored[span.start - part.start : span.end - part.start]
            assert said
            assert said == text.whole[span.start : span.end]


def test_the_passages_that_speak_of_the_same_come_first() -> None:
    challenge = compose(Side.CHALLENGE, [("problem", OTHER + NEED)], "de")
    profile = compose(Side.PROFILE, [("offer", PRICE + OFFER)], "de")
    first = evidence_of(challenge, profile).pairs[0]
    assert "Stürze" in challenge.whole[first.challenge.start : first.challenge.end]
    assert "Stürze" in profile.whole[first.profile.start : first.profile.end]
    assert first.strength > 0


def test_a_pair_is_as_strong_as_what_the_score_loses_with_it() -> None:
    challenge = compose(Side.CHALLENGE, [("problem", NEED * 3 + OTHER * 2)], "de")
    profile = compose(Side.PROFILE, [("offer", PRICE * 2 + OFFER * 3)], "de")
    need, common = [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]
    mine = np.array([need] + [[0.28, 0.96, 0]] * (len(challenge.passages) - 1), np.float16)
    theirs = np.array([[0.28, 0, 0.96]] * (len(profile.passages) - 1) + [need], np.float16)
    sample = Sample(np.array([common] * 8, np.float16), np.zeros(8, np.uint8))
    known = replace(Statistics.neutral("three", 3), samples=(sample, sample))
    weights = Weights(lexical=0.0)
    first = explain(read(challenge, mine, known), read(profile, theirs, known), weights, known).pairs[0]
    assert first.challenge == Span(*challenge.passages[0])
    assert first.profile == Span(*profile.passages[-1])

    def dense(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
        left, right = left / np.linalg.norm(left), right / np.linalg.norm(right)
        return float(left @ right - 0.5 * (left @ common + right @ common)) / known.spread

    lengths = [np.array([end - start for start, end in text.passages], float) for text in (challenge, profile)]
    whole = lengths[0] @ mine.astype(float), lengths[1] @ theirs.astype(float)
    lost = dense(*whole) - dense(mine[-1].astype(float), theirs[0].astype(float))
    assert first.strength == pytest.approx(lost, rel=0.01)


def test_a_text_of_one_passage_has_one_span() -> None:
    challenge = compose(Side.CHALLENGE, [("problem", NEED)], "de")
    profile = compose(Side.PROFILE, [("offer", PRICE + OFFER)], "de")
    (pair,) = evidence_of(challenge, profile).pairs
    assert pair.challenge == Span(*challenge.passages[0])
    assert "Stürze" in profile.whole[pair.profile.start : pair.profile.end]


def test_shared_terms_are_found_in_one_language_and_across_two() -> None:
    challenge = compose(Side.CHALLENGE, [("problem", "Nachts gibt es Stürze, der Dienstplan ist leer.")], "de")
    german = compose(Side.PROFILE, [("offer", "Wir erkennen jeden Sturz und planen den Dienst.")], "de")
    english = compose(Side.PROFILE, [("offer", "We detect falls and fill the roster.")], "en")
    for profile, expected in (
        (german, {("Stürze", "Sturz")}),
        (english, {("Stürze", "falls"), ("Dienstplan", "roster")}),
    ):
        found = {
            (_said(challenge, term.challenge), _said(profile, term.profile))
            for term in evidence_of(challenge, profile).terms
        }
        assert expected <= found
    assert notion("dienstplan") == notion("roster") != notion("sturz")
    assert notion("quark") is None


def test_vectors_of_another_version_of_the_text_are_refused() -> None:
    text = compose(Side.CHALLENGE, [("problem", OTHER + NEED + PRICE)], "de")
    with pytest.raises(ValueError, match=r"1 vectors for \d passages"):
        read(text, np.zeros((1, 48), np.float16), statistics())


def test_challenges_are_alike_when_text_and_answers_are() -> None:
    mine = {1: 8.0, 2: 5.0, 3: 1.0}
    assert overlap(mine, mine) == pytest.approx(1)
    assert overlap(mine, {7: 8.0}) == overlap(mine, {}) == 0
    assert overlap(mine, {1: 7.5, 9: 2.0}) > overlap(mine, {3: 7.5, 9: 2.0})
    assert likeness(0.6, mine, mine) == pytest.approx(0.6)
    assert likeness(-0.2, mine, mine) == 0
    assert overlap(mine, {1: 2.0, 2: 3.0}) == pytest.approx(overlap({1: 2.0, 2: 3.0}, mine))


def _said(text: Text, span: Span) -> str:
    return text.whole[span.start : span.end]
