"""Candidates from an index in the database, for corpora that do not fit in memory; PostgreSQL with pgvector only.

A ranking may have one table for each side with a row for every published text: its dense vector as `matching.signals`
centres it, beside it what hubness takes, so that one inner product is the base of a score without n-grams; and its
requirement bits, so that only eligible texts are candidates. An inverted file (Jégou, Douze, Schmid 2011, "Product
quantization for nearest neighbor search", without the quantization) is read list by list until there are enough; where
it ends before, and where there are few texts, all rows are compared.

Whoever writes lists of the ranking keeps its tables up to date. They are made and dropped with it, in no migration.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import TextClause, func, literal, select, text
from sqlalchemy.orm import Session

from app.matches import corpus_repository
from matching.batches import SideBatch
from matching.criteria import WORDS, Facets
from matching.fusion import DEFAULT_WEIGHTS
from matching.signals import DENSE_SCALE, dense_vectors
from matching.statistics import Statistics
from matching.texts import Side

CANDIDATES: Final = 200
"""Texts whose scores are computed in full: the index knows neither n-grams nor passages, and that is what they move."""
INDEXED_FROM: Final = 5_000
"""Rows of a table from which on an index reads faster than comparing all of them."""
_TEXTS_PER_LIST: Final = 1000
_LISTS_READ: Final = 24
_LISTS_READ_AT_MOST: Final = 256
_BITS: Final = 64 * WORDS
_NO_BIT: Final = "0" * _BITS
_BY_INDEX: Final = {
    "ivfflat.probes": str(_LISTS_READ),
    "ivfflat.max_probes": str(_LISTS_READ_AT_MOST),
    "ivfflat.iterative_scan": "relaxed_order",
    "enable_seqscan": "off",  # the planner takes a condition on bits for far more selective than it is
}
_BY_ROWS: Final = {"enable_seqscan": "on"}
Found = dict[int, str]
"""Requirement bits by id, best first."""
_COPY_HEAD: Final = b"PGCOPY\n\xff\r\n" + bytes(9)
_COPY_END: Final = b"\xff\xff"


@dataclass(frozen=True, slots=True, eq=False)
class CandidateIndex:
    """The tables of one ranking. suffix: of tables that are being filled and nobody else knows."""

    generation_id: int
    statistics: Statistics
    suffix: str = ""

    def make(self, session: Session) -> None:
        """Make empty tables."""
        for side in Side:
            table = self._table(side)
            session.execute(
                text(
                    f"CREATE TABLE {table} (id integer PRIMARY KEY, requirements bit({_BITS}) NOT NULL, "
                    f"near halfvec({self.statistics.dimension + 1}) NOT NULL) WITH (toast_tuple_target = 128)"
                )
            )
            # Vectors lie elsewhere, so that the bits of all rows are few pages: the index holds vectors of its own.
            session.execute(text(f"ALTER TABLE {table} ALTER near SET STORAGE EXTERNAL"))

    def fill(self, session: Session) -> None:
        """Store all published texts, and index those of a side with many."""
        _set(session, {"statement_timeout": "0"})
        dimension = self.statistics.dimension
        for side in Side:
            table, count = self._table(side), 0
            for stored in corpus_repository.published_batches(session, side, self.statistics.fingerprint, dimension):
                _copy(session, table, self._rows(stored.batch))
                count += len(stored.batch)
            if count >= INDEXED_FROM:
                lists = count // _TEXTS_PER_LIST
                session.execute(
                    text(f"CREATE INDEX ON {table} USING ivfflat (near halfvec_ip_ops) WITH (lists = {lists})")
                )

    def publish(self, session: Session) -> None:
        """Give filled tables the names by which others find them; from now on a text that is deleted leaves them."""
        _set(session, {"statement_timeout": "0"})  # some seconds for millions of texts
        for side in Side:
            table, name, texts = self._table(side), _name(side, self.generation_id), side.value
            there = f"SELECT FROM {texts} WHERE {texts}.id = {table}.id"
            session.execute(text(f"DELETE FROM {table} WHERE NOT EXISTS ({there})"))  # noqa: S608  our own names
            session.execute(
                text(f"ALTER TABLE {table} ADD FOREIGN KEY (id) REFERENCES {texts} ON DELETE CASCADE NOT VALID")
            )
            session.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))

    def put(self, session: Session, batch: SideBatch) -> None:
        """Store some texts, or replace what is stored of them."""
        self.remove(session, batch.side, batch.ids.tolist())
        _copy(session, self._table(batch.side), self._rows(batch))

    def remove(self, session: Session, side: Side, ids: Sequence[int]) -> None:
        """Take some texts out."""
        session.execute(
            text(f"DELETE FROM {self._table(side)} WHERE id = ANY(:ids)"),  # noqa: S608  our own name
            {"ids": list(ids)},
        )

    def candidates(self, session: Session, queries: SideBatch, count: int = CANDIDATES) -> list[Found]:
        """Return for each query the `count` eligible texts of the other side with the highest base."""
        weights = np.full((len(queries), 1), DEFAULT_WEIGHTS.hubness, np.float32)
        vectors = np.hstack([self._dense(queries), weights])
        return [
            self._nearest(session, queries.side.other, vector, bits, count)
            for vector, bits in zip(vectors, _bits(queries), strict=True)
        ]

    def alike(self, session: Session, one: SideBatch, count: int) -> list[int]:
        """Return the ids of the texts of the same side that are nearest to the one text of a batch."""
        vector = np.append(self._dense(one)[0], np.float32(0))
        return list(self._nearest(session, one.side, vector, _NO_BIT, count))

    def _nearest(self, session: Session, side: Side, vector: NDArray[np.float32], bits: str, count: int) -> Found:
        order = f"near <#> CAST(:vector AS halfvec({len(vector)}))"
        given = {"bits": bits, "vector": f"[{','.join(map(str, vector.tolist()))}]", "count": count}
        _set(session, _BY_INDEX)
        found: Found = {row.id: row.requirements for row in session.execute(self._query(side, order), given)}
        _set(session, _BY_ROWS)
        if len(found) < count:
            # Few are eligible, or there is no index. Ordered by more than the distance, the index is not used.
            found = {row.id: row.requirements for row in session.execute(self._query(side, f"{order}, id"), given)}
        return found

    def _query(self, side: Side, order: str) -> TextClause:
        eligible = f"requirements & CAST(:bits AS bit({_BITS})) = B'{_NO_BIT}'"
        return text(
            f"SELECT id, requirements FROM {self._table(side)} WHERE {eligible} ORDER BY {order} LIMIT :count"  # noqa: S608  our own names
        )

    def _table(self, side: Side) -> str:
        return _name(side, self.generation_id) + self.suffix

    def _dense(self, batch: SideBatch) -> NDArray[np.float32]:
        dense = dense_vectors(self.statistics.mean(batch.side), batch.languages, batch.whole)
        return dense / np.float32(DENSE_SCALE)

    def _rows(self, batch: SideBatch) -> bytes:
        """Rows in the binary form of COPY: each value behind its length, all big-endian."""
        dense = dense_vectors(self.statistics.mean(batch.side), batch.languages, batch.whole)
        width = batch.dimension + 1
        rows = np.zeros(
            len(batch),
            [
                ("fields", ">i2"),
                ("id_bytes", ">i4"),
                ("id", ">i4"),
                ("bits_bytes", ">i4"),
                ("bits", ">i4"),
                ("requirements", ">u8", WORDS),
                ("near_bytes", ">i4"),
                ("width", ">u2"),
                ("unused", ">u2"),
                ("near", ">f2", width),
            ],
        )
        rows["fields"], rows["id_bytes"], rows["id"] = 3, 4, batch.ids
        rows["bits_bytes"], rows["bits"], rows["requirements"] = 4 + _BITS // 8, _BITS, _words(batch)
        rows["near_bytes"], rows["width"] = 4 + 2 * width, width
        rows["near"][:, :-1] = dense / np.float32(DENSE_SCALE)
        rows["near"][:, -1] = -self.statistics.hubness(batch.side, dense)
        return rows.tobytes()


def of(session: Session, generation_id: int, statistics: Statistics) -> CandidateIndex | None:
    """Return the index of a ranking that has one."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    there = session.scalar(select(func.to_regclass(_name(Side.CHALLENGE, generation_id))))
    return CandidateIndex(generation_id, statistics) if there is not None else None


