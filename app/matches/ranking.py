"""The live ranking of one process: encoders, matcher, and the snapshot of the corpus that is kept fresh.

It follows the active generation, whichever encoder that was made with, and encodes new texts for a coming one as well.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session

from app import metrics
from app.clock import Clock
from app.db.session import Sessions, move_on
from app.errors import EncoderMismatch, RankingMadeOtherwise, ServiceUnavailable
from app.matches import comparing, corpus_repository, expiry, generations, vector_repository
from app.matches.encoders import EncoderName, Encoders
from app.matches.list_writer import ListWriter
from app.matches.passages import PassageCache, PassageReader
from app.matches.snapshot import Snapshot
from app.matches.texts import compose_text
from app.memory import give_back
from matching.batches import SideBatch
from matching.encoder import Encoder
from matching.features import Passages, TextFeatures, featurize
from matching.matcher import Matcher
from matching.ranking import RankResult
from matching.texts import Side, Text, text_hash

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PreparedText:
    """A composed text, its hash, and its features by the fingerprint of the encoder, where they had to be made."""

    text: Text
    hash: str
    features: Mapping[str, TextFeatures]


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
        made = dict(prepared.features)
        if fingerprint not in made and not self._is_stored(side, row.id, fingerprint, prepared.hash):
            # Another ranking was activated since the text was prepared.
            made[fingerprint] = self._ranking.features_for(fingerprint, prepared)
        for encoder, features in made.items():
            vector_repository.put(self.session, side, row.id, encoder, prepared.hash, features)
        stored = vector_repository.stored_text(self.session, side, row, fingerprint)
        self.lists.enter(stored.batch, stored.passages)

    def leave(self, side: Side, text_id: int) -> None:
        """Take a text out of the corpus and out of all lists; its row and its vectors stay."""
        self.lists.leave(side, text_id)

    def forget(self, side: Side, text_id: int) -> None:
        """Take a text that is about to be deleted out of the lists of all generations, also of those nobody reads."""
        self.lists.forget(side, text_id)

    def _is_stored(self, side: Side, text_id: int, fingerprint: str, text_hash: str) -> bool:
        return vector_repository.known_hash(self.session, side, text_id, fingerprint) == text_hash


class LiveRanking:
    """One for each process; threads share it."""

    def __init__(
        self,
        encoder: Encoder,
        matcher: Matcher,
        clock: Clock,
        on_expired: expiry.OnExpired = expiry.do_nothing,
        *,
        encoders: Encoders | None = None,
        sessions: Sessions | None = None,
    ) -> None:
        """Begin with the encoder of the active generation; `sessions` lets a writer get ready before it takes locks."""
        self.matcher = matcher
        self.cache = PassageCache()
        self.encoders = encoders or Encoders.only(encoder)
        self._on_expired = on_expired
        self._sessions = sessions
        self._clock = clock
        self._lock = threading.Lock()
        self._loading = False
        self._snapshot: Snapshot | None = None
        self._active: EncoderName | None = None
        self._current = encoder
        self._coming: Encoder | None = None
        self._told: tuple[int, str] | None = None

    @property
    def encoder(self) -> Encoder:
        """The encoder of the active generation, as far as this process knows. Raises `EncoderMismatch`."""
        if self._active is not None and self._current.fingerprint != self._active.fingerprint:
            self._current = self.encoders.of(self._active)
        return self._current

    def prepare(
        self,
        side: Side,
        content: Any,
        *,
        encode: bool,
        known_hashes: Mapping[str, str] | None = None,
    ) -> PreparedText:
        """Compose a text and encode it, unless its vectors are stored already (`known_hashes`). Holds no lock."""
        text = compose_text(side, content)
        digest = text_hash(text)
        known = known_hashes or {}
        wanted = [one for one in self._wanted() if known.get(one.fingerprint) != digest] if encode else []
        with metrics.ENCODING.time():
            made = {one.fingerprint: featurize(one, [text])[0] for one in wanted}
        return PreparedText(text, digest, made)

    def prepare_many(self, texts: Sequence[Text], encoder: Encoder | None = None) -> list[PreparedText]:
        """Encode composed texts in one go. encoder: one with the present fingerprint that knows some of them."""
        wanted = self._wanted() if encoder is None else [encoder]
        made = {one.fingerprint: featurize(one, texts) for one in wanted}
        return [
            PreparedText(text, text_hash(text), {encoder: features[place] for encoder, features in made.items()})
            for place, text in enumerate(texts)
        ]

    def features_for(self, fingerprint: str, prepared: PreparedText) -> TextFeatures:
        """Return the features of a text for an encoder, made now where they are missing. Raises `EncoderMismatch`."""
        made = prepared.features.get(fingerprint)
        if made is not None:
            return made
        encoder = self.encoder
        if encoder.fingerprint != fingerprint:
            raise EncoderMismatch(active=fingerprint, loaded=encoder.fingerprint)
        return featurize(encoder, [prepared.text])[0]

    def known_hashes(self, session: Session, side: Side, text_id: int) -> dict[str, str]:
        """Return the hashes of the text whose vectors are stored, by fingerprint of the encoder."""
        return vector_repository.known_hashes(session, side, text_id)

    def _wanted(self) -> list[Encoder]:
        active, coming = self.encoder, self._coming
        return [active] if coming is None or coming.fingerprint == active.fingerprint else [active, coming]

    def follow(self) -> None:
        """Get ready for a coming encoder, and keep up with the active generation; servers do it every second."""
        assert self._sessions is not None  # noqa: S101  a server has them
        with self._sessions.read() as session:
            active, coming = generations.active(session), generations.coming(session)
            if active is None:
                return
            other = coming if coming is not None and coming.fingerprint != active.fingerprint else None
            try:
                self._coming = self.encoders.of(other) if other is not None else None
                self.snapshot(session)
                _ = self.encoder
            except (EncoderMismatch, RankingMadeOtherwise) as error:
                if self._told != (active.id, error.code):
                    log.error("a ranking can't be followed", ranking=active.id, reason=error.code, error=str(error))
                    self._told = active.id, error.code
                return
        self.encoders.let_go({active.fingerprint} | ({other.fingerprint} if other is not None else set()))

    def snapshot(self, session: Session, revision: int | None = None) -> Snapshot:
        """Return the corpus as this session sees it, or newer. Raises `ServiceUnavailable`, `RankingMadeOtherwise`.

        `revision` is given by a writer, whose own revision is not committed: its snapshot must not carry it.
        """
        if revision is None:
            revision = corpus_repository.current_revision(session)
            if self._snapshot is not None and self._snapshot.revision > revision:
                move_on(session)  # another thread has read what this session does not see yet
                revision = corpus_repository.current_revision(session)
        generation_id = generations.active_id(session)
        if generation_id is None:
            raise ServiceUnavailable
        with self._lock:
            known = self._snapshot
            if known is None or known.generation_id != generation_id:
                self._load(session, generation_id, revision)
            else:
                self._snapshot = known.refreshed(session, revision)
            assert self._snapshot is not None  # noqa: S101  for the type checker
            return self._snapshot

    def snapshot_at_hand(self, session: Session) -> Snapshot | None:
        """As `snapshot`, but None while another thread reads a new generation, which may take long.

        None also where this process scores differently from the ranking: what is stored can be read all the same.
        """
        try:
            return None if self._loading else self.snapshot(session)
        except RankingMadeOtherwise:
            return None

    def _load(self, session: Session, generation_id: int, revision: int) -> None:
        generation = generations.get(session, generation_id)
        if generation.scoring != generations.scoring_of(self.matcher):
            raise RankingMadeOtherwise  # scores of two kinds in one list would be in no order
        self._loading = True
        try:
            self._active = EncoderName.of(generation)
            self._snapshot = Snapshot.load(session, generation_id, revision)
            self.cache.make_room(self._snapshot.corpus)
        finally:
            self._loading = False
        give_back()

    @contextmanager
    def writer(self, session: Session) -> Iterator[CorpusWriter]:
        """Take the lock of the corpus and bring the snapshot up to date; at the end of the block finish the lists.

        From here to the commit no other publisher is under way, in any process. Challenges whose last day is over
        leave the corpus first.
        """
        if self._sessions is not None:
            # Most of what is new is read before the lock is held, above all a whole new generation.
            with self._sessions.read() as before:
                self.snapshot(before)
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

    def rank(
        self, session: Session, snapshot: Snapshot, queries: SideBatch, passages: Passages, *, limit: int
    ) -> list[RankResult]:
        """Rank texts for a reader, whose session may not see all that the snapshot holds."""
        return comparing.rank(
            session, snapshot, self.matcher, self.cache, queries, passages, limit=limit, may_be_gone=True
        )

    def passages(self, session: Session, snapshot: Snapshot) -> PassageReader:
        """Return the source of passages for a reader, whose snapshot may hold texts that were deleted meanwhile."""
        return PassageReader(session, self.cache, snapshot.corpus.statistics, snapshot.hashes, may_be_gone=True)

    def _adopt(self, base: Snapshot, written: Snapshot, revision: int) -> None:
        """Keep what a committed writer made, unless another thread has read it from the database meanwhile."""
        with self._lock:
            if self._snapshot is base:
                self._snapshot = written.at(revision)


def query_passages(features: TextFeatures) -> Passages:
    """Return the passages of one text that is not stored."""
    return Passages.from_rows([features.passages], features.passages.shape[1])
