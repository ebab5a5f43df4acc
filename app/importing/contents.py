"""One row of a file to the content of a challenge or profile, or to what is wrong with its fields."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ValidationError

from app.errors import FieldError, MalformedInput
from app.importing.cells import read_cells
from app.importing.columns import unknown_column
from app.importing.readers import printable
from app.publishing.kinds import Kind
from app.validation import field_errors

_MUST_HAVES = "must_haves"


def read_content(
    kind: Kind, values: dict[str, Any], *, is_csv: bool, today: date
) -> tuple[BaseModel | None, list[FieldError]]:
    """Return the content, or None and what is wrong. In JSON null counts as left out, like an empty cell."""
    problems: list[FieldError] = []
    if is_csv:
        values, problems = read_cells(kind.content, values)
    else:
        known = kind.content.model_fields
        problems = [unknown_column(name, kind) for name in values if name not in known]
        values = {name: value for name, value in values.items() if name in known and value is not None}
    unread = {problem.field for problem in problems}
    try:
        content = kind.content.model_validate(values)
        kind.check_content(content, content.model_fields_set, today)
    except ValidationError as error:
        # A cell that could not be read is missing from the values, and has its message already.
        found = [_field_error(values, raw, is_csv=is_csv) for raw in error.errors(include_url=False)]
        return None, problems + [problem for problem in found if problem.field not in unread]
    except MalformedInput as error:
        return None, problems + list(error.fields)
    return (None, problems) if problems else (content, [])


def _field_error(values: Mapping[str, Any], raw: Mapping[str, Any], *, is_csv: bool) -> FieldError:
    (problem,) = field_errors([raw], skip_place=False)
    location = raw["loc"]
    if not is_csv or len(location) == 1:
        return FieldError(printable(problem.field, 100), problem.code, problem.de, problem.en)
    if not location:
        return problem
    # In a cell nobody sees positions like fields_of_action.1: the piece itself is named.
    column, position = location[:2]
    piece = values[column][position]
    if column == _MUST_HAVES:
        return _must_have_error(problem, piece)
    shown = printable(str(piece))
    return FieldError(column, problem.code, f"„{shown}“: {problem.de}", f"'{shown}': {problem.en}")


def _must_have_error(problem: FieldError, piece: Mapping[str, str]) -> FieldError:
    shown = printable("=".join(piece.values()))
    kind = printable(piece["kind"])
    german, english = problem.de, problem.en
    if problem.code == "missing":
        german, english = f"Hier fehlt der Wert: {kind}=...", f"The value is missing: {kind}=..."
    elif problem.code == "extra_forbidden":
        german, english = f"„{kind}“ steht allein, ohne Wert.", f"'{kind}' stands alone, without a value."
    elif problem.code == "union_tag_invalid":
        german = german.replace("„kind“ muss eines sein von", "Bekannt sind")
        english = english.replace("'kind' must be one of", "Known are")
    return FieldError(_MUST_HAVES, problem.code, f"„{shown}“: {german}", f"'{shown}': {english}")
