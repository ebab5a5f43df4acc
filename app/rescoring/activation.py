"""Bringing a ranking that nobody reads up to date, and showing it.

What changed while it was made, or since readers last saw it, is brought in in short transactions first. The last of
them takes the lock of all publishers, brings in the few texts that are left and switches readers over. So nobody waits
for more than some texts, and no text is encoded under the lock but one or two.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.orm import Session

from app.errors import CatchUpTooSlow, GenerationGone
from app.matches import corpus_repository, generations, vector_repository
from app.matches.list_writer import ListWriter
from app.matches.sides import TABLES
from app.matches.texts import compose_text
from app.models import RankingGeneration
from app.models.ranking import GenerationState
from app.models.rescoring import RunState
from app.rescoring import repository
from app.rescoring.encoding import encode_missing, parts
from app.rescoring.workshop import Workshop
from matching.encoder import Encoder
from matching.features import featurize
from matching.texts import Side, text_hash

AT_ONCE = 8
"""Texts that are brought in while publishers wait."""
ENCODED_UNDER_LOCK = 2
ROUNDS = 20
COUNTED_AT_ONCE = 2000
MENDED_AT_ONCE = 32

NOT_READ = frozenset({GenerationState.BUILDING, GenerationState.COMPLETE, GenerationState.SUPERSEDED})
Changed = list[tuple[Side, int]]


class _Behind(Exception):
    """More has changed than can be brought in under the lock."""


def activate(
    shop: Workshop,
    generation_id: int,
    *,
    guard: Callable[[Session], object] = lambda _: None,
    last: Callable[[Session], None] = lambda _: None,
) -> None:
    """Show a ranking to readers. Raises `GenerationGone`, `CatchUpTooSlow`, `EncoderMismatch`, `OtherScoring`.

    guard and last: done in the transaction that switches readers over, at its beginning and before it commits.
    """
    encoder = encoder_of(shop, generation_id)
    for _ in shop.ground.sessions.in_turns(range(ROUNDS)):
        catch_up(shop, generation_id)
        with suppress(_Behind):
            with shop.ground.sessions.write() as session:
                guard(session)
                with _writing(shop, session, generation_id) as lists:
                    _bring_in(lists, _few(_behind(session, generation_id)), encoder)
                    for side in Side:
                        lists.make_lists(side, lists.short(side))
                _switch(session, shop, generations.get(session, generation_id), lists.revision)
                last(session)
                shop.reach("switched")
            return
    raise CatchUpTooSlow


def _few(left: Changed) -> Changed:
    if len(left) > AT_ONCE:
        raise _Behind
    return left


def catch_up(
    shop: Workshop, generation_id: int, also: Collection[tuple[Side, int]] = (), *, leave: int | None = None
) -> None:
    """Bring in what has changed, until at most `leave` texts are left, None: as many as are brought in under the lock.

    also: texts that are to be ranked anew as well.
    """
    leave = AT_ONCE if leave is None else leave
    sessions, encoder = shop.ground.sessions, encoder_of(shop, generation_id)
    wanted = set(also)
    with sessions.read() as session:
        shop.read_lists_again(session, generation_id)
    for _ in sessions.in_turns(range(ROUNDS)):
        encode_missing(sessions, encoder)
        with sessions.read() as session:
            upto = corpus_repository.current_revision(session)
            left = sorted(set(_behind(session, generation_id)) | wanted, key=lambda one: (one[0].value, one[1]))
        if len(left) <= leave and not wanted:
            break
        try:
            for part in sessions.in_turns(parts(left, AT_ONCE)):
                with sessions.write() as session, _writing(shop, session, generation_id) as lists:
                    _bring_in(lists, part, None)
                shop.reach("caught up")
        except _Behind:
            continue
        wanted.clear()
        with sessions.write() as session:
            generation = _not_read(session, generation_id)
            generation.revision = max(upto, generation.revision or 0)
    _mend(shop, generation_id)


def encoder_of(shop: Workshop, generation_id: int) -> Encoder:
    """Return the encoder a ranking was made with. Raises `EncoderMismatch`, `OtherScoring`."""
    with shop.ground.sessions.read() as session:
        generation = generations.get(session, generation_id)
        shop.check_scoring(generation)
        return shop.encoders.of(generation)


@contextmanager
def _writing(shop: Workshop, session: Session, generation_id: int) -> Iterator[ListWriter]:
    """Take the lock of all publishers; at the end of the block the lists are whole."""
    revision = corpus_repository.next_revision(session)
    _not_read(session, generation_id)
    snapshot = shop.snapshot(session, generation_id, revision - 1)
    lists = ListWriter(session, snapshot, shop.matcher, shop.cache, revision, tell=False)
    yield lists
    lists.finish()


def _not_read(session: Session, generation_id: int) -> RankingGeneration:
    generation = generations.get_locked(session, generation_id)
    if generation.state not in NOT_READ or generation.revision is None:
        raise GenerationGone
    return generation


def _behind(session: Session, generation_id: int) -> Changed:
    """Return the texts that have changed since the lists of a generation were made."""
    since = generations.get(session, generation_id).revision or 0
    return [(side, text_id) for side in Side for text_id in corpus_repository.changed_ids(session, side, since)]


def _bring_in(lists: ListWriter, changed: Collection[tuple[Side, int]], encoder: Encoder | None) -> None:
    """Take texts out of all lists and rank them as they are now. Without an encoder all must have vectors."""
    session, fingerprint = lists.session, lists.snapshot.fingerprint
    encoded = 0
    for side, text_id in changed:
        lists.leave(side, text_id)
        row = session.get(TABLES[side].text, text_id)
        if row is None or row.state != TABLES[side].published:
            continue
        text = compose_text(side, row)
        if vector_repository.known_hash(session, side, text_id, fingerprint) != text_hash(text):
            if encoder is None or encoded == ENCODED_UNDER_LOCK:
                raise _Behind
            encoded += 1
            (features,) = featurize(encoder, [text])
            vector_repository.put(session, side, text_id, fingerprint, text_hash(text), features)
        stored = vector_repository.stored_text(session, side, row, fingerprint)
        lists.enter(stored.batch, stored.passages)


def _mend(shop: Workshop, generation_id: int) -> None:
    """Rank lists afresh that deletions made too short, some at a time."""
    sessions = shop.ground.sessions
    for side in Side:
        with sessions.read() as session:
            last = corpus_repository.last_id(session, side)
            kept = generations.get(session, generation_id).state != GenerationState.BUILDING
        for first in sessions.in_turns(range(1, last + 1, COUNTED_AT_ONCE) if kept else ()):
            with sessions.write() as session, _writing(shop, session, generation_id) as lists:
                lists.recount(side, first, first + COUNTED_AT_ONCE - 1)
        with sessions.write() as session, _writing(shop, session, generation_id) as lists:
            short = lists.short(side)
        for part in sessions.in_turns(parts(short, MENDED_AT_ONCE)):
            with sessions.write() as session, _writing(shop, session, generation_id) as lists:
                lists.make_lists(side, part)


def _switch(session: Session, shop: Workshop, generation: RankingGeneration, revision: int) -> None:
    now = shop.ground.clock.now()
    before = generations.active_id(session)
    generations.activate(session, generation, now, revision)
    old = repository.of_generation(session, before) if before is not None else None
    if old is not None and old.state == RunState.ACTIVE:
        repository.set_state(old, RunState.COMPLETE)
        session.flush()
    new = repository.of_generation(session, generation.id)
    if new is not None:
        repository.set_state(new, RunState.ACTIVE)
        new.activated_at = now
        new.finished_at = new.finished_at or now
    session.flush()
