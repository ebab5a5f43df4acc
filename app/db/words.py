"""Finding rows by words in their texts."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

MOST_WORDS = 8


def spellings(text: str) -> list[str]:
    """Return a text as it may be written: SQLite folds the case of ASCII only, so `ärzte` would not find `Ärzte`."""
    return list(dict.fromkeys((text, text.lower(), text.upper(), text.capitalize(), text.title())))


def has_words(columns: Sequence[InstrumentedAttribute[str]], text: str) -> ColumnElement[bool]:
    """Return the condition that each word of a text stands in one of the columns, in any case."""
    return and_(*(contains(columns, word) for word in text.split()[:MOST_WORDS]))


def contains(columns: Sequence[InstrumentedAttribute[str]], text: str) -> ColumnElement[bool]:
    """Return the condition that a text stands in one of the columns, in any case."""
    return or_(*(column.icontains(spelling, autoescape=True) for column in columns for spelling in spellings(text)))
