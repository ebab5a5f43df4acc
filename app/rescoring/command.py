"""The commands `passgenau rescore ...`."""

import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.console import JsonFlag, out, print_json, print_line, progress_bars, read_settings

if TYPE_CHECKING:
    from app.rescoring.schemas import RunRead
    from app.rescoring.workshop import Workshop

LOOK_EVERY = 0.5

commands = typer.Typer(
    help="Compute all matches anew beside those that readers see, compare the two, switch over and back.",
    invoke_without_command=True,
)
RunId = Annotated[int, typer.Argument(help="Number of the run.", min=1)]


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(commands, name="rescore")


@commands.callback()
def rescore(
    context: typer.Context,
    encoder: Annotated[
        str | None,
        typer.Option(help="`bundled`, or name or folder of a model. Default: that of the active ranking."),
    ] = None,
    activate: Annotated[
        bool, typer.Option("--activate", help="Show the new matches once complete, unless the comparison warns.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay until the run has ended, also when workers do it.")
    ] = False,
    since: Annotated[
        datetime | None, typer.Option(help="Only texts changed since; the rest is taken over.", formats=["%Y-%m-%d"])
    ] = None,
    network: Annotated[str | None, typer.Option(help="Only texts of one network; the rest is taken over.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Compute all matches anew. Until they are complete and activated, readers see the old ones.

    Where a worker runs, it does the work; else this command does. Interrupt it at any time: the next call goes on.
    """
    if context.invoked_subcommand is not None:
        return
    from app.rescoring.schemas import RunRequest

    shop = open_shop()
    request = RunRequest.model_validate({"encoder": encoder, "activate": activate, "scope": _scope(since, network)})
    run_id = _begin(shop, request)
    with progress_bars() as bars:
        # After a change of rules the workers that live are those of the old program.
        if not _worker_lives(shop) or _rules_have_changed(shop):
            run = _work(shop, run_id, _bar(bars))
        elif watch:
            run = _watch(shop, run_id, _bar(bars))
        else:
            run = _read(shop, run_id)
    _report(run, as_json=as_json)


@commands.command("activate")
def activate_run(
    run_id: RunId,
    force: Annotated[
        bool, typer.Option("--force", help="Also when a newer one is active or the comparison warns.")
    ] = False,
) -> None:
    """Show the matches of a complete run."""
    from app.auth.actor import OPERATOR
    from app.rescoring import service

    shop = open_shop()
    service.activate_run(shop, OPERATOR, run_id, force=force)
    print_line(f"Run {run_id} is active.")


@commands.command()
def rollback() -> None:
    """Go back to the matches that readers saw before."""
    from app.auth.actor import OPERATOR
    from app.rescoring import service

    print_line(f"Ranking {service.roll_back(open_shop(), OPERATOR)} is active again.")


@commands.command()
def cancel(run_id: RunId) -> None:
    """Stop a run."""
    from app.auth.actor import OPERATOR
    from app.rescoring import runs

    runs.cancel_run(open_shop().ground, OPERATOR, run_id)
    print_line(f"Run {run_id} is cancelled.")


@commands.command()
def retry(run_id: RunId) -> None:
    """Try the failed partitions of a run again."""
    from app.auth.actor import OPERATOR
    from app.rescoring import runs

    count = runs.retry_run(open_shop().ground, OPERATOR, run_id)
    print_line(f"{count} partitions are queued again.")


@commands.command()
def compare(run_id: RunId) -> None:
    """Print how a complete run differs from what readers saw when it was finished."""
    from app.rescoring import service

    print_json(service.read_comparison(open_shop().ground, run_id).model_dump(mode="json"))


@commands.command()
def show(run_id: RunId, as_json: JsonFlag = False) -> None:
    """Print how far a run is."""
    _report(_read(open_shop(), run_id), as_json=as_json)


def open_shop() -> "Workshop":
    """Return what this command works with."""
    from app.matches.encoders import Encoders
    from app.rescoring.quality import QualityMeter
    from app.rescoring.workshop import Workshop
    from app.start import start_without_encoder

    settings = read_settings()
    return Workshop(
        start_without_encoder(settings),
        Encoders.of_settings(settings),
        f"{socket.gethostname()}-command-{os.getpid()}",
        measure=QualityMeter(settings.model_dir),
        indexes=settings.candidates == "database",
    )


def _begin(shop: "Workshop", request: Any) -> int:
    """Queue a run, or go on with one that nobody works on."""
    from app.auth.actor import OPERATOR
    from app.errors import RunUnderWay
    from app.rescoring import runs, service

    try:
        return runs.request_run(shop.ground, shop.encoders, OPERATOR, request)
    except RunUnderWay as error:
        run_id = int(str(error.values["run_id"]))
        if _worker_lives(shop) or not _same(_read(shop, run_id), request):
            raise
        service.check_run(shop, run_id)
        print_line(f"Run {run_id} goes on where it stopped.")
        return run_id


def _same(run: "RunRead", request: Any) -> bool:
    return run.activate == request.activate and run.scope == request.scope and request.encoder in {None, run.encoder}


def _scope(since: datetime | None, network: str | None) -> dict[str, Any]:
    if since is not None:
        return {"kind": "changed_since", "since": since.astimezone().isoformat()}
    return {"kind": "network", "network": network} if network else {"kind": "all"}


def _work(shop: "Workshop", run_id: int, shown: Callable[["RunRead"], None]) -> "RunRead":
    from app.rescoring import service

    return service.work_off(shop, run_id, shown)


def _watch(shop: "Workshop", run_id: int, shown: Callable[["RunRead"], None]) -> "RunRead":
    """Look at a run until it has ended; work on it when no worker is left."""
    from app.models.rescoring import UNDER_WAY

    pause = threading.Event()
    while (run := _read(shop, run_id)).state in UNDER_WAY:
        shown(run)
        if not _worker_lives(shop):
            return _work(shop, run_id, shown)
        pause.wait(LOOK_EVERY)
    return run


def _rules_have_changed(shop: "Workshop") -> bool:
    from app.rescoring import service

    return service.rules_have_changed(shop)


def _worker_lives(shop: "Workshop") -> bool:
    from app.rescoring import service

    return service.worker_lives(shop.ground)


def _read(shop: "Workshop", run_id: int) -> "RunRead":
    from app.rescoring import service

    return service.read_run(shop.ground, run_id)


def _bar(bars: Callable[[str, int, int], None]) -> Callable[["RunRead"], None]:
    def shown(run: "RunRead") -> None:
        bars("partitions", run.progress.partitions_done, run.progress.partitions)

    return shown


def _report(run: "RunRead", *, as_json: bool) -> None:
    if as_json:
        print_json(run.model_dump(mode="json"))
    else:
        print_line(f"Run {run.id}: {run.state.value}, {run.progress.texts_ranked} texts ranked.")
        if run.held_back:
            print_line(f"Not activated; the comparison crosses: {', '.join(run.held_back)}.")
    if run.state.value == "failed" and run.last_error == "BaseNoLongerActive":
        print_line(
            "Another ranking was activated meanwhile, and only the active one is taken over from. Begin a new run."
        )
        raise typer.Exit(1)
    if run.state.value == "failed":
        out.print(f"{run.last_error}; `passgenau rescore retry {run.id}` tries again.", markup=False)
        raise typer.Exit(1)
