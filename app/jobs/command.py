"""The command `passgenau worker`."""

import signal
import threading
from typing import Annotated

import typer

from app.console import print_line, read_settings


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(worker)


def worker(
    name: Annotated[str | None, typer.Option(help="Name of this worker; the same after a restart, no other's.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Do what is due, then leave.")] = False,
    beside_server: Annotated[bool, typer.Option("--beside-server", hidden=True)] = False,
) -> None:
    """Send mails and delete what is over its time, until SIGTERM. On SQLite the server starts one by itself.

    On PostgreSQL as many workers may run as wanted, on as many machines.
    """
    from app.jobs import worker as jobs
    from app.jobs.beside import follow_server
    from app.start import start_without_encoder

    if beside_server:
        follow_server()
    settings = read_settings()
    ground = start_without_encoder(settings)
    if once:
        print_line(f"{jobs.work_once(ground, settings, name)} mails were due.")
        return
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with jobs.working(ground, settings, name):
        if not beside_server:
            print_line("Working. SIGTERM or Ctrl+C ends it.")
        ended.wait()
