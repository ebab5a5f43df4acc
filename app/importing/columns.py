"""Names of columns: which there are, which were meant, and a template with all of them."""

import csv
import difflib
import io
from collections.abc import Collection, Mapping
from typing import Any, Final

from app.challenges import schemas as challenge_schemas
from app.challenges.kind import CHALLENGES
from app.errors import FieldError
from app.importing import errors
from app.importing.readers import Table, printable
from app.profiles import schemas as profile_schemas
from app.profiles.kind import PROFILES
from app.publishing.kinds import Kind

ORGANISATION_ID: Final = "organisation_id"
ORGANISATION: Final = "organisation"
OWNER_COLUMNS: Final = (ORGANISATION_ID, ORGANISATION)
_SHOWN_NAMES: Final = 8
_NEAR: Final = 0.5
"""Similarity from which a name is offered as the one that was meant."""

KINDS: Final[Mapping[str, Kind]] = {"challenges": CHALLENGES, "profiles": PROFILES}
"""What a file can hold, as the option `--kind` names it."""


def guess_kind(table: Table) -> Kind:
    """Return the kind that has more of the columns. Raises `KindUnknown` when neither has."""
    named = set(table.columns)
    hits = {kind: len(named & set(kind.content.model_fields)) for kind in (CHALLENGES, PROFILES)}
    if hits[CHALLENGES] == hits[PROFILES]:
        columns = [printable(name, 30) for name in table.columns[:_SHOWN_NAMES]]
        raise errors.KindUnknown(columns=", ".join(columns) or "–")
    return max(hits, key=lambda kind: hits[kind])


def header_errors(table: Table, kind: Kind, *, owner_given: bool) -> list[FieldError]:
    """Return what is wrong with the columns of a CSV file: unknown ones, repeated ones, missing ones."""
    known = {*kind.content.model_fields, *OWNER_COLUMNS}
    found = [unknown_column(name, kind) for name in dict.fromkeys(table.columns) if name not in known]
    found += [
        FieldError(name, "repeated_column", "Diese Spalte gibt es zweimal.", "This column is there twice.")
        for name in known
        if table.columns.count(name) > 1
    ]
    found += [
        FieldError(
            name,
            "missing_column",
            "Diese Spalte fehlt. Sie muss in jeder Zeile ausgefüllt sein.",
            "This column is missing. It must be filled in in every row.",
        )
        for name, field in kind.content.model_fields.items()
        if field.is_required() and name not in table.columns
    ]
    if not owner_given and not set(OWNER_COLUMNS) & set(table.columns):
        found.append(no_owner())
    return found


def unknown_column(name: str, kind: Kind) -> FieldError:
    """Return the error for a column or key that does not exist, with the nearest one that does."""
    if not name:
        return FieldError(
            "",
            "unnamed_column",
            "Eine Spalte hat keinen Namen. Benennen oder löschen Sie sie.",
            "A column has no name. Name it or delete it.",
        )
    nearest = _nearest(name, [*OWNER_COLUMNS, *kind.content.model_fields])
    if nearest:
        german, english = f" Gemeint ist wohl „{nearest}“.", f" Probably '{nearest}' is meant."
    else:
        german, english = " Die Vorlage zeigt alle, die es gibt.", " The template shows all there are."
    return FieldError(
        printable(name),
        "unknown_column",
        f"Diesen Namen gibt es hier nicht.{german}",
        f"There is no such name.{english}",
    )


def no_owner() -> FieldError:
    """Return the error for a row, or a file, that does not say whose texts these are."""
    return FieldError(
        ORGANISATION_ID,
        "missing",
        "Es fehlt, wessen Text das ist: Spalte organisation_id oder organisation (Name), oder --organisation-id.",
        "It is missing whose text this is: column organisation_id or organisation (name), or --organisation-id.",
    )


def template(kind: Kind, *, separator: str, owner: bool = True) -> str:
    """Return a CSV with all columns and one row that shows how cells are filled in. owner: say whose text it is."""
    example: dict[str, Any] = dict(
        challenge_schemas.EXAMPLE if kind is CHALLENGES else profile_schemas.EXAMPLE,
    )
    names = [*([ORGANISATION_ID] if owner else []), *kind.content.model_fields]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerow([_cell(example.get(name)) for name in names])
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "|".join(_cell(item) for item in value)
    if isinstance(value, dict):
        return "=".join(str(part) for part in value.values())
    return str(value)


def _nearest(name: str, known: Collection[str]) -> str | None:
    found = difflib.get_close_matches(name.strip().lower().replace(" ", "_")[:100], known, n=1, cutoff=_NEAR)
    return found[0] if found else None
