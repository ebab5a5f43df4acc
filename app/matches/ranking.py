"""The live ranking of one process: encoder, matcher, and the snapshot of the corpus that is kept fresh."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db.session import Sessions
from app.errors import EncoderMismatch, ServiceUnavailable
from app.matches import corpus_repository, expiry, generations, vector_repository
from app.matches.list_writer import ListWriter
from app.matches.passages import PassageCache, PassageReader
from app.matches.snapshot import Snapshot
from app.matches.texts import compose_text
from app.memory import give_back
from matching.encoder import Encoder
from matching.features import Passages, TextFeatures, featurize
from matching.matcher import Matcher
from matching.texts import Side, Text, text_hash


@dataclass(frozen=True, slots=True)
class PreparedText:
    """A composed text, its hash, and its features where they had to be made."""

    text: Text
    hash: str
    features: TextFeatures | None


class CorpusWriter:
    """Lets texts enter and leave the corpus within one transaction; made by `LiveRanking.writer`."""

    def __init__(self, session: Session, ranking: "LiveRanking", lists: ListWriter) -> None:
        self.session = session
        self.lists = lists
        self._ranking = ranking

    def enter(self, side: Side, row: Any, prepared: PreparedText) -> None:
        """Store the vectors of a published row, rank it and write the lists."""
        self.session.flush()
        fingerprint = self.lists.snapshot.fingerprint
        if prepared.features is not None:
            vector_repository.put(self.session, side, row.id, fingerprint, prepared.hash, prepared.features)
        stored = vector_repository.stored_text(self.session, side, row, fingerprint)
        self.lists.enter(stored.batch, stored.passages)

    def leave(self, side: Side, text_id: int) -> None:
        """Take a text out of the corpus and out of all lists; its row and its vectors stay."""
        self.lists.leave(side, text_id)


class LiveRanking:
    """One for each process; threads share it."""

    def __init__(
        self, encoder: Encoder, matcher: Matcher, clock: Clock, on_expired: expiry.OnExpired = expiry.do_nothing
    ) -> None:
        self._on_expired = on_expired
        self.encoder = encoder
        self.matcher = matcher
        self.cache = PassageCache()
        self._clock = clock
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None

    def prepare(
        self,
        side: Side,
        content: Any,
        *,
        encode: bool,
        known_hash: str | None = None,
    ) -> PreparedText:
        """Compose a text and, unless its vectors are stored already (`known_hash`), encode it. Holds no lock."""
        text = compose_text(side, content)
        digest = text_hash(text)
        if not encode or digest == known_hash:
            return PreparedText(text, digest, None)
        (features,) = featurize(self.encoder, [text])
        return PreparedText(text, digest, features)

    def known_hash(self, session: Session, side: Side, text_id: int) -> str | None:
        """Return the hash of the text whose vectors are stored for the encoder in use."""
        return vector_repository.known_hash(session, side, text_id, self.encoder.fingerprint)

    def snapshot(self, session: Session, revision: int | None = None) -> Snapshot:
        """Return the corpus as this session sees it, or newer. Raises `EncoderMismatch`, `ServiceUnavailable`.

        `revision` is given by a writer, whose own revision is not committed: its snapshot must not carry it.
        """
        if revision is None:
            revision = corpus_repository.current_revision(session)
        generation_id = generations.active_id(session)
        if generation_id is None:
            raise ServiceUnavailable
        with self._lock:
            known = self._snapshot
            if known is None or known.generation_id != generation_id:
                active = generations.get(session, generation_id)
                if active.fingerprint != self.encoder.fingerprint:
                    raise EncoderMismatch(active=active.fingerprint, loaded=self.encoder.fingerprint)
                self._snapshot = Snapshot.load(session, generation_id, revision)
                give_back()
            else:
                self._snapshot = known.refreshed(session, revision)
            return self._snapshot

    @contextmanager
    def writer(self, session: Session) -> Iterator[CorpusWriter]:
        """Take the lock of the corpus and bring the snapshot up to date; at the end of the block finish the lists.

        From here to the commit no other publisher is under way, in any process. Challenges whose last day is over
        leave the corpus first.
        """
        revision = corpus_repository.next_revision(session)
        # What the transaction reads now is final: the row lock of the revision is held.
        base = self.snapshot(session, revision - 1)
        lists = ListWriter(session, base, self.matcher, self.cache, revision)
        writer = CorpusWriter(session, self, lists)
        expiry.expire_due(session, writer.leave, self._clock, self._on_expired)
        yield writer
        session.flush()
        lists.finish()
        event.listen(session, "after_commit", lambda _: self._adopt(base, lists.snapshot, revision), once=True)

    def expire_due(self, sessions: Sessions) -> None:
        """Expire challenges whose last day is over; takes the lock only when there are some."""
        with sessions.read() as session:
            if not expiry.any_due(session, self._clock):
                return
        with sessions.write() as session, self.writer(session):
            pass  # a writer expires what is due before anything else

    def passages(self, session: Session, snapshot: Snapshot) -> PassageReader:
        """Return the source of passages for a snapshot."""
        return PassageReader(
            session, self.cache, snapshot.fingerprint, snapshot.corpus.statistics.dimension, snapshot.hashes
        )

    def _adopt(self, base: Snapshot, written: Snapshot, revision: int) -> None:
        """Keep what a committed writer made, unless another thread has read it from the database meanwhile."""
        with self._lock:
            if self._snapshot is base:
                self._snapshot = written.at(revision)


def query_passages(features: TextFeatures) -> Passages:
    """Return the passages of one text that is not stored."""
    return Passages.from_rows([features.passages], features.passages.shape[1])
