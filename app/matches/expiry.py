"""Challenges end on their last day without anybody's doing."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.clock import Clock
from app.models import Challenge
from app.vocabulary import ChallengeState
from matching.texts import Side


def is_due(clock: Clock) -> ColumnElement[bool]:
    """Select the published challenges whose last day is over."""
    return and_(Challenge.state == ChallengeState.PUBLISHED, Challenge.expires_on < clock.today())


def is_over(challenge: Challenge, today: date) -> bool:
    """Tell whether the last day of a challenge is over."""
    return challenge.expires_on < today


def any_due(session: Session, clock: Clock) -> bool:
    """Tell whether there is something to expire."""
    return session.scalar(select(Challenge.id).where(is_due(clock)).limit(1)) is not None


OnExpired = Callable[[Session, Challenge], None]
"""What else happens with a challenge that expired, in the same transaction."""


def do_nothing(_session: Session, _challenge: Challenge) -> None:
    """Let a challenge expire without more."""


def expire_due(session: Session, leave: Callable[[Side, int], Any], clock: Clock, on_expired: OnExpired) -> int:
    """Set challenges whose last day is over to `expired` and take them out of the corpus. Returns how many."""
    due = session.scalars(select(Challenge).where(is_due(clock)).order_by(Challenge.id)).all()
    for challenge in due:
        challenge.state = ChallengeState.EXPIRED
        challenge.version += 1
        challenge.updated_at = clock.now()
        session.flush()
        leave(Side.CHALLENGE, challenge.id)
        on_expired(session, challenge)
    return len(due)
