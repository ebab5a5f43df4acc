"""Checks of the database. They only read, and a SQLite file is opened so that not even its side files appear."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, NullPool, create_engine, select, text
from sqlalchemy.engine import make_url

from app.db.engine import make_engine
from app.db.migrate import current_revision, head_revision, require_head
from app.doctor.findings import Finding, Words, fail, failed_with, ok, warn
from app.errors import DatabaseIsNewer, DatabaseNotMigrated, RankingOfOtherEncoder, RankingOfOtherScoring
from app.models import RankingGeneration
from app.models.ranking import GenerationState
from app.settings import Settings

if TYPE_CHECKING:
    from matching.encoder import Encoder

_MIGRATE: Final = Words("Führen Sie „passgenau migrate“ aus.", "Run 'passgenau migrate'.")
_RESTORE: Final = Words(
    "Halten Sie den Server an und spielen Sie die letzte Sicherung ein.", "Stop the server and restore the last backup."
)
_WAL_HEADER: Final = b"\x02\x02"
"""Bytes 18 and 19 of a SQLite file in WAL mode (https://sqlite.org/fileformat.html)."""


@dataclass(frozen=True, slots=True)
class ActiveRanking:
    """What the ranking that readers see was made with."""

    encoder: str
    dtype: str
    fingerprint: str
    scoring: str


def sqlite_file(settings: Settings) -> Path | None:
    """Return the database file, None on PostgreSQL."""
    url = make_url(settings.sqlalchemy_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def missing_file(path: Path) -> Finding:
    """Return the finding for a database that was never made."""
    return fail(
        "database",
        Words(f"{path.absolute()} gibt es noch nicht.", f"{path.absolute()} does not exist yet."),
        Words("„passgenau migrate“ legt sie an.", "'passgenau migrate' makes it."),
    )


def read_only_engine(settings: Settings) -> Engine:
    """Return an engine that only reads. The SQLite file must exist."""
    path = sqlite_file(settings)
    if path is None:
        return make_engine(settings.sqlalchemy_url)

    def connect() -> sqlite3.Connection:
        # Reading a file in WAL mode makes -wal and -shm beside it. Where they are there, somebody has it open and
        # they must be read too; where they are not, nobody writes and the file can be taken as it is.
        in_use = any(path.with_name(path.name + suffix).exists() for suffix in ("-wal", "-journal"))
        mode = "mode=ro" if in_use else "mode=ro&immutable=1"
        return sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True, timeout=10)

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def version(connection: Connection) -> Finding:
    """Tell which database answers."""
    if connection.dialect.name == "sqlite":
        number = connection.scalar(text("SELECT sqlite_version()"))
        # The version comes from the library; only a read of the file tells that it is a database.
        connection.scalar(text("SELECT count(*) FROM sqlite_master"))
        return ok("database", f"SQLite {number}")
    return ok("database", f"PostgreSQL {connection.scalar(text('SHOW server_version'))}")


def unreachable(error: Exception) -> Finding:
    """Return the finding for a database that does not answer, or a driver that is not there."""
    if isinstance(error, ImportError):
        return fail(
            "database",
            Words(f"Der Treiber fehlt: {error}", f"The driver is missing: {error}"),
            Words("Führen Sie aus: pip install 'passgenau[postgres]'", "Run: pip install 'passgenau[postgres]'"),
        )
    reason = (str(getattr(error, "orig", error)).splitlines() or [type(error).__name__])[0]
    return fail(
        "database",
        Words(f"Nicht erreichbar: {reason}", f"Not reachable: {reason}"),
        Words(
            "Prüfen Sie PASSGENAU_DATABASE_URL und PASSGENAU_DATA_DIR, und ob der Datenbankserver läuft.",
            "Check PASSGENAU_DATABASE_URL and PASSGENAU_DATA_DIR, and that the database server runs.",
        ),
    )


def schema(engine: Engine) -> Finding:
    """Tell whether schema and program belong together."""
    current, head = current_revision(engine), head_revision()
    try:
        require_head(engine)
    except DatabaseNotMigrated:
        if current is None:
            return fail("schema", Words("Die Datenbank ist leer.", "The database is empty."), _MIGRATE)
        return fail(
            "schema",
            Words(
                f"Die Datenbank ist älter als das Programm ({current}, gebraucht wird {head}).",
                f"The database is older than the program ({current}, {head} is needed).",
            ),
            _MIGRATE,
        )
    except DatabaseIsNewer as error:
        return failed_with("schema", error)
    return ok("schema", f"{current}")


def sqlite_health(connection: Connection, path: Path) -> Iterator[Finding]:
    """Tell whether the file is undamaged, in WAL mode, and without rows that refer to nothing."""
    first = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if first == "ok":
        yield ok("sqlite file", "unbeschädigt", "undamaged")
    else:
        yield fail("sqlite file", Words(f"Beschädigt: {first}", f"Damaged: {first}"), _RESTORE)
    with path.open("rb") as file:
        is_wal = file.read(20)[18:] == _WAL_HEADER
    if is_wal:
        yield ok("sqlite journal", "WAL")
    else:
        yield warn(
            "sqlite journal",
            Words(
                "Nicht im WAL-Modus; Lesen und Schreiben warten aufeinander.", "Not in WAL mode; readers block writers."
            ),
            Words("Nichts: der nächste Start schaltet ihn ein.", "Nothing: the next start switches it on."),
        )
    # Each connection switches foreign keys on for itself; a library without them ignores that.
    connection.exec_driver_sql("PRAGMA foreign_keys=ON")
    enforced = connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(1000)
    if not enforced:
        yield fail(
            "sqlite foreign keys",
            Words("Diese SQLite-Bibliothek prüft keine Fremdschlüssel.", "This SQLite library checks no foreign keys."),
            Words("Nehmen Sie ein anderes Python.", "Use another Python."),
        )
    elif dangling:
        tables = ", ".join(sorted({str(row[0]) for row in dangling}))
        yield fail(
            "sqlite foreign keys",
            Words(f"Zeilen ohne Gegenstück in: {tables}.", f"Rows that refer to nothing in: {tables}."),
            _RESTORE,
        )
    else:
        yield ok("sqlite foreign keys", "eingeschaltet, alle gültig", "on, all valid")


def pgvector(connection: Connection) -> Finding:
    """Tell whether the extension for vectors is there."""
    installed = connection.scalar(text("SELECT extversion FROM pg_extension WHERE extname = 'vector'"))
    if installed is not None:
        return ok("pgvector", f"{installed}")
    available = connection.scalar(text("SELECT default_version FROM pg_available_extensions WHERE name = 'vector'"))
    if available is not None:
        return warn(
            "pgvector",
            Words(f"{available} ist da, aber nicht eingeschaltet.", f"{available} is there, but not switched on."),
            Words("„passgenau migrate“ schaltet es ein.", "'passgenau migrate' switches it on."),
        )
    return fail(
        "pgvector",
        Words("Fehlt auf dem Datenbankserver.", "Missing on the database server."),
        Words(
            "Installieren Sie dort pgvector, zum Beispiel das Image pgvector/pgvector.",
            "Install pgvector there, for instance the image pgvector/pgvector.",
        ),
    )


def active_ranking(connection: Connection) -> ActiveRanking | None:
    """Return what the active ranking was made with, None before the first start."""
    columns: tuple[Any, ...] = (
        RankingGeneration.encoder,
        RankingGeneration.dtype,
        RankingGeneration.fingerprint,
        RankingGeneration.scoring,
    )
    row = connection.execute(select(*columns).where(RankingGeneration.state == GenerationState.ACTIVE)).first()
    return None if row is None else ActiveRanking(*row)


def ranking(settings: Settings, active: ActiveRanking | None, loaded: "Encoder | None") -> Finding:
    """Tell whether the active ranking was made with the configured encoder, by the rules of this program."""
    from app.matches.generations import scoring_of
    from matching.matcher import Matcher

    if active is None:
        return ok("ranking", "noch keiner; der erste Start macht ihn", "none yet; the first start makes it")
    if active.encoder != settings.encoder:
        return warn(
            "ranking",
            Words(
                f"Mit {active.encoder} gemacht, und damit rechnen alle Prozesse; eingestellt ist {settings.encoder}.",
                f"Made with {active.encoder}, which all processes follow; configured is {settings.encoder}.",
            ),
            Words(
                f"Zum Wechseln: „passgenau rescore --encoder {settings.encoder}“. Sonst PASSGENAU_ENCODER anpassen.",
                f"To switch: 'passgenau rescore --encoder {settings.encoder}'. Otherwise set PASSGENAU_ENCODER to it.",
            ),
        )
    if loaded is not None and loaded.fingerprint != active.fingerprint:
        return failed_with("ranking", RankingOfOtherEncoder(active=active.fingerprint, loaded=loaded.fingerprint))
    if active.scoring != scoring_of(Matcher()):
        return failed_with("ranking", RankingOfOtherScoring())
    return ok("ranking", active.fingerprint)
