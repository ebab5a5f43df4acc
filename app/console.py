"""What all commands share: where they print, in which language, the progress bar, and how they read the settings."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from app import logging
from app.errors import AppError, DatabaseFault, FileFault, InvalidSettings
from app.settings import Settings
from app.vocabulary import Language

out = Console()
err = Console(stderr=True)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def language() -> Language:
    """Return the language of the locale: German where it says so, else English."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return Language.GERMAN if locale.startswith("de") else Language.ENGLISH


def read_settings() -> Settings:
    """Read the settings and set up the log. Raises `InvalidSettings` naming each unusable variable."""
    try:
        settings = Settings()
    except ValueError as error:
        problems: list[Any] = getattr(error, "errors", list)()
        reason = "; ".join(f"PASSGENAU_{str(p['loc'][0]).upper()}: {p['msg']}" for p in problems)
        raise InvalidSettings(reason=reason or str(error)) from None
    logging.configure(settings.log_format)
    return settings


@contextmanager
def progress_bars() -> Iterator[Any]:
    """Show one bar for each kind of work, on standard error."""
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=not err.is_terminal,
    )
    tasks: dict[str, TaskID] = {}

    def show(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=total)
        bars.update(tasks[what], completed=done, total=total)

    with bars:
        yield show


def print_line(line: str, style: str | None = None) -> None:
    """Print one line as it is on standard output: not broken at the terminal's edge, no markup read in it."""
    out.print(line, style=style, markup=False, highlight=False, emoji=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print one JSON object."""
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201


def print_error(error: AppError) -> None:
    """Print an expected error and what is wrong with which field, on standard error."""
    title, detail = error.text(language())
    err.print(f"[bold red]{escape(title)}[/]: {escape(detail)}", highlight=False, emoji=False, soft_wrap=True)
    for field in error.fields:
        err.print(f"  {field.field}: {field.message(language())}", highlight=False, markup=False, soft_wrap=True)


def fault_of(error: Exception) -> AppError | None:
    """Return what to tell of a database or a disk that fails, None for anything else: a mistake of ours needs a trace.

    Without statements and their values, which can hold what people wrote.
    """
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    if isinstance(error, SQLAlchemyError):
        cause = error.orig if isinstance(error, DBAPIError) else None
        return DatabaseFault(reason=_first_line(cause) if cause is not None else type(error).__name__)
    if isinstance(error, OSError):
        return FileFault(reason=": ".join(str(part) for part in (error.filename, error.strerror or error) if part))
    return None


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
