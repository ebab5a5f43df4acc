"""SQL about stored vectors of single texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.matches.corpus_repository import StoredBatch, passages_of, short_hash
from app.matches.sides import TABLES
from app.matches.texts import facets
from matching.batches import SideBatch
from matching.criteria import encode_challenge_facets, encode_profile_facets
from matching.features import LexicalRows, Passages, TextFeatures, unpack_passages
from matching.language import language_code
from matching.texts import Side


@dataclass(frozen=True, slots=True)
class StoredText:
    """One text with its vectors, ready to be ranked."""

    batch: StoredBatch
    passages: Passages


def known_hash(session: Session, side: Side, text_id: int, fingerprint: str) -> str | None:
    """Return the hash of the text that stored vectors were made from."""
    tables = TABLES[side]
    return session.scalar(
        select(tables.vector.text_hash).where(tables.vector_id == text_id, tables.vector.fingerprint == fingerprint)
    )


def known_hashes(session: Session, side: Side, text_id: int) -> dict[str, str]:
    """Return {fingerprint: hash of the text that the stored vectors were made from}."""
    tables = TABLES[side]
    query = select(tables.vector.fingerprint, tables.vector.text_hash).where(tables.vector_id == text_id)
    return {row.fingerprint: row.text_hash for row in session.execute(query)}


def put(session: Session, side: Side, text_id: int, fingerprint: str, text_hash: str, features: TextFeatures) -> None:
    """Store the vectors of a text, in place of older ones of the same encoder."""
    tables = TABLES[side]
    values = {
        tables.id_name: text_id,
        "fingerprint": fingerprint,
        "text_hash": text_hash,
        "language": features.language,
        "whole": features.whole,
        "lexical": features.pack_lexical(),
        "passages": features.pack_passages(),
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(tables.vector.__table__).values(values)
    replaced = {name: statement.excluded[name] for name in values if name not in {tables.id_name, "fingerprint"}}
    session.execute(statement.on_conflict_do_update(index_elements=[tables.id_name, "fingerprint"], set_=replaced))


def passage_vectors(
    session: Session, side: Side, ids: Sequence[int], fingerprint: str
) -> dict[int, NDArray[np.float16]]:
    """Return {id: passages} of the texts that have vectors of an encoder, each (m, d)."""
    tables = TABLES[side]
    query = select(tables.vector_id, tables.vector.passages).where(
        tables.vector_id.in_(ids), tables.vector.fingerprint == fingerprint
    )
    return {text_id: unpack_passages(blob) for text_id, blob in session.execute(query)}


def stored_text(session: Session, side: Side, row: Any, fingerprint: str) -> StoredText:
    """Return the stored vectors of a row with its facets, as a batch of one."""
    tables = TABLES[side]
    vector = session.execute(
        select(
            tables.vector.text_hash,
            tables.vector.whole,
            tables.vector.lexical,
            tables.vector.passages,
        ).where(tables.vector_id == row.id, tables.vector.fingerprint == fingerprint)
    ).one()
    encode = encode_challenge_facets if side is Side.CHALLENGE else encode_profile_facets
    batch = SideBatch(
        side,
        np.array([row.id], np.int64),
        np.array([language_code(row.language)], np.uint8),
        np.asarray(vector.whole, np.float32)[None, :],
        LexicalRows.from_packed([vector.lexical]),
        encode([facets(side, row)]),
    )
    passages = passages_of([vector.passages], batch.dimension)
    return StoredText(StoredBatch(batch, np.array([short_hash(vector.text_hash)], np.int64)), passages)
