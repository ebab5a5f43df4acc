"""Migrations keep what is stored, and code and schema belong together."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, column, inspect, select, table, text

from app.auth.actor import OPERATOR
from app.challenges import unfinished
from app.db import migrate
from app.db.engine import make_engine
from app.db.session import Sessions
from app.errors import DatabaseIsNewer, DatabaseNotMigrated
from tests.conftest import SettableClock, make_context
from tests.stories import organisation, publish_some

FOUNDING = {"awo", "drk", "caritas", "diakonie", "zwst", "startup-verband", "send"}


@pytest.fixture
def bare_engine(database_url: str) -> Engine:
    return make_engine(database_url)


def rows(engine: Engine, of: dict[str, list[str]] | None = None) -> dict[str, list[tuple[object, ...]]]:
    """All rows, with all columns or those named."""
    wanted = columns(engine) if of is None else of
    with engine.connect() as connection:
        stored = {
            name: connection.execute(select(*(column(one) for one in names)).select_from(table(name))).all()
            for name, names in wanted.items()
        }
        return {name: sorted(map(tuple, found), key=repr) for name, found in stored.items()}


def columns(engine: Engine) -> dict[str, list[str]]:
    """The columns of each table, without the number of the revision."""
    found = inspect(engine)
    names = [name for name in found.get_table_names() if name != "alembic_version"]
    return {name: [one["name"] for one in found.get_columns(name)] for name in names}


def test_a_fresh_database_has_the_founding_networks_and_no_texts(bare_engine: Engine) -> None:
    migrate.upgrade(bare_engine)
    stored = rows(bare_engine)
    assert {row[1] for row in stored["network"]} == FOUNDING
    assert stored["challenge"] == stored["profile"] == []
    bare_engine.dispose()


def test_models_and_migrations_describe_the_same_schema(bare_engine: Engine) -> None:
    migrate.upgrade(bare_engine)
    config = migrate._config()
    with bare_engine.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)
    bare_engine.dispose()


def test_every_revision_goes_down_and_up_again_and_loses_no_row(bare_engine: Engine) -> None:
    migrate.upgrade(bare_engine)
    publish_some(make_context(bare_engine, SettableClock()))
    before = rows(bare_engine)
    assert before["match"]
    assert before["challenge_vector"]
    revisions = [script.revision for script in ScriptDirectory.from_config(migrate._config()).walk_revisions()]
    for older in revisions[1:]:
        migrate.downgrade(bare_engine, older)
        there = columns(bare_engine)
        kept = rows(bare_engine, there)
        migrate.upgrade(bare_engine)
        assert rows(bare_engine, there) == kept
        assert {name: len(found) for name, found in kept.items()} == {name: len(before[name]) for name in kept}
        assert kept["match"] == before["match"]
    migrate.downgrade(bare_engine, "base")
    assert rows(bare_engine) == {}
    migrate.upgrade(bare_engine)
    assert {row[1] for row in rows(bare_engine)["network"]} == FOUNDING
    bare_engine.dispose()


def test_code_refuses_a_schema_that_is_not_its_own(bare_engine: Engine) -> None:
    with pytest.raises(DatabaseNotMigrated):
        migrate.require_head(bare_engine)
    migrate.upgrade(bare_engine)
    migrate.require_head(bare_engine)
    with bare_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseIsNewer):
        migrate.require_head(bare_engine)
    with pytest.raises(DatabaseIsNewer):
        migrate.upgrade(bare_engine)
    bare_engine.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("words", [["migrate"], ["serve", "--port", "0"]])
def test_the_command_line_names_a_newer_database_without_a_traceback(database_url: str, words: list[str]) -> None:
    engine = make_engine(database_url)
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    done = subprocess.run(
        [Path(sys.executable).parent / "passgenau", *words],
        env={"PASSGENAU_DATABASE_URL": database_url, "LANG": "en_US.UTF-8", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "9999" in done.stderr
    assert "newer program" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_sqlite_connection_keeps_keys_and_survives_a_crash(engine: Engine) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    connections = [engine.connect() for _ in range(3)]
    for connection in connections:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
        assert found == wanted
        connection.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_writing_session_holds_the_write_lock_from_its_start(engine: Engine) -> None:
    sessions = Sessions(engine)
    with sessions.write() as first:
        first.execute(text("SELECT 1"))
        impatient = make_engine(str(engine.url))
        with impatient.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
            with pytest.raises(Exception, match="locked"):
                connection.exec_driver_sql("BEGIN IMMEDIATE")
        impatient.dispose()


def test_who_saved_last_comes_without_giving_out_numbers_again(bare_engine: Engine) -> None:
    """A number of an unfinished challenge says for a day what has become of it."""
    migrate.upgrade(bare_engine)
    context = make_context(bare_engine, SettableClock())
    welfare = organisation(context, "welfare")
    numbers = [unfinished.begin(context, OPERATOR, welfare, {"problem": "Nachts"}).id for _ in range(3)]
    unfinished.discard(context, OPERATOR, numbers[-1], 1)
    migrate.downgrade(bare_engine, "0011")
    migrate.upgrade(bare_engine)
    assert unfinished.begin(context, OPERATOR, welfare, {"problem": "Nachts"}).id == numbers[-1] + 1
    with context.sessions.read() as session:
        kept = unfinished.read(session, OPERATOR, numbers[0])
    assert (kept.version, kept.content) == (1, {"problem": "Nachts"})
    bare_engine.dispose()
