"""What one process knows of the corpus at one revision: immutable, rebuilt from the database, refreshed by deltas."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.matches import candidate_index, corpus_repository, generations
from app.matches.candidate_index import CandidateIndex
from app.matches.corpus_repository import StoredBatch
from app.matches.list_repository import LastEntry
from app.matches.sides import TABLES
from matching.batches import SideBatch
from matching.corpus import Corpus
from matching.criteria import Facets
from matching.ranking import Floors
from matching.statistics import Statistics
from matching.texts import Side

Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The published texts and the last entries of their lists under one generation.

    last_scores, last_ids: by id of the text, the last entry of its list; id 0 where the list has room for everybody.
    hashes: by id, the first eight bytes of the hash of the text that is in the corpus.
    index: where a ranking finds candidates in the database. Then `corpus` and `hashes` hold only what `around` and
    `holding` read for one purpose, and lists know of a text what its candidates say of it.
    """

    generation_id: int
    fingerprint: str
    revision: int
    corpus: Corpus
    last_scores: Mapping[Side, NDArray[np.float64]]
    last_ids: Mapping[Side, NDArray[np.int64]]
    hashes: Mapping[Side, NDArray[np.int64]]
    index: CandidateIndex | None = None

    @classmethod
    def load(cls, session: Session, generation_id: int, revision: int) -> Self:
        """Read everything published, for the first ranking of a process or of a generation.

        `revision` was read before: what has changed since is read again with the next delta.
        """
        generation = generations.get(session, generation_id)
        statistics = Statistics.from_bytes(generation.statistics)
        index = candidate_index.of(session, generation_id, statistics)
        hashes: dict[Side, NDArray[np.int64]] = {side: np.empty(0, np.int64) for side in Side}

        def batches() -> Iterable[StoredBatch]:
            for side in Side:
                yield from corpus_repository.published_batches(
                    session, side, generation.fingerprint, generation.dimension
                )

        def remembered() -> Iterable[StoredBatch]:
            for stored in batches():
                side = stored.batch.side
                hashes[side] = _assigned(hashes[side], stored.batch.ids, stored.hashes)
                yield stored

        if index is not None:
            corpus = Corpus.empty(statistics)
        else:
            corpus = Corpus.load(statistics, (stored.batch for stored in remembered()), _expected(session))
        snapshot = cls(
            generation_id,
            generation.fingerprint,
            revision,
            corpus,
            {side: np.empty(0, np.float64) for side in Side},
            {side: np.empty(0, np.int64) for side in Side},
            hashes,
            index,
        )
        return snapshot.with_lists_of(session)

    def with_lists_of(self, session: Session) -> Self:
        """Read the last entries of all lists again."""
        snapshot = self
        for side in Side:
            snapshot = snapshot.with_last_entries(side, _last_entries(session, side, self.generation_id, None))
        return snapshot

    def refreshed(self, session: Session, revision: int) -> Self:
        """Read what changed between this snapshot and `revision`; returns itself when nothing did."""
        if revision <= self.revision:
            return self
        dimension = self.corpus.statistics.dimension
        snapshot = self
        for side in Side if self.index is None else ():
            changed = corpus_repository.changed_ids(session, side, self.revision)
            if not changed:
                continue
            upserts = list(corpus_repository.published_batches(session, side, self.fingerprint, dimension, changed))
            there = {text_id for stored in upserts for text_id in stored.batch.ids.tolist()}
            snapshot = snapshot.with_texts(upserts).without(
                side, [text_id for text_id in changed if text_id not in there]
            )
        for side in Side:
            changed_lists = _last_entries(session, side, self.generation_id, self.revision)
            snapshot = snapshot.with_last_entries(side, changed_lists)
        return snapshot.at(revision)

    def around(self, session: Session, queries: SideBatch) -> Self:
        """Return a snapshot that holds the texts these queries have to be compared with."""
        if self.index is None:
            return self
        side = queries.side.other
        known = {text_id: bits for found in self.index.candidates(session, queries) for text_id, bits in found.items()}
        return self.holding(session, side, sorted(known), known)

    def holding(self, session: Session, side: Side, ids: Sequence[int], bits: Mapping[int, str] | None = None) -> Self:
        """Return a snapshot that holds some published texts of a side; without an index it holds all anyway.

        bits: their requirement bits, where they are known.
        """
        if self.index is None:
            return self
        dimension = self.corpus.statistics.dimension
        facets = None if bits is None else partial(_facets_from, side, bits)
        read = list(corpus_repository.published_batches(session, side, self.fingerprint, dimension, ids, facets))
        corpus = Corpus.load(self.corpus.statistics, (stored.batch for stored in read))
        hashes = {side: np.empty(0, np.int64) for side in Side}
        for stored in read:
            hashes[side] = _assigned(hashes[side], stored.batch.ids, stored.hashes)
        return replace(self, corpus=corpus, hashes=hashes)

    def size(self, session: Session, side: Side) -> int:
        """Count the texts of a side that are ranked."""
        return len(self.corpus.side(side)) if self.index is None else _published(session, side)

    def at(self, revision: int) -> Self:
        """Return the same content as of another revision."""
        return replace(self, revision=revision)

    def with_texts(self, upserts: Iterable[StoredBatch]) -> Self:
        """Return a snapshot in which these texts are added, or replace older versions of themselves."""
        if self.index is not None:
            return self
        upserts = list(upserts)
        hashes = dict(self.hashes)
        for stored in upserts:
            side = stored.batch.side
            hashes[side] = _assigned(hashes[side], stored.batch.ids, stored.hashes)
        corpus = self.corpus.with_changes([stored.batch for stored in upserts])
        return replace(self, corpus=corpus, hashes=hashes)

    def without(self, side: Side, ids: list[int]) -> Self:
        """Return a snapshot without some texts."""
        return replace(self, corpus=self.corpus.with_changes(removed={side: ids})) if ids else self

    def with_last_entries(self, side: Side, entries: Mapping[int, LastEntry | None]) -> Self:
        """Return a snapshot in which the lists of some texts end with other entries, None: with room for all."""
        if not entries:
            return self
        ids = np.fromiter(entries, np.int64, len(entries))
        scores = np.fromiter((entry[0] if entry else 0.0 for entry in entries.values()), np.float64, len(ids))
        partners = np.fromiter((entry[1] if entry else 0 for entry in entries.values()), np.int64, len(ids))
        return replace(
            self,
            last_scores={**self.last_scores, side: _assigned(self.last_scores[side], ids, scores)},
            last_ids={**self.last_ids, side: _assigned(self.last_ids[side], ids, partners)},
        )

    def floors(self, side: Side) -> Floors:
        """Return the last entries of all full lists of a side."""
        text_ids = np.flatnonzero(self.last_ids[side])
        return Floors(text_ids, self.last_scores[side][text_ids], self.last_ids[side][text_ids])


