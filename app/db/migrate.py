"""Bring a database to the schema of this code, and tell how far it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from app.errors import DatabaseIsNewer, DatabaseNotMigrated


def _config() -> Config:
    import migrations

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run all migrations up to `revision`. Raises `DatabaseIsNewer` where the code doesn't know the schema."""
    if current_revision(engine) is not None:
        _refuse_newer(engine)
    _run(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Run migrations backwards to `revision` (`base`: an empty database)."""
    _run(engine, command.downgrade, revision)


def current_revision(engine: Engine) -> str | None:
    """Return the revision the database stands at, None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """Return the revision this code needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None  # noqa: S101  there is at least one migration
    return head


def require_head(engine: Engine) -> None:
    """Raise `DatabaseNotMigrated` or `DatabaseIsNewer` unless schema and code belong together."""
    current = current_revision(engine)
    if current == head_revision():
        return
    if current is not None:
        _refuse_newer(engine)
    raise DatabaseNotMigrated


def _refuse_newer(engine: Engine) -> None:
    current = current_revision(engine)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if current not in known:
        raise DatabaseIsNewer(revision=str(current))


def _run(engine: Engine, what: "object", revision: str) -> None:
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        what(config, revision)  # type: ignore[operator]
        connection.commit()
