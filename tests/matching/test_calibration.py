from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from matching import calibration, metrics
from matching.calibration import LOWEST_FIT, Band, Calibration, band_of, confidence, packaged
from matching.calibration_learning import Evidence, fit_measures, learn, measure, training_report

CURVE = Calibration(slope=1.5, middle=4.0, nothing_below=1.0)
NONE = np.empty(0)


def evidence(name: str, seed: int, queries: int = 400) -> Evidence:
    """Scores whose pairs are worth a conversation exactly as often as `CURVE` says."""
    random = np.random.default_rng(seed)
    scores = -np.sort(-random.normal(3.5, 1.5, (queries, 10)), axis=1)
    relevant = random.random(scores.shape) < CURVE.fit(scores)
    best = np.where(relevant, scores, -np.inf).max(axis=1)
    found = scores[:, 0]
    return Evidence(name, scores, relevant, best, found, found - 1, found - 0.5, NONE, NONE)


def test_fit_rises_with_the_score_and_stays_inside() -> None:
    scores = np.linspace(-1000, 1000, 401)
    fits = CURVE.fit(scores)
    assert (np.diff(fits) >= 0).all()
    assert 0 < fits[0] < fits[-1] < 1
    for fit in (0.05, 0.5, 0.9):
        assert CURVE.fit(np.array([CURVE.score_at(fit)]))[0] == pytest.approx(fit, abs=1e-6)


@pytest.mark.parametrize(
    ("fit", "band"),
    [(1, "very_good"), (0.5, "very_good"), (0.4999, "good"), (0.2, "good"), (0.1999, "possible"), (0.03, "possible")],
)
def test_bands_by_hand(fit: float, band: str) -> None:
    assert band_of(fit) == Band(band)


def test_below_the_lowest_band_is_none() -> None:
    assert band_of(0.0299) is None
    assert list(LOWEST_FIT.values()) == sorted(LOWEST_FIT.values(), reverse=True)


def test_nothing_fits_when_the_best_is_weak_or_does_not_stand_out() -> None:
    assert CURVE.anything_fits(best_fit=0.5, confidence=1.0)
    assert not CURVE.anything_fits(best_fit=0.5, confidence=0.99)
    assert not CURVE.anything_fits(best_fit=0.02, confidence=5)
    assert confidence(3.0, hubness=0.2, spread=0.1) == pytest.approx(3 - calibration.HUBNESS_SHARE * 2)


def test_the_packaged_constants_are_those_of_the_report() -> None:
    content = json.loads(calibration.FILE.read_text("utf-8"))
    assert packaged() == Calibration.from_dict(content["constants"])
    assert packaged(without="never heard of") == packaged()
    assert set(content["without"]) == set(content["report"]["sets"]) >= {"demo", "welfare_de"}
    assert packaged(without="welfare_de") != packaged()
    assert content["report"]["pooled"]["ece"] <= 0.06
    assert content["report"]["pooled"]["below_base_rate"] >= 0.15


def test_learning_finds_the_curve_that_made_the_outcomes() -> None:
    learned = learn([evidence("one", 1, 3000), evidence("two", 2, 3000)])
    assert learned.slope == pytest.approx(CURVE.slope, rel=0.05)
    assert learned.middle == pytest.approx(CURVE.middle, abs=0.1)
    fits = learned.fit(evidence("three", 3).scores.ravel())
    assert fit_measures(fits, evidence("three", 3).relevant.ravel().astype(float))["ece"] < 0.03


def test_what_cannot_be_learned_is_said() -> None:
    upside_down = evidence("one", 1)
    with pytest.raises(ValueError, match="higher scores are not better"):
        learn([replace(upside_down, relevant=~upside_down.relevant)])


def test_each_set_is_measured_with_constants_learned_without_it() -> None:
    # The second set has scores that mean less; only the other one's curve is known when it is measured.
    sets = [evidence("one", 1), replace(evidence("two", 2), relevant=np.zeros((400, 10), np.bool_))]
    sets.append(evidence("three", 3))
    report = training_report(sets, {"encoder": "test"})
    alone = learn([sets[0], sets[2]]).as_dict()
    assert report["without"]["two"] == alone
    honest = measure(sets[1], learn([sets[0], sets[2]])).as_dict()
    assert report["report"]["sets"]["two"] == honest
    assert honest["calibration"]["ece"] > 0.2
    json.dumps(report)


def test_kept_counts_who_is_shown_a_relevant_partner_and_silenced_who_is_shown_nothing() -> None:
    lowest = CURVE.score_at(LOWEST_FIT[Band.POSSIBLE])
    one = Evidence(
        "one",
        np.array([[5.0], [5.0], [5.0]]),
        np.array([[True], [True], [True]]),
        np.array([lowest + 0.1, lowest - 0.1, lowest + 0.1]),
        np.array([2.0, 2.0, 0.5]),
        np.array([0.0, 0.0, 0.0]),
        np.array([0.0, 3.0, 3.0]),
        np.array([0.5, 1.5, 1.5]),
        np.array([5.0, 5.0, lowest - 0.1]),
    )
    report = measure(one, CURVE)
    assert report.kept == pytest.approx(1 / 3)
    assert report.silenced == pytest.approx(2 / 3)
    assert report.auroc == 1
    assert report.auroc_renewed == pytest.approx(1 / 3)


def test_calibration_error_by_hand() -> None:
    said = np.array([0.1, 0.1, 0.9, 0.9])
    came = np.array([0.0, 1.0, 1.0, 1.0])
    assert metrics.calibration_error(said, came, bins=2) == pytest.approx((0.4 + 0.1) / 2)
    assert metrics.calibration_error(came, came) == 0
    assert metrics.brier(said, came) == pytest.approx((0.01 + 0.81 + 0.01 + 0.01) / 4)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_auroc_is_that_of_scikit_learn(positives: list[int], negatives: list[int]) -> None:
    labels = [1] * len(positives) + [0] * len(negatives)
    expected = roc_auc_score(labels, positives + negatives)
    assert metrics.auroc(np.array(positives, float), np.array(negatives, float)) == pytest.approx(expected)
