"""The command `passgenau audit verify`."""

import typer

from app.console import JsonFlag, print_json, print_line, read_settings

audit = typer.Typer(help="The audit trail.", no_args_is_help=True)


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(audit, name="audit")


@audit.callback()
def about() -> None:
    """Look after the audit trail."""


@audit.command()
def verify(as_json: JsonFlag = False) -> None:
    """Check that no event was changed, removed or slipped in; names the first that was. Exit status 1 if one was."""
    from app.start import start_without_encoder

    ground = start_without_encoder(read_settings())
    with ground.sessions.read() as session:
        verdict = ground.trail.verify(session)
    if as_json:
        print_json({"sound": verdict.first_bad is None, "events": verdict.sound, "first_bad": verdict.first_bad})
    elif verdict.first_bad is None:
        print_line(f"All {verdict.sound} events are as they were written.")
    else:
        print_line(
            f"Event {verdict.first_bad} is not as it was written, or is missing; those before it are sound.",
            style="bold red",
        )
    if verdict.first_bad is not None:
        raise typer.Exit(1)
