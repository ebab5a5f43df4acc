"""Taking over all lists of the ranking that readers see, while people go on publishing.

Lists are copied some hundred texts at a time, so that on SQLite nobody waits long for its only write lock. What was
published meanwhile is copied again, until little is left; that is copied under the lock of all publishers, so in the
end the copy is the ranking as of one moment. Each transaction replaces what was there: whoever is interrupted begins
again.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.errors import CatchUpTooSlow
from app.matches import corpus_repository, generations, list_repository
from app.models import RescoringRun
from app.rescoring import repository
from app.rescoring.encoding import parts
from app.rescoring.repository import Task
from app.rescoring.workshop import BaseNoLongerActive, Workshop
from matching.texts import Side

COPIED_AT_ONCE = 100
"""Texts whose matches are copied in one transaction: some ten thousand rows."""
ROWS_AT_ONCE = 2000
"""Texts of which only what a list says of itself is copied, since their matches are there already."""
LEFT_AT_ONCE = 400
"""Lists that are copied while publishers wait; one publication changes up to 200."""
ROUNDS = 20


def copy(shop: Workshop, task: Task) -> None:
    """Copy the ranking a run began from. Raises `BaseNoLongerActive`, `CatchUpTooSlow`, `LateResult`."""
    sessions = shop.ground.sessions
    with sessions.read() as session:
        since = corpus_repository.current_revision(session)
        old, new = _ends(session, repository.get(session, task.run_id))
        ranges = [(side, texts) for side in Side for texts in _ranges(session, side)]
    for side, texts in sessions.in_turns(ranges):
        with sessions.write() as session:
            # What an interrupted try has left is deleted, which publishers who delete could be at as well.
            _begin(shop, session, task, lock=task.attempt > 1)
            list_repository.copy_lists(session, old, new, side, texts, matches=side is Side.CHALLENGE)
        shop.reach("copied")
    for _ in sessions.in_turns(range(ROUNDS)):
        with sessions.read() as session:
            upto = corpus_repository.current_revision(session)
            left = list_repository.differing_lists(session, old, new, since)
        if len(left) <= LEFT_AT_ONCE:
            if _complete(shop, task, since):
                return
            continue
        for part in sessions.in_turns(parts(left, COPIED_AT_ONCE)):
            with sessions.write() as session:
                _begin(shop, session, task, lock=True)
                _copy(session, old, new, part)
            shop.reach("copied")
        since = upto
    raise CatchUpTooSlow


def _complete(shop: Workshop, task: Task, since: int) -> bool:
    """Copy what is left while publishers wait. False: it has become too much."""
    with shop.ground.sessions.write() as session:
        run = _begin(shop, session, task, lock=True)
        old, new = _ends(session, run)
        left = list_repository.differing_lists(session, old, new, since)
        if len(left) > LEFT_AT_ONCE:
            return False
        # The revision of the new ranking stays that of its beginning, for tables of candidates are as old as that.
        _copy(session, old, new, left)
        repository.mark_done(session, task, shop.now(session))
        shop.reach("copy written")
    return True


def _begin(shop: Workshop, session: Session, task: Task, *, lock: bool) -> RescoringRun:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = '60s'"))
    run = shop.hold(session, task)
    if lock:
        generations.lock(session)
    return run


def _copy(session: Session, old: int, new: int, lists: Sequence[tuple[Side, int]]) -> None:
    for side in Side:
        list_repository.copy_lists(session, old, new, side, [text_id for own, text_id in lists if own is side])


def _ends(session: Session, run: RescoringRun) -> tuple[int, int]:
    """Return the rankings to copy from and to."""
    assert run.generation_id is not None  # noqa: S101  made when statistics were frozen
    active = generations.active_id(session)
    if active is None or active != run.base_generation_id:
        raise BaseNoLongerActive
    return active, run.generation_id


def _ranges(session: Session, side: Side) -> Iterator[range]:
    """Cut the ids of a side into pieces. Challenges bring all matches with them, one row for both sides."""
    last = corpus_repository.last_id(session, side)
    step = COPIED_AT_ONCE if side is Side.CHALLENGE else ROWS_AT_ONCE
    for first in range(1, last + 1, step):
        yield range(first, first + step)
