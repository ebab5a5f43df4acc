from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import candidates as candidates_module
from matching import matcher as matcher_module
from matching import passages as passages_module
from matching.batches import SideBatch
from matching.corpus import Corpus
from matching.criteria import eligible
from matching.features import Passages
from matching.fusion import DEFAULT_WEIGHTS
from matching.matcher import Matcher
from matching.passages import InMemoryPassages, PassageVectors, coverage
from matching.ranking import Floors, Ranking, RankResult
from matching.signals import DENSE_SCALE
from matching.texts import Side
from tests.fakes import HashingEncoder
from tests.matching.conftest import World

WORLD = World(seed=3, challenges=45, profiles=160, encoder=HashingEncoder(dimension=24))
CORPUS = Corpus.load(WORLD.statistics, WORLD.batches.values())


def rank(side: Side, rows: list[int], **options: Any) -> list[RankResult]:
    queries = WORLD.batches[side].take(np.array(rows, np.int64))
    return Matcher().rank(queries, WORLD.query_passages(side, rows), CORPUS, WORLD.passages, **options)


def flat(ranking: Ranking) -> list[tuple[Any, ...]]:
    columns = [ranking.ids, ranking.scores, ranking.fits, *(ranking.signals[name] for name in sorted(ranking.signals))]
    return list(zip(*(column.tolist() for column in columns), strict=True))


def all_pairs(side: Side) -> dict[tuple[int, int], tuple[Any, ...]]:
    """(challenge, profile) -> score, fit and signals, of all pairs."""
    batch = WORLD.batches[side]
    rankings = Matcher().score_pairs(
        batch, WORLD.query_passages(side, range(len(batch))), CORPUS, WORLD.passages, WORLD.batches[side.other].ids
    )
    return {
        ((int(query), row[0]) if side is Side.CHALLENGE else (row[0], int(query))): row[1:]
        for query, ranking in zip(batch.ids, rankings, strict=True)
        for row in flat(ranking)
    }


def test_one_pair_has_one_score_in_both_directions() -> None:
    assert all_pairs(Side.CHALLENGE) == all_pairs(Side.PROFILE)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("block", [1, 500, 10_000_000])
