"""Bytes of a file to rows: finds out format, encoding and separator, and where the file is broken."""

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.errors import FieldError
from app.importing import errors, workbooks

MAX_MEGABYTES: Final = 5
MAX_BYTES: Final = MAX_MEGABYTES * 1_000_000
MAX_ROWS: Final = 20_000

_ARCHIVE: Final = b"PK\x03\x04"
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"
_BINARY_SHARE: Final = 1 / 50
"""A text has fewer control characters than that."""
_JSON_SUFFIXES: Final = (".jsonl", ".ndjson", ".json")
# Umlauts and typographic quotes in UTF-8. A file that has some of them was meant as UTF-8: reading it as
# Windows-1252 because of one damaged byte would turn all its umlauts into "Ã¤".
_UTF8_SIGNS: Final = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x80-\xbf]")


@dataclass(frozen=True, slots=True)
class Record:
    """One entry as the file has it. `row` counts as a person does: in CSV the header is row 1, in JSON lines count."""

    row: int
    values: dict[str, Any]
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The entries of a file, and its columns as written; `header_row` is None for JSON Lines, which have none."""

    columns: tuple[str, ...]
    records: tuple[Record, ...]
    header_row: int | None


def read_bytes(path: Path) -> bytes:
    """Return the content of a file. Raises `UnusableFile` when that is not possible or too much."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise errors.FileNotReadable(file=printable(str(path)), reason=error.strerror or error) from None
    if len(data) > MAX_BYTES:
        raise errors.FileTooLarge(limit=MAX_MEGABYTES)
    return data


def read_table(data: bytes, name: str = "") -> Table:
    """Split the content of a file into rows; `name` helps to tell JSON from CSV. Raises `UnusableFile`."""
    if data.startswith(_ARCHIVE):
        return _table(iter(workbooks.read_rows(data)))
    _refuse_binary(data)
    start = data.removeprefix(codecs.BOM_UTF8).lstrip()
    if not start:
        raise errors.EmptyFile
    if start.startswith(b"["):
        raise errors.NoJsonLines
    if start.startswith(b"{") or name.lower().endswith(_JSON_SUFFIXES):
        return _read_json_lines(data)
    return _read_csv(data)


def printable(text: str, limit: int = 60) -> str:
    """Return a text from outside so that it is safe and short enough for a message on a terminal."""
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _refuse_binary(data: bytes) -> None:
    if data.startswith(_OLD_WORKBOOK):
        raise errors.OldWorkbook
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise errors.DamagedEncoding(line=1)
    head = data[:4096]
    controls = sum(byte < ord(" ") and byte not in b"\t\n\r\0" for byte in head)
    nuls = data.count(b"\0")
    if controls > len(head) * _BINARY_SHARE or nuls > len(data) * _BINARY_SHARE:
        raise errors.NoText
    if nuls:
        raise errors.ForbiddenNul(line=_line_of(data, data.index(b"\0")))


def _line_of(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        first_bad = _line_of(data, error.start)
    if _UTF8_SIGNS.search(data):
        raise errors.DamagedEncoding(line=first_bad)
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise errors.DamagedEncoding(line=_line_of(data, error.start)) from None


def _read_csv(data: bytes) -> Table:
    text = _decode(data)
    return _table(_csv_rows(text, _separator(text)))


def _table(rows: Iterator[tuple[int, list[str]]]) -> Table:
    """Return rows of cells, the first with anything in it as header."""
    # Empty rows above the header count as rows, but hold no names.
    header_row, header = next(((row, cells) for row, cells in rows if any(map(str.strip, cells))), (0, []))
    if not header:
        raise errors.EmptyFile
    columns = [cell.strip() for cell in header]
    while columns and not columns[-1]:
        columns.pop()
    records: list[Record] = []
    for row, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(records) == MAX_ROWS:
            raise errors.TooManyRows(limit=MAX_ROWS)
        records.append(_csv_record(row, cells, columns))
    if not records:
        raise errors.OnlyHeader
    return Table(tuple(columns), tuple(records), header_row)


def _csv_record(row: int, cells: list[str], columns: list[str]) -> Record:
    kept = list(cells)
    while len(kept) > len(columns) and not kept[-1].strip():
        kept.pop()
    if len(kept) == len(columns):
        return Record(row, dict(zip(columns, kept, strict=True)))
    numbers = f"{len(kept)}", f"{len(columns)}"
    uneven = FieldError(
        "",
        "uneven_columns",
        "Die Zeile hat {} Zellen, die Kopfzeile {}. Text mit Trennzeichen gehört in Anführungszeichen.".format(
            *numbers
        ),
        "The row has {} cells, the header {}. Text with separators belongs in quotes.".format(*numbers),
    )
    return Record(row, {}, (uneven,))


def _separator(text: str) -> str:
    """Return the separator that splits the header into more names."""
    header = next(line for line in io.StringIO(text, newline=None) if line.strip())
    return max((",", ";"), key=header.count)


def _csv_rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 0
    try:
        for row, cells in enumerate(reader, 1):
            yield row, cells
    except csv.Error as error:
        if "field larger" in str(error):
            raise errors.CellTooLong(row=row + 1, limit=csv.field_size_limit()) from None
        raise errors.BrokenQuotes(row=row + 1) from None


def _read_json_lines(data: bytes) -> Table:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.NotUtf8(line=_line_of(data, error.start)) from None
    records: list[Record] = []
    # str.splitlines would also cut at characters like U+2028, which JSON texts may hold.
    for row, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if len(records) == MAX_ROWS:
            raise errors.TooManyRows(limit=MAX_ROWS)
        records.append(_json_record(row, line))
    if len(records) > 1 and all(record.errors for record in records) and _is_json(text):
        raise errors.NoJsonLines
    columns = dict.fromkeys(name for record in records for name in record.values)
    return Table(tuple(columns), tuple(records), None)


def _json_record(row: int, line: str) -> Record:
    try:
        value = json.loads(line, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        return Record(row, {}, (_bad_json(f"{error.colno}"),))
    except (ValueError, RecursionError):
        return Record(row, {}, (_bad_json("?"),))
    if isinstance(value, dict):
        return Record(row, value)
    no_object = FieldError(
        "",
        "no_object",
        'In jeder Zeile muss ein JSON-Objekt stehen: {"title": ...}.',
        'Each line must hold a JSON object: {"title": ...}.',
    )
    return Record(row, {}, (no_object,))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _bad_json(column: str) -> FieldError:
    return FieldError(
        "",
        "json_invalid",
        f"Das ist kein gültiges JSON (Zeichen {column}).",
        f"This is no valid JSON (character {column}).",
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
