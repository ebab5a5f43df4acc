"""Rows of an Excel workbook (XLSX), read as text so that they go the way of a CSV file from there on.

A workbook is an archive from outside: what it unpacks to, how far its sheet reaches and what its XML may do is limited
here. Formulas are never evaluated; a cell with one is refused, for its value may be old or missing.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

import openpyxl
from openpyxl.utils import get_column_letter

from app.errors import AppError
from app.importing import errors

MAX_UNPACKED_MEGABYTES: Final = 30
"""Unpacked XML of a file of texts is about six times as large as the archive; an archive that swells more is none."""
MAX_PARTS: Final = 500
MAX_COLUMNS: Final = 200
LAST_ROW: Final = 50_000
"""A cell below that row makes a sheet too long, however little is above it."""
MAX_CELL: Final = 131_072
"""Characters of a cell, as `csv.field_size_limit` has it."""

Row = tuple[int, list[str]]


def read_rows(data: bytes) -> list[Row]:
    """Return (number, cells) of the rows of the first visible sheet that hold anything. Raises `UnusableFile`."""
    try:
        _refuse_bombs(data)
        # A stream per sheet, no model of the whole workbook in memory; links to other workbooks are left alone.
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        try:
            sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
            if sheet is None:  # Excel makes no such workbook
                raise errors.DamagedWorkbook
            return _of_one_width(_rows(sheet))
        finally:
            book.close()
    except AppError:
        raise
    except Exception:  # noqa: BLE001  damaged archives and XML end in a dozen kinds of errors of three libraries
        raise errors.DamagedWorkbook from None


def _of_one_width(rows: Iterator[Row]) -> list[Row]:
    """Return all rows, filled up to the widest. One string may stand in every cell, so what is read is counted too."""
    kept: list[Row] = []
    size = 0
    for number, cells in rows:
        size += sum(map(len, cells))
        if size > MAX_UNPACKED_MEGABYTES * 1_000_000:
            raise errors.WorkbookTooLarge(limit=MAX_UNPACKED_MEGABYTES)
        kept.append((number, cells))
    width = max((len(cells) for _, cells in kept), default=0)
    return [(number, cells + [""] * (width - len(cells))) for number, cells in kept]


def _refuse_bombs(data: bytes) -> None:
    """Look at the sizes the archive names; `zipfile` never unpacks more of a part than its named size."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_MEGABYTES * 1_000_000:
        raise errors.WorkbookTooLarge(limit=MAX_UNPACKED_MEGABYTES)


def _rows(sheet: Any) -> Iterator[Row]:
    # The size a sheet says it has may be a million rows of nothing, which openpyxl would give out as cells.
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), 1):
        if number > LAST_ROW:
            raise errors.SheetTooLong(limit=LAST_ROW)
        texts = [_text(cell, number, column) for column, cell in enumerate(cells, 1)]
        while texts and not texts[-1].strip():
            texts.pop()
        if len(texts) > MAX_COLUMNS:
            raise errors.TooManyColumns(limit=MAX_COLUMNS)
        if texts:
            yield number, texts


def _text(cell: Any, row: int, column: int) -> str:
    """Return a cell as somebody would type it into a CSV file."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in {"f", "e"}:
        kind = errors.FormulaCell if cell.data_type == "f" else errors.ErrorCell
        raise kind(row=row, cell=f"{get_column_letter(column)}{row}")
    text = _written(value)
    if len(text) > MAX_CELL:
        raise errors.CellTooLong(row=row, limit=MAX_CELL)
    return text


def _written(value: Any) -> str:
    match value:
        case bool():
            return "ja" if value else "nein"
        case float():
            whole = value.is_integer()
            return str(int(value)) if whole else format(Decimal(repr(value)), "f")
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case date():
            return value.isoformat()
    return str(value)
