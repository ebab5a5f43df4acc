"""What the tests of the API share: rows that are there, and a look at everything that is stored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import inspect, select, table, text

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


@pytest.fixture
def there(context: Context, client: TestClient) -> There:
    welfare = stories.organisation(context, "welfare")
    profile = stories.profile(context, "Sensor Sturz Nachtdienst")
    challenge = stories.challenge(context, welfare, "Sturz Nachtdienst")
    draft = stories.challenge(context, welfare, "Beratung Schulden", state="draft")
    closed = stories.challenge(context, welfare, "Fahrdienst", state="draft")
    assert client.post(f"{API}/challenges/{closed['id']}/close").status_code == 200
    return There(
        welfare=welfare,
        startup=profile["organisation"]["id"],
        idle_startup=stories.organisation(context, "startup", "Ohne Profil"),
        challenge=challenge["id"],
        draft=draft["id"],
        closed=closed["id"],
        profile=profile["id"],
    )


@pytest.fixture
def everything_stored(context: Context) -> Callable[[], dict[str, Any]]:
    """A function that returns all rows of all tables."""

    def read() -> dict[str, Any]:
        with context.sessions.read() as session:
            names = inspect(session.connection()).get_table_names()
            return {
                name: sorted(
                    (tuple(row) for row in session.execute(select(text("*")).select_from(table(name)))), key=repr
                )
                for name in names
            }

    return read
