"""The command `passgenau`: a thin layer over the same services as the web.

Modules that load torch or the database are imported inside the commands, so that `--help` answers at once.
"""

import sys
from typing import Annotated

import typer

from app import __version__, evaluating
from app.accounts import command as accounts_command
from app.audit import command as audit_command
from app.backup import command as backup_command
from app.benchmarks import command as bench_command
from app.console import fault_of, out, print_error, print_line, progress_bars, read_settings
from app.doctor import command as doctor_command
from app.errors import AppError
from app.importing import command as import_command
from app.jobs import command as jobs_command
from app.rescoring import command as rescoring_command

cli = typer.Typer(
    name="passgenau",
    help="Pairs social organisations with startups. Settings are environment variables PASSGENAU_...; "
    "`passgenau doctor` shows them and checks them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line; expected errors, and faults of machines, become one clear message and exit status 1."""
    try:
        cli()
    except AppError as error:
        print_error(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        print_error(fault)
        sys.exit(1)


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

    settings = read_settings()
    run(settings, host or settings.host, settings.port if port is None else port)


@cli.command()
def migrate() -> None:
    """Bring the database to the schema of this program."""
    from app.db.engine import make_engine
    from app.db.migrate import current_revision, upgrade

    engine = make_engine(read_settings().sqlalchemy_url)
    upgrade(engine)
    out.print(f"Database is at revision {current_revision(engine)}.")


@cli.command("seed-demo")
def seed_demo() -> None:
    """Load the demonstration data, once; in demo mode also accounts for each role."""
    from app.demo.accounts import make_demo_accounts
    from app.demo.seed import is_there
    from app.demo.seed import seed_demo as seed
    from app.start import start, start_without_encoder

    settings = read_settings()
    ground = start_without_encoder(settings)
    if is_there(ground.sessions):
        out.print("The demonstration data are there already.")
    else:
        with progress_bars() as progress:
            ids = seed(start(settings), progress, settings.model_dir)
        out.print(f"{len(ids)} demonstration texts published.")
    if settings.environment == "demo" and (file := make_demo_accounts(ground, settings.data_dir)) is not None:
        print_line(f"Demo accounts, one for each role ({file}):")
        print_line(file.read_text("utf-8").rstrip())


accounts_command.register(cli)
audit_command.register(cli)
backup_command.register(cli)
import_command.register(cli)
jobs_command.register(cli)
rescoring_command.register(cli)
evaluating.register(cli)
bench_command.register(cli)
doctor_command.register(cli)


if __name__ == "__main__":
    main()
