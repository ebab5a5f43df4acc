"""Rules that apply now: those of the settings, with what admins chose since. They hold at once in every process."""

from dataclasses import asdict, replace
from typing import Annotated

from pydantic import Field
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.context import Ground
from app.fields import StrictModel
from app.models import ChosenRule
from app.rules import Rules

RULES_ID = 1
"""In the audit trail: there is one set of rules."""


class RulesWrite(StrictModel):
    """The numbers an admin may choose."""

    interest_days: Annotated[int, Field(ge=2, le=90)]
    open_interests: Annotated[int, Field(ge=1, le=100)]
    pilot_slots: Annotated[int, Field(ge=1, le=100)]


def current(session: Session, configured: Rules) -> Rules:
    """Return the rules as this session sees them. configured: those of the settings."""
    chosen = {row.name: row.value for row in session.scalars(select(ChosenRule))}
    return replace(configured, **{name: value for name, value in chosen.items() if name in asdict(configured)})


def choose(ground: Ground, actor: Actor, wanted: RulesWrite) -> None:
    """Let numbers apply from now on. One that the settings have as well is left to them again.

    What is open already keeps its day.
    """
    now = ground.clock.now()
    with ground.sessions.write() as session:
        before = current(session, ground.rules)
        after = Rules(**wanted.model_dump())
        if after == before:
            return
        session.execute(delete(ChosenRule))
        configured = asdict(ground.rules)
        for name, value in asdict(after).items():
            if value != configured[name]:
                session.add(ChosenRule(name=name, value=value, changed_at=now))
        old, new = asdict(before), asdict(after)
        changes = {name: (old[name], new[name]) for name in new if old[name] != new[name]}
        ground.trail.record(session, actor, now, "rules.changed", "rules", RULES_ID, changes=changes)