def _facets_from(side: Side, bits: Mapping[int, str], ids: Sequence[int]) -> Facets:
    return candidate_index.facets_of(side, [bits[text_id] for text_id in ids])


def _assigned(values: NDArray[Number], ids: NDArray[np.int64], new: NDArray[Number]) -> NDArray[Number]:
    """Copy of `values` with `new` at the positions `ids`, grown with zeros where needed."""
    needed = int(ids.max()) + 1 if len(ids) else 0
    size = len(values) if needed <= len(values) else needed + needed // 8
    grown = np.zeros(size, values.dtype)
    grown[: len(values)] = values
    grown[ids] = new
    return grown


def _expected(session: Session) -> dict[Side, int]:
    return {side: _published(session, side) for side in Side}


def _published(session: Session, side: Side) -> int:
    tables = TABLES[side]
    query = select(func.count()).select_from(tables.text).where(tables.text.state == tables.published)
    return session.scalar(query) or 0


def _last_entries(session: Session, side: Side, generation_id: int, after: int | None) -> dict[int, LastEntry | None]:
    tables = TABLES[side]
    lists = tables.ranked_list
    query = select(tables.list_id, lists.last_score, lists.last_id).where(lists.generation_id == generation_id)
    if after is not None:
        query = query.where(lists.revision > after)
    rows = session.execute(query)
    return {text_id: None if last is None else (float(score), last) for text_id, score, last in rows}
