"""SQL about shortlists."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ShortlistEntry


def entries(session: Session, challenge_id: int) -> Sequence[ShortlistEntry]:
    """Return the shortlist of a challenge, in the order in which startups came onto it."""
    query = select(ShortlistEntry).where(ShortlistEntry.challenge_id == challenge_id).order_by(ShortlistEntry.id)
    return session.scalars(query).all()


def get(session: Session, challenge_id: int, profile_id: int, *, lock: bool = False) -> ShortlistEntry | None:
    """Return one entry."""
    query = select(ShortlistEntry).where(
        ShortlistEntry.challenge_id == challenge_id, ShortlistEntry.profile_id == profile_id
    )
    return session.scalars(query.with_for_update() if lock else query).one_or_none()
