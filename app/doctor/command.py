"""The command `passgenau doctor`."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from app import console
from app.console import JsonFlag
from app.vocabulary import Language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.doctor.findings import Finding

_WIDTH: Final = 24
_GERMAN_NAMES: Final = {
    "data folder": "Datenordner",
    "database": "Datenbank",
    "sqlite file": "SQLite-Datei",
    "sqlite journal": "SQLite-Journal",
    "sqlite foreign keys": "SQLite-Fremdschlüssel",
    "schema": "Schema",
    "model package": "Modellpaket",
    "second model package": "Zweites Modellpaket",
    "model files": "Modelldateien",
    "model folder": "Modellordner",
    "encoder": "Sprachmodell",
    "encoding speed": "Tempo des Sprachmodells",
    "ranking": "Ranking-Stand",
    "api page": "API-Seite",
    "port": "Port",
    "python": "Python",
}
_MARKS: Final = {"ok": ("ok", "ok"), "warn": ("Achtung", "warning"), "fail": ("FEHLER", "FAILED")}
_STYLES: Final = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("doctor")(doctor)


def doctor(
    as_json: JsonFlag = False,
    measure: Annotated[
        bool, typer.Option("--measure", help="Also time the encoder, to find the fastest batch size; takes minutes.")
    ] = False,
) -> None:
    """Check this machine: settings, folders, database, encoder; say what to do. Changes nothing.

    The exit status is 1 when something would keep the service from starting.
    """
    from app.doctor.findings import Status
    from app.doctor.service import examine

    findings = list(_shown(examine(measure=measure), silent=as_json))
    healthy = not any(finding.status is Status.FAIL for finding in findings)
    if as_json:
        _print_json(findings, healthy=healthy)
    else:
        _print_summary(findings)
    if not healthy:
        raise typer.Exit(1)


def _shown(findings: "Iterable[Finding]", *, silent: bool) -> "Iterable[Finding]":
    language = console.language()
    german = language is Language.GERMAN
    for finding in findings:
        if not silent:
            name = _GERMAN_NAMES.get(finding.name, finding.name) if german else finding.name
            mark = _MARKS[finding.status][0 if german else 1]
            line = f"{mark:<8} {name:<{_WIDTH}} {finding.found.in_language(language)}"
            console.print_line(line, style=None if finding.status == "ok" else _STYLES[finding.status])
            if finding.advice is not None:
                console.print_line(f"{'':<8} {'':<{_WIDTH}} -> {finding.advice.in_language(language)}")
        yield finding


def _print_summary(findings: "list[Finding]") -> None:
    failed = sum(finding.status == "fail" for finding in findings)
    warned = sum(finding.status == "warn" for finding in findings)
    worst = "fail" if failed else "warn" if warned else "ok"
    summary = (
        f"Fehler: {failed}, Hinweise: {warned}."
        if console.language() is Language.GERMAN
        else f"Failures: {failed}, warnings: {warned}."
    )
    console.print_line(summary, style=_STYLES[worst])


def _print_json(findings: "list[Finding]", *, healthy: bool) -> None:
    language = console.language()
    console.print_json(
        {
            "ok": healthy,
            "checks": [
                {
                    "name": finding.name,
                    "status": finding.status.value,
                    "found": finding.found.in_language(language),
                    "advice": finding.advice.in_language(language) if finding.advice else None,
                }
                for finding in findings
            ],
        }
    )
