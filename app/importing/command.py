"""The command `passgenau import`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app import console
from app.console import JsonFlag
from app.errors import AppError, FieldError
from app.vocabulary import Language

if TYPE_CHECKING:
    from app.importing.readers import Table
    from app.importing.service import CheckedFile, RowError

KindName = Literal["challenges", "profiles"]

_BAD = (
    "Gelesene Einträge: {rows}, fehlerhafte Zeilen: {bad}. Nichts wurde gespeichert.",
    "Entries read: {rows}, bad rows: {bad}. Nothing was stored.",
)
_FINE = (
    "Gelesene Einträge: {rows}, alles in Ordnung. Das war eine Probe; --write speichert und veröffentlicht sie.",
    "Entries read: {rows}, all fine. This was a dry run; --write stores and publishes them.",
)
_STORED = (
    "Gespeichert und veröffentlicht: {rows}, Nummern {first} bis {last}.",
    "Stored and published: {rows}, ids {first} to {last}.",
)


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("import")(import_texts)


def import_texts(
    file: Annotated[Path | None, typer.Argument(help="CSV, XLSX or JSON Lines of challenges or profiles.")] = None,
    kind: Annotated[
        KindName | None, typer.Option(help="What the file holds; found out from its columns when left out.")
    ] = None,
    organisation_id: Annotated[
        int | None, typer.Option(help="Organisation of the rows that name none.", min=1, max=2**31 - 1)
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Store and publish all rows, or none.")] = False,
    template: Annotated[bool, typer.Option("--template", help="Print a CSV with all columns of the kind.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Check a file of challenges or profiles; store it with --write.

    Columns are the fields of the API, and organisation_id or organisation (its name). Lists in a cell are separated
    by |. Without --write nothing changes: each bad row is named, and the exit status is 1 when there is one.
    """
    try:
        if template:
            _print_template(kind)
        else:
            _import(file, kind, organisation_id, write=write, as_json=as_json)
    except AppError as error:
        if not as_json:
            raise
        _print_json(0, [], _errors_of(error))
        raise typer.Exit(1) from None


def _import(
    file: Path | None, kind: KindName | None, organisation_id: int | None, *, write: bool, as_json: bool
) -> None:
    from app.importing import errors, readers

    if file is None:
        raise errors.NothingToImport
    # A file that can't be read is told before a database is needed.
    table = readers.read_table(readers.read_bytes(file), file.name)
    checked = _check(table, kind, organisation_id)
    stored = _store(checked) if write and not checked.errors else []
    if as_json:
        _print_json(checked.rows, stored, checked.errors)
    else:
        _print_report(checked, stored)
    if checked.errors:
        raise typer.Exit(1)


def _check(table: "Table", kind: KindName | None, organisation_id: int | None) -> "CheckedFile":
    from app.clock import Clock
    from app.db.session import Sessions
    from app.importing.columns import KINDS
    from app.importing.service import check_table
    from app.start import open_database

    engine = open_database(console.read_settings())
    try:
        with Sessions(engine).read() as session:
            return check_table(session, Clock().today(), table, KINDS[kind] if kind else None, organisation_id)
    finally:
        engine.dispose()


def _store(checked: "CheckedFile") -> list[int]:
    from app.importing.service import store
    from app.start import start

    # Only now is the encoder needed, which takes seconds to load.
    context = start(console.read_settings())
    try:
        with console.progress_bars() as progress:
            return store(context, checked, progress)
    finally:
        context.sessions.engine.dispose()


def _print_template(kind: KindName | None) -> None:
    from app.importing import errors
    from app.importing.columns import KINDS, template

    if kind is None:
        raise errors.NothingToImport
    # German spreadsheets read a semicolon, and take a file without byte-order mark for Windows-1252.
    text = template(KINDS[kind], separator=";" if console.language() is Language.GERMAN else ",")
    sys.stdout.buffer.write(text.encode("utf-8-sig"))
    sys.stdout.flush()


def _print_report(checked: "CheckedFile", stored: list[int]) -> None:
    language = console.language()
    german = language is Language.GERMAN
    word = "Zeile" if german else "Row"
    for problem in checked.errors:
        place = f"{word} {problem.row}" if problem.row is not None else "Option"
        if problem.error.field:
            place += f", {problem.error.field}"
        console.print_line(f"{place}: {problem.error.message(language)}")
    if checked.errors:
        summary, style = _BAD, "red"
    else:
        summary, style = (_STORED if stored else _FINE), "green"
    values = {"rows": checked.rows, "bad": checked.bad}
    if stored:
        values |= {"first": stored[0], "last": stored[-1]}
    console.print_line(summary[0 if german else 1].format(**values), style=style)


def _errors_of(error: AppError) -> "Sequence[RowError]":
    """Return an error that concerns the whole call in the form of a row's error."""
    from app.importing.service import RowError

    row = error.values.get("row", error.values.get("line"))
    german, english = (": ".join(error.text(language)) for language in (Language.GERMAN, Language.ENGLISH))
    whole = RowError(row if isinstance(row, int) else None, FieldError("", error.code, german, english))
    return [whole, *(RowError(None, field) for field in error.fields)]


def _print_json(rows: int, stored: list[int], problems: "Sequence[RowError]") -> None:
    language = console.language()
    console.print_json(
        {
            "rows": rows,
            "bad": len({problem.row for problem in problems}),
            "stored": stored,
            "errors": [
                {
                    "row": problem.row,
                    "field": problem.error.field or None,
                    "code": problem.error.code,
                    "message": problem.error.message(language),
                }
                for problem in problems
            ],
        }
    )
