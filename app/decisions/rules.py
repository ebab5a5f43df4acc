"""Admins choose the numbers for what comes after a match."""

from dataclasses import asdict
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import rulebook
from app.auth.actor import Actor
from app.auth.identify import refresh
from app.context import Ground
from app.errors import Forbidden
from app.fields import StrictModel
from app.models import ChosenRules
from app.rules import Rules


class RulesWrite(StrictModel):
    """The numbers an admin may choose."""

    interest_days: Annotated[int, Field(ge=2, le=90)]
    open_interests: Annotated[int, Field(ge=1, le=100)]
    pilot_slots: Annotated[int, Field(ge=1, le=100)]


def choose(ground: Ground, actor: Actor, wanted: RulesWrite) -> None:
    """Let numbers apply from now on. One that the settings have as well is left to them again.

    What is open already keeps its day. Raises `Forbidden`.
    """
    now = ground.clock.now()
    with ground.sessions.write() as session:
        chosen = _administered(session, actor)
        before, after = rulebook.current(session, ground.rules), Rules(**wanted.model_dump())
        if after == before:
            return
        configured, old = asdict(ground.rules), asdict(before)
        changes = {name: (old[name], value) for name, value in asdict(after).items() if value != old[name]}
        for name, value in asdict(after).items():
            setattr(chosen, name, None if value == configured[name] else value)
        chosen.changed_at = now
        ground.trail.record(session, actor, now, "rules.changed", "rules", chosen.id, changes=changes)


def _administered(session: Session, actor: Actor) -> ChosenRules:
    if not refresh(session, actor).is_admin:
        raise Forbidden
    return session.scalars(select(ChosenRules).with_for_update()).one()
