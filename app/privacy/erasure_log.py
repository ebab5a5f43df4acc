"""The erasure log outside the database, so that it outlives one that is lost or replaced by a backup."""

import fcntl
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from app.db.session import Sessions
from app.models import Erasure


@dataclass(frozen=True, slots=True)
class ErasureLog:
    """A file with one JSON object a line: {"uid", "kind", "erased_at"}; nobody's data are in it. None: no file."""

    file: Path | None = None

    def read(self) -> dict[str, tuple[str, datetime]]:
        """Return {uid: (kind, when)}; a line that was cut off by a crash is left out."""
        found: dict[str, tuple[str, datetime]] = {}
        if self.file is None or not self.file.exists():
            return found
        for line in self.file.read_text("utf-8").splitlines():
            try:
                entry = json.loads(line)
                found[entry["uid"]] = (entry["kind"], datetime.fromisoformat(entry["erased_at"]))
            except (ValueError, KeyError):
                continue
        return found

    def sync(self, sessions: Sessions) -> int:
        """Bring file and table to the same lines. Returns how many there are."""
        in_file = self.read()
        with sessions.read() as session:
            rows = session.scalars(select(Erasure).order_by(Erasure.erased_at, Erasure.uid)).all()
            in_table = {row.uid: (row.kind, row.erased_at) for row in rows}
        self._append({uid: entry for uid, entry in in_table.items() if uid not in in_file})
        missing = {uid: entry for uid, entry in in_file.items() if uid not in in_table}
        if missing:
            with sessions.write() as session:
                for uid, (kind, when) in missing.items():
                    session.merge(Erasure(uid=uid, kind=kind, erased_at=when))
        return len(in_table | in_file)

    def _append(self, entries: dict[str, tuple[str, datetime]]) -> None:
        if self.file is None or not entries:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(
            json.dumps({"uid": uid, "kind": kind, "erased_at": when.isoformat()}) + "\n"
            for uid, (kind, when) in entries.items()
        )
        descriptor = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
