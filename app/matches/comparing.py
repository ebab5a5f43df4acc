"""Ranking texts against a snapshot, whether it holds the whole corpus or finds candidates in the database."""

from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from app.matches.passages import PassageCache, PassageReader
from app.matches.snapshot import Snapshot
from matching.batches import SideBatch
from matching.features import Passages
from matching.matcher import Matcher
from matching.ranking import Floors, RankResult

_TOGETHER: Final = 16
"""Queries whose candidates are in memory together: some thousand texts."""


def rank(
    session: Session,
    snapshot: Snapshot,
    matcher: Matcher,
    cache: PassageCache,
    queries: SideBatch,
    passages: Passages,
    *,
    limit: int,
    floors: Floors | None = None,
    may_be_gone: bool = False,
) -> list[RankResult]:
    """Return `Matcher.rank` of some queries. may_be_gone: the session may not see texts that the snapshot holds."""
    at_once = len(queries) if snapshot.index is None else _TOGETHER
    results: list[RankResult] = []
    for start in range(0, len(queries), max(at_once, 1)):
        rows = np.arange(start, min(start + at_once, len(queries)))
        part = queries.take(rows)
        near = snapshot.around(session, part)
        reader = PassageReader(session, cache, near.corpus.statistics, near.hashes, may_be_gone=may_be_gone)
        results += matcher.rank(part, passages.take(rows), near.corpus, reader, limit=limit, floors=floors)
    return results
