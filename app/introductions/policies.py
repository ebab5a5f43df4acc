"""Who takes part in an introduction: members of its two organisations, nobody else. Pure functions.

Admins and coordinators have no part in it: contact data and messages are between the two sides.
"""

from sqlalchemy import ColumnElement, or_, true

from app.auth.actor import Actor
from app.models import Introduction
from matching.texts import Side


def may_read(actor: Actor, introduction: Introduction) -> bool:
    """Tell whether somebody reads an introduction with its thread."""
    return actor.is_trusted or bool({introduction.welfare_id, introduction.startup_id} & actor.organisations)


def readable_in(actor: Actor) -> ColumnElement[bool]:
    """Return `may_read` as a condition on the rows."""
    if actor.is_trusted:
        return true()
    return or_(Introduction.welfare_id.in_(actor.organisations), Introduction.startup_id.in_(actor.organisations))


def side_of(actor: Actor, introduction: Introduction) -> Side:
    """Return for which side somebody acts who may read it; somebody of both acts for the welfare side."""
    is_startup = actor.is_member(introduction.startup_id) and not actor.is_member(introduction.welfare_id)
    return Side.PROFILE if is_startup else Side.CHALLENGE
