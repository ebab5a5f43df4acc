"""SQL about kept searches."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import SavedSearch


def of_person(session: Session, user_id: int) -> Sequence[SavedSearch]:
    """Return the searches of a person, oldest first."""
    return session.scalars(select(SavedSearch).where(SavedSearch.user_id == user_id).order_by(SavedSearch.id)).all()


def get(session: Session, user_id: int, search_id: int) -> SavedSearch | None:
    """Return one search of a person; the row stays locked until the transaction ends."""
    query = select(SavedSearch).where(SavedSearch.id == search_id, SavedSearch.user_id == user_id)
    return session.scalars(query.with_for_update()).one_or_none()
