"""One engine per process, with what each database needs to behave the same."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

WRITES = "passgenau_writes"
"""Execution option of a connection that is going to write."""

IDLE_WRITER_ENDS = "30s"
"""How long a transaction that writes may do nothing on PostgreSQL."""

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=10000",
    # What was erased is overwritten, not only unlinked.
    "secure_delete=ON",
    # A publication touches a page for each list it enters: the default of 2 MB would read them again each time, and
    # the default of 1,000 pages between two checkpoints would make every second publication wait for one.
    "cache_size=-16000",
    "wal_autocheckpoint=8000",
)


def make_engine(url: str) -> Engine:
    """Return an engine for a SQLAlchemy URL, `sqlite:///FILE` or `postgresql+psycopg://...`.

    The folder of a SQLite file is made when it is missing.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": 10, "check_same_thread": False}, pool_size=20)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        parsed,
        pool_size=10,
        max_overflow=20,
        pool_timeout=5,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5, "options": "-c statement_timeout=15s -c timezone=utc"},
    )
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling begins too late and never IMMEDIATE; _begin_sqlite does it instead.
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that has read can't become a writer once another has committed, whatever the timeout
    # (https://sqlite.org/lang_transaction.html), so one that will write takes the write lock at its start.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    # A process that is stopped or cut off between two statements would keep its locks for ever; the server ends it.
    if connection.get_execution_options().get(WRITES, False):
        connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_WRITER_ENDS}'")
