"""The measures of trust on a small set whose right answers are plain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from matching.evaluation import read_set
from matching.features import featurize
from matching.robustness import gain_of_stuffing, losses
from matching.statistics import Statistics
from matching.texts import Side
from matching.trust_evaluation import Demands, Encoded, report
from matching.variants import VARIANTS, abbreviated
from tests.fakes import HashingEncoder

TOPICS = ("Dienstplan Schicht Krankmeldung", "Küche Essen Allergie", "Schulden Bescheid Rate", "Wohnung Miete Suche")
FILLER = (
    "Das Haus {0} liegt im Norden der Stadt und hat einen Garten, in dem im Sommer alle gern sitzen. Am Sonntag "
    "gibt es Kaffee im großen Saal. Die Fenster wurden im Frühjahr neu gestrichen, und der Weg zum Bus ist kurz. Seit "
    "zehn Jahren singt hier ein Chor, der auch in anderen Häusern auftritt. Das Dach wird im nächsten Herbst gedeckt. "
)


def texts(noun: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for number, topic in enumerate(TOPICS):
        words = f"Es geht um {topic.replace(' ', ' und ')}, jeden Tag, und zwar {noun}."
        found.append({"id": f"{noun}{number}", "lang": "de", "text": f"{FILLER.format(number)}{words} {words.title()}"})
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    queries, documents = texts("gesucht"), texts("geboten")
    queries[0]["must"] = ["Hosting in Deutschland", "nette Leute"]
    queries.append(queries[1] | {"id": "gesucht9"})
    documents[0]["text"] = f"{documents[0]['text']} Die Server stehen in Texas."
    documents.append({"id": "english", "lang": "en", "text": "We plan the roster of every shift and the sick leave."})
    for name, rows in (("queries", queries), ("docs", documents)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    grades = [f"gesucht{i}\tgeboten{i}\t{3 if i else 1}" for i in range(4)] + [
        "gesucht9\tgeboten1\t3",
        "gesucht0\tenglish\t2",
    ]
    (tmp_path / "qrels.tsv").write_text("\n".join(grades), "utf-8")
    (tmp_path / "violations.tsv").write_text("gesucht0\tgeboten0\tHosting in Deutschland\n", "utf-8")
    (tmp_path / "duplicates.tsv").write_text("gesucht1\tgesucht9\n", "utf-8")
    return tmp_path


def encode(folder: Path, encoder: HashingEncoder) -> Encoded:
    judged = read_set(folder)
    members = {Side.CHALLENGE: judged.challenges, Side.PROFILE: judged.profiles}
    features = {side: featurize(encoder, of_side) for side, of_side in members.items()}
    statistics = Statistics.neutral(encoder.fingerprint, encoder.dimension)
    return Encoded(members, features, judged.grades, statistics)


def test_all_measures_of_a_set(folder: Path) -> None:
    encoder = HashingEncoder()
    measured = report(encode(folder, encoder), Demands.read(folder), encoder)
    musts = measured["must_haves"]
    assert (musts["listed_violations"], musts["violations_read"], musts["violations_in_top_10"]) == (1, 1, 0)
    assert musts["violations_in_top_10_without_must_haves"] == 1
    assert musts["useful_shut_out"] == 0
    assert measured["duplicates"]["recall"] == 1
    assert measured["language_pairs"]["de-de"]["queries"] == 5
    assert measured["language_pairs"]["de-en"]["queries"] == 1
    evidence = measured["evidence"]
    assert evidence["pairs"] == 4
    assert evidence["exact_spans"] == evidence["spans"] >= 8
    assert evidence["mean_drop"] > evidence["mean_drop_random"]


def test_changed_texts_lose_nothing_where_they_become_the_same_again(folder: Path) -> None:
    encoder = HashingEncoder()
    encoded = encode(folder, encoder)
    lost = losses(encoded, encoder)
    assert lost.keys() == VARIANTS.keys()
    assert [lost[name] for name in ("without_umlauts", "hidden_characters", "capitals")] == [0, 0, 0]
    assert gain_of_stuffing(encoded, encoder)["median_places_gained"] <= 0


def test_abbreviations_of_the_field_are_written_out_and_back() -> None:
    written = "Die WfbM hat nach Neuntes Buch Sozialgesetzbuch und Bundesteilhabegesetz eine MAV, kein WfbMX."
    changed = abbreviated(written)
    assert changed == (
        "Die Werkstatt für behinderte Menschen hat nach SGB IX und BTHG eine Mitarbeitervertretung, kein WfbMX."
    )
    assert abbreviated(changed) == written
    assert abbreviated("SGB XI und SGB XIV") == "Elftes Buch Sozialgesetzbuch und Sozialgesetzbuch XIV"


def test_a_set_without_demands_has_only_language_pairs(folder: Path) -> None:
    for name in ("violations.tsv", "duplicates.tsv"):
        (folder / name).unlink()
    encoded = encode(folder, HashingEncoder())
    assert report(encoded, Demands.read(folder), None).keys() == {"language_pairs"}
