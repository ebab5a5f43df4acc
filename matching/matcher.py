"""The façade: rank the texts of one side for texts of the other.

A score is a base, computed for every pair, and an extra from passages that is never negative and bounded. So the texts
whose base comes within that bound of the list's last place are all that can get into the list: only their passages are
read, and the list is exactly that of computing everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching import calibration as calibrating
from matching.batches import SideBatch
from matching.calibration import DECIMALS, Calibration
from matching.corpus import Corpus, SideCorpus
from matching.criteria import eligible
from matching.features import Passages
from matching.fusion import DEFAULT_WEIGHTS, Weights
from matching.lexical_index import LexicalIndex
from matching.parallel import Each, on_all_cores, one_by_one
from matching.passages import LoadedPassages, PassageSource, PassageVectors, coverage
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

Result = TypeVar("Result")

_BLOCK_NUMBERS: Final = 32_000_000  # of one matrix of a block: 128 MB in float32
_QUERIES_AT_ONCE: Final = 64  # whose candidates' passages are read together
_TEXTS_AT_ONCE: Final = 128  # candidates of a single query whose passages are read and centred together
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
        results: list[RankResult] = []
        with on_all_cores(len(queries)) as each:
            for block in self._blocks(queries, query_passages, corpus, each):
                request = _Request(limit, minimum, None if floors is None else block.floors(floors), exhaustive)
                results += self._rank_block(block, passages, request, each)
        return results

    def _rank_block(self, block: _Block, passages: PassageSource, request: _Request, each: Each) -> list[RankResult]:
        rows = range(len(block.queries))
        selections = each(partial(self._select, block, request), rows)
        ranked: dict[int, RankResult] = {}
        # Texts with the same best partner have many candidates in common, whose passages are prepared once for them.
        similar = sorted(rows, key=lambda row: selections[row].best)
        for start in range(0, len(rows), _QUERIES_AT_ONCE):
            group = similar[start : start + _QUERIES_AT_ONCE]
            if len(group) == 1:
                rows_of_it = selections[group[0]].rows
                covered = _coverage_alone(block, passages, group[0], rows_of_it)
                pairs = self._pairs(block, group[0], rows_of_it, covered)
                ranked[group[0]] = self._result(block, group[0], selections[group[0]], pairs, request)
                continue
            prepared = _prepare(block, passages, [selections[row].rows for row in group], each)
            rank = partial(self._rank_row, block, request, prepared, selections)
            ranked.update(zip(group, each(rank, group), strict=True))
        return [ranked[row] for row in rows]

    def _rank_row(
        self, block: _Block, request: _Request, prepared: _Prepared, selections: list[_Selection], row: int
    ) -> RankResult:
        rows = selections[row].rows
        pairs = self._pairs(block, row, rows, prepared.coverage(block, row, rows))
        return self._result(block, row, selections[row], pairs, request)

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
        results: list[Ranking] = []
        for block in self._blocks(queries, query_passages, corpus):
            prepared = _prepare(block, passages, [rows])
            for row in range(len(block.queries)):
                pairs = self._pairs(block, row, rows, prepared.coverage(block, row, rows))
                results.append(self._ranking(pairs.take(pairs.order())))
        return results

    def _blocks(
        self, queries: SideBatch, query_passages: Passages, corpus: Corpus, each: Each = one_by_one
    ) -> Iterator[_Block]:
        other = corpus.side(queries.side.other)
        statistics = corpus.statistics
        other_offsets = self.weights.offsets(other.hubness, statistics.spread)
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
                corpus=corpus,
                other=other,
                queries=part,
                passages=PassageVectors.prepare(statistics.mean(part.side), part.languages, query_passages.take(rows)),
                dense=dense_products,
                lexical=lexical_products,
                hubness=hubness,
                offsets=self.weights.offsets(hubness, statistics.spread),
                other_offsets=other_offsets,
                rough_offsets=other_offsets.astype(np.float32),
                allowed=allowed & other.alive,
            )

    def _select(self, block: _Block, request: _Request, row: int) -> _Selection:
        """Rows that can get into a list, by the base alone."""
        base = self._approximate_base(block, row)
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
        return _Selection(np.flatnonzero(wanted), count, int(base.argmax()) if len(base) else 0)

    def _approximate_base(self, block: _Block, row: int) -> NDArray[np.float32]:
        """(n,) float32 scores without extra, to choose candidates by; minus infinity where not allowed."""
        per_dense, per_lexical = self.weights.factors(block.corpus.statistics.spread)
        base: NDArray[np.float32] = block.dense[row] * np.float32(per_dense)
        base += block.lexical[row] * np.float32(per_lexical)
        base -= block.rough_offsets
        base -= np.float32(block.offsets[row])
        base[~block.allowed[row]] = -np.inf
        return base

    def _pairs(self, block: _Block, row: int, rows: NDArray[np.int64], covered: NDArray[np.float64]) -> _Pairs:
        """Scores of one query with the given rows, in float64 from exact products: the same in every block."""
        spread = block.corpus.statistics.spread
        per_dense, per_lexical = self.weights.factors(spread)
        dense = block.dense[row, rows].astype(np.float64)
        lexical = block.lexical[row, rows].astype(np.float64)
        cosine = dense / DENSE_SCALE**2
        mine, theirs = block.offsets[row], block.other_offsets[rows]
        # The sum of both offsets first: addition of two numbers commutes, so the direction doesn't matter.
        hubness = mine + theirs
        extra = np.where(np.isnan(covered), 0.0, self.weights.passage_extra(np.nan_to_num(covered), cosine, spread))
        scores = np.round(dense * per_dense + lexical * per_lexical - hubness + extra, DECIMALS)
        return _Pairs(block.other.ids[rows], scores, cosine, lexical / LEXICAL_SCALE**2, -hubness, extra)

    def _result(self, block: _Block, row: int, selection: _Selection, pairs: _Pairs, request: _Request) -> RankResult:
        order = pairs.order()
        confidence = -np.inf
        if len(order):
            best = float(pairs.scores[order[0]])
            spread = block.corpus.statistics.spread
            confidence = calibrating.confidence(best, float(block.hubness[row]), spread)
        order = order[pairs.scores[order] >= request.minimum]
        query = int(block.queries.ids[row])
        admitted = order[:0]
        if request.floors is not None:
            rows = selection.rows[order]
            scores, ids = request.floors.scores[rows], request.floors.ids[rows]
            own = pairs.scores[order]
            admitted = order[(own > scores) | ((own == scores) & (query < ids))]
        return RankResult(
            query,
            self._ranking(pairs.take(order[: request.limit])),
            self._ranking(pairs.take(admitted)),
            selection.eligible,
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
class _Request:
    limit: int
    minimum: float
    floors: _RowFloors | None
    exhaustive: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Selection:
    """Rows of the other side to compute in full, ascending, how many are eligible at all, and the best by the base."""

    rows: NDArray[np.int64]
    eligible: int
    best: int


@dataclass(frozen=True, slots=True, eq=False)
class _RowFloors:
    """Last entries by row: minus infinity where a list has room."""

    scores: NDArray[np.float64]
    ids: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Some queries against all n rows of the other side.

    dense, lexical: (b, n) float32 whole-number products. hubness: (b,) of the queries. offsets: (b,) and other_offsets:
    (n,) what hubness takes, the latter also in float32. allowed: (b, n) bool, eligible and there.
    """

    corpus: Corpus
    other: SideCorpus
    queries: SideBatch
    passages: PassageVectors
    dense: NDArray[np.float32]
    lexical: NDArray[np.float32]
    hubness: NDArray[np.float64]
    offsets: NDArray[np.float64]
    other_offsets: NDArray[np.float64]
    rough_offsets: NDArray[np.float32]
    allowed: NDArray[np.bool_]

    def floors(self, floors: Floors) -> _RowFloors:
        """Floors by row of the other side."""
        scores = np.full(len(self.other.alive), -np.inf)
        ids = np.full(len(self.other.alive), _NO_ID)
        at = self.other.positions(floors.owners)
        known = at >= 0
        scores[at[known]] = floors.scores[known]
        ids[at[known]] = floors.ids[known]
        return _RowFloors(scores, ids)


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """Passages of the candidates of a block; `rows` are their rows in the other side, ascending."""

    rows: NDArray[np.int64]
    passages: PassageVectors

    def coverage(self, block: _Block, row: int, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """`matching.passages.coverage` of one query with some of the rows, ascending."""
        others = self.passages
        if len(rows) != len(self.rows):
            others = others.take(np.searchsorted(self.rows, rows))
        return coverage(block.queries.side, block.passages.row(row), others)


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


def _prepare(
    block: _Block, source: PassageSource, candidates: list[NDArray[np.int64]], each: Each = one_by_one
) -> _Prepared:
    """Read the passages of all candidates of some queries, and centre each once for all of them."""
    rows = np.unique(np.concatenate(candidates)) if candidates else np.empty(0, np.int64)
    vectors = list(_pieces(block, source, rows, each, lambda part: part))
    return _Prepared(rows, PassageVectors.concatenated(vectors, block.corpus.statistics.dimension))


def _coverage_alone(block: _Block, source: PassageSource, row: int, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """`matching.passages.coverage` of a single query, which can have thousands of candidates."""
    side, own = block.queries.side, block.passages.row(row)
    with on_all_cores(-(-len(rows) // _TEXTS_AT_ONCE), least=2) as each:
        covered = _pieces(block, source, rows, each, lambda part: coverage(side, own, part))
        return np.concatenate([np.empty(0), *covered])


def _pieces(
    block: _Block,
    source: PassageSource,
    rows: NDArray[np.int64],
    each: Each,
    work: Callable[[PassageVectors], Result],
) -> list[Result]:
    """Apply `work` to the passages of some rows, some texts at a time.

    While one piece is read, those before are computed on all cores, and what a piece needs stays in the processor's
    cache instead of hundreds of megabytes of fresh memory for vectors that are used once.
    """
    side: Side = block.queries.side.other
    means = block.corpus.statistics.mean(side)
    ids, languages = block.other.ids[rows], block.other.languages[rows]
    pieces = [slice(start, start + _TEXTS_AT_ONCE) for start in range(0, len(rows), _TEXTS_AT_ONCE)]
    read = ((ids[piece], languages[piece], source.load(side, ids[piece], languages[piece])) for piece in pieces)

    def compute(piece: tuple[NDArray[np.int64], NDArray[np.uint8], list[LoadedPassages]]) -> Result:
        own_ids, own_languages, loaded = piece
        return work(PassageVectors.loaded(source, side, own_ids, own_languages, means, loaded))

    return each(compute, read)


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