def test_alone_and_in_blocks_of_any_size_the_lists_are_the_same(
    side: Side, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = list(range(len(WORLD.batches[side])))
    expected = [flat(rank(side, [row], limit=7)[0].own) for row in rows]
    monkeypatch.setattr(matcher_module, "_BLOCK_NUMBERS", block)
    monkeypatch.setattr(candidates_module, "_PAIRS_AT_ONCE", 300)
    monkeypatch.setattr(candidates_module, "_TEXTS_AT_ONCE", 8)
    assert [flat(result.own) for result in rank(side, rows, limit=7)] == expected


@settings(deadline=None, max_examples=30)
@given(
    st.sampled_from(list(Side)),
    st.integers(0, 44),
    st.integers(0, 200),
    st.one_of(st.just(-np.inf), st.floats(-3, 6)),
)
def test_candidates_lose_nothing_against_computing_everything(side: Side, row: int, limit: int, minimum: float) -> None:
    chosen = rank(side, [row], limit=limit, minimum=minimum)[0]
    everything = rank(side, [row], limit=limit, minimum=minimum, exhaustive=True)[0]
    assert flat(chosen.own) == flat(everything.own)
    assert chosen.eligible == everything.eligible


@pytest.mark.parametrize("side", list(Side))
def test_lists_hold_the_best_eligible_pairs_in_order(side: Side) -> None:
    pairs = all_pairs(side)
    challenges, profiles = WORLD.batches[Side.CHALLENGE], WORLD.batches[Side.PROFILE]
    allowed = eligible(challenges.facets, profiles.facets)
    for result in rank(side, list(range(len(WORLD.batches[side]))), limit=9):
        scores = {}
        for i, challenge in enumerate(challenges.ids.tolist()):
            for j, profile in enumerate(profiles.ids.tolist()):
                own, other = (challenge, profile) if side is Side.CHALLENGE else (profile, challenge)
                if own == result.id and allowed[i, j]:
                    scores[other] = pairs[challenge, profile][0]
        expected = sorted(scores, key=lambda other: (-scores[other], other))[:9]
        assert result.own.ids.tolist() == expected
        assert result.eligible == len(scores)


@pytest.mark.parametrize("side", list(Side))
def test_admitted_are_exactly_the_lists_the_text_belongs_to(side: Side) -> None:
    """Publish one text last: the lists of the others, updated by `admitted`, equal a recomputation."""
    limit, newcomer = 4, 5
    other_rows = list(range(len(WORLD.batches[side.other])))
    before = CORPUS.with_changes([], {side: WORLD.batches[side].ids[newcomer : newcomer + 1]})
    queries = WORLD.batches[side.other]
    passages = WORLD.query_passages(side.other, other_rows)
    old = Matcher().rank(queries, passages, before, WORLD.passages, limit=limit)
    new = Matcher().rank(queries, passages, CORPUS, WORLD.passages, limit=limit)
    full = [result for result in old if len(result.own) == limit]
    floors = Floors(
        np.array([result.id for result in full]),
        np.array([result.own.scores[-1] for result in full]),
        np.array([result.own.ids[-1] for result in full]),
    )
    result = rank(side, [newcomer], limit=limit, floors=floors)[0]
    text_id = int(WORLD.batches[side].ids[newcomer])
    expected = {row.id for row in new if text_id in row.own.ids}
    assert set(result.admitted.ids.tolist()) == expected
    assert expected
    assert flat(result.own) == flat(rank(side, [newcomer], limit=limit)[0].own)


def test_with_room_everywhere_all_eligible_above_the_minimum_are_admitted() -> None:
    result = rank(Side.CHALLENGE, [0], limit=3, floors=Floors.none())[0]
    assert len(result.admitted) == result.eligible > 3
    minimum = float(result.admitted.scores[10])
    again = rank(Side.CHALLENGE, [0], limit=3, floors=Floors.none(), minimum=minimum)[0]
    assert flat(again.admitted) == flat(result.admitted)[:11]
    assert not len(rank(Side.CHALLENGE, [0])[0].admitted)


def test_equal_scores_are_in_the_order_of_ids() -> None:
    batch = WORLD.batches[Side.PROFILE]
    same = np.zeros(6, np.int64)
    ids = np.array([40, 10, 60, 20, 50, 30])
    copies = SideBatch(
        Side.PROFILE, ids, batch.languages[same], batch.whole[same], batch.lexical.take(same), batch.facets.take(same)
    )
    source = InMemoryPassages()
    for text_id in ids:
        source.add(Side.PROFILE, int(text_id), WORLD.features[Side.PROFILE][0].passages)
    query = WORLD.batches[Side.CHALLENGE].take(np.array([0]))
    own = WORLD.query_passages(Side.CHALLENGE, [0])
    corpus = Corpus.load(WORLD.statistics, [copies])
    result = Matcher().rank(query, own, corpus, source, limit=4)[0]
    if result.eligible:
        assert result.own.ids.tolist() == [10, 20, 30, 40]
    assert Matcher().score_pairs(query, own, corpus, source, [50, 10, 999])[0].ids.tolist() == [10, 50]


def test_nothing_to_rank() -> None:
    empty = Corpus.empty(WORLD.statistics)
    query = WORLD.batches[Side.CHALLENGE].take(np.array([0]))
    own = WORLD.query_passages(Side.CHALLENGE, [0])
    result = Matcher().rank(query, own, empty, WORLD.passages, floors=Floors.none())[0]
    assert (len(result.own), len(result.admitted), result.eligible) == (0, 0, 0)
    nobody = SideBatch.empty(Side.CHALLENGE, 24)
    assert Matcher().rank(nobody, Passages.from_rows([], 24), CORPUS, WORLD.passages) == []
    assert len(rank(Side.CHALLENGE, [0], limit=0)[0].own) == 0


def test_passages_are_read_for_candidates_only() -> None:
    asked: list[int] = []

    class Counting(InMemoryPassages):
        def load(self, side: Side, ids: Any, languages: Any) -> Any:
            asked.append(len(ids))
            return WORLD.passages.load(side, ids, languages)

    queries = WORLD.batches[Side.CHALLENGE].take(np.array([1]))
    Matcher().rank(queries, WORLD.query_passages(Side.CHALLENGE, [1]), CORPUS, Counting(), limit=3)
    assert len(asked) == 1
    assert 3 <= asked[0] < 60


def test_passages_that_were_kept_are_the_same_as_those_centred_now() -> None:
    """Some raw, some as they were kept, in any mixture: the same whole numbers, bit for bit."""

    class Keeping(InMemoryPassages):
        kept: ClassVar[dict[int, Any]] = {}

        def keep(self, *given: Any, **_: Any) -> None:
            _side, ids, _languages, centred = given
            self.kept.update(zip(ids, centred, strict=True))

    batch = WORLD.batches[Side.PROFILE]
    means = CORPUS.statistics.mean(Side.PROFILE)
    raw = WORLD.passages.load(Side.PROFILE, batch.ids, batch.languages)
    expected = PassageVectors.prepare(means, batch.languages, Passages.from_rows(raw, 24))
    source = Keeping()
    for modulus in (10**6, 3, 2, 1):  # none kept yet, then every third, every second, all
        mixed = [
            source.kept[text_id] if place % modulus == 0 and source.kept else raw[place]
            for place, text_id in enumerate(batch.ids.tolist())
        ]
        found = PassageVectors.loaded(source, Side.PROFILE, batch.ids, batch.languages, means, mixed)
        np.testing.assert_array_equal(found.vectors, expected.vectors)
        np.testing.assert_array_equal(found.offsets, expected.offsets)
    assert source.kept.keys() == set(batch.ids.tolist())
    assert all(rows.dtype == np.int16 for rows in source.kept.values())


def test_extra_is_bounded_and_never_negative() -> None:
    extra = DEFAULT_WEIGHTS.passage_extra(np.array([-1.0, 0.1, 0.2, 1.0]), np.full(4, 0.1), 0.05)
    assert extra.tolist() == [0, 0, DEFAULT_WEIGHTS.extra_most, DEFAULT_WEIGHTS.extra_most]


def test_coverage_by_hand() -> None:
    a, b, c = (np.eye(3, dtype=np.float32) * DENSE_SCALE)[:, None]
    own = PassageVectors.from_rows([np.concatenate([a, b]), a, a[:0]], 3)
    others = PassageVectors.from_rows([a, a[:0], np.concatenate([b, c]), b], 3)
    pairs = np.divmod(np.arange(12), 4)
    expected = {
        Side.CHALLENGE: [[0.5, np.nan, 0.5, 0.5], [np.nan, np.nan, 0, np.nan], [np.nan] * 4],
        Side.PROFILE: [[1, np.nan, 0.5, 1], [np.nan, np.nan, 0, np.nan], [np.nan] * 4],
    }
    for side, values in expected.items():
        np.testing.assert_array_equal(coverage(side, own, others, *pairs), np.ravel(values))
        np.testing.assert_array_equal(coverage(side.other, others, own, *pairs[::-1]), np.ravel(values))
    assert not len(coverage(Side.CHALLENGE, own, others, pairs[0][:0], pairs[1][:0]))


@pytest.mark.parametrize(("at_once", "share"), [(1, 0.1), (7, 0.2), (256, 0.1), (2, 0.6), (128, 1)])
def test_coverage_of_some_pairs_is_that_of_each_alone(
    monkeypatch: pytest.MonkeyPatch, at_once: int, share: float
) -> None:
    monkeypatch.setattr(passages_module, "_PAIRS_AT_ONCE", at_once)
    monkeypatch.setattr(passages_module, "_TEXTS_AT_ONCE", at_once)
    random = np.random.default_rng(5)

    def some(count: int) -> PassageVectors:
        rows = [random.normal(size=(size, 24)).astype(np.float32) for size in random.integers(0, 5, count)]
        return PassageVectors.from_rows([np.rint(vectors * 500) for vectors in rows], 24)

    challenges, profiles = some(9), some(30)
    lefts, rights = np.nonzero(random.random((9, 30)) < share)
    found = coverage(Side.CHALLENGE, challenges, profiles, lefts, rights)
    np.testing.assert_array_equal(coverage(Side.PROFILE, profiles, challenges, rights, lefts), found)
    for left, right, value in zip(lefts, rights, found, strict=True):
        mine, theirs = challenges.row(left), profiles.row(right)
        expected = np.nan
        if len(mine) and len(theirs) and len(mine) + len(theirs) > 2:
            expected = (mine @ theirs.T).max(axis=1).sum(dtype=np.float64) / (len(mine) * DENSE_SCALE**2)
        np.testing.assert_array_equal(value, expected)
