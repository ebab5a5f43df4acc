"""What admins see of the trail."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.vocabulary import ActorKind


class AuditEventRead(BaseModel):
    """One event; `fields` are the names of what changed."""

    model_config = ConfigDict(from_attributes=True)

    sequence: int
    at: datetime
    actor_kind: ActorKind
    actor_id: int | None
    token_id: int | None
    action: str
    object_kind: str
    object_id: int | None
    organisation_id: int | None
    fields: list[str]
