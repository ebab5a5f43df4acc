"""Keeps the stored lists of matches exact while texts enter and leave the corpus.

Readers see the best LENGTH partners of a text, those behind place SURE only with a fit of at least MINIMUM_FIT, and
none below the lowest band: a weak suggestion helps nobody. The best SURE are kept whatever their fit, as nearest
misses. A stored list holds every eligible partner that does not rank behind the list's last entry (no last entry:
every eligible partner). It may grow to LONGEST entries before it is trimmed to KEPT, and shrink to what readers may
see before it is ranked afresh: the slack makes most arrivals and departures cheap. (Maintenance of top-k views with
slack: Yi, Yu, Yang, Xia, Chen, "Efficient maintenance of materialized top-k views", ICDE 2003.)

A pair that stands in the lists of both texts is one row, with one score.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app import metrics
from app.matches import comparing, corpus_repository, list_repository
from app.matches.corpus_repository import StoredBatch
from app.matches.list_repository import LastEntry
from app.matches.passages import PassageCache, raw_passages
from app.matches.sides import TABLES
from app.matches.snapshot import Snapshot
from matching.features import Passages
from matching.matcher import Matcher
from matching.ranking import Ranking, RankResult
from matching.texts import Side

LENGTH = 100
"""Matches of a text that readers see at most."""
SURE = 20
"""Matches that are kept however low their fit is: the nearest misses of a text that nothing fits."""
MINIMUM_FIT = 0.1
"""Behind place SURE a list holds no weaker match: long tails of weak ones would make every publication expensive."""
KEPT = 120
SURE_KEPT = 26
LONGEST = 200
_BEHIND_ALL = 2**31 - 1
"""In a last entry: whoever has its score enters, whatever the id."""
RANKED_AT_ONCE = 64
"""Texts that are ranked in one block when lists are made afresh."""


Entry = tuple[int, float, float]
"""Partner, score and fit of one match."""


class ListWriter:
    """Writes lists within one transaction that holds the lock of the corpus revision.

    `snapshot` is what is in the corpus right now, with what this writer changed; it is worth keeping only when the
    transaction commits.
    """

    def __init__(
        self,
        session: Session,
        snapshot: Snapshot,
        matcher: Matcher,
        cache: PassageCache,
        revision: int,
        *,
        tell: bool = True,
    ) -> None:
        """`tell`: the texts changed, so others have to read them again; else only these lists catch up."""
        self._tell = tell
        self.session = session
        self.snapshot = snapshot
        self.revision = revision
        self._matcher = matcher
        self._cache = cache
        self._shrunk: Mapping[Side, set[int]] = {side: set() for side in Side}

    @property
    def _generation_id(self) -> int:
        return self.snapshot.generation_id

    def enter(self, stored: StoredBatch, passages: Passages) -> None:
        """Rank one text and write it into its own list and into those of the texts it is good enough for."""
        batch = stored.batch
        side, text_id = batch.side, int(batch.ids[0])
        self.snapshot = self.snapshot.with_texts([stored])
        if self.snapshot.index is not None:
            self.snapshot.index.put(self.session, batch)
        (result,) = self._rank(stored, passages, floors=True)
        own, last_entry = self._cut(result)
        self._write_own_list(side, text_id, own, result.admitted)
        self._put_lists(side, {text_id: (len(own), last_entry)})
        admitted = result.admitted.ids.tolist()
        list_repository.resize(self.session, self._generation_id, side.other, admitted, 1, self.revision)
        self._trim(side.other, admitted)
        self._record(side, text_id)

    def leave(self, side: Side, text_id: int) -> None:
        """Take one text out of the corpus and out of all lists."""
        self.snapshot = self.snapshot.without(side, [text_id])
        if self.snapshot.index is not None:
            self.snapshot.index.remove(self.session, side, [text_id])
        holders = list_repository.listed_in(self.session, self._generation_id, side, text_id)
        list_repository.remove_text(self.session, self._generation_id, side, text_id)
        list_repository.resize(self.session, self._generation_id, side.other, holders, -1, self.revision)
        self._shrunk[side.other].update(holders)
        self._record(side, text_id)

    def forget(self, side: Side, text_id: int) -> None:
        """Take a text that is about to be deleted out of the lists of the generations nobody reads.

        Its matches go with it in all of them, but the sizes of the lists that hold it have to be right afterwards.
        """
        for generation_id in list_repository.generations_with(self.session, side, text_id):
            if generation_id != self._generation_id:
                holders = list_repository.listed_in(self.session, generation_id, side, text_id)
                list_repository.remove_text(self.session, generation_id, side, text_id)
                list_repository.resize(self.session, generation_id, side.other, holders, -1, self.revision)

    def _record(self, side: Side, text_id: int) -> None:
        if self._tell:
            corpus_repository.record_change(self.session, self.revision, side, text_id)

    def recount(self, side: Side, first: int, last: int) -> None:
        """Set sizes right where texts were deleted past all of this, as a restore does."""
        list_repository.recount(self.session, self._generation_id, side, first, last, self.revision)

    def finish(self) -> None:
        """Rank those lists afresh that departures made too short."""
        for side, ids in self._shrunk.items():
            self.make_lists(side, self.short(side, sorted(ids)))
            ids.clear()

    def short(self, side: Side, ids: Sequence[int] | None = None) -> list[int]:
        """Return those of `ids`, None: of all texts, whose lists have to be ranked afresh."""
        return list_repository.short_of(self.session, self._generation_id, side, ids, LENGTH, SURE, self._minimum_score)

    def make_lists(self, side: Side, ids: Sequence[int]) -> None:
        """Rank the lists of some texts of the corpus afresh."""
        dimension = self.snapshot.corpus.statistics.dimension
        for start in range(0, len(ids), RANKED_AT_ONCE):
            part = ids[start : start + RANKED_AT_ONCE]
            for stored in corpus_repository.published_batches(
                self.session, side, self.snapshot.fingerprint, dimension, part
            ):
                passages = raw_passages(self.session, side, self.snapshot.corpus.statistics, stored.batch.ids)
                self.replace_lists(side, stored.batch.ids.tolist(), self._rank(stored, passages, floors=False))

    def _rank(self, stored: StoredBatch, passages: Passages, *, floors: bool) -> list[RankResult]:
        side = stored.batch.side
        with metrics.RANKING.time():
            return comparing.rank(
                self.session,
                self.snapshot,
                self._matcher,
                self._cache,
                stored.batch,
                passages,
                limit=KEPT,
                floors=self.snapshot.floors(side.other) if floors else None,
            )

    @property
    def _minimum_score(self) -> float:
        # A little below, so that rounding of the fit never hides a match that a reader would see.
        return self._matcher.calibration.score_at(MINIMUM_FIT) - 1e-4

    def _cut(self, result: RankResult) -> tuple[list[Entry], LastEntry | None]:
        """Return what a list keeps of a ranking, and its last entry: None when it holds everything eligible."""
        entries = _entries(result.own)
        good = sum(score >= self._minimum_score for _, score, _ in entries)
        keep = max(good, SURE_KEPT, KEPT if LENGTH <= SURE else 0)
        if result.eligible <= min(keep, len(entries)):
            return entries, None
        if keep < len(entries) and good == keep:
            return entries[:keep], (self._minimum_score, _BEHIND_ALL)
        partner, score, _ = entries[:keep][-1]
        return entries[:keep], (score, partner)

    def _write_own_list(self, side: Side, text_id: int, listed: Sequence[Entry], admitted: Ranking) -> None:
        own, other = TABLES[side], TABLES[side.other]
        listed_ids = {partner for partner, _, _ in listed}
        admitted_ids = set(admitted.ids.tolist())
        rows = [
            self._row(side, text_id, partner, score, fit)
            | {own.in_list.key: True, other.in_list.key: partner in admitted_ids}
            for partner, score, fit in listed
        ]
        rows += [
            self._row(side, text_id, partner, score, fit) | {own.in_list.key: False, other.in_list.key: True}
            for partner, score, fit in _entries(admitted)
            if partner not in listed_ids
        ]
        list_repository.add_matches(self.session, rows)

    def replace_lists(self, side: Side, ids: Sequence[int], results: Sequence[RankResult]) -> None:
        """Write the lists of texts that were ranked with KEPT places."""
        own, other = TABLES[side], TABLES[side.other]
        cut = {text_id: self._cut(result) for text_id, result in zip(ids, results, strict=True)}
        list_repository.unlist(self.session, self._generation_id, side, ids)
        rows = [
            self._row(side, text_id, partner, score, fit) | {own.in_list.key: True, other.in_list.key: False}
            for text_id, (listed, _) in cut.items()
            for partner, score, fit in listed
        ]
        list_repository.merge_matches(self.session, side, rows)
        list_repository.drop_unlisted(self.session, self._generation_id, side, ids)
        self._put_lists(side, {text_id: (len(listed), last_entry) for text_id, (listed, last_entry) in cut.items()})

    def _put_lists(self, side: Side, lists: Mapping[int, tuple[int, LastEntry | None]]) -> None:
        list_repository.put_lists(
            self.session,
            side,
            [
                {
                    TABLES[side].id_name: text_id,
                    "generation_id": self._generation_id,
                    "size": size,
                    "last_score": entry and entry[0],
                    "last_id": entry and entry[1],
                    "revision": self.revision,
                }
                for text_id, (size, entry) in lists.items()
            ],
        )
        self.snapshot = self.snapshot.with_last_entries(side, {text_id: entry for text_id, (_, entry) in lists.items()})

    def _trim(self, side: Side, ids: Sequence[int]) -> None:
        long = list_repository.longer_than(self.session, self._generation_id, side, ids, LONGEST)
        last_entries = list_repository.trim(self.session, self._generation_id, side, long, KEPT, self.revision)
        self.snapshot = self.snapshot.with_last_entries(side, last_entries)

    def _row(self, side: Side, text_id: int, partner: int, score: float, fit: float) -> dict[str, Any]:
        return {
            TABLES[side].id_name: text_id,
            TABLES[side.other].id_name: partner,
            "generation_id": self._generation_id,
            "score": score,
            "fit": fit,
        }


def _entries(ranking: Ranking) -> list[Entry]:
    return list(zip(ranking.ids.tolist(), ranking.scores.tolist(), ranking.fits.tolist(), strict=True))
