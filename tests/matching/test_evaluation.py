from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from matching import metrics
from matching.ablation import FULL, ablate
from matching.baselines import bm25, reciprocal_rank_fusion
from matching.evaluation import (
    SYSTEMS,
    EncodedSet,
    EvaluationError,
    as_dict,
    evaluate,
    evaluate_encoded,
    evaluate_folder,
    macro,
    read_set,
)
from matching.joined_encoder import JoinedEncoder
from matching.judged_ranking import ranked_by_matcher
from matching.matcher import Matcher
from matching.statistics import Statistics, StatisticsError
from matching.texts import Side, compose
from tests.fakes import HashingEncoder

QUERIES = {
    "q1": "Wir brauchen Hilfe bei Dienstplänen in der Pflege",
    "q2": "We look for volunteers who visit lonely people",
    "q3": "Etwas ganz anderes ohne Antwort",
}
DOCS = {
    "d1": "Planungssoftware: Dienstpläne für die Pflege",
    "d2": "An app that finds volunteers for lonely people",
    "d3": "Kuchen und Torten",
    "d4": "Pflege von Gärten",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "my_set"
    target.mkdir()
    for name, texts in (("queries", QUERIES), ("docs", DOCS)):
        lines = [json.dumps({"id": key, "text": text, "must": ["x"]}) for key, text in texts.items()]
        (target / f"{name}.jsonl").write_text("\n".join(lines) + "\n\n", "utf-8")
    (target / "qrels.tsv").write_text("q1\td1\t3\nq1\td4\t1\nq2\td2\t2\r\n", "utf-8")
    return target


def test_a_folder_gives_a_report_of_all_systems(folder: Path) -> None:
    encoder = HashingEncoder()
    report = evaluate_folder(folder, encoder)
    content = as_dict([report])
    assert set(content) == {"sets", "macro"}
    assert set(content["sets"]["my_set"]) == {*SYSTEMS, "queries", "docs", "calibration", "answerable"}
    assert content["sets"]["my_set"]["queries"] == 3
    assert content["sets"]["my_set"]["docs"] == 4
    for system in SYSTEMS:
        measures = content["sets"]["my_set"][system]
        assert set(measures) == {"ndcg@10", "mrr@10", "recall@10", "ci"}
        assert measures["ci"][0] <= measures["ndcg@10"] <= measures["ci"][1]
    assert content["sets"]["my_set"]["bm25"]["mrr@10"] == 1
    assert content["sets"]["my_set"]["passgenau"]["recall@10"] == 1
    json.dumps(content)


def test_the_statistics_of_another_corpus_can_be_the_reference(folder: Path) -> None:
    encoder = HashingEncoder()
    neutral = Statistics.neutral(encoder.fingerprint, encoder.dimension)
    assert evaluate_folder(folder, encoder, reference=neutral).queries == 3
    assert evaluate_folder(folder, encoder, prior=neutral, direction=Side.PROFILE).queries == 4
    with pytest.raises(StatisticsError):
        evaluate_folder(folder, encoder, reference=Statistics.neutral("another", encoder.dimension))


def test_missing_languages_are_detected_and_foreign_ones_too(folder: Path) -> None:
    judged = read_set(folder)
    assert [text.language for text in judged.challenges[:2]] == ["de", "en"]
    (folder / "docs.jsonl").write_text('{"id": "d1", "text": "Texto en castellano", "lang": "es"}\n', "utf-8")
    (folder / "qrels.tsv").write_text("q1\td1\t1\n", "utf-8")
    assert read_set(folder).profiles[0].language in ("de", "en")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("queries.jsonl", "not json\n", "queries.jsonl, line 1"),
        ("queries.jsonl", '{"id": "q1"}\n', "line 1"),
        ("queries.jsonl", '["q1"]\n', "line 1"),
        ("queries.jsonl", '{"id": "q1", "text": " "}\n', "empty"),
        ("docs.jsonl", '{"id": "d1", "text": "a"}\n{"id": "d1", "text": "b"}\n', "line 2: id d1 occurs twice"),
        ("docs.jsonl", "", "no lines"),
        ("qrels.tsv", "q1 d1 1\n", "qrels.tsv, line 1"),
        ("qrels.tsv", "q1\td9\t1\n", "unknown id 'd9'"),
        ("qrels.tsv", "q1\td1\t0\n", "above 0"),
    ],
)
def test_a_broken_set_names_file_and_line(folder: Path, name: str, content: str, message: str) -> None:
    (folder / name).write_text(content, "utf-8")
    with pytest.raises(EvaluationError, match=message):
        read_set(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "qrels.tsv").unlink()
    with pytest.raises(EvaluationError, match=r"qrels\.tsv"):
        read_set(folder)


def test_macro_weighs_sets_equally(folder: Path) -> None:
    encoder = HashingEncoder()
    judged = read_set(folder)
    small = evaluate(judged, encoder)
    large = evaluate(judged, encoder, direction=Side.PROFILE)
    average = macro([small, large])
    for name in SYSTEMS:
        assert average[name].ndcg == pytest.approx((small.systems[name].ndcg + large.systems[name].ndcg) / 2)
        assert average[name].interval[0] <= average[name].ndcg <= average[name].interval[1]


