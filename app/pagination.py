"""Keyset pages: stable while rows are inserted, and as cheap on page 100 as on page 1."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.errors import FieldError, MalformedInput

Row = TypeVar("Row")

_BAD_CURSOR = FieldError(
    "cursor",
    "bad_cursor",
    "Nehmen Sie den Cursor unverändert aus dem Link-Header oder aus „next_cursor“.",
    "Take the cursor unchanged from the Link header or from 'next_cursor'.",
)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the cursor of the next page if there is one."""

    rows: Sequence[Row]
    next_cursor: str | None


def encode_cursor(position: int) -> str:
    """Return an opaque cursor for the row or offset after which the next page begins."""
    return base64.urlsafe_b64encode(f"v1:{position}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> int:
    """Return the position a cursor stands for, 0 for none. Raises `MalformedInput`."""
    if cursor is None:
        return 0
    try:
        version, _, position = (
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").partition(":")
        )
        if version == "v1" and position.isdecimal() and len(position) < 19:  # noqa: PLR2004  fits 64 bits
            return int(position)
    except (binascii.Error, ValueError):
        pass
    raise MalformedInput(fields=(_BAD_CURSOR,))


def newest_first(
    session: Session,
    select: Select[Row],
    key: InstrumentedAttribute[int],
    *,
    limit: int,
    cursor: str | None,
) -> Page[Row]:
    """Return one page of `select` ordered by descending id."""
    after = decode_cursor(cursor)
    condition: list[ColumnElement[bool]] = [key < after] if after else []
    rows = session.scalars(select.where(*condition).order_by(key.desc()).limit(limit + 1)).unique().all()
    more = len(rows) > limit
    return Page(rows[:limit], encode_cursor(getattr(rows[limit - 1], key.key)) if more else None)
