"""What the tests of the API share: rows that are there, and a look at everything that is stored."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import inspect, select, table, text

from app.auth.actor import OPERATOR
from app.challenges import service as challenges
from app.context import Context
from tests import stories

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class There:
    """Ids of what is there: published texts and their organisations, and a startup without a profile."""

    welfare: int
    startup: int
    idle_startup: int
    challenge: int
    draft: int
    closed: int
    profile: int


def put_there(context: Context) -> There:
    """Store some texts in several states."""
    welfare = stories.organisation(context, "welfare")
    profile = stories.profile(context, "Sensor Sturz Nachtdienst")
    challenge = stories.challenge(context, welfare, "Sturz Nachtdienst")
    draft = stories.challenge(context, welfare, "Beratung Schulden", state="draft")
    closed = stories.challenge(context, welfare, "Fahrdienst", state="draft")
    challenges.close_challenge(context, OPERATOR, closed["id"], None)
    return There(
        welfare=welfare,
        startup=profile["organisation"]["id"],
        idle_startup=stories.organisation(context, "startup", "Ohne Profil"),
        challenge=challenge["id"],
        draft=draft["id"],
        closed=closed["id"],
        profile=profile["id"],
    )


def everything_stored(context: Context) -> dict[str, Any]:
    """All rows of all tables."""
    with context.sessions.read() as session:
        return {
            name: sorted((tuple(row) for row in session.execute(select(text("*")).select_from(table(name)))), key=repr)
            for name in inspect(session.connection()).get_table_names()
        }


@pytest.fixture
def there(context: Context) -> There:
    return put_there(context)
