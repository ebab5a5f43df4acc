"""SQL about outcomes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Introduction, OneTimeLink, Outcome
from app.vocabulary import LinkPurpose


def due(session: Session, now: datetime, limit: int = 100) -> Sequence[int]:
    """Return the questions that are to be asked now."""
    query = select(Outcome.id).where(Outcome.asked_at.is_(None), Outcome.due_at <= now)
    return session.scalars(query.order_by(Outcome.due_at, Outcome.id).limit(limit)).all()


def lock_question(session: Session, outcome_id: int) -> Outcome | None:
    """Return a question; nobody else asks it until this transaction ends."""
    return session.scalar(select(Outcome).where(Outcome.id == outcome_id).with_for_update())


def introduction_of(session: Session, outcome: Outcome) -> Introduction:
    """Return the introduction a question is about."""
    return session.get_one(Introduction, outcome.introduction_id)


def of_link(session: Session, link_id: int) -> Outcome | None:
    """Return the question a link answers."""
    return session.scalar(select(Outcome).where(Outcome.link_id == link_id).with_for_update())


def link_was_there(session: Session, token_hash: str) -> bool:
    """Tell whether a token belongs to a link that is used or over."""
    query = select(OneTimeLink.id).where(
        OneTimeLink.token_hash == token_hash, OneTimeLink.purpose == LinkPurpose.OUTCOME
    )
    return session.scalar(query) is not None
