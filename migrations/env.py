"""Runs migrations on a connection that `app.db.migrate` hands over, or, for `alembic` itself, on the configured one."""

import re
from typing import Any

from alembic import context
from sqlalchemy import Connection

from app.db.engine import make_engine
from app.models import Base
from app.settings import Settings

OF_A_GENERATION = re.compile(r"match_g\d+|candidate_(challenge|profile)_g\d+(_t\d+)?")
"""Tables on PostgreSQL that are made and dropped with their generation, in no migration:
partitions of `match`, and what `app.matches.candidate_index` finds candidates in."""


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Tell whether migrations are in charge of a table."""
    return not (kind == "table" and name is not None and OF_A_GENERATION.fullmatch(name))


def run(connection: Connection) -> None:
    """Migrate in one transaction, with foreign keys off on SQLite.

    Batch mode rebuilds a SQLite table by dropping it, which deletes child rows while foreign keys cascade. Their
    enforcement can't be switched inside a transaction, so it is switched before one begins and checked at its end.
    """
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        _enforce_foreign_keys(connection, on=False)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=sqlite,
        compare_type=True,
        compare_server_default=False,
        include_name=is_ours,
    )
    with context.begin_transaction():
        if not sqlite:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
            connection.exec_driver_sql("SET LOCAL statement_timeout = '60s'")
        context.run_migrations()
        if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
            raise RuntimeError(f"migration left a row without its parent: {tuple(broken)}")
    if sqlite:
        connection.commit()
        _enforce_foreign_keys(connection, on=True)


def _enforce_foreign_keys(connection: Connection, *, on: bool) -> None:
    # Straight to the driver: SQLAlchemy would begin a transaction first, in which the switch does nothing.
    driver = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
    if driver.execute("PRAGMA foreign_keys").fetchone() != (int(on),):
        raise RuntimeError("foreign keys can't be switched inside a transaction")


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    engine = make_engine(Settings().sqlalchemy_url)
    with engine.connect() as own_connection:
        run(own_connection)
    engine.dispose()
