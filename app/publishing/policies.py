"""Who may read and write challenges and profiles. Pure functions of actor and object.

    own organisation    reads and writes in every state
    others              read what is published:
        challenges      members of verified organisations of both sides
        profiles        members of verified welfare organisations
        coordinators    what members of their own network published
        admins          everything that is published
    matches             the own organisation; admins of what is published
    signals of matches  admins

`readable_in` says the same in SQL; a test compares the two.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from app.auth.actor import MEMBER_ROLES, Actor
from app.models import Challenge, Organisation, Profile
from app.vocabulary import OrganisationKind, Role
from matching.texts import Side

PUBLISHED = "published"
_READERS = {
    Side.CHALLENGE: frozenset({Role.WELFARE_STAFF, Role.STARTUP_MEMBER}),
    Side.PROFILE: frozenset({Role.WELFARE_STAFF}),
}


def may_browse(actor: Actor, side: Side) -> bool:
    """Tell whether somebody reads what any organisation of a side has published."""
    return actor.is_admin or any(grant.verified and grant.role in _READERS[side] for grant in actor.grants)


def may_read(actor: Actor, side: Side, organisation: Organisation, state: str) -> bool:
    """Tell whether somebody reads one text."""
    if actor.is_trusted or actor.is_member(organisation.id):
        return True
    return state == PUBLISHED and (may_browse(actor, side) or actor.coordinates(organisation.network_id))


def may_write(actor: Actor, organisation_id: int) -> bool:
    """Tell whether somebody writes the texts of an organisation."""
    return actor.is_trusted or actor.is_member(organisation_id)


def may_publish(actor: Actor, organisation_id: int) -> bool:
    """Tell whether somebody may show the texts of an organisation to others."""
    return actor.is_trusted or any(
        grant.organisation_id == organisation_id and grant.verified for grant in actor.grants
    )


def may_read_matches(actor: Actor, organisation_id: int, state: str) -> bool:
    """Tell whether somebody reads the matches of a text."""
    return may_write(actor, organisation_id) or (actor.is_admin and state == PUBLISHED)


def may_read_signals(actor: Actor) -> bool:
    """Tell whether somebody reads what a fit is made of: admins, to find out why a ranking is as it is."""
    return actor.is_admin


def may_preview(actor: Actor, side: Side) -> bool:
    """Tell whether somebody ranks a text of a side that is not stored: members of verified organisations of it."""
    role = MEMBER_ROLES[OrganisationKind.WELFARE if side is Side.CHALLENGE else OrganisationKind.STARTUP]
    return actor.is_admin or any(grant.verified and grant.role is role for grant in actor.grants)


def readable_in(actor: Actor, side: Side, table: type[Challenge] | type[Profile]) -> ColumnElement[bool]:
    """Return `may_read` as a condition on the rows of a table."""
    if actor.is_trusted:
        return true()
    conditions: list[Any] = []
    if actor.organisations:
        conditions.append(table.organisation_id.in_(actor.organisations))
    if may_browse(actor, side):
        conditions.append(table.state == PUBLISHED)
    elif actor.networks:
        in_network = table.organisation.has(Organisation.network_id.in_(actor.networks))
        conditions.append(and_(table.state == PUBLISHED, in_network))
    return or_(*conditions) if conditions else false()
