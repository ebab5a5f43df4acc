"""What lies beside a backup: what is in it, so that a restore can tell whether all of it came back."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from app.backup.errors import BackupUnusable
from app.models import Base


@dataclass(frozen=True, slots=True)
class Manifest:
    """Kind of database, revision of its schema, rows of each table, hash of the file."""

    kind: str
    revision: str
    rows: dict[str, int]
    sha256: str


def beside(file: Path) -> Path:
    """Return where the manifest of a backup lies."""
    return file.with_name(file.name + ".json")


def write(file: Path, manifest: Manifest) -> None:
    """Write the manifest of a backup."""
    target = beside(file)
    target.write_text(json.dumps(asdict(manifest), indent=2) + "\n", "utf-8")
    target.chmod(0o600)


def read(file: Path) -> Manifest:
    """Read and check the manifest of a backup. Raises `BackupUnusable`."""
    if not file.is_file():
        raise BackupUnusable(file=file, reason="there is no such file")
    try:
        manifest = Manifest(**json.loads(beside(file).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        raise BackupUnusable(file=file, reason=f"{beside(file).name}, which lies beside a backup, is missing") from None
    if digest(file) != manifest.sha256:
        raise BackupUnusable(file=file, reason="it is not as it was written: cut off or changed")
    return manifest


def digest(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def count_rows(connection: Connection) -> dict[str, int]:
    """Return {table: rows} of the service's own tables that are there."""
    there = set(inspect(connection).get_table_names())
    quoted = connection.dialect.identifier_preparer.quote
    return {
        table.name: connection.execute(text(f"SELECT count(*) FROM {quoted(table.name)}")).scalar_one()  # noqa: S608
        for table in Base.metadata.sorted_tables
        if table.name in there
    }


def settle(written: Path, file: Path) -> None:
    """Give a file that was written beside its name, so that it is there whole or not at all, also after a crash."""
    with written.open("rb") as opened:
        os.fsync(opened.fileno())
    written.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
