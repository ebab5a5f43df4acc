"""Rules that apply now: those of the settings, with what admins chose since. They hold at once in every process."""

from dataclasses import asdict, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ChosenRules
from app.rules import Rules


def current(session: Session, configured: Rules) -> Rules:
    """Return the rules as this session sees them. configured: those of the settings."""
    chosen = session.scalars(select(ChosenRules)).one()
    values = {name: getattr(chosen, name) for name in asdict(configured)}
    return replace(configured, **{name: value for name, value in values.items() if value is not None})
