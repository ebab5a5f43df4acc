"""The façade: rank the texts of one side for texts of the other.

A score is a base, computed for every pair, and an extra from passages that is never negative and bounded. So the texts
whose base comes within that bound of the list's last place are all that can get into the list: only their passages are
read, and the list is exactly that of computing everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching import calibration as calibrating
from matching.batches import SideBatch
from matching.calibration import DECIMALS, Calibration
from matching.candidates import Candidates, cover, together
from matching.corpus import Corpus, SideCorpus
from matching.criteria import eligible
from matching.features import Passages
from matching.fusion import DEFAULT_WEIGHTS, Weights
from matching.lexical_index import LexicalIndex
from matching.parallel import Each, on_all_cores, one_by_one
from matching.passages import PassageSource, PassageVectors
from matching.ranking import Floors, Ranking, RankResult
from matching.signals import (
    DENSE_SCALE,
    LEXICAL_SCALE,
    LexicalVectors,
    dense_vectors,
    lexical_vectors,
    products,
)
from matching.texts import Side

_BLOCK_NUMBERS: Final = 32_000_000  # of one matrix of a block: 128 MB in float32
_STRIDE: Final = 16
_SLACK: Final = 1e-4  # more than what float32 loses in the selection of candidates
_NO_ID: Final = np.iinfo(np.int64).max


class Matcher:
    """Ranks by one symmetric score (`matching.fusion`), and says what it means (`matching.calibration`).

    calibration: the packaged one when None.
    """

    def __init__(self, weights: Weights = DEFAULT_WEIGHTS, calibration: Calibration | None = None) -> None:
        self.weights = weights
        self.calibration = calibration or calibrating.packaged()

    def rank(
        self,
        queries: SideBatch,
        query_passages: Passages,
        corpus: Corpus,
        passages: PassageSource,
        *,
        limit: int = 100,
        minimum: float = -np.inf,
        floors: Floors | None = None,
        exhaustive: bool = False,
    ) -> list[RankResult]:
        """For each text of `queries`, in order, the best eligible texts of the other side of `corpus`.

        query_passages: passages of the queries, in the same order. passages: where those of the other side come from.
        limit: length of a list. minimum: pairs below this score are in no list (`Calibration.score_at` gives the score
        of a fit). floors: when given, `RankResult.admitted` is computed. exhaustive: compute every signal of every
        pair and select afterwards; the result is the same, slower.
        """
        other = corpus.side(queries.side.other)
        rows = None if floors is None else _RowFloors.of(floors, other)
        request = _Request(limit, minimum, rows, exhaustive)
        with on_all_cores(len(queries)) as each:
            chosen = (
                each(partial(self._select, block, request), range(len(block.queries)))
                for block in self._blocks(queries, query_passages, corpus, each)
            )
            return [
                self._result(corpus, candidates, pairs, request)
                for candidates, pairs in self._scored(queries.side, corpus, passages, chosen)
            ]

    def score_pairs(
        self,
        queries: SideBatch,
        query_passages: Passages,
        corpus: Corpus,
        passages: PassageSource,
        ids: Sequence[int] | NDArray[np.int64],
    ) -> list[Ranking]:
        """For each query its pairs with the texts `ids` of the other side, in rank order, eligible or not.

        Ids that are not in the corpus are left out.
        """
        rows = corpus.side(queries.side.other).positions(ids)
        rows = np.unique(rows[rows >= 0])
        chosen = (
            [block.candidates(row, rows) for row in range(len(block.queries))]
            for block in self._blocks(queries, query_passages, corpus)
        )
        scored = self._scored(queries.side, corpus, passages, chosen)
        return [self._ranking(pairs.take(pairs.order())) for _, pairs in scored]

    def _scored(
        self,
        side: Side,
        corpus: Corpus,
        passages: PassageSource,
        chosen: Iterable[list[Candidates]],
    ) -> Iterator[tuple[Candidates, _Pairs]]:
        """Score the candidates of each query of `side`, many queries at a time.

        Queries have candidates in common; the passages of each are read and centred once for all of them.
        """
        other = corpus.side(side.other)
        offsets = self.weights.offsets(other.hubness, corpus.statistics.spread)
        for some in together(chosen):
            for candidates, covered in zip(some, cover(side, corpus, passages, some), strict=True):
                yield candidates, self._pairs(corpus, other, offsets, candidates, covered)

    def _blocks(
        self, queries: SideBatch, query_passages: Passages, corpus: Corpus, each: Each = one_by_one
    ) -> Iterator[_Block]:
        other = corpus.side(queries.side.other)
        statistics = corpus.statistics
        other_offsets = self.weights.offsets(other.hubness, statistics.spread).astype(np.float32)
        size = max(1, _BLOCK_NUMBERS // max(1, len(other.alive)))
        for start in range(0, len(queries), size):
            rows = np.arange(start, min(start + size, len(queries)))
            part = queries.take(rows)
            dense = dense_vectors(statistics.mean(part.side), part.languages, part.whole)
            hubness = statistics.hubness(part.side, dense)
            lexical = lexical_vectors(statistics.idf, part.lexical)
            dense_products = products(dense, other.dense)
            lexical_products = np.empty_like(dense_products)
            write = partial(_write_products, other.index, lexical, lexical_products)
            each(write, range(len(part)))
            if part.side is Side.CHALLENGE:
                allowed = eligible(part.facets, other.facets)
            else:
                allowed = eligible(other.facets, part.facets).T
            yield _Block(
                queries=part,
                passages=PassageVectors.prepare(statistics.mean(part.side), part.languages, query_passages.take(rows)),
                dense=dense_products,
                lexical=lexical_products,
                hubness=hubness,
                offsets=self.weights.offsets(hubness, statistics.spread),
                other_offsets=other_offsets,
                factors=self.weights.factors(statistics.spread),
                allowed=allowed & other.alive,
            )

    def _select(self, block: _Block, request: _Request, row: int) -> Candidates:
        """Choose what can get into a list, by the base alone."""
        base = block.approximate_base(row)
        count = int(np.count_nonzero(block.allowed[row]))
        bound = self.weights.extra_most + _SLACK
        last = request.minimum
        if 0 < request.limit < count:
            last = max(last, kth_largest(base, request.limit))
        lowest = max(last - bound, float(np.finfo(np.float32).min))
        wanted = block.allowed[row] if request.exhaustive else base >= lowest
        if request.floors is not None:
            wanted = wanted | (base >= np.maximum(request.floors.scores, request.minimum) - bound)
            wanted &= block.allowed[row]
        return block.candidates(row, np.flatnonzero(wanted), count)

    def _pairs(
        self,
        corpus: Corpus,
        other: SideCorpus,
        offsets: NDArray[np.float64],
        candidates: Candidates,
        covered: NDArray[np.float64],
    ) -> _Pairs:
        """Scores of one query with its candidates, in float64 from exact products: the same in every block."""
        spread = corpus.statistics.spread
        per_dense, per_lexical = self.weights.factors(spread)
        dense = candidates.dense.astype(np.float64)
        lexical = candidates.lexical.astype(np.float64)
        cosine = dense / DENSE_SCALE**2
        # The sum of both offsets first: addition of two numbers commutes, so the direction doesn't matter.
        hubness = candidates.offset + offsets[candidates.rows]
        extra = np.where(np.isnan(covered), 0.0, self.weights.passage_extra(np.nan_to_num(covered), cosine, spread))
        scores = np.round(dense * per_dense + lexical * per_lexical - hubness + extra, DECIMALS)
        return _Pairs(other.ids[candidates.rows], scores, cosine, lexical / LEXICAL_SCALE**2, -hubness, extra)

    def _result(self, corpus: Corpus, candidates: Candidates, pairs: _Pairs, request: _Request) -> RankResult:
        order = pairs.order()
        confidence = -np.inf
        if len(order):
            best = float(pairs.scores[order[0]])
            confidence = calibrating.confidence(best, candidates.hubness, corpus.statistics.spread)
        order = order[pairs.scores[order] >= request.minimum]
        admitted = order[:0]
        if request.floors is not None:
            rows = candidates.rows[order]
            scores, ids = request.floors.scores[rows], request.floors.ids[rows]
            own = pairs.scores[order]
            admitted = order[(own > scores) | ((own == scores) & (candidates.query < ids))]
        return RankResult(
            candidates.query,
            self._ranking(pairs.take(order[: request.limit])),
            self._ranking(pairs.take(admitted)),
            candidates.eligible,
            round(confidence, DECIMALS),
        )

    def _ranking(self, pairs: _Pairs) -> Ranking:
        signals = {
            "dense": np.round(pairs.dense, DECIMALS),
            "lexical": np.round(pairs.lexical, DECIMALS),
            "hubness": np.round(pairs.hubness, DECIMALS),
            "passages": np.round(pairs.extra, DECIMALS),
        }
        return Ranking(pairs.ids, pairs.scores, self.calibration.fit(pairs.scores), signals)


@dataclass(frozen=True, slots=True, eq=False)
class _RowFloors:
    """Last entries by row of the other side: minus infinity where a list has room."""

    scores: NDArray[np.float64]
    ids: NDArray[np.int64]

    @classmethod
    def of(cls, floors: Floors, other: SideCorpus) -> _RowFloors:
        scores = np.full(len(other.alive), -np.inf)
        ids = np.full(len(other.alive), _NO_ID)
        at = other.positions(floors.owners)
        known = at >= 0
        scores[at[known]] = floors.scores[known]
        ids[at[known]] = floors.ids[known]
        return cls(scores, ids)


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    limit: int
    minimum: float
    floors: _RowFloors | None
    exhaustive: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Some queries against all n rows of the other side.

    dense, lexical: (b, n) float32 whole-number products. hubness: (b,) of the queries. offsets: (b,) and other_offsets:
    (n,) float32 what hubness takes. factors: what one step of the products adds. allowed: (b, n) bool, eligible and
    there.
    """

    queries: SideBatch
    passages: PassageVectors
    dense: NDArray[np.float32]
    lexical: NDArray[np.float32]
    hubness: NDArray[np.float64]
    offsets: NDArray[np.float64]
    other_offsets: NDArray[np.float32]
    factors: tuple[float, float]
    allowed: NDArray[np.bool_]

    def approximate_base(self, row: int) -> NDArray[np.float32]:
        """(n,) float32 scores without extra, to choose candidates by; minus infinity where not allowed."""
        per_dense, per_lexical = self.factors
        base: NDArray[np.float32] = self.dense[row] * np.float32(per_dense)
        base += self.lexical[row] * np.float32(per_lexical)
        base -= self.other_offsets
        base -= np.float32(self.offsets[row])
        base[~self.allowed[row]] = -np.inf
        return base

    def candidates(self, row: int, rows: NDArray[np.int64], eligible: int = 0) -> Candidates:
        """Take what is needed of some rows for one query, so that the block can go."""
        return Candidates(
            query=int(self.queries.ids[row]),
            rows=rows,
            dense=self.dense[row, rows],
            lexical=self.lexical[row, rows],
            passages=self.passages.row(row),
            hubness=float(self.hubness[row]),
            offset=float(self.offsets[row]),
            eligible=eligible,
        )


def kth_largest(values: NDArray[np.float32], k: int) -> float:
    """Find the k-th largest of (n,) values; a sample tells where to look, several times faster for large n."""
    sample = values[::_STRIDE]
    near = 2 * k // _STRIDE + 8
    if near < len(sample):
        top = values[values >= np.partition(sample, -near)[-near]]
        if len(top) >= k:
            values = top
    return float(np.partition(values, -k)[-k])


def _write_products(index: LexicalIndex, lexical: LexicalVectors, out: NDArray[np.float32], row: int) -> None:
    index.products(*lexical.row(row), out=out[row])


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Pairs of one query with k texts, each array (k,)."""

    ids: NDArray[np.int64]
    scores: NDArray[np.float64]
    dense: NDArray[np.float64]
    lexical: NDArray[np.float64]
    hubness: NDArray[np.float64]
    extra: NDArray[np.float64]

    def take(self, index: NDArray[np.int64]) -> _Pairs:
        return _Pairs(
            self.ids[index],
            self.scores[index],
            self.dense[index],
            self.lexical[index],
            self.hubness[index],
            self.extra[index],
        )

    def order(self) -> NDArray[np.int64]:
        """Positions in rank order: falling score, then rising id."""
        return np.lexsort((self.ids, -self.scores))
