"""SQL about unfinished challenges."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session, joinedload

from app.auth.actor import Actor
from app.models import UnfinishedChallenge


def of_actor(session: Session, actor: Actor) -> Sequence[UnfinishedChallenge]:
    """Return what the actor's organisations have begun, the last touched first."""
    query = select(UnfinishedChallenge).where(UnfinishedChallenge.organisation_id.in_(actor.organisations))
    return session.scalars(
        query.options(joinedload(UnfinishedChallenge.organisation)).order_by(UnfinishedChallenge.updated_at.desc())
    ).all()


def get(session: Session, unfinished_id: int, *, lock: bool = False) -> UnfinishedChallenge | None:
    """Return one; `lock` keeps other writers out."""
    query = select(UnfinishedChallenge).where(UnfinishedChallenge.id == unfinished_id)
    query = query.options(joinedload(UnfinishedChallenge.organisation))
    return session.scalar(query.with_for_update(of=UnfinishedChallenge) if lock else query)


def remove(session: Session, unfinished_id: int) -> bool:
    """Delete one. Returns whether it was there: of two parallel calls one gets true."""
    deleted: Any = session.execute(delete(UnfinishedChallenge).where(UnfinishedChallenge.id == unfinished_id))
    assert isinstance(deleted, CursorResult)  # noqa: S101  a DELETE gives one
    return deleted.rowcount == 1
