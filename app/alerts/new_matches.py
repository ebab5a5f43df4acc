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


def is_due(session: Session) -> bool:
    """Tell whether the corpus has changed since the last look."""
    watch = repository.get(session)
    now = corpus_repository.current_revision(session), generations.active_id(session)
    return (watch.revision, watch.generation_id) != now


def look(ground: Ground) -> int:
    """Tell of what is new since the last look. Returns how many matches there were."""
    told = 0
    while True:
        with ground.sessions.write() as session:
            found, is_done = _look_once(session, ground.clock.now())
        told += found
        if is_done:
            return told


def _look_once(session: Session, now: datetime) -> tuple[int, bool]:
    # Locked before anything is read: of two workers the second one waits, then finds that there is nothing left.
    watch = repository.lock(session)
    revision, generation_id = corpus_repository.current_revision(session), generations.active_id(session)
    if generation_id is None:
        return 0, True
    if watch.generation_id != generation_id:
        matches = repository.good_matches(session, generation_id)
        found = _tell_new(session, matches, now, silently=watch.generation_id is None)
        watch.revision, watch.generation_id = revision, generation_id
        return found, True
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
