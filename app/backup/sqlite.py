"""SQLite: the online backup API copies while others write; a restore replaces the file in one step."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from app.backup.errors import BackupUnusable, DatabaseInUse
from app.backup.manifest import settle
from app.db.engine import make_engine

KIND = "sqlite"
_MAGIC = b"SQLite format 3\x00"


def dump(engine: Engine, written: Path) -> None:
    """Copy the database of an engine as it is at one moment."""
    written.touch(mode=0o600)
    with closing(sqlite3.connect(engine.url.database or "")) as source, closing(sqlite3.connect(written)) as target:
        # In one step: writers wait for a moment, and none of them makes the copy begin again.
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    _check(written)


def restore(url_file: Path, file: Path, prepare: Callable[[Engine], None]) -> None:
    """Put a backup in the place of a database file, after `prepare` has checked and completed a copy of it."""
    with file.open("rb") as opened:
        if opened.read(len(_MAGIC)) != _MAGIC:
            raise BackupUnusable(file=file, reason="it is no backup of an SQLite database")
    url_file.parent.mkdir(parents=True, exist_ok=True)
    _free(url_file)
    copy = url_file.with_name(f".{url_file.name}.restoring")
    _remove(copy)
    copy.touch(mode=0o600)
    shutil.copyfile(file, copy)
    try:
        _check(copy)
        engine = make_engine(f"sqlite:///{copy}")
        try:
            prepare(engine)
        finally:
            engine.dispose()
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        settle(copy, url_file)
    finally:
        _remove(copy)


def _check(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        try:
            sound = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            sound = sound and connection.execute("PRAGMA foreign_key_check").fetchone() is None
        except sqlite3.DatabaseError:
            sound = False
    if not sound:
        raise BackupUnusable(file=file, reason="SQLite finds it damaged")


def _free(file: Path) -> None:
    """Raise `DatabaseInUse` while somebody else has the database open; takes what is in its log into the file."""
    if not file.exists():
        return
    with closing(sqlite3.connect(file, timeout=0.5)) as connection:
        try:
            # Leaving WAL mode needs the file for oneself; every open connection of the service holds a lock on it.
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            raise DatabaseInUse from None
        except sqlite3.DatabaseError:
            return  # damaged: exactly what a backup is for


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def close(file: Path) -> None:
    """Take a write-ahead log into the file and do without one."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
