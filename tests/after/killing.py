"""Ends work at a chosen moment, as a killed process would: what the transaction did so far is rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session


class Killed(BaseException):
    """No handler of ours catches it."""


@contextmanager
def killed_at(engine: Engine, statement: int) -> Iterator[list[int]]:
    """Raise `Killed` before the n-th statement of the block. Yields a list that holds how many there were."""
    seen = [0]

    def count(*_: Any) -> None:
        seen[0] += 1
        if seen[0] == statement:
            raise Killed

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", count)


@contextmanager
def killed_after_commit(number: int) -> Iterator[None]:
    """Raise `Killed` right after the n-th commit of the block: it is done, and nobody has heard of it."""
    seen = [0]

    def count(_: Session) -> None:
        seen[0] += 1
        if seen[0] == number:
            raise Killed

    event.listen(Session, "after_commit", count)
    try:
        yield
    finally:
        event.remove(Session, "after_commit", count)
