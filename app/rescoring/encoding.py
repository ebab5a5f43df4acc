"""Encoding: which texts have no vectors of an encoder, or old ones, and making those."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import metrics
from app.db.session import Sessions
from app.matches import vector_repository
from app.matches.sides import TABLES
from app.matches.texts import compose_text
from matching.encoder import Encoder
from matching.features import TextFeatures, featurize
from matching.texts import Side, Text, text_hash

Item = TypeVar("Item")
Encoded = list[tuple[Side, int, Text, TextFeatures]]

ENCODED_AT_ONCE = 64
_AGAINST_DELETION = {"read": True, "key_share": True}


def missing(session: Session, side: Side, fingerprint: str) -> Iterator[int]:
    """Yield the ids of published texts whose vectors are missing or were made from another version of the text."""
    tables = TABLES[side]
    query = (
        select(tables.text, tables.vector.text_hash)
        .outerjoin(tables.vector, (tables.vector_id == tables.text.id) & (tables.vector.fingerprint == fingerprint))
        .where(tables.text.state == tables.published)
        .order_by(tables.text.id)
        .execution_options(yield_per=1000)
    )
    with session.execute(query) as found:
        for row, stored_hash in found:
            if stored_hash is None or stored_hash != text_hash(compose_text(side, row)):
                yield row.id


def encode(sessions: Sessions, encoder: Encoder, side: Side, ids: Sequence[int]) -> Encoded:
    """Encode texts that are still there; no lock is held meanwhile."""
    made: Encoded = []
    for part in parts(ids, ENCODED_AT_ONCE):
        with sessions.read() as session:
            rows = [session.get(TABLES[side].text, text_id) for text_id in part]
            texts = [(row.id, compose_text(side, row)) for row in rows if row is not None]
        with metrics.ENCODING.time():
            features = featurize(encoder, [text for _, text in texts])
        made += [(side, text_id, text, one) for (text_id, text), one in zip(texts, features, strict=True)]
    return made


def store(session: Session, encoder: Encoder, made: Encoded) -> int:
    """Store vectors of texts that were neither deleted nor edited meanwhile. Returns how many."""
    stored = 0
    for side, text_id, text, features in made:
        row = session.get(TABLES[side].text, text_id, with_for_update=_AGAINST_DELETION, populate_existing=True)
        # Whoever edited the text in between has stored newer vectors, or the next look finds them missing.
        if row is not None and text_hash(compose_text(side, row)) == text_hash(text):
            vector_repository.put(session, side, text_id, encoder.fingerprint, text_hash(text), features)
            stored += 1
    return stored


def encode_missing(sessions: Sessions, encoder: Encoder, done: Callable[[int], None] = lambda _: None) -> int:
    """Encode what is missing, in short transactions. Returns how many texts those were."""
    total = 0
    for side in Side:
        with sessions.read() as session:
            ids = list(missing(session, side, encoder.fingerprint))
        for part in parts(ids, ENCODED_AT_ONCE):
            made = encode(sessions, encoder, side, part)
            with sessions.write() as session:
                total += store(session, encoder, made)
            done(total)
    return total


def parts(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Cut a sequence into pieces of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
