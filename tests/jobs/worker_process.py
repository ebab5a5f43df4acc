"""A worker in its own process."""

import os
import signal
import threading
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from app import logging
from app.auth.keys import Keys
from app.clock import Clock
from app.context import Ground
from app.db.engine import make_engine
from app.db.session import Sessions
from app.jobs import care, worker
from app.mail.senders import FileSender
from app.security import Security
from app.settings import Settings


class DyingSender(FileSender):
    def send(self, message: EmailMessage) -> None:
        super().send(message)
        os.kill(os.getpid(), signal.SIGKILL)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_in_care(engine: Engine, how: str) -> None:
    """Be killed in the first piece of care."""
    do, at_work = care.do, threading.local()

    def watched(*arguments: Any) -> None:
        at_work.yes = True
        do(*arguments)

    def before_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        # The trail is written last, so everything else of the piece has been done by now.
        if getattr(at_work, "yes", False) and statement.startswith("UPDATE audit_head"):
            die()

    def after_commit(_session: Session) -> None:
        if getattr(at_work, "yes", False):
            die()

    care.do = watched
    if how == "die-inside":
        event.listen(engine, "before_cursor_execute", before_statement)
    else:
        event.listen(Session, "after_commit", after_commit)


class Uncaught(BaseException):
    """Like errors of the engine that its users shall not catch."""


def look_for_ever(ground: Ground, settings: Settings, name: str) -> None:
    def fail(*_: Any) -> Any:
        raise Uncaught("a.yilmaz@people.example")

    def find(*_: Any) -> Any:
        raise ZeroDivisionError("a.yilmaz@people.example")

    logging.configure("json")
    worker.EVERY = 0.2
    worker.HOUSE_EVERY = 2
    worker.look_for_partitions = fail
    care.DUTIES = {"broken": care.Duty(find, fail), **care.DUTIES}
    with worker.working(ground, settings, name):
        threading.Event().wait()


def work(url: str, name: str, folder: Path, how: str) -> None:
    """Do what is due once.

    how: `once`; `die` to be killed between sending a mail and noting it; `die-inside` to be killed by the last
    statement of a piece of care, before its commit; `die-after` to be killed right after that commit, before the engine
    notes it; `broken` to look for work for ever, where two of the looks fail.
    """
    engine = make_engine(url)
    ground = Ground(Sessions(engine), Clock(), Security(Keys(b"a secret of the tests, no other")))
    settings = Settings(database_url=url, mail=f"file:{folder}")  # type: ignore[arg-type]
    if how == "broken":
        look_for_ever(ground, settings, name)
    elif how == "die":
        worker.make_sender = lambda _settings: DyingSender(folder)
    elif how != "once":
        die_in_care(engine, how)
    if how != "die":
        worker.LOST_AFTER = worker.LOST_AFTER * 0
    worker.work_once(ground, settings, name)
