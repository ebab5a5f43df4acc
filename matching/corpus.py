"""Immutable snapshot of all published texts of both sides, ready to be ranked.

A snapshot is never changed; `with_changes` makes a new one that shares almost everything with the old, so threads may
go on reading the old one. Rows of a side lie in arrays with spare room behind the rows that a snapshot knows; a change
appends there and marks replaced and removed rows as gone. When a quarter of the rows are gone they are packed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from matching.batches import SideBatch
from matching.criteria import Facets
from matching.lexical_index import LexicalIndex
from matching.signals import LexicalVectors, dense_vectors, lexical_vectors
from matching.statistics import Statistics
from matching.texts import Side

_SPARE: Final = 1024
_PACK_AT_LEAST: Final = 1024


class _Rows:
    """Columns of one side with spare room; only the newest snapshot may append (see `SideCorpus.with_changes`)."""

    def __init__(self, capacity: int, dimension: int) -> None:
        self.capacity = capacity
        self.used = 0
        self.lock = threading.Lock()
        self.ids = np.empty(capacity, np.int64)
        self.languages = np.empty(capacity, np.uint8)
        self.dense = np.empty((capacity, dimension), np.float32)
        self.hubness = np.empty(capacity, np.float64)
        self.facets = Facets.none(capacity)

    def append(self, batch: SideBatch, dense: NDArray[np.float32], hubness: NDArray[np.float64]) -> None:
        rows = slice(self.used, self.used + len(batch))
        self.ids[rows] = batch.ids
        self.languages[rows] = batch.languages
        self.dense[rows] = dense
        self.hubness[rows] = hubness
        self.facets.asked[rows] = batch.facets.asked
        self.facets.met[rows] = batch.facets.met
        self.facets.failed[rows] = batch.facets.failed
        self.used += len(batch)

    def copied(self, rows: NDArray[np.int64] | slice, count: int, capacity: int) -> _Rows:
        new = _Rows(capacity, self.dense.shape[1])
        new.ids[:count] = self.ids[rows]
        new.languages[:count] = self.languages[rows]
        new.dense[:count] = self.dense[rows]
        new.hubness[:count] = self.hubness[rows]
        for column, source in (
            (new.facets.asked, self.facets.asked),
            (new.facets.met, self.facets.met),
            (new.facets.failed, self.facets.failed),
        ):
            column[:count] = source[rows]
        new.used = count
        return new


@dataclass(frozen=True, slots=True, eq=False)
class SideCorpus:
    """All texts of one side. Arrays have one entry for each row; rows that are gone have `alive` False.

    ids: (n,) int64. languages: (n,) uint8. dense: (n, d) float32 of whole numbers (`matching.signals`). hubness: (n,)
    float64. facets: n texts. alive: (n,) bool. index: lexical index by row.
    """

    side: Side
    alive: NDArray[np.bool_]
    index: LexicalIndex
    _rows: _Rows
    _sorted_ids: NDArray[np.int64]
    _sorted_rows: NDArray[np.int64]

    @classmethod
    def empty(cls, side: Side, dimension: int, capacity: int = _SPARE) -> Self:
        """Make a side without texts, with room for `capacity`."""
        none = np.empty(0, np.int64)
        return cls(side, np.empty(0, np.bool_), LexicalIndex(), _Rows(capacity, dimension), none, none)

    def __len__(self) -> int:
        """Count the texts that are there."""
        return len(self._sorted_ids)

    @property
    def ids(self) -> NDArray[np.int64]:
        """(n,) id of each row, also of rows that are gone."""
        return self._rows.ids[: len(self.alive)]

    @property
    def languages(self) -> NDArray[np.uint8]:
        """(n,) language code of each row."""
        return self._rows.languages[: len(self.alive)]

    @property
    def dense(self) -> NDArray[np.float32]:
        """(n, d) dense vectors in whole numbers."""
        return self._rows.dense[: len(self.alive)]

    @property
    def hubness(self) -> NDArray[np.float64]:
        """(n,) mean cosine with the nearest sampled texts of the other side."""
        return self._rows.hubness[: len(self.alive)]

    @property
    def facets(self) -> Facets:
        """Requirement bits of each row."""
        return self._rows.facets.take(slice(0, len(self.alive)))

    @property
    def living_ids(self) -> NDArray[np.int64]:
        """Ids of the texts that are there, ascending."""
        return self._sorted_ids

    def positions(self, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Row of each id, -1 where there is no such text."""
        wanted = np.asarray(ids, np.int64)
        if not len(self._sorted_ids):
            return np.full(len(wanted), -1, np.int64)
        at = np.minimum(np.searchsorted(self._sorted_ids, wanted), len(self._sorted_ids) - 1)
        return np.where(self._sorted_ids[at] == wanted, self._sorted_rows[at], -1)

    def with_changes(self, statistics: Statistics, upserts: SideBatch | None, removed: Sequence[int]) -> SideCorpus:
        """Make a new snapshot: ids in `upserts` replace what is there, unknown ids in `removed` are ignored."""
        if upserts is not None and not len(upserts):
            upserts = None
        outdated = np.asarray(removed, np.int64)
        if upserts is not None:
            outdated = np.concatenate([outdated, upserts.ids])
        gone = self.positions(outdated)
        gone = gone[gone >= 0]
        if upserts is None and not len(gone):
            return self
        added = 0 if upserts is None else len(upserts)
        count = len(self.alive)
        alive = np.ones(count + added, np.bool_)
        alive[:count] = self.alive
        alive[gone] = False
        index = self.index
        rows = self._rows
        if upserts is not None:
            rows = self._appended(statistics, upserts)
            index = index.with_texts(lexical_vectors(statistics.idf, upserts.lexical))
        sorted_ids, sorted_rows = self._sorted(gone, upserts, count)
        changed = SideCorpus(self.side, alive, index, rows, sorted_ids, sorted_rows)
        return changed._packed() if _worth_packing(alive) else changed

    def _appended(self, statistics: Statistics, upserts: SideBatch) -> _Rows:
        count = len(self.alive)
        dense = dense_vectors(statistics.mean(self.side), upserts.languages, upserts.whole)
        hubness = statistics.hubness(self.side, dense)
        with self._rows.lock:
            # Rows behind this snapshot's belong to another line of snapshots: then this one gets its own copy.
            if self._rows.used == count and count + len(upserts) <= self._rows.capacity:
                self._rows.append(upserts, dense, hubness)
                return self._rows
        capacity = count + len(upserts) + max(_SPARE, count // 4)
        rows = self._rows.copied(slice(0, count), count, capacity)
        rows.append(upserts, dense, hubness)
        return rows

    def _sorted(
        self, gone: NDArray[np.int64], upserts: SideBatch | None, first: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        ids, rows = self._sorted_ids, self._sorted_rows
        if len(gone):
            keep = np.isin(rows, gone, invert=True)
            ids, rows = ids[keep], rows[keep]
        if upserts is None:
            return ids, rows
        order = np.argsort(upserts.ids)
        new = upserts.ids[order]
        at = np.searchsorted(ids, new)
        return np.insert(ids, at, new), np.insert(rows, at, first + order)

    def _packed(self) -> SideCorpus:
        keep = np.flatnonzero(self.alive)
        rows = self._rows.copied(keep, len(keep), len(keep) + max(_SPARE, len(keep) // 4))
        order = np.argsort(rows.ids[: len(keep)])
        return SideCorpus(
            self.side,
            np.ones(len(keep), np.bool_),
            self.index.keeping(self.alive),
            rows,
            rows.ids[order],
            order,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Immutable snapshot of both sides under one `Statistics`."""

    statistics: Statistics
    challenges: SideCorpus
    profiles: SideCorpus

    @classmethod
    def empty(cls, statistics: Statistics) -> Self:
        """Make a corpus without texts."""
        d = statistics.dimension
        return cls(statistics, SideCorpus.empty(Side.CHALLENGE, d), SideCorpus.empty(Side.PROFILE, d))

    @classmethod
    def load(
        cls, statistics: Statistics, batches: Iterable[SideBatch], expected: Mapping[Side, int] | None = None
    ) -> Self:
        """All texts of `batches`, read one batch at a time; far faster than adding them by `with_changes`.

        expected: number of texts of each side, where known, so that memory is taken once.
        """
        counts = expected or {}
        loading = {side: _Loading(side, statistics, counts.get(side, 0)) for side in Side}
        for batch in batches:
            loading[batch.side].add(batch)
        return cls(statistics, loading[Side.CHALLENGE].finish(), loading[Side.PROFILE].finish())

    def side(self, side: Side) -> SideCorpus:
        """Return the texts of one side."""
        return self.challenges if side is Side.CHALLENGE else self.profiles

    def with_changes(
        self, upserts: Iterable[SideBatch] = (), removed: Mapping[Side, Sequence[int]] | None = None
    ) -> Corpus:
        """Make a new snapshot: each batch adds texts or replaces those with the same id, then ids are removed."""
        sides = {side: self.side(side) for side in Side}
        for batch in upserts:
            sides[batch.side] = sides[batch.side].with_changes(self.statistics, batch, ())
        for side, ids in (removed or {}).items():
            sides[side] = sides[side].with_changes(self.statistics, None, ids)
        return Corpus(self.statistics, sides[Side.CHALLENGE], sides[Side.PROFILE])


class _Loading:
    """Collects the rows of one side; the lexical index is made once, at the end."""

    def __init__(self, side: Side, statistics: Statistics, expected: int) -> None:
        self.side = side
        self.statistics = statistics
        self.rows = _Rows(expected + max(_SPARE, expected // 20), statistics.dimension)
        self.lexical: list[LexicalVectors] = []

    def add(self, batch: SideBatch) -> None:
        if self.rows.used + len(batch) > self.rows.capacity:
            count = self.rows.used
            self.rows = self.rows.copied(slice(0, count), count, 2 * count + len(batch))
        dense = dense_vectors(self.statistics.mean(self.side), batch.languages, batch.whole)
        self.rows.append(batch, dense, self.statistics.hubness(self.side, dense))
        self.lexical.append(lexical_vectors(self.statistics.idf, batch.lexical))

    def finish(self) -> SideCorpus:
        count = self.rows.used
        order = np.argsort(self.rows.ids[:count])
        ids = self.rows.ids[order]
        if count and (np.diff(ids) == 0).any():
            raise ValueError("a text occurs twice; ids must be distinct within a side")
        alive = np.ones(count, np.bool_)
        return SideCorpus(self.side, alive, LexicalIndex.build(self.lexical), self.rows, ids, order)


def _worth_packing(alive: NDArray[np.bool_]) -> bool:
    gone = len(alive) - int(np.count_nonzero(alive))
    return gone >= _PACK_AT_LEAST and 4 * gone >= len(alive)
