"""What is proposed from a few sentences."""

import pytest

from app.challenges.proposals import Hint, next_hint, propose_fields, sentences, split_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wir sind z. B. nachts allein. Das ist schlecht.", ["Wir sind z. B. nachts allein.", "Das ist schlecht."]),
        ("Nach SGB XI Abs. 3 gilt das. Ja!", ["Nach SGB XI Abs. 3 gilt das.", "Ja!"]),
        ("Niemand ist da. Stürze fallen auf.", ["Niemand ist da.", "Stürze fallen auf."]),
        ("", []),
        ("ohne Punkt", ["ohne Punkt"]),
    ],
)
def test_sentences_end_where_people_end_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Nachts ist niemand da. Wir wünschen uns einen Sensor.", "Wir wünschen uns einen Sensor."),
        ("Die Übergabe dauert. Sie soll kürzer werden.", "Sie soll kürzer werden."),
        ("Nobody is there at night. We need a sensor.", "We need a sensor."),
        ("Die Übergabe dauert zu lange.", ""),
        ("Wir brauchen Hilfe.", ""),
    ],
)
def test_the_wish_is_what_says_what_is_wanted(text: str, wish: str) -> None:
    split = split_text(text)
    assert split.wish == wish
    assert split.problem
    assert wish not in split.problem or not wish
    assert split.title


def test_a_long_first_sentence_is_cut_at_a_word() -> None:
    title = split_text("wort " * 60).title
    assert len(title) <= 92
    assert title.endswith("wort …")


def test_fields_are_those_the_best_have_in_common() -> None:
    assert propose_fields([(0.9, ["health", "elderly_care"]), (0.8, ["elderly_care"]), (0.1, ["family"])]) == [
        "elderly_care"
    ]
    assert propose_fields([(0.5, ["a"]), (0.5, ["b"]), (0.5, ["c"])], most=2) == ["a", "b"]
    assert propose_fields([]) == []


def test_the_hint_asks_for_one_thing_at_a_time() -> None:
    problem = "Nachts ist bei uns eine Kraft allein, und Stürze fallen erst am Morgen auf. " * 3
    assert next_hint({"problem": "Kurz."}) is Hint.MORE
    assert next_hint({"problem": problem}) is Hint.WISH
    assert next_hint({"problem": problem, "wish": "Hilfe"}) is Hint.HOW_OFTEN
    full = {"problem": problem + "24 Menschen.", "wish": "Hilfe"}
    assert next_hint(full) is None
    assert next_hint(full | {"must_haves": [], "existing_systems": ""}) is Hint.MUST_HAVES
    assert next_hint(full | {"must_haves": [], "existing_systems": ""}, musts_found=True) is Hint.SYSTEMS
    assert next_hint(full | {"must_haves": [], "existing_systems": "keine"}) is None, "there is an end"
    assert next_hint(full | {"fields_of_action": [], "setting": None}) is Hint.FIELDS
    assert next_hint(full | {"fields_of_action": ["health"], "setting": None}) is Hint.SETTING
