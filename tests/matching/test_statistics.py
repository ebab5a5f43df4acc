from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from matching.batches import SideBatch
from matching.features import featurize
from matching.signals import DENSE_SCALE, dense_vectors
from matching.statistics import Statistics, StatisticsError
from matching.texts import Side, compose


def test_bytes_come_back_and_are_equal_for_equal_statistics(world: Any) -> None:
    stored = world.statistics.to_bytes()
    again = Statistics.from_bytes(stored)
    assert again.to_bytes() == stored
    assert again.fingerprint == world.encoder.fingerprint
    assert again.spread == world.statistics.spread
    np.testing.assert_array_equal(again.idf, world.statistics.idf)


@pytest.mark.parametrize(
    "damage", [lambda b: b[:100], lambda b: b[:0], lambda b: b"x" * len(b), lambda b: b[:-40] + b"y" * 40]
)
def test_damaged_bytes_are_refused(world: Any, damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(StatisticsError):
        Statistics.from_bytes(damage(world.statistics.to_bytes()))


def test_statistics_of_another_version_and_pickles_are_refused() -> None:
    for version in (np.int64(0), np.array({"a": 1}, object)):
        buffer = io.BytesIO()
        np.savez(buffer, version=version)
        with pytest.raises(StatisticsError):
            Statistics.from_bytes(buffer.getvalue())


def test_statistics_of_another_encoder_are_refused(world: Any) -> None:
    world.statistics.require(world.encoder.fingerprint)
    with pytest.raises(StatisticsError, match="rescore"):
        world.statistics.require("another-float32")


def test_the_order_and_size_of_batches_does_not_matter(world: Any) -> None:
    neutral = Statistics.neutral(world.encoder.fingerprint, world.encoder.dimension)
    pieces = []
    for batch in world.batches.values():
        order = np.random.default_rng(4).permutation(len(batch))
        pieces.extend(batch.take(part) for part in np.array_split(order, 5))
    shuffled = Statistics.estimate(reversed(pieces), neutral)
    np.testing.assert_allclose(shuffled.means, world.statistics.means, atol=1e-6)
    np.testing.assert_array_equal(shuffled.terms, world.statistics.terms)
    for ours, theirs in zip(shuffled.samples, world.statistics.samples, strict=True):
        np.testing.assert_array_equal(ours.vectors, theirs.vectors)


def test_few_texts_leave_the_prior_nearly_as_it_is(world: Any) -> None:
    few = world.batches[Side.PROFILE].take(np.arange(2))
    updated = Statistics.estimate([few], world.statistics)
    moved = np.abs(updated.means - world.statistics.means).max()
    alone = np.abs(few.whole.mean(axis=0) - world.statistics.means[1]).max()
    assert 0 < moved < 0.2 * alone
    assert len(updated.samples[1].vectors) == 64
    assert updated.counts.sum() == world.statistics.counts.sum() + 2


def test_many_texts_replace_the_prior(world: Any, make_world: Callable[..., Any]) -> None:
    other = make_world(seed=9, challenges=70, profiles=400)
    updated = Statistics.estimate(other.batches.values(), world.statistics)
    assert len(updated.samples[1].vectors) == 400
    np.testing.assert_allclose(updated.means[1, 0], other.statistics.means[1, 0], atol=0.05)


def test_a_language_nobody_wrote_in_borrows_the_mean_of_the_other_side(world: Any) -> None:
    neutral = Statistics.neutral(world.encoder.fingerprint, world.encoder.dimension)
    challenges = featurize(world.encoder, [compose(Side.CHALLENGE, [("t", "Hilfe für Eltern")], "de")])
    profiles = featurize(world.encoder, [compose(Side.PROFILE, [("t", "help for parents")], "en")])
    statistics = Statistics.estimate(
        [
            SideBatch.from_features(Side.CHALLENGE, [1], challenges),
            SideBatch.from_features(Side.PROFILE, [1], profiles),
        ],
        neutral,
    )
    np.testing.assert_array_equal(statistics.means[0, 1], statistics.means[1, 1])
    np.testing.assert_array_equal(statistics.means[1, 0], statistics.means[0, 0])


def test_neutral_statistics_change_nothing() -> None:
    neutral = Statistics.neutral("e", 6)
    assert neutral.spread > 0
    assert np.ptp(neutral.idf) == 0
    assert not neutral.hubness(Side.PROFILE, np.ones((3, 6), np.float32)).any()
    assert Statistics.from_bytes(neutral.to_bytes()).dimension == 6
    assert Statistics.estimate([], neutral).counts.sum() == 0


def test_hubness_is_the_mean_of_the_five_nearest_and_the_same_in_any_batch(world: Any) -> None:
    statistics: Statistics = world.statistics
    batch = world.batches[Side.PROFILE]
    dense = dense_vectors(statistics.mean(Side.PROFILE), batch.languages, batch.whole)
    sample = statistics.samples[0]
    others = dense_vectors(statistics.mean(Side.CHALLENGE), sample.languages, sample.vectors)
    expected = np.sort(dense.astype(np.float64) @ others.astype(np.float64).T)[:, -5:].mean(axis=1) / DENSE_SCALE**2
    hubness = statistics.hubness(Side.PROFILE, dense)
    np.testing.assert_allclose(hubness, expected)
    for row in (0, 77):
        assert statistics.hubness(Side.PROFILE, dense[row : row + 1])[0] == hubness[row]


def test_another_dimension_is_an_error(world: Any) -> None:
    with pytest.raises(ValueError, match="columns"):
        Statistics.estimate([SideBatch.empty(Side.PROFILE, 5)], world.statistics)
