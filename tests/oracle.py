"""What the database must hold, computed again from nothing but the published rows and their vectors."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.matches import candidate_index, corpus_repository, generations, list_writer, vector_repository
from app.matches.passages import PassageCache, PassageReader, raw_passages
from app.matches.sides import TABLES
from app.matches.snapshot import Snapshot
from app.matches.texts import compose_text
from app.models import Match
from matching.matcher import Matcher
from matching.ranking import RankResult
from matching.texts import Side, text_hash

Key = tuple[Side, int]
Entry = tuple[int, float, float]
"""Partner, score and fit."""


@dataclass(frozen=True, slots=True)
class StoredList:
    """The list of one text as it is stored, best first, with its row."""

    entries: list[Entry]
    size: int
    last_score: float | None
    last_id: int | None


def visible(entries: list[Entry]) -> list[Entry]:
    """The entries of a list that must be there: the best, and those behind only while they are good."""
    best = entries[: list_writer.LENGTH]
    return [
        entry for place, entry in enumerate(best) if place < list_writer.SURE or entry[2] >= list_writer.MINIMUM_FIT
    ]


def load_snapshot(session: Session) -> Snapshot:
    """The snapshot of a process that has just started and holds all texts, also where others look in the database."""
    generation_id = generations.active_id(session)
    assert generation_id is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidate_index, "of", lambda *_: None)
        return Snapshot.load(session, generation_id, corpus_repository.current_revision(session))


def fresh_ranks(
    session: Session, snapshot: Snapshot, limit: int, *, exhaustive: bool = True, floors: bool = False
) -> dict[Key, RankResult]:
    """Rank every published text of both sides against the snapshot."""
    found: dict[Key, RankResult] = {}
    statistics = snapshot.corpus.statistics
    reader = PassageReader(session, PassageCache(), statistics, snapshot.hashes)
    for side in Side:
        for stored in corpus_repository.published_batches(session, side, snapshot.fingerprint, statistics.dimension):
            results = Matcher().rank(
                stored.batch,
                raw_passages(session, side, statistics, stored.batch.ids),
                snapshot.corpus,
                reader,
                limit=limit,
                floors=snapshot.floors(side.other) if floors else None,
                exhaustive=exhaustive,
            )
            found.update({(side, result.id): result for result in results})
    return found


def stored_lists(session: Session, generation_id: int) -> dict[Key, StoredList]:
    """All lists of a generation."""
    lists: dict[Key, StoredList] = {}
    matches = session.scalars(select(Match).where(Match.generation_id == generation_id)).all()
    for side, tables in TABLES.items():
        own, other, flag = tables.id_name, TABLES[side.other].id_name, tables.in_list.key
        for row in session.scalars(select(tables.ranked_list).where(tables.ranked_list.generation_id == generation_id)):
            text_id = getattr(row, own)
            mine = [match for match in matches if getattr(match, own) == text_id and getattr(match, flag)]
            entries = [(getattr(match, other), match.score, match.fit) for match in mine]
            lists[side, text_id] = StoredList(
                sorted(entries, key=lambda entry: (-entry[1], entry[0])), row.size, row.last_score, row.last_id
            )
        listed = {getattr(m, own) for m in matches if getattr(m, flag)}
        assert listed <= {text_id for of, text_id in lists if of is side}, "a match in a list without a row"
    return lists


def assert_lists_are_exact(session: Session) -> None:
    """Every promise about the stored rows of the active generation."""
    snapshot = load_snapshot(session)
    everything = fresh_ranks(session, snapshot, limit=10**6)
    lists = stored_lists(session, snapshot.generation_id)
    published = {
        (side, text_id)
        for side, tables in TABLES.items()
        for text_id in session.scalars(select(tables.text.id).where(tables.text.state == tables.published))
    }
    assert set(everything) == published, "a published text without vectors"
    assert set(lists) - published == set(), "a list of a text nobody sees"
    assert published - set(lists) == set(), "a published text without a list"
    scores: dict[tuple[int, int], float] = {}
    for (side, text_id), result in everything.items():
        exact = _entries(result)
        stored = lists[side, text_id]
        assert visible(stored.entries) == visible(exact), f"list of {side} {text_id}"
        assert stored.entries == exact[: len(stored.entries)], f"tail of the list of {side} {text_id}"
        assert stored.size == len(stored.entries)
        assert stored.size <= list_writer.LONGEST
        if stored.last_id is None:
            assert stored.size == len(exact), "a list without a last entry holds everything eligible"
        else:
            # Whoever ranks before the last entry is in the list. The last entry itself may have left and come back.
            assert stored.last_score is not None
            last = (-stored.last_score, stored.last_id)
            before = sum((-score, partner) < last for partner, score, _ in exact)
            assert before <= stored.size <= before + 1
            assert stored.size == before or (-stored.entries[-1][1], stored.entries[-1][0]) == last
        for partner, score, _ in exact:
            pair = (text_id, partner) if side is Side.CHALLENGE else (partner, text_id)
            assert scores.setdefault(pair, score) == score, f"two scores for {pair}"
    _assert_matches_are_sound(session, snapshot.generation_id, published)
    _assert_vectors_are_of_the_text(session, snapshot.fingerprint)


def assert_snapshots_are_equal(session: Session, refreshed: Snapshot) -> None:
    """A snapshot that was kept up to date by deltas ranks and admits as one that was just loaded."""
    loaded = load_snapshot(session)
    assert refreshed.generation_id == loaded.generation_id
    assert refreshed.revision == loaded.revision
    for side in Side:
        ids = loaded.corpus.side(side).living_ids
        assert refreshed.corpus.side(side).living_ids.tolist() == ids.tolist()
        assert refreshed.hashes[side][ids].tolist() == loaded.hashes[side][ids].tolist()
        assert _floors(refreshed, side) == _floors(loaded, side)
        assert _rows(refreshed, side) == _rows(loaded, side)
    limit = list_writer.KEPT
    one = fresh_ranks(session, refreshed, limit, exhaustive=False, floors=True)
    other = fresh_ranks(session, loaded, limit, exhaustive=False, floors=True)
    assert {key: _content(result) for key, result in one.items()} == {
        key: _content(result) for key, result in other.items()
    }


def _entries(result: RankResult) -> list[Entry]:
    own = result.own
    return list(zip(own.ids.tolist(), own.scores.tolist(), own.fits.tolist(), strict=True))


def _content(result: RankResult) -> tuple[Any, ...]:
    return _entries(result), result.admitted.ids.tolist(), result.admitted.scores.tolist(), result.eligible


def _floors(snapshot: Snapshot, side: Side) -> dict[int, tuple[int, float]]:
    floors = snapshot.floors(side)
    living = set(snapshot.corpus.side(side).living_ids.tolist())
    rows = zip(floors.owners.tolist(), floors.ids.tolist(), floors.scores.tolist(), strict=True)
    return {owner: (partner, score) for owner, partner, score in rows if owner in living}


def _rows(snapshot: Snapshot, side: Side) -> dict[int, tuple[Any, ...]]:
    corpus = snapshot.corpus.side(side)
    at: NDArray[np.int64] = corpus.positions(corpus.living_ids)
    return {
        int(corpus.ids[row]): (
            int(corpus.languages[row]),
            corpus.dense[row].tobytes(),
            float(corpus.hubness[row]),
            corpus.facets.asked[row].tobytes(),
            corpus.facets.met[row].tobytes(),
            corpus.facets.failed[row].tobytes(),
        )
        for row in at.tolist()
    }


def _assert_matches_are_sound(session: Session, generation_id: int, published: set[Key]) -> None:
    calibration = Matcher().calibration
    for match in session.scalars(select(Match).where(Match.generation_id == generation_id)):
        assert (Side.CHALLENGE, match.challenge_id) in published, "a match of a text nobody sees"
        assert (Side.PROFILE, match.profile_id) in published, "a match of a text nobody sees"
        assert match.in_challenge_list or match.in_profile_list, "a match in no list"
        assert match.fit == calibration.fit(np.array([match.score]))[0]


def _assert_vectors_are_of_the_text(session: Session, fingerprint: str) -> None:
    for side, tables in TABLES.items():
        for row in session.scalars(select(tables.text).where(tables.text.state == tables.published)):
            known = vector_repository.known_hash(session, side, row.id, fingerprint)
            assert known == text_hash(compose_text(side, row))
        orphans = select(func.count()).where(tables.vector_id.not_in(select(tables.text.id)))
        assert session.scalar(orphans) == 0, "vectors of a missing text"