def drop(session: Session, generation_id: int) -> None:
    """Drop the tables of a ranking, also those somebody began to fill and did not finish."""
    if session.get_bind().dialect.name != "postgresql":
        return
    names = session.scalars(
        text(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = CAST(current_schema() AS regnamespace)"
        )
    )
    of_it = re.compile(rf"candidate_(challenge|profile)_g{int(generation_id)}(_t\d+)?")
    for name in [name for name in names if of_it.fullmatch(name)]:
        session.execute(text(f"DROP TABLE {name}"))


def _name(side: Side, generation_id: int) -> str:
    return f"candidate_{side.value}_g{int(generation_id)}"


def _words(batch: SideBatch) -> NDArray[np.uint64]:
    """(n, WORDS) bits that make a pair ineligible when both texts have one: asked for, and failed."""
    return batch.facets.asked if batch.side is Side.CHALLENGE else batch.facets.failed


def _bits(batch: SideBatch) -> list[str]:
    return ["".join(f"{word:064b}" for word in words) for words in _words(batch).tolist()]


def facets_of(side: Side, bits: Sequence[str]) -> Facets:
    """Return the facets of texts of a side as far as they decide which pairs are eligible."""
    rows = [[int(one[start : start + 64], 2) for start in range(0, _BITS, 64)] for one in bits]
    words = np.array(rows, np.uint64).reshape(len(bits), WORDS)
    none = np.zeros_like(words)
    return Facets(words, none, none) if side is Side.CHALLENGE else Facets(none, none, words)


def _copy(session: Session, table: str, rows: bytes) -> None:
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(_COPY_HEAD + rows + _COPY_END)


def _set(session: Session, values: Mapping[str, str]) -> None:
    """Set parameters of PostgreSQL for this transaction."""
    local = literal(True)
    session.execute(select(*(func.set_config(name, value, local) for name, value in values.items())))
