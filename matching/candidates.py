"""The texts whose passages are worth reading for a query, and the reading, once for many queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.corpus import Corpus
from matching.parallel import on_all_cores
from matching.passages import LoadedPassages, PassageSource, PassageVectors, coverage
from matching.texts import Side

_PAIRS_AT_ONCE: Final = 2_000_000  # that are kept until their passages are read
_TEXTS_AT_ONCE: Final = 128  # whose passages are read and centred together


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """k texts of the other side whose passages are worth reading for one query.

    rows: (k,) int64 of the other side, ascending. dense, lexical: (k,) float32 whole-number products. passages: (m, d)
    of the query. offset: what its hubness takes. eligible: how many texts of the other side are.
    """

    query: int
    rows: NDArray[np.int64]
    dense: NDArray[np.float32]
    lexical: NDArray[np.float32]
    passages: NDArray[np.float32]
    hubness: float
    offset: float
    eligible: int


def together(chosen: Iterable[list[Candidates]]) -> Iterator[list[Candidates]]:
    """Put the candidates of consecutive blocks together, while they are few enough."""
    some: list[Candidates] = []
    pairs = 0
    for block in chosen:
        some += block
        pairs += sum(len(candidates.rows) for candidates in block)
        if pairs >= _PAIRS_AT_ONCE:
            yield some
            some, pairs = [], 0
    if some:
        yield some


def cover(side: Side, corpus: Corpus, source: PassageSource, queries: list[Candidates]) -> list[NDArray[np.float64]]:
    """`matching.passages.coverage` of each query of `side` with its candidates.

    The texts of the other side are gone through once, some at a time: while one piece is read, those before are
    computed on all cores, and what a piece needs stays in the processor's cache instead of hundreds of megabytes of
    fresh memory for vectors that are used once.
    """
    statistics, other = corpus.statistics, corpus.side(side.other)
    means = statistics.mean(other.side)
    asking = PassageVectors.from_rows([query.passages for query in queries], statistics.dimension)
    sizes = [len(query.rows) for query in queries]
    rows = np.concatenate([np.empty(0, np.int64), *(query.rows for query in queries)])
    order = np.argsort(rows, kind="stable")
    texts, starts, text_of_pair = np.unique(rows[order], return_index=True, return_inverse=True)
    starts = np.append(starts, len(rows))
    query_of_pair = np.repeat(np.arange(len(queries)), sizes)[order]
    covered = np.empty(len(rows))

    def read(start: int) -> _Piece:
        piece = texts[start : start + _TEXTS_AT_ONCE]
        ids, languages = other.ids[piece], other.languages[piece]
        return _Piece(start, ids, languages, source.load(other.side, ids, languages))

    def compute(piece: _Piece) -> None:
        vectors = PassageVectors.loaded(source, other.side, piece.ids, piece.languages, means, piece.loaded)
        pairs = slice(starts[piece.start], starts[piece.start + len(piece.ids)])
        in_piece = text_of_pair[pairs] - piece.start
        covered[order[pairs]] = coverage(side, asking, vectors, query_of_pair[pairs], in_piece)

    pieces = range(0, len(texts), _TEXTS_AT_ONCE)
    with on_all_cores(len(pieces), least=2) as each:
        each(compute, map(read, pieces))
    return np.split(covered, np.cumsum(sizes)[:-1])


class _Piece(NamedTuple):
    """Some texts of the other side as a source gave them."""

    start: int
    ids: NDArray[np.int64]
    languages: NDArray[np.uint8]
    loaded: list[LoadedPassages]