@given(st.lists(st.lists(st.integers(0, 3), min_size=12, max_size=12), min_size=1, max_size=5), st.randoms())
def test_ndcg_agrees_with_scikit_learn(rows: list[list[int]], random: object) -> None:
    grades = np.array(rows, float)
    scores = np.random.default_rng(sum(map(sum, rows))).permutation(grades.size).reshape(grades.shape).astype(float)
    order = np.argsort(-scores, axis=1)[:, :10]
    ours = metrics.ndcg(np.take_along_axis(grades, order, axis=1), grades)
    for row in range(len(grades)):
        if grades[row].any():
            assert ours[row] == pytest.approx(ndcg_score(grades[row : row + 1], scores[row : row + 1], k=10))
        else:
            assert np.isnan(ours[row])


def test_reciprocal_rank_and_recall() -> None:
    ranked = np.array([[0, 0, 2, 1], [0, 0, 0, 0]], float)
    grades = np.array([[0, 0, 2, 1, 3], [0, 0, 0, 0, 1]], float)
    assert metrics.reciprocal_rank(ranked).tolist() == [1 / 3, 0]
    assert metrics.recall(ranked, grades).tolist() == [2 / 3, 0]


def test_bootstrap_interval_is_repeatable_and_shrinks_with_more_queries() -> None:
    values = np.random.default_rng(0).random(400)
    few, many = metrics.bootstrap_interval(values[:20]), metrics.bootstrap_interval(values)
    assert metrics.bootstrap_interval(values) == many
    assert many[1] - many[0] < few[1] - few[0]


def test_bm25_prefers_rare_shared_stems() -> None:
    texts = [
        compose(Side.PROFILE, [("t", text)], "de") for text in ("Pläne Pflege", "Pflege", "Pflege Pflege", "Torte")
    ]
    query = [compose(Side.CHALLENGE, [("t", "Der Plan für die Pflege")], "de")]
    scores = bm25(query, texts)[0]
    assert np.argsort(-scores).tolist() == [0, 2, 1, 3]
    assert scores[3] == 0


def test_rank_fusion_adds_reciprocal_places() -> None:
    fused = reciprocal_rank_fusion(np.array([[3.0, 2, 1]]), np.array([[1.0, 1, 5]]))
    assert fused[0].tolist() == pytest.approx([1 / 61 + 1 / 62, 1 / 62 + 1 / 63, 1 / 63 + 1 / 61])


def test_answerable_queries_are_asked_with_and_without_their_documents(folder: Path) -> None:
    (folder / "unanswerable.txt").write_text("q3\n", "utf-8")
    encoder = HashingEncoder()
    encoded = EncodedSet.of(read_set(folder), encoder)
    report = evaluate_encoded(encoded)
    evidence = report.evidence
    assert evidence.scores.shape == (3, 4)
    assert evidence.found.shape == evidence.removed.shape == evidence.best_relevant.shape == (2,)
    assert (evidence.removed <= evidence.found).all()
    assert (evidence.renewed >= evidence.removed).all(), "less hubness is known, so less is taken"
    assert len(evidence.unanswerable) == 1
    answers = report.as_dict()["answerable"]
    assert answers["auroc"] == 1
    (case,) = answers["cases"]
    assert case["id"] == "q3"
    assert answers["listed_unanswerable_silenced"] == case["silenced"]
    assert "cases" not in report.trust.as_dict()["answerable"], "constants are kept without the texts' names"
    # What is left without the relevant documents is what a corpus without them gives, statistics the same.
    statistics = encoded.statistics()
    kept = [1, 2]
    smaller = replace(
        encoded, features=encoded.features | {Side.PROFILE: [encoded.features[Side.PROFILE][i] for i in kept]}
    )
    results = ranked_by_matcher(smaller, statistics, Matcher(), Side.CHALLENGE)
    assert evidence.removed[0] == pytest.approx(results[0].confidence, abs=1e-5)


def test_an_unknown_unanswerable_query_is_an_error(folder: Path) -> None:
    (folder / "unanswerable.txt").write_text("q9\n", "utf-8")
    with pytest.raises(EvaluationError, match="unanswerable"):
        read_set(folder)


def test_ablation_ranks_with_each_part_left_out(folder: Path) -> None:
    encoder = JoinedEncoder(HashingEncoder(24), HashingEncoder(16))
    encoded = EncodedSet.of(read_set(folder), encoder)
    found = ablate(encoded)
    assert next(iter(found)) == FULL
    assert set(found) > {"no second encoder", "no centring", "no hubness", "no n-grams", "no passages"}
    report = evaluate_encoded(encoded)
    assert found[FULL] == pytest.approx(report.systems["passgenau"].ndcg)
    assert all(0 <= value <= 1 for value in found.values())
    first = evaluate_encoded(EncodedSet.of(read_set(folder), encoder.first))
    assert found["no second encoder"] == pytest.approx(first.systems["passgenau"].ndcg)
    assert report.systems["dense"].ndcg == pytest.approx(first.systems["dense"].ndcg), "dense is the first alone"
