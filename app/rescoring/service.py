"""Rescoring in one process.

The new generation is written beside the active one, in many small transactions; texts that are published, edited or
withdrawn meanwhile are caught up with in the transaction that activates it. Interrupted at any moment, the old
generation stays what readers see, and the next run clears the rest away.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db.session import Sessions
from app.errors import RescoringOvertaken
from app.matches import corpus_repository, generations, vector_repository
from app.matches.list_writer import RANKED_AT_ONCE, ListWriter
from app.matches.passages import PassageCache
from app.matches.sides import TABLES
from app.matches.snapshot import Snapshot
from app.matches.texts import compose_text
from app.models import ChallengeList, Match, ProfileList, RankingGeneration
from app.models.ranking import GenerationState
from app.publishing.bulk import ENCODED_AT_ONCE, Progress, no_progress
from app.rescoring.reading import read_statements_again
from matching.encoder import Encoder
from matching.features import featurize
from matching.matcher import Matcher
from matching.statistics import Statistics
from matching.texts import Side, text_hash

Item = TypeVar("Item")

_AGAINST_DELETION = {"read": True, "key_share": True}


def rescore(
    sessions: Sessions,
    clock: Clock,
    encoder: Encoder,
    encoder_name: str,
    prior: Statistics,
    progress: Progress = no_progress,
) -> int:
    """Make a new generation of all published texts with `encoder`, and activate it. Returns its id.

    Raises `RescoringOvertaken` when another run begins before this one ends.

    prior: packaged statistics of the encoder, which those of a small corpus are shrunk towards.
    """
    clear_away(sessions)
    read_statements_again(sessions)
    with sessions.read() as session:
        start = corpus_repository.current_revision(session)
    encode_missing(sessions, encoder, progress)
    generation_id = _begin(sessions, clock, encoder, encoder_name, prior)
    with sessions.read() as session:
        snapshot = Snapshot.load(session, generation_id, corpus_repository.current_revision(session))
    cache = PassageCache()
    total = len(snapshot.corpus.challenges) + len(snapshot.corpus.profiles)
    done = 0
    for side in Side:
        for ids in _parts(snapshot.corpus.side(side).living_ids.tolist(), RANKED_AT_ONCE):
            with sessions.write() as session:
                snapshot = _caught_up(session, snapshot)
                lists = ListWriter(session, snapshot, Matcher(), cache, start)
                lists.make_lists(side, ids)
                snapshot = lists.snapshot
            done += len(ids)
            progress("rank", done, total)
    encode_missing(sessions, encoder, progress)
    _catch_up_and_activate(sessions, clock, encoder, snapshot, cache, start)
    clear_away(sessions)
    return generation_id


def encode_missing(sessions: Sessions, encoder: Encoder, progress: Progress = no_progress) -> int:
    """Encode the published texts that have no vectors of this encoder, or old ones. Returns how many those were."""
    with sessions.read() as session:
        missing = [(side, text_id) for side in Side for text_id in _missing(session, side, encoder.fingerprint)]
    for part in _parts(missing, ENCODED_AT_ONCE):
        with sessions.read() as session:
            rows = [(side, session.get(TABLES[side].text, text_id)) for side, text_id in part]
            texts = [(side, row.id, compose_text(side, row)) for side, row in rows if row is not None]
        features = featurize(encoder, [text for _, _, text in texts])
        with sessions.write() as session:
            for (side, text_id, text), made in zip(texts, features, strict=True):
                # Whoever edited the text in between has stored newer vectors, or the next look finds them missing.
                if session.get(TABLES[side].text, text_id, with_for_update=_AGAINST_DELETION) is not None:
                    vector_repository.put(session, side, text_id, encoder.fingerprint, text_hash(text), made)
        progress("encode", missing.index(part[-1]) + 1, len(missing))
    return len(missing)


def clear_away(sessions: Sessions) -> None:
    """Delete the matches of generations nobody reads: superseded, or left behind by an interrupted run."""
    with sessions.read() as session:
        old = session.scalars(
            select(RankingGeneration.id).where(
                RankingGeneration.state.in_([GenerationState.SUPERSEDED, GenerationState.BUILDING])
            )
        ).all()
    for generation_id in old:
        with sessions.write() as session:
            generation = generations.get_locked(session, generation_id)
            if generation.state == GenerationState.ACTIVE:
                continue
            for table in (Match, ChallengeList, ProfileList):
                session.execute(delete(table).where(table.generation_id == generation_id))
            if generation.state == GenerationState.BUILDING:
                generation.state = GenerationState.CANCELLED


def _begin(sessions: Sessions, clock: Clock, encoder: Encoder, encoder_name: str, prior: Statistics) -> int:
    with sessions.read() as session:
        batches = (
            stored.batch
            for side in Side
            for stored in corpus_repository.published_batches(session, side, encoder.fingerprint, encoder.dimension)
        )
        statistics = Statistics.estimate(batches, prior)
    with sessions.write() as session:
        return generations.add(session, encoder_name, encoder, Matcher(), statistics, clock.now()).id


def _caught_up(session: Session, snapshot: Snapshot) -> Snapshot:
    """Return the corpus as it is now, and keep it so until this transaction ends: what is ranked must not be deleted.

    Texts that came or changed are ranked for good when the run ends. Raises `RescoringOvertaken`.
    """
    generations.lock(session)
    if generations.get_locked(session, snapshot.generation_id).state != GenerationState.BUILDING:
        raise RescoringOvertaken
    return snapshot.refreshed(session, corpus_repository.current_revision(session))


def _catch_up_and_activate(
    sessions: Sessions, clock: Clock, encoder: Encoder, snapshot: Snapshot, cache: PassageCache, start: int
) -> None:
    with sessions.write() as session:
        snapshot = _caught_up(session, snapshot)
        revision = corpus_repository.next_revision(session)
        lists = ListWriter(session, snapshot, Matcher(), cache, revision)
        lists.recount()
        for side in Side:
            for text_id in corpus_repository.changed_ids(session, side, start):
                lists.leave(side, text_id)
                row = session.get(TABLES[side].text, text_id)
                if row is None or row.state != TABLES[side].published:
                    continue
                text = compose_text(side, row)
                if vector_repository.known_hash(session, side, text_id, encoder.fingerprint) != text_hash(text):
                    (features,) = featurize(encoder, [text])
                    vector_repository.put(session, side, text_id, encoder.fingerprint, text_hash(text), features)
                stored = vector_repository.stored_text(session, side, row, encoder.fingerprint)
                lists.enter(stored.batch, stored.passages)
        lists.finish()
        generation = generations.get(session, snapshot.generation_id)
        generations.activate(session, generation, clock.now())


def _missing(session: Session, side: Side, fingerprint: str) -> Iterator[int]:
    """Yield the ids of published texts whose vectors are missing or were made from another version of the text."""
    tables = TABLES[side]
    query = (
        select(tables.text, tables.vector.text_hash)
        .outerjoin(tables.vector, (tables.vector_id == tables.text.id) & (tables.vector.fingerprint == fingerprint))
        .where(tables.text.state == tables.published)
        .order_by(tables.text.id)
        .execution_options(yield_per=1000)
    )
    for row, stored_hash in session.execute(query):
        if stored_hash is None or stored_hash != text_hash(compose_text(side, row)):
            yield row.id


def _parts(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
