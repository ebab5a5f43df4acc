"""The commands `passgenau backup` and `passgenau restore`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.console import JsonFlag, print_json, print_line, read_settings

if TYPE_CHECKING:
    from app.backup.service import Done


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command()(backup)
    cli.command()(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="File to write; its manifest is written beside it.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Write a backup while the service goes on. Keep it, secret.key and erasures.jsonl on another machine."""
    from app.backup.service import back_up
    from app.start import open_database

    engine = open_database(read_settings())
    _tell(back_up(engine, file, force=force), "Backed up", as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(help="A backup, its manifest beside it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Replace the database by a backup, and erase again who was erased since. Stop servers and workers first."""
    from app.backup.service import restore as run
    from app.clock import Clock
    from app.security import make_security

    settings = read_settings()
    if not yes:
        typer.confirm("Replace everything in the database by the backup?", abort=True, err=True)
    done = run(settings.sqlalchemy_url, make_security(settings), Clock(), file)
    _tell(done, "Restored", as_json=as_json)


def _tell(done: "Done", what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(done) | {"file": str(done.file), "seconds": round(done.seconds, 2)})
        return
    rows = sum(done.rows.values())
    print_line(f"{what}: {done.file}, {rows} rows, {done.size} bytes, {done.seconds:.1f} s, schema {done.revision}.")
    if done.erased_again:
        print_line(f"Erased again: {done.erased_again}.")
