"""Interests that wait: the reminder at half-time, the end on the last day. Done by the worker.

Each can be done twice: it compares what is with what should be, on locked rows, and writes state, audit event and
mails in one transaction.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.alerts.tell import tell
from app.auth.actor import SERVICE
from app.context import Ground
from app.decisions import repository
from app.decisions.service import NOUN, news_of
from app.models import Decision
from app.vocabulary import AlertKind, ChallengeState, DecisionState, ProfileState


def due(ground: Ground, session: Session) -> Sequence[int]:
    """Return the interests something has to be done about."""
    return repository.due(session, ground.clock.now())


def look_after(ground: Ground, decision_id: int) -> str | None:
    """End an interest whose day is over or whose text is, or remind the side that has not answered.

    Returns what was done.
    """
    now = ground.clock.now()
    with ground.sessions.write() as session:
        known = repository.get(session, decision_id)
        pair = repository.lock_pair(session, known.challenge_id, known.profile_id) if known else None
        if known is None or pair is None:
            return None
        session.refresh(known)
        if known.state is not DecisionState.OPEN or known.expires_at is None:
            return None
        if known.expires_at <= now or _is_over(pair):
            known.state, known.ended_at = DecisionState.EXPIRED, now
            session.flush()
            news = news_of(AlertKind.EXPIRED, known, known.organisation_id)
            tell(session, news, now, preferred=known.decided_by)
            return _recorded(ground, session, known, "interest.expired")
        if known.reminded_at is None and known.remind_at is not None and known.remind_at <= now:
            known.reminded_at = now
            session.flush()
            tell(session, news_of(AlertKind.REMINDER, known, pair.organisation(known.side.other).id), now)
            return _recorded(ground, session, known, "interest.reminded")
        return None


def _is_over(pair: repository.Pair) -> bool:
    """Tell whether a pair can't come together any more; a pause is not the end. SQL: `repository.has_no_text`."""
    paused_or_published = {ChallengeState.PUBLISHED, ChallengeState.PAUSED}
    return pair.challenge.state not in paused_or_published or pair.profile.state is ProfileState.DRAFT


def _recorded(ground: Ground, session: Session, decision: Decision, action: str) -> str:
    ground.trail.record(
        session,
        SERVICE,
        ground.clock.now(),
        action,
        NOUN,
        decision.id,
        organisation_id=decision.organisation_id,
    )
    return action
