"""Use cases: back up, restore."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from app.backup import manifest, postgres, sqlite
from app.backup.errors import BackupExists, BackupUnusable
from app.clock import Clock
from app.context import Ground
from app.db.engine import make_engine
from app.db.migrate import current_revision, upgrade
from app.db.session import Sessions
from app.models import Erasure
from app.privacy import erasure
from app.security import Security


@dataclass(frozen=True, slots=True)
class Done:
    """What was backed up or restored."""

    file: Path
    size: int
    seconds: float
    revision: str
    rows: dict[str, int]
    erased_again: int = 0


def back_up(engine: Engine, file: Path, *, force: bool = False) -> Done:
    """Write a backup of the database as it is at one moment, while others go on writing.

    Raises `BackupExists`, `ToolMissing`, `ToolFailed`.
    """
    if file.exists() and not force:
        raise BackupExists(file=file)
    began = time.monotonic()
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup") as folder:
        written = Path(folder) / file.name
        rows = _dump(engine, written)
        revision = current_revision(engine) or ""
        found = manifest.Manifest(engine.dialect.name, revision, rows, manifest.digest(written))
        manifest.settle(written, file)
    manifest.write(file, found)
    return Done(file, file.stat().st_size, time.monotonic() - began, revision, rows)


def restore(url: str, security: Security, clock: Clock, file: Path) -> Done:
    """Replace a database by a backup of it, and erase again who was erased since.

    The old database stays as it is until a copy of the backup has been checked, migrated and completed.
    Raises `BackupUnusable`, `DatabaseInUse`, `DatabaseIsNewer`, `ToolMissing`, `ToolFailed`.
    """
    began = time.monotonic()
    found = manifest.read(file)
    kind = make_url(url).get_backend_name()
    if found.kind != kind:
        raise BackupUnusable(file=file, reason=f"it is of {found.kind}, the configured database is {kind}")
    erased = _erased_meanwhile(url, security)
    again = 0

    def prepare(engine: Engine) -> None:
        nonlocal again
        with engine.connect() as connection:
            if manifest.count_rows(connection) != found.rows:
                raise BackupUnusable(file=file, reason="it does not hold the rows that its manifest tells")
        upgrade(engine)
        again = replay(Ground(Sessions(engine), clock, security), erased)

    replace: Callable[[Callable[[Engine], None]], None] = (
        (lambda prepared: sqlite.restore(Path(make_url(url).database or ""), file, prepared))
        if kind == sqlite.KIND
        else (lambda prepared: postgres.restore(url, file, prepared))
    )
    replace(prepare)
    return Done(file, file.stat().st_size, time.monotonic() - began, found.revision, found.rows, again)


def replay(ground: Ground, erased: set[str]) -> int:
    """Erase again who was erased, by all logs there are. Returns how many came back with the backup."""
    ground.security.erasures.sync(ground.sessions)
    with ground.sessions.read() as session:
        erased = erased | set(session.scalars(select(Erasure.uid)))
    done = erasure.reapply(ground, erased)
    ground.security.erasures.sync(ground.sessions)
    erasure.scrub(ground.sessions.engine)
    return done


def _dump(engine: Engine, written: Path) -> dict[str, int]:
    if engine.dialect.name == sqlite.KIND:
        sqlite.dump(engine, written)
        copy = make_engine(f"sqlite:///{written}")
        try:
            with copy.connect() as connection:
                return manifest.count_rows(connection)
        finally:
            copy.dispose()
            # Opening it switched the copy to a write-ahead log; a backup is one file.
            sqlite.close(written)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        rows = manifest.count_rows(connection)
        postgres.dump(engine, written, snapshot)
        return rows


def _erased_meanwhile(url: str, security: Security) -> set[str]:
    """Return who was erased by the logs that outlive the database to be replaced."""
    uids = set(security.erasures.read())
    database = make_url(url).database
    if url.startswith("sqlite") and not Path(database or "").exists():
        return uids
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            uids |= set(connection.execute(select(Erasure.uid)).scalars())
    except SQLAlchemyError:
        pass  # lost, damaged or of another time: the file is what is left
    finally:
        engine.dispose()
    return uids
