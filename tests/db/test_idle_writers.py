"""A writer that stops between two statements doesn't keep others out for ever."""

import time

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app.db import engine as engines
from app.db.session import Sessions


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_ends_a_writer_that_does_nothing_and_lets_readers_think(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "IDLE_WRITER_ENDS", "300ms")
    sessions = Sessions(engine)

    def stop_between_two_statements() -> None:
        with sessions.write() as session:
            session.execute(text("SELECT revision FROM corpus_revision FOR UPDATE"))
            time.sleep(0.8)
            session.execute(text("SELECT 1"))

    with pytest.raises(DBAPIError):
        stop_between_two_statements()
    with sessions.write() as session:
        assert session.scalar(text("SELECT count(*) FROM corpus_revision")) == 1
    with sessions.read() as session:
        session.execute(text("SELECT 1"))
        time.sleep(0.8)
        session.execute(text("SELECT 1"))
