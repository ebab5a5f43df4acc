"""SQL about the audit trail."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.schemas import AuditEventRead
from app.models import AuditEvent
from app.pagination import Page, newest_first


def page(
    session: Session,
    *,
    action: str | None,
    actor_id: int | None,
    organisation_id: int | None,
    limit: int,
    cursor: str | None,
) -> Page[AuditEvent]:
    """Return events, newest first."""
    query = select(AuditEvent)
    if action is not None:
        query = query.where(AuditEvent.action == action)
    if actor_id is not None:
        query = query.where(AuditEvent.actor_id == actor_id)
    if organisation_id is not None:
        query = query.where(AuditEvent.organisation_id == organisation_id)
    return newest_first(session, query, AuditEvent.sequence, limit=limit, cursor=cursor)


def read_event(event: AuditEvent) -> AuditEventRead:
    """Return an event as admins see it."""
    return AuditEventRead(
        sequence=event.sequence,
        at=event.at,
        actor_kind=event.actor_kind,
        actor_id=event.actor_id,
        token_id=event.token_id,
        action=event.action,
        object_kind=event.object_kind,
        object_id=event.object_id,
        organisation_id=event.organisation_id,
        fields=sorted(event.changes),
    )
