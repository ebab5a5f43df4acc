"""Lists as files for spreadsheets, in which no text becomes a formula."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter
from fastapi import Response

from app.web.cards import Card
from app.web.i18n import N_, shown_date
from app.web.labels import label
from app.web.view import View

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with lines above it that say what it is."""

    about: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Sequence[str | int]]


def of_matches(
    view: View, wanted: Any, title: str, found: Sequence[Card], today: date, networks: Mapping[str, str]
) -> Sheet:
    """Return a list of matches as a table; the lines above say of what, from when, and with which filters.

    networks: {slug: name}.
    """
    _ = view.gettext
    chosen = [_(label(code)) for code in (wanted.field_of_action, wanted.region, wanted.language) if code]
    if wanted.network:
        chosen.append(networks.get(wanted.network, wanted.network))
    filters = ", ".join(chosen) or _(N_("keine"))
    return Sheet(
        (title, f"{_(N_('Stand'))}: {shown_date(today, view.language)}", f"{_(N_('Filter'))}: {filters}"),
        [
            _(text)
            for text in (
                N_("Platz"),
                N_("Passung"),
                N_("Name"),
                N_("Beschreibung"),
                N_("Organisation"),
                N_("Warum"),
                N_("Erfüllt"),
                N_("Noch zu klären"),
            )
        ],
        [
            (
                card.rank,
                _(card.band_label),
                card.name,
                card.text,
                card.partner.organisation.name,
                card.reason,
                "; ".join(card.met),
                "; ".join(card.open),
            )
            for card in found
        ],
    )


def safe_cell(value: str | int) -> str | int:
    """Return a cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def as_csv(_view: View, sheet: Sheet) -> Response:
    """Return the table as German Excel opens it: semicolons, UTF-8 with its mark."""
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=";", lineterminator="\r\n")
    for about in sheet.about:
        writer.writerow([safe_cell(about)])
    writer.writerow([safe_cell(column) for column in sheet.columns])
    writer.writerows([safe_cell(cell) for cell in row] for row in sheet.rows)
    return _file("﻿".encode() + lines.getvalue().encode(), "text/csv; charset=utf-8", "csv")


def as_xlsx(_view: View, sheet: Sheet) -> Response:
    """Return the table as a workbook; every text is stored as text."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(content, options)
    page = book.add_worksheet("Passgenau")
    bold = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for line, about in enumerate(sheet.about):
        page.write_string(line, 0, str(safe_cell(about)))
    head = len(sheet.about) + 1
    for column, name in enumerate(sheet.columns):
        page.write_string(head, column, str(safe_cell(name)), bold)
    for line, row in enumerate(sheet.rows, head + 1):
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                page.write_number(line, column, cell, wrap)
            else:
                page.write_string(line, column, str(safe_cell(cell)), wrap)
    page.set_column(1, 2, 22)
    page.set_column(3, 7, 44)
    page.freeze_panes(head + 1, 0)
    book.close()
    return _file(content.getvalue(), XLSX, "xlsx")


def _file(content: bytes, media_type: str, ending: str) -> Response:
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="passgenau.{ending}"',
            "Cache-Control": "no-store",
        },
    )
