"""Who may read and change organisations. Pure functions of actor and object."""

from sqlalchemy import ColumnElement, or_, true

from app.auth.actor import Actor
from app.models import Organisation


def may_read(actor: Actor, organisation: Organisation) -> bool:
    """Tell who knows of it: of a verified one everybody signed in, else its members, its network and admins."""
    return actor.is_known and (
        organisation.verified
        or actor.is_admin
        or actor.is_member(organisation.id)
        or actor.coordinates(organisation.network_id)
    )


def may_create(actor: Actor) -> bool:
    """Let admins; everybody else registers together with an account."""
    return actor.is_admin


def may_edit(actor: Actor, organisation: Organisation) -> bool:
    """Let its managers and admins; coordinators never change what members wrote."""
    return actor.is_admin or actor.manages(organisation.id)


def may_edit_identity(actor: Actor, organisation: Organisation) -> bool:
    """Let managers change name and network until they are verified, then admins only."""
    return actor.is_admin or (actor.manages(organisation.id) and not organisation.verified)


def may_verify(actor: Actor, organisation: Organisation) -> bool:
    """Let admins, and coordinators of its network."""
    return actor.is_admin or actor.coordinates(organisation.network_id)


def may_see_members(actor: Actor, organisation_id: int) -> bool:
    """Let its members and admins: names of people are for colleagues."""
    return actor.is_admin or actor.is_member(organisation_id)


def may_manage_members(actor: Actor, organisation_id: int) -> bool:
    """Let its managers and admins."""
    return actor.is_admin or actor.manages(organisation_id)


def readable_in(actor: Actor) -> ColumnElement[bool]:
    """Return `may_read` as a condition on the rows, for somebody who is known."""
    if actor.is_admin:
        return true()
    return or_(
        Organisation.verified,
        Organisation.id.in_(actor.organisations),
        Organisation.network_id.in_(actor.networks),
    )


def may_export(actor: Actor, organisation_id: int) -> bool:
    """Let its managers: drafts are in it, which admins don't read."""
    return actor.is_trusted or actor.manages(organisation_id)
