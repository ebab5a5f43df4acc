"""Backup while somebody writes, restore, and what must not come back [reliability row 23]."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from app.audit.trail import Trail
from app.auth.keys import Keys
from app.backup import manifest
from app.backup.errors import BackupExists, BackupUnusable, DatabaseInUse
from app.backup.service import Done, back_up, restore
from app.clock import Clock
from app.context import Context
from app.db.engine import make_engine
from app.db.migrate import upgrade
from app.db.session import Sessions
from app.models import Organisation, User
from app.privacy.erasure import erase_organisation, erase_person
from app.privacy.erasure_log import ErasureLog
from app.security import Security
from tests import stories
from tests.conftest import SettableClock, make_context
from tests.mail.test_mail import put_person


@pytest.fixture
def security(tmp_path: Path) -> Security:
    return Security(Keys(b"a secret of the tests, no other"), erasures=ErasureLog(tmp_path / "erasures.jsonl"))


@pytest.fixture
def context(engine: Engine, clock: SettableClock, security: Security) -> Context:
    made = make_context(engine, clock)
    return Context(made.sessions, made.clock, security, made.ranking)


def everything(engine: Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {name}")))  # noqa: S608
            for name in manifest.count_rows(connection)
        }


def restored(database_url: str, engine: Engine, security: Security, file: Path) -> Done:
    engine.dispose()
    return restore(database_url, security, Clock(), file)


def test_what_was_backed_up_comes_back_row_by_row(
    context: Context, engine: Engine, database_url: str, security: Security, tmp_path: Path
) -> None:
    stories.publish_some(context)
    put_person(context)
    before = everything(engine)
    done = back_up(engine, tmp_path / "backup")
    assert done.rows["challenge"] == 4
    stories.publish_some(context)
    assert everything(engine) != before
    assert restored(database_url, engine, security, tmp_path / "backup").erased_again == 0
    assert everything(engine) == before
    with context.sessions.read() as session:
        assert Trail(security.keys.derive("audit")).verify(session).first_bad is None
    # The service goes on with it: the corpus is read anew.
    later = make_context(engine, SettableClock())
    stories.challenge(later, stories.organisation(later, "welfare"), stories.words_for(1))


@pytest.fixture
def writing(context: Context) -> Iterator[list[int]]:
    """Somebody writes all the time."""
    stop, written = threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            written.append(stories.organisation(context, "welfare"))

    thread = threading.Thread(target=write)
    thread.start()
    yield written
    stop.set()
    thread.join()


def test_a_backup_taken_while_somebody_writes_is_whole(
    context: Context, engine: Engine, database_url: str, tmp_path: Path, writing: list[int]
) -> None:
    stories.publish_some(context)
    acknowledged = len(writing)
    done = back_up(engine, tmp_path / "backup")
    assert done.rows["organisation"] >= acknowledged
    # The chain of the trail in the copy is whole: it was taken at one moment.
    assert done.rows["audit_event"] > done.rows["organisation"]
    assert manifest.read(tmp_path / "backup").rows == done.rows


def test_who_was_erased_after_the_backup_stays_erased(
    context: Context, engine: Engine, database_url: str, security: Security, tmp_path: Path
) -> None:
    person = put_person(context)
    welfare = stories.organisation(context, "welfare", "Haus der Verschwundenen")
    stories.challenge(context, welfare, "Sturz Nachtdienst")
    back_up(engine, tmp_path / "backup")
    erase_person(context, stories.OPERATOR, person)
    erase_organisation(context, stories.OPERATOR, welfare)
    assert restored(database_url, engine, security, tmp_path / "backup").erased_again == 2
    with context.sessions.read() as session:
        assert session.scalars(select(User.id)).all() == []
        assert session.scalars(select(Organisation.name)).all() == []


def test_a_lost_database_loses_the_erased_again_by_the_log_outside(
    context: Context, engine: Engine, database_url: str, security: Security, tmp_path: Path
) -> None:
    person = put_person(context)
    back_up(engine, tmp_path / "backup")
    erase_person(context, stories.OPERATOR, person)
    engine.dispose()
    if engine.dialect.name == "sqlite":
        Path(engine.url.database or "").unlink()
    else:
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    assert restored(database_url, engine, security, tmp_path / "backup").erased_again == 1
    with context.sessions.read() as session:
        assert session.scalars(select(User.id)).all() == []


def test_a_file_that_is_there_is_not_overwritten_unasked(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("dear to somebody")
    with pytest.raises(BackupExists):
        back_up(engine, tmp_path / "backup")
    back_up(engine, tmp_path / "backup", force=True)


@pytest.mark.parametrize("fault", ["missing", "no manifest", "cut off", "other kind", "other rows", "no backup"])
def test_a_backup_that_is_none_leaves_the_database_as_it_is(
    context: Context, engine: Engine, database_url: str, security: Security, tmp_path: Path, fault: str
) -> None:
    stories.publish_some(context)
    file = tmp_path / "backup"
    back_up(engine, file)
    spoil(file, fault)
    before = everything(engine)
    with pytest.raises(BackupUnusable):
        restored(database_url, engine, security, file)
    assert everything(engine) == before


def spoil(file: Path, fault: str) -> None:
    told = json.loads(manifest.beside(file).read_text())
    if fault == "missing":
        file.unlink()
    elif fault == "no manifest":
        manifest.beside(file).unlink()
    elif fault == "cut off":
        file.write_bytes(file.read_bytes()[:-1000])
    elif fault == "other kind":
        told["kind"] = "oracle"
    elif fault == "other rows":
        told["rows"]["challenge"] += 1
    else:
        file.write_bytes(b"no database at all")
        told["sha256"] = manifest.digest(file)
    if fault in {"other kind", "other rows", "no backup"}:
        manifest.beside(file).write_text(json.dumps(told))


def test_a_database_in_use_is_not_replaced(
    context: Context, engine: Engine, database_url: str, security: Security, tmp_path: Path
) -> None:
    back_up(engine, tmp_path / "backup")
    engine.dispose()
    other = make_engine(database_url)
    upgrade(other)
    with other.connect() as connection:
        connection.execute(text("SELECT count(*) FROM organisation"))
        with pytest.raises(DatabaseInUse):
            restore(database_url, security, Clock(), tmp_path / "backup")
    other.dispose()
    restore(database_url, security, Clock(), tmp_path / "backup")
    with Sessions(engine).read() as session:
        assert session.scalars(select(Organisation.id)).all() == []
