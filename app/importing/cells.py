"""Cells of a CSV file, which are all text, to the values of a schema.

Numbers and dates are read as German and English spreadsheets write them (`2,5`, `31.12.2026`), but never guessed:
`10.000` is ten thousand to one reader and ten to another, so it is refused.
"""

import re
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum, StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.errors import FieldError


class Shape(Enum):
    """How the cells of a column are read."""

    PROSE = "prose"
    WHOLE_NUMBER = "whole number"
    NUMBER = "number"
    YES_OR_NO = "yes or no"
    DATE = "date"
    CODE = "code"
    CODES = "codes"
    PHRASES = "phrases"
    MUST_HAVES = "must-haves"


_WHOLE: Final = re.compile(r"([+-]?\d{1,12})(?:[.,]0{1,2})?")
_NUMBER: Final = re.compile(r"([+-]?\d{1,12})(?:[.,](\d{1,20}))?")
_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_GERMAN_DATE: Final = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})")
_YES: Final = frozenset({"ja", "wahr", "yes", "true", "j", "y", "x", "1"})
_NO: Final = frozenset({"nein", "falsch", "no", "false", "n", "0"})
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_MUST_HAVE: Final = re.compile(r"\s*(\w+)\s*(?:[=:](.*))?", re.DOTALL)


def shape_of(field: FieldInfo) -> Shape:
    """Return how the cells of a field are read, from its type."""
    kind = _plain_type(field.annotation)
    if typing.get_origin(kind) is list:
        (item,) = (_plain_type(argument) for argument in typing.get_args(kind))
        if _is_enum(item):
            return Shape.CODES
        return Shape.PHRASES if item is str else Shape.MUST_HAVES
    shapes = {int: Shape.WHOLE_NUMBER, float: Shape.NUMBER, bool: Shape.YES_OR_NO, date: Shape.DATE}
    if kind in shapes:
        return shapes[kind]
    return Shape.CODE if _is_enum(kind) else Shape.PROSE


def read_cells(model: type[BaseModel], cells: dict[str, str]) -> tuple[dict[str, Any], list[FieldError]]:
    """Turn the cells of one row into values for `model`; empty cells are left out.

    What can't be read is told as errors; the rules of the fields themselves are the model's.
    """
    values: dict[str, Any] = {}
    problems: list[FieldError] = []
    for name, cell in cells.items():
        if not cell.strip():
            continue
        value = _READERS[shape_of(model.model_fields[name])](name, cell.strip())
        if isinstance(value, FieldError):
            problems.append(value)
        else:
            values[name] = value
    return values, problems


def _whole_number(name: str, cell: str) -> int | FieldError:
    found = _WHOLE.fullmatch(cell)
    if found is None:
        return FieldError(
            name,
            "int_parsing",
            "Hier wird eine ganze Zahl erwartet, nur aus Ziffern, zum Beispiel 10000.",
            "A whole number is expected here, in digits only, for instance 10000.",
        )
    return int(found[1])


def _number(name: str, cell: str) -> float | FieldError:
    found = _NUMBER.fullmatch(cell)
    if found is None or _THOUSANDS.fullmatch(cell):
        return FieldError(
            name,
            "float_parsing",
            "Hier wird eine Zahl ohne Tausendertrennung erwartet, zum Beispiel 2,5.",
            "A number without thousands separator is expected here, for instance 2.5.",
        )
    return float(f"{found[1]}.{found[2] or 0}")


def _yes_or_no(name: str, cell: str) -> bool | FieldError:
    answer = cell.casefold()
    if answer in _YES or answer in _NO:
        return answer in _YES
    return FieldError(name, "bool_parsing", "Hier wird ja oder nein erwartet.", "yes or no is expected here.")


def _date(name: str, cell: str) -> date | FieldError:
    german, iso = _GERMAN_DATE.fullmatch(cell), _ISO_DATE.fullmatch(cell)
    try:
        if german:
            return date(int(german["year"]), int(german["month"]), int(german["day"]))
        if iso:
            return date(*(int(part) for part in iso.groups()))
    except ValueError:
        pass  # a day that the calendar does not have
    return FieldError(
        name,
        "date_parsing",
        "Bitte ein Datum angeben wie 2026-12-31 oder 31.12.2026.",
        "Please give a date like 2026-12-31 or 31.12.2026.",
    )


def _code(cell: str) -> str:
    return cell.strip().casefold().translate(_UMLAUTS)


def _codes(cell: str) -> list[str]:
    return [_code(part) for part in re.split(r"[|,]", cell) if part.strip()]


def _phrases(cell: str) -> list[str]:
    # With | between them, phrases may hold commas.
    return [part.strip() for part in cell.split("|" if "|" in cell else ",") if part.strip()]


def _must_have_parts(cell: str) -> list[str]:
    """Split at | and, where no free text is about, at commas too."""
    parts: list[str] = []
    for part in cell.split("|"):
        is_prose = part.strip().casefold().startswith("other")
        parts += [part] if is_prose else part.split(",")
    return [part for part in parts if part.strip()]


def _must_have(part: str) -> dict[str, Any]:
    found = _MUST_HAVE.fullmatch(part)
    if found is None:
        return {"kind": part.strip()}
    kind, value = found[1].casefold(), found[2]
    if value is None:
        return {"kind": kind}
    if kind == "other":
        return {"kind": kind, "text": value.strip()}
    code = _code(value)
    return {"kind": kind, "value": int(code) if re.fullmatch(r"[0-9]{1,9}", code) else code}


def _plain_type(annotation: Any) -> Any:
    """Strip `Annotated` and `| None` from a type."""
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        return _plain_type(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        members = [member for member in typing.get_args(annotation) if member is not type(None)]
        return _plain_type(members[0]) if len(members) == 1 else annotation
    return annotation


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


_READERS: Final[Mapping[Shape, Callable[[str, str], Any]]] = {
    Shape.PROSE: lambda _, cell: cell,
    Shape.WHOLE_NUMBER: _whole_number,
    Shape.NUMBER: _number,
    Shape.YES_OR_NO: _yes_or_no,
    Shape.DATE: _date,
    Shape.CODE: lambda _, cell: _code(cell),
    Shape.CODES: lambda _, cell: _codes(cell),
    Shape.PHRASES: lambda _, cell: _phrases(cell),
    Shape.MUST_HAVES: lambda _, cell: [_must_have(part) for part in _must_have_parts(cell)],
}
