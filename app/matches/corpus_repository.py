"""SQL about the corpus: revision, changes, and the columns of published texts as batches for `matching`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, LargeBinary, func, insert, select, type_coerce, update
from sqlalchemy.orm import Session

from app.matches.sides import TABLES
from app.models import CorpusChange, CorpusRevision
from matching.batches import SideBatch
from matching.criteria import Facets, encode_challenge_facets, encode_profile_facets
from matching.features import Passages
from matching.texts import Side

CHUNK = 4000
"""Rows read at once: bounds the memory of a load, and stays below SQLite's limit of variables."""


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """Published texts of one side with the first eight bytes of their hashes, (n,) int64."""

    batch: SideBatch
    hashes: NDArray[np.int64]


def current_revision(session: Session) -> int:
    """Return the revision of the corpus."""
    return session.scalars(select(CorpusRevision.revision)).one()


def next_revision(session: Session) -> int:
    """Raise the revision by one and return it; holds the row's lock until the transaction ends."""
    return session.execute(
        update(CorpusRevision).values(revision=CorpusRevision.revision + 1).returning(CorpusRevision.revision)
    ).scalar_one()


def record_change(session: Session, revision: int, side: Side, text_id: int) -> None:
    """Tell other processes that a text entered, changed or left."""
    known = session.get(CorpusChange, (revision, side.value, text_id))
    if known is None:
        session.execute(insert(CorpusChange).values(revision=revision, side=side.value, text_id=text_id))


def changed_ids(session: Session, side: Side, after: int) -> list[int]:
    """Return the texts of a side that changed after a revision."""
    query = select(CorpusChange.text_id).where(CorpusChange.revision > after, CorpusChange.side == side.value)
    return list(session.scalars(query.distinct()))


def last_id(session: Session, side: Side) -> int:
    """Return the highest id of a side, 0 where there is no text."""
    return session.scalar(select(func.max(TABLES[side].text.id))) or 0


def published_batches(
    session: Session,
    side: Side,
    fingerprint: str,
    dimension: int,
    ids: Sequence[int] | None = None,
    facets: Callable[[Sequence[int]], Facets] | None = None,
) -> Iterator[StoredBatch]:
    """Yield the published texts of a side, all of them or those of `ids`, ordered by id, at most CHUNK at once.

    facets: gives those of texts by id; without it they are read from the fields of the texts.
    """
    tables = TABLES[side]
    columns = [getattr(tables.text, name) for name in tables.facet_fields] if facets is None else []
    query = (
        select(
            tables.text.id,
            tables.text.language,  # not that of the vectors: it can be changed without encoding again
            _vector_bytes(session, tables.vector.whole),
            tables.vector.lexical,
            tables.vector.text_hash,
            *columns,
        )
        .join(tables.vector, (tables.vector_id == tables.text.id) & (tables.vector.fingerprint == fingerprint))
        .where(tables.text.state == tables.published)
        .order_by(tables.text.id)
    )
    if ids is None:
        with session.execute(query.execution_options(yield_per=CHUNK)) as result:
            for rows in result.partitions():
                yield _batch(session, side, dimension, rows, facets)
        return
    for part in _parts(ids):
        if rows := session.execute(query.where(tables.text.id.in_(part))).all():
            yield _batch(session, side, dimension, rows, facets)


def load_passages(session: Session, side: Side, fingerprint: str, ids: Sequence[int]) -> dict[int, tuple[int, bytes]]:
    """Return {id: (first eight bytes of the text hash, packed passages)} of the texts that have vectors."""
    tables = TABLES[side]
    found: dict[int, tuple[int, bytes]] = {}
    for part in _parts(ids):
        query = select(tables.vector_id, tables.vector.text_hash, tables.vector.passages).where(
            tables.vector.fingerprint == fingerprint, tables.vector_id.in_(part)
        )
        found.update((text_id, (short_hash(text_hash), blob)) for text_id, text_hash, blob in session.execute(query))
    return found


def short_hash(text_hash: str) -> int:
    """Return the first eight bytes of a hexadecimal hash as a signed 64-bit integer."""
    return int.from_bytes(bytes.fromhex(text_hash[:16]), "big", signed=True)


def passages_of(blobs: Sequence[bytes], dimension: int) -> Passages:
    """Return passages of packed rows, in order."""
    return Passages.from_packed(blobs, dimension)


def _batch(
    session: Session,
    side: Side,
    dimension: int,
    rows: Sequence[Any],
    facets: Callable[[Sequence[int]], Facets] | None,
) -> StoredBatch:
    whole = [row[2] for row in rows]
    batch = SideBatch.from_packed(
        side,
        [row[0] for row in rows],
        [row[1].value for row in rows],
        _from_vector_send(whole, dimension) if session.get_bind().dialect.name == "postgresql" else whole,
        [row[3] for row in rows],
        facets([row[0] for row in rows]) if facets is not None else _encoded_facets(side, rows),
        dimension=dimension,
    )
    return StoredBatch(batch, np.array([short_hash(row[4]) for row in rows], np.int64))


def _encoded_facets(side: Side, rows: Sequence[Any]) -> Facets:
    names = TABLES[side].facet_fields
    fields: Iterator[dict[str, Any]] = (dict(zip(names, row[5:], strict=True)) for row in rows)
    return (encode_challenge_facets if side is Side.CHALLENGE else encode_profile_facets)(fields)


def _vector_bytes(session: Session, column: Any) -> ColumnElement[bytes]:
    """Select a vector as bytes: pgvector's text form costs ten times as much to read."""
    if session.get_bind().dialect.name == "postgresql":
        return func.vector_send(column, type_=LargeBinary)
    return type_coerce(column, LargeBinary)


def _from_vector_send(rows: Sequence[bytes], dimension: int) -> NDArray[np.float32]:
    """Read pgvector's binary form: number of columns and a zero, each 16 bits, then big-endian float32."""
    width = 4 + 4 * dimension
    joined = np.frombuffer(b"".join(rows), np.uint8).reshape(-1, width)[:, 4:]
    return np.ascontiguousarray(joined).view(">f4").astype(np.float32).reshape(-1, dimension)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
