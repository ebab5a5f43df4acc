"""Deleting rankings nobody can return to, a few rows at a time so that nobody waits for it."""

from sqlalchemy import delete, select

from app.db.session import Sessions
from app.matches import candidate_index, generations
from app.matches.sides import TABLES
from app.models.ranking import GenerationState

KEPT = 3
"""Rankings that readers saw before, for going back."""
KEPT_UNSEEN = 2
"""Complete rankings that nobody has activated yet; apart, so that many of them push none out that readers saw."""
LISTS_AT_ONCE = 200
VECTORS_AT_ONCE = 500


def clear_away(sessions: Sessions) -> int:
    """Delete the rows of cancelled rankings and of all but the last ones. Returns how many rankings that were.

    Interrupted at any moment, the next call goes on.
    """
    with sessions.read() as session:
        old = generations.outdated(session, _kept())
    for generation_id in old:
        if not _withdraw(sessions, generation_id):
            continue
        more = True
        while more:
            with sessions.write() as session:
                more = generations.drop_matches(session, generation_id, LISTS_AT_ONCE)
            sessions.give_way()
        _delete_lists(sessions, generation_id)
        with sessions.write() as session:
            candidate_index.drop(session, generation_id)
        with sessions.write() as session:
            generations.get_locked(session, generation_id).revision = None
    if old:
        _delete_vectors(sessions)
    return len(old)


def _kept() -> dict[GenerationState, int]:
    return {
        GenerationState.SUPERSEDED: KEPT,
        GenerationState.COMPLETE: KEPT_UNSEEN,
        GenerationState.CANCELLED: 0,
    }


def _withdraw(sessions: Sessions, generation_id: int) -> bool:
    """Let nobody activate it from now on. False: somebody just did."""
    with sessions.write() as session:
        generation = generations.get_locked(session, generation_id)
        if generation.state == GenerationState.ACTIVE:
            return False
        generation.state = GenerationState.CANCELLED
        return True


def _delete_lists(sessions: Sessions, generation_id: int) -> None:
    for tables in TABLES.values():
        lists = tables.ranked_list
        while True:
            with sessions.write() as session:
                some = select(tables.list_id).where(lists.generation_id == generation_id).limit(LISTS_AT_ONCE)
                ids = list(session.scalars(some))
                session.execute(delete(lists).where(lists.generation_id == generation_id, tables.list_id.in_(ids)))
            if not ids:
                break
            sessions.give_way()


def _delete_vectors(sessions: Sessions) -> None:
    """Delete the vectors of encoders that no ranking uses any more."""
    for tables in TABLES.values():
        vectors = tables.vector
        while True:
            with sessions.write() as session:
                needed = generations.fingerprints_in_use(session)
                some = select(tables.vector_id).where(vectors.fingerprint.not_in(needed)).distinct()
                ids = list(session.scalars(some.limit(VECTORS_AT_ONCE)))
                gone = vectors.fingerprint.not_in(needed) & tables.vector_id.in_(ids)
                session.execute(delete(vectors).where(gone))
            if not ids:
                break
            sessions.give_way()


def first_outdated(sessions: Sessions) -> int | None:
    """Return a ranking that can go, to see whether there is something to do."""
    with sessions.read() as session:
        return next(iter(generations.outdated(session, _kept())), None)
