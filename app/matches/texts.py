"""From stored fields to what `matching` reads: one composed text and the facts its criteria look at."""

from typing import Any

from app.matches.sides import TABLES
from matching.statements import Statement, read_statements
from matching.texts import Side, Text, compose

PROSE = (*TABLES[Side.PROFILE].text_fields, "exclusions")
"""Fields of a profile whose sentences count as statements."""


def compose_text(side: Side, content: Any) -> Text:
    """Put the prose fields of a row or schema together; `content.language` None means: detect."""
    fields = [(name, getattr(content, name) or "") for name in TABLES[side].text_fields]
    language = content.language
    return compose(side, fields, None if language is None else str(language))


def facets(side: Side, content: Any) -> dict[str, Any]:
    """Return the structured fields the criteria of a side look at, as plain values."""
    values = {name: getattr(content, name, None) for name in TABLES[side].facet_fields}
    if side is Side.PROFILE and not hasattr(content, "statements"):
        values["statements"] = [statement.as_list() for statement in statements_of(content)]
    if side is Side.CHALLENGE:
        values["must_haves"] = [
            must if isinstance(must, dict) else must.model_dump(mode="json") for must in values["must_haves"] or ()
        ]
    return values


def statements_of(content: Any) -> list[Statement]:
    """Return what the prose of a profile, a row or a schema, states about requirements."""
    return read_statements([(name, getattr(content, name) or "") for name in PROSE])
