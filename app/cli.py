"""The command `passgenau`: a thin layer over the same services as the web.

Modules that load torch or the database are imported inside the commands, so that `--help` answers at once.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from app import __version__, logging
from app.errors import AppError, InvalidSettings
from app.settings import Settings
from app.vocabulary import Language

cli = typer.Typer(
    name="passgenau",
    help="Pairs social organisations with startups. Settings are environment variables PASSGENAU_...; "
    "`passgenau doctor` shows them and checks them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
out = Console()
err = Console(stderr=True)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def main() -> None:
    """Run the command line; expected errors become one clear message and exit status 1."""
    try:
        cli()
    except AppError as error:
        title, detail = error.text(_language())
        err.print(f"[bold red]{title}[/]: {detail}", highlight=False)
        for field in error.fields:
            err.print(f"  {field.field}: {field.message(_language())}", highlight=False, markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


@cli.callback(invoke_without_command=True)
def about(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Handle options that stand before a command."""
    if version:
        print(__version__)  # noqa: T201
        raise typer.Exit


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default PASSGENAU_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; default PASSGENAU_PORT, 0: any.")] = None,
) -> None:
    """Serve the API."""
    from app.serving import serve as run

    settings = _settings()
    run(settings, host or settings.host, settings.port if port is None else port)


@cli.command()
def migrate() -> None:
    """Bring the database to the schema of this program."""
    from app.db.engine import make_engine
    from app.db.migrate import current_revision, upgrade

    engine = make_engine(_settings().sqlalchemy_url)
    upgrade(engine)
    out.print(f"Database is at revision {current_revision(engine)}.")


@cli.command("seed-demo")
def seed_demo() -> None:
    """Load the demonstration data, once."""
    from app.demo.seed import seed_demo as seed
    from app.start import start

    context = start(_settings())
    with _progress() as progress:
        ids = seed(context, progress)
    out.print(f"{len(ids)} demonstration texts published." if ids else "The demonstration data are there already.")


@cli.command()
def rescore() -> None:
    """Compute all matches anew with the configured encoder, and show them once they are complete.

    Until then readers see the old ones; interrupt it at any time. After a change of the encoder, restart the server.
    """
    from app.clock import Clock
    from app.db.session import Sessions
    from app.matches.reference import packaged_statistics
    from app.rescoring.service import rescore as run
    from app.start import load_configured_encoder, open_database

    settings = _settings()
    sessions = Sessions(open_database(settings))
    encoder = load_configured_encoder(settings)
    prior = packaged_statistics(encoder, settings.model_dir)
    with _progress() as progress:
        generation = run(sessions, Clock(), encoder, settings.encoder, prior, progress)
    out.print(f"Ranking {generation} is active.")


@contextmanager
def _progress() -> Iterator[Any]:
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


def _settings() -> Settings:
    try:
        settings = Settings()
    except ValueError as error:
        problems: list[Any] = getattr(error, "errors", list)()
        reason = "; ".join(f"PASSGENAU_{str(p['loc'][0]).upper()}: {p['msg']}" for p in problems)
        raise InvalidSettings(reason=reason or str(error)) from None
    logging.configure(settings.log_format)
    return settings


def _language() -> Language:
    import os

    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return Language.GERMAN if locale.startswith("de") else Language.ENGLISH


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201
