"""Workbooks: read like a CSV file with the same cells; broken and hostile ones end with one named error."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from app.importing import readers, workbooks
from app.importing.errors import UnusableFile
from tests.importing.files import CHALLENGE, csv_file

SHEET = "xl/worksheets/sheet1.xml"


def workbook(*rows: Any, prepare: Callable[[Any], None] = lambda _: None) -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(list(row))
    prepare(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


GOOD = workbook(CHALLENGE, CHALLENGE.values())


def changed(part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The good workbook with one of its parts changed."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == part else data)
    return content.getvalue()


def without(part: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
    return content.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return content.getvalue()


def moved(row: int) -> bytes:
    """The second row of the good workbook, far below."""
    return changed(SHEET, lambda xml: re.sub(rb'<row r="2"', b'<row r="%d"' % row, xml))


def with_entity(declaration: bytes) -> bytes:
    """The good workbook with an entity in its first cell."""
    return changed(
        SHEET,
        lambda xml: (
            b"<!DOCTYPE worksheet [" + declaration + b"]>" + re.sub(rb"<t>[^<]*</t>", b"<t>&z;</t>", xml, count=1)
        ),
    )


ENTITIES = b'<!ENTITY a "haha">' + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 2) for n in range(25))
FILE = b'<!ENTITY z SYSTEM "file:///etc/hostname">'
NO_STRING = changed(SHEET, lambda xml: re.sub(rb't="inlineStr"><is>.*?</is>', b't="s"><v>999</v>', xml, count=1))

BROKEN: dict[str, tuple[bytes, str]] = {
    "an archive of something else": (archive({"brief.txt": b"Guten Tag"}), "damaged-workbook"),
    "an empty archive": (b"PK\x03\x04" + archive({})[:30], "damaged-workbook"),
    "cut off": (GOOD[: len(GOOD) // 2], "damaged-workbook"),
    "bytes changed in the middle": (GOOD[:60] + b"\xff" * 200 + GOOD[260:], "damaged-workbook"),
    "no sheet": (without(SHEET), "damaged-workbook"),
    "no workbook": (without("xl/workbook.xml"), "damaged-workbook"),
    "no kinds of content": (without("[Content_Types].xml"), "damaged-workbook"),
    "a sheet that is no XML": (changed(SHEET, lambda _: b"no XML"), "damaged-workbook"),
    "a sheet that breaks off": (changed(SHEET, lambda xml: xml[: len(xml) // 2]), "damaged-workbook"),
    "a string that is not there": (NO_STRING, "damaged-workbook"),
    "entities in entities": (with_entity(ENTITIES), "damaged-workbook"),
    "an entity that is a file": (with_entity(FILE), "damaged-workbook"),
    "a part of 40 MB": (changed("docProps/core.xml", lambda _: b" " * 40_000_000), "workbook-too-large"),
    "many parts": (archive({f"{n}.xml": b"" for n in range(workbooks.MAX_PARTS + 1)}), "workbook-too-large"),
    "a cell in the last row": (moved(1_048_576), "sheet-too-long"),
    "a cell behind the last row": (moved(2_000_000_000), "sheet-too-long"),
    "too many columns": (workbook(["x"] * (workbooks.MAX_COLUMNS + 1)), "too-many-columns"),
    "a formula": (workbook(CHALLENGE, ["=1+1", *list(CHALLENGE.values())[1:]]), "formula-cell"),
    "a link to a service": (workbook(CHALLENGE, ['=WEBSERVICE("http://x.example")']), "formula-cell"),
    "an error": (workbook(CHALLENGE, ["#REF!"]), "error-cell"),
    "nothing": (workbook(), "empty-file"),
    "blanks": (workbook(["  ", " "], [None, " "]), "empty-file"),
    "only a header": (workbook(CHALLENGE), "only-header"),
    "too many rows": (workbook(CHALLENGE, *[["x"]] * (readers.MAX_ROWS + 1)), "too-many-rows"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_workbook_is_refused_by_name(name: str) -> None:
    content, code = BROKEN[name]
    with pytest.raises(UnusableFile) as refused:
        readers.read_table(content)
    assert refused.value.code == code
    if code in {"formula-cell", "error-cell"}:
        assert refused.value.values["cell"] == "A2"


def test_a_workbook_is_read_like_a_csv_file_with_the_same_cells() -> None:
    assert readers.read_table(GOOD) == readers.read_table(csv_file([CHALLENGE]).encode())


def test_cells_become_what_one_would_type() -> None:
    table = readers.read_table(
        workbook(
            ["a", "b", "c", "d", "e", "f", "g"],
            [True, 10000, 2.5, 3.0, date(2026, 12, 31), datetime(2026, 12, 31), "'=nichts"],  # noqa: DTZ001  of Excel
            [],
            [None, 0.00001, False],
        )
    )
    assert [(record.row, list(record.values.values())) for record in table.records] == [
        (2, ["ja", "10000", "2.5", "3", "2026-12-31", "2026-12-31", "'=nichts"]),
        (4, ["", "0.00001", "nein", "", "", "", ""]),
    ]


def test_the_first_visible_sheet_counts_whatever_size_it_claims() -> None:
    def hide(book: Any) -> None:
        book.active.sheet_state = "hidden"
        book.create_sheet("Texte").append(["title"])
        book["Texte"].append(["x"])

    assert readers.read_table(workbook(["secret"], ["y"], prepare=hide)).columns == ("title",)
    claims = changed(SHEET, lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', xml))
    assert b"XFD1048576" in zipfile.ZipFile(io.BytesIO(claims)).read(SHEET)
    assert readers.read_table(claims) == readers.read_table(GOOD)


def test_one_string_in_very_many_cells_is_too_much() -> None:
    rows = [["x" * 32_000] * 100] * 10
    with pytest.raises(UnusableFile) as refused:
        readers.read_table(workbook(["a"] * 100, *rows))
    assert refused.value.code == "workbook-too-large"
