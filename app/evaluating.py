"""The command `passgenau evaluate`: ranking quality on judged sets."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.console import JsonFlag, err, out, print_json, read_settings
from app.errors import UnusableInput


class Reference(StrEnum):
    """Where the statistics of a ranking come from."""

    SET = "set"
    PACKAGED = "packaged"


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(evaluate)


def evaluate(
    folders: Annotated[list[Path], typer.Argument(help="Folders with queries.jsonl, docs.jsonl and qrels.tsv.")],
    reference: Annotated[
        Reference, typer.Option(help="Statistics from the set itself, or from the packaged texts.")
    ] = Reference.SET,
    trust: Annotated[
        bool, typer.Option("--trust", help="Also measure must-haves, duplicates, evidence and language pairs.")
    ] = False,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="With --trust: also with changed texts; encodes all ten times.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Rank judged sets with the service's own kernel, beside dense, BM25 and rank fusion alone.

    Prints nDCG@10 with a 95 % bootstrap interval, MRR@10 and recall@10, for each set and on average.
    """
    from app.evaluating_trust import tables, trust_reports
    from app.matches.reference import packaged_statistics
    from app.start import load_configured_encoder
    from matching import evaluation

    settings = read_settings()
    try:
        judged = [evaluation.read_set(folder) for folder in folders]
    except evaluation.EvaluationError as error:
        raise UnusableInput(reason=str(error)) from None
    encoder = load_configured_encoder(settings)
    packaged = packaged_statistics(encoder, settings.model_dir) if reference is Reference.PACKAGED else None
    reports = []
    for one in judged:
        err.print(f"{one.name}: {len(one.challenges)} queries, {len(one.profiles)} documents ...", highlight=False)
        reports.append(evaluation.evaluate(one, encoder, reference=packaged))
    measured = trust_reports(folders, judged, encoder, packaged, robust=robustness) if trust else {}
    if as_json:
        print_json(evaluation.as_dict(reports) | ({"trust": measured} if trust else {}))
        return
    table = Table("set", *evaluation.SYSTEMS, title="nDCG@10")
    for report in reports:
        table.add_row(report.name, *(_cell(report.systems[name]) for name in evaluation.SYSTEMS))
    macro = evaluation.macro(reports)
    table.add_row("macro", *(_cell(macro[name]) for name in evaluation.SYSTEMS))
    out.print(table)
    for each in tables(measured):
        out.print(each)


def _cell(report: object) -> str:
    from matching.evaluation import SystemReport

    assert isinstance(report, SystemReport)  # noqa: S101  only for the type checker
    low, high = report.interval
    return f"{report.ndcg:.3f} [{low:.3f}, {high:.3f}]"
