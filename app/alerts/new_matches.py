"""Tells organisations of matches that are new to them and good.

The durable cause is the corpus: `corpus_change` names each text that was published or edited, a generation that was
activated changes all lists. A single row remembers how far this was looked at; it moves in the transaction that tells.
What stands in a list when its text is published or edited is shown to whoever does that, and counts as told.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.alerts import match_watch_repository as repository
from app.alerts.match_watch_repository import GoodMatch
from app.alerts.tell import News, tell
from app.context import Ground
from app.matches import corpus_repository, generations
from app.vocabulary import AlertKind
from matching.texts import Side

CHANGES_AT_ONCE = 50
"""Revisions looked at in one transaction."""
TEXTS_AT_ONCE = 50
"""Texts with news looked at in one transaction."""


def is_due(session: Session) -> bool:
    """Tell whether the corpus has changed since the last look."""
    watch = repository.get(session)
    now = corpus_repository.current_revision(session), generations.active_id(session)
    return (watch.revision, watch.generation_id) != now


def look(ground: Ground) -> int:
    """Tell of what is new since the last look. Returns how many matches there were."""
    told = 0
    while True:
        with ground.sessions.read() as session:
            watch, generation_id = repository.get(session), generations.active_id(session)
        if generation_id is None:
            return told
        if watch.generation_id != generation_id:
            told += _look_at_ranking(ground, generation_id, silently=watch.generation_id is None)
            continue
        with ground.sessions.write() as session:
            found, is_done = _look_at_changes(session, ground.clock.now())
        told += found
        if is_done:
            return told
        ground.sessions.give_way()


def _look_at_ranking(ground: Ground, generation_id: int, *, silently: bool) -> int:
    """Tell of what a ranking brought that became active, some texts at a time: nobody should wait for all of them.

    Whatever stops in between goes on where it was, for what was told is stored with it.
    """
    with ground.sessions.read(consistent=True) as session:
        revision = corpus_repository.current_revision(session)
        texts = repository.texts_with_news(session, generation_id)
    told = 0
    for start in range(0, len(texts) + 1, TEXTS_AT_ONCE):
        some = texts[start : start + TEXTS_AT_ONCE]
        with ground.sessions.write() as session:
            watch = repository.lock(session)
            if generations.active_id(session) != generation_id or watch.generation_id == generation_id:
                return told  # another ranking, or another worker was faster
            for side, text_id in some:
                matches = repository.good_matches(session, generation_id, side, text_id)
                own = [match for match in matches if match.side is side]
                told += _tell_new(session, own, ground.clock.now(), silently=silently)
            if len(some) < TEXTS_AT_ONCE:
                watch.revision, watch.generation_id = revision, generation_id
                return told
        ground.sessions.give_way()
    return told


def _look_at_changes(session: Session, now: datetime) -> tuple[int, bool]:
    # Locked before anything is read: of two workers the second one waits, then finds that there is nothing left.
    watch = repository.lock(session)
    revision, generation_id = corpus_repository.current_revision(session), generations.active_id(session)
    if generation_id is None or watch.generation_id != generation_id:
        return 0, False
    upto = min(revision, watch.revision + CHANGES_AT_ONCE)
    found = 0
    for side, text_id in repository.changes(session, watch.revision, upto):
        matches = repository.good_matches(session, generation_id, side, text_id)
        seen = [match for match in matches if match.was_seen]
        _tell_new(session, seen, now, silently=True)
        found += _tell_new(session, [match for match in matches if not match.was_seen], now, silently=False)
    watch.revision = upto
    return found, upto == revision


def _tell_new(session: Session, matches: Iterable[GoodMatch], now: datetime, *, silently: bool) -> int:
    """Store matches as told and, unless silently, tell the organisation of their side."""
    told = 0
    new = [match for match in matches if not repository.is_told(session, match)]
    first: Mapping[tuple[Side, int], bool] = {
        (match.side, match.text_id): not repository.any_told(session, match.side, match.text_id) for match in new
    }
    for match in new:
        repository.mark_told(session, match, now)
        if silently:
            continue
        kind = AlertKind.FIRST_MATCH if first[match.side, match.text_id] else AlertKind.NEW_MATCH
        cause = f"match:{match.side.value}:{match.challenge_id}:{match.profile_id}"
        tell(session, News(kind, cause, match.organisation_id, match.challenge_id, match.profile_id), now)
        told += 1
    session.flush()
    return told
