"""What must-haves in plain words ask for, and what the text of a challenge seems to demand."""

from __future__ import annotations

import pytest

from matching.criteria import Status, asked_requirements, check
from matching.lexicon import Requirement
from matching.needs import propose_must_haves, read_must_have


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Server in Deutschland", {("hosting", "germany")}),
        ("Hosting in der EU", {("hosting", "eu")}),
        ("data must stay in Germany", {("hosting", "germany")}),
        ("Rechenzentrum in Deutschland oder auf eigenem Server", {("hosting", "germany")}),
        ("Die Daten bleiben im Haus", {("hosting", "on_premises")}),
        ("keine Kameras", {("without", "camera")}),
        ("no cameras", {("without", "camera")}),
        ("kein WhatsApp", {("without", "consumer_messenger")}),
        ("keine amerikanischen Dienste", {("without", "us_services")}),
        ("muss auch ohne Netz gehen", {("offline", None)}),
        ("ohne Smartphone nutzbar", {("without", "own_smartphone")}),
        ("Arabisch, Türkisch", {("language", "ar"), ("language", "tr")}),
        ("ohne Schulung bedienbar", {("no_training", None)}),
        ("anonym nutzbar", {("anonymous_use", None)}),
        ("für Kitas nutzbar, nicht nur für Schulen", {("setting", "day_care")}),
        ("Sachsen vor Ort", {("on_site", None), ("region_on_site", "sachsen")}),
        ("TRL 7 oder höher", {("min_maturity", 7)}),
        ("höchstens 4.000 Euro im Jahr", {("max_price_band", "up_to_5000")}),
        ("gemeinnütziger Anbieter", {("non_profit", None)}),
        ("AVR werden eingehalten", {("labour_rules", "avr")}),
        ("freundliches Personal", set()),
    ],
)
def test_a_must_have_in_plain_words(text: str, expected: set[Requirement]) -> None:
    assert set(read_must_have(text)) == expected


def test_plain_words_count_like_a_chosen_must_have() -> None:
    plain = {"must_haves": [{"kind": "other", "text": "keine Kameras"}]}
    chosen = {"must_haves": [{"kind": "without", "value": "camera"}]}
    assert asked_requirements(plain) == asked_requirements(chosen)
    (result,) = (r for r in check(plain, {}) if r.key == "without")
    assert (result.status, result.words) == (Status.OPEN, "keine Kameras")


def test_words_that_are_not_understood_stay_an_open_question() -> None:
    results = check({"must_haves": [{"kind": "other", "text": "freundliches Personal"}]}, {})
    assert [(r.key, r.status, r.words) for r in results if r.key == "other"] == [
        ("other", Status.OPEN, "freundliches Personal")
    ]


def test_demands_in_running_text_are_proposed_with_their_sentence() -> None:
    wish = "Wir wollen schneller werden. Die Daten müssen in Deutschland liegen, und ohne Kamera muss es auch gehen."
    found = propose_must_haves([("problem", "Wir haben Kameras im Hof."), ("wish", wish)])
    assert {(p.kind, p.value) for p in found} == {("hosting", "germany"), ("without", "camera")}
    assert {wish[p.start : p.end] for p in found} == {wish[29:]}


def test_what_was_tried_before_demands_nothing() -> None:
    assert propose_must_haves([("tried_before", "Das Gerät musste ohne Kamera auskommen.")]) == []
    assert propose_must_haves([("problem", "Unsere Beratungsstelle hat ein Smartphone.")]) == []
