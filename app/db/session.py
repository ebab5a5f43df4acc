"""Units of work. This module holds the only commit of the service.

A request or job that reads opens `Sessions.read()`; one that writes opens `Sessions.write()`, which commits when its
block ends and rolls back when it raises. Services flush, never commit.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.db.engine import WRITES

Item = TypeVar("Item")

_LAST = "passgenau_before_commit"
WAITERS_LOOK_EVERY = 0.1
"""Seconds, at most: the last of the delays in `sqliteDefaultBusyCallback` (https://sqlite.org/src/file/src/main.c)."""


def move_on(session: Session) -> None:
    """Let a session that reads see what others have committed meanwhile, as every statement on PostgreSQL does.

    What it has loaded stays as it is.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("BEGIN")


def before_commit(session: Session, work: Callable[[Session], None]) -> None:
    """Do `work` as the last thing of a write transaction: for locks that are to be held as short as can be."""
    session.info.setdefault(_LAST, []).append(work)


class Sessions:
    """Opens sessions on one engine; shared by all threads of a process."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing_engine = engine.execution_options(**{WRITES: True})

    def give_way(self) -> None:
        """Let others write before the next of many transactions: SQLite's waiters only look now and then."""
        if self.engine.dialect.name == "sqlite":
            time.sleep(WAITERS_LOOK_EVERY)

    def in_turns(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield items that are each written in a transaction of its own, and give way between two."""
        for place, item in enumerate(items):
            if place:
                self.give_way()
            yield item

    @contextmanager
    def read(self, *, consistent: bool = False) -> Iterator[Session]:
        """Open a session that only reads; whatever was changed in it is thrown away.

        consistent: all of its statements see the same moment, as they always do on SQLite.
        """
        with Session(self.engine, expire_on_commit=False) as session:
            if consistent and self.engine.dialect.name == "postgresql":
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session  # closing it rolls back, and leaves the objects readable

    @contextmanager
    def write(self, *, consistent: bool = False) -> Iterator[Session]:
        """Open a session that writes: committed at the end of the block, rolled back when it raises.

        On SQLite it holds the write lock from its first statement, so keep slow work (encoding) outside. consistent: as
        for `read`.
        """
        with Session(self._writing_engine, expire_on_commit=False) as session:
            if consistent and self.engine.dialect.name == "postgresql":
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session
            for work in session.info.pop(_LAST, ()):
                work(session)
            session.commit()
