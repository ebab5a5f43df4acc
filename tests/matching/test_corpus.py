from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import corpus as corpus_module
from matching.batches import SideBatch
from matching.corpus import Corpus, SideCorpus
from matching.texts import Side
from tests.fakes import HashingEncoder
from tests.matching.conftest import World

WORLD = World(seed=2, challenges=12, profiles=60, encoder=HashingEncoder(dimension=12))

changes = st.lists(
    st.tuples(
        st.sampled_from(list(Side)),
        st.lists(st.integers(0, 11), max_size=4, unique=True),
        st.lists(st.integers(0, 11), max_size=4, unique=True),
    ),
    max_size=12,
)


def contents(side: SideCorpus, batch: SideBatch) -> dict[int, Any]:
    """What a ranking sees of each text, by id."""
    products = np.empty(len(side.alive), np.float32)
    query = corpus_module.lexical_vectors(WORLD.statistics.idf, WORLD.batches[side.side.other].lexical)
    side.index.products(*query.row(0), out=products)
    rows = side.positions(batch.ids)
    return {
        int(text_id): (
            side.ids[row],
            side.languages[row],
            side.dense[row].tolist(),
            side.hubness[row],
            side.facets.asked[row].tolist(),
            side.facets.met[row].tolist(),
            side.facets.failed[row].tolist(),
            products[row],
        )
        for text_id, row in zip(batch.ids, rows, strict=True)
        if row >= 0
    }


@settings(deadline=None)
@given(changes)
def test_a_changed_corpus_equals_a_rebuilt_one(steps: list[tuple[Side, list[int], list[int]]]) -> None:
    corpus = Corpus.empty(WORLD.statistics)
    present: dict[Side, set[int]] = {side: set() for side in Side}
    for side, added, removed in steps:
        batch = WORLD.batches[side].take(np.array(added, np.int64))
        ids = WORLD.batches[side].ids[removed]
        corpus = corpus.with_changes([batch], {side: ids})
        present[side] = (present[side] | set(added)) - set(removed)
    for side in Side:
        expected = WORLD.batches[side].take(np.array(sorted(present[side]), np.int64))
        rebuilt = Corpus.load(WORLD.statistics, [expected])
        assert len(corpus.side(side)) == len(expected)
        assert corpus.side(side).living_ids.tolist() == sorted(expected.ids.tolist())
        assert contents(corpus.side(side), expected) == contents(rebuilt.side(side), expected)
        assert corpus.side(side).alive.sum() == len(expected)


def test_an_upsert_replaces_a_text(world: Any) -> None:
    batch = world.batches[Side.PROFILE]
    corpus = Corpus.load(world.statistics, [batch])
    replaced = SideBatch(
        Side.PROFILE, batch.ids[:1], batch.languages[1:2], batch.whole[1:2], batch.lexical.take(np.array([1])),
        batch.facets.take(np.array([1])),
    )  # fmt: skip
    changed = corpus.with_changes([replaced]).profiles
    rows = changed.positions(batch.ids[:2])
    np.testing.assert_array_equal(changed.dense[rows[0]], changed.dense[rows[1]])
    assert len(changed) == len(batch)


def test_older_snapshots_and_branches_stay_as_they_are(world: Any) -> None:
    batch = world.batches[Side.PROFILE]
    first = Corpus.load(world.statistics, [batch.take(np.arange(50))])
    before = first.profiles.dense.copy()
    left = first.with_changes([batch.take(np.arange(50, 60))], {Side.PROFILE: batch.ids[:5]})
    right = first.with_changes([batch.take(np.arange(60, 70))])
    assert len(first.profiles) == 50
    np.testing.assert_array_equal(first.profiles.dense, before)
    assert first.profiles.alive.all()
    assert left.profiles.positions(batch.ids[60:61]).tolist() == [-1]
    assert right.profiles.positions(batch.ids[50:51]).tolist() == [-1]
    assert np.shares_memory(left.profiles.dense, first.profiles.dense)
    for corpus, own in ((left, batch.take(np.arange(50, 60))), (right, batch.take(np.arange(60, 70)))):
        alone = Corpus.load(world.statistics, [own]).profiles
        np.testing.assert_array_equal(
            corpus.profiles.dense[corpus.profiles.positions(own.ids)], alone.dense[alone.positions(own.ids)]
        )


def test_room_runs_out_and_gone_rows_are_packed(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_module, "_PACK_AT_LEAST", 20)
    monkeypatch.setattr(corpus_module, "_SPARE", 3)
    batch = world.batches[Side.PROFILE]
    corpus = Corpus(world.statistics, SideCorpus.empty(Side.CHALLENGE, 24), SideCorpus.empty(Side.PROFILE, 24, 2))
    for row in range(100):
        corpus = corpus.with_changes([batch.take(np.array([row]))])
    for row in range(60):
        corpus = corpus.with_changes([], {Side.PROFILE: batch.ids[row : row + 1]})
    profiles = corpus.profiles
    assert len(profiles) == 40
    assert len(profiles.alive) < 60
    rebuilt = Corpus.load(world.statistics, [batch.take(np.arange(60, 100))]).profiles
    np.testing.assert_array_equal(
        profiles.dense[profiles.positions(rebuilt.living_ids)], rebuilt.dense[rebuilt.positions(rebuilt.living_ids)]
    )


def test_loading_in_parts_with_or_without_an_expected_number(world: Any) -> None:
    batch = world.batches[Side.PROFILE]
    parts = [batch.take(np.arange(start, start + 50)) for start in (0, 50, 100)]
    for expected in (None, {Side.PROFILE: 150}, {Side.PROFILE: 7}):
        profiles = Corpus.load(world.statistics, parts, expected).profiles
        assert profiles.living_ids.tolist() == sorted(batch.ids.tolist())
    with pytest.raises(ValueError, match="twice"):
        Corpus.load(world.statistics, [batch, batch])


def test_unknown_ids_and_empty_changes_change_nothing(make_world: Callable[..., Any]) -> None:
    world = make_world()
    corpus = Corpus.load(world.statistics, world.batches.values())
    same = corpus.with_changes([SideBatch.empty(Side.PROFILE, 24)], {Side.CHALLENGE: [999], Side.PROFILE: []})
    assert same.profiles is corpus.profiles
    assert same.challenges is corpus.challenges
    assert Corpus.empty(world.statistics).profiles.positions([1]).tolist() == [-1]
