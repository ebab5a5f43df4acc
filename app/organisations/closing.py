"""An organisation takes its data along, or has all of it erased."""

from typing import Any

from app.accounts.invitations import visible_organisation
from app.auth.actor import Actor
from app.context import Context
from app.errors import Forbidden
from app.organisations import policies
from app.privacy import erasure, export


def export_organisation(context: Context, actor: Actor, organisation_id: int) -> dict[str, Any]:
    """Return everything stored about an organisation. Raises `NotFound`, `Forbidden`."""
    with context.sessions.read() as session:
        visible_organisation(session, actor, organisation_id)
        if not policies.may_export(actor, organisation_id):
            raise Forbidden
        return export.export_organisation(session, organisation_id)


def erase_organisation(context: Context, actor: Actor, organisation_id: int) -> None:
    """Erase an organisation with its texts. Raises `NotFound`, `Forbidden`."""
    with context.sessions.read() as session:
        organisation = visible_organisation(session, actor, organisation_id)
        if not policies.may_edit(actor, organisation):
            raise Forbidden
    erasure.erase_organisation(context, actor, organisation_id)
