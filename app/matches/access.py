"""Texts somebody reads the matches of."""

from typing import Any

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.errors import Forbidden, NotFound, NotPublished
from app.matches import match_repository
from app.matches.sides import TABLES
from app.matches.text_filter import TextFilter
from app.publishing import policies
from matching.texts import Side


def published_of(session: Session, actor: Actor, side: Side, text_id: int) -> Any:
    """Return a published text whose matches the actor may read. Raises `NotFound`, `Forbidden`, `NotPublished`."""
    row = match_repository.text_of(session, side, text_id)
    if row is None or not policies.may_read(actor, side, row.organisation, row.state.value):
        raise NotFound
    if not policies.may_read_matches(actor, row.organisation_id, row.state.value):
        raise Forbidden
    if row.state != TABLES[side].published:
        raise NotPublished(state=row.state.value)
    return row


def partner_of(session: Session, actor: Actor, side: Side, text_id: int, clock: Clock) -> Any:
    """Return a text of a side that is shown and that the actor may read. Raises `NotFound`."""
    row = match_repository.partners(session, side, [text_id], TextFilter(), clock).get(text_id)
    if row is None or not policies.may_read(actor, side, row.organisation, row.state.value):
        raise NotFound
    return row
