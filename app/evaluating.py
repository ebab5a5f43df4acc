"""The command `passgenau evaluate`: ranking quality on judged sets, and what the service knows about its own fits."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from app.console import JsonFlag, err, out, print_json, read_settings
from app.errors import UnusableInput

if TYPE_CHECKING:
    from matching.encoder import Encoder
    from matching.evaluation import JudgedSet, SetReport, SystemReport
    from matching.statistics import Statistics
    from matching.trust_evaluation import Demands


class Reference(StrEnum):
    """Where the statistics of a ranking come from."""

    SET = "set"
    PACKAGED = "packaged"


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(evaluate)


def evaluate(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Folders with queries.jsonl, docs.jsonl and qrels.tsv.")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Also the demonstration data, which come with the program.")
    ] = False,
    reference: Annotated[
        Reference, typer.Option(help="Statistics from the set itself, or from the packaged texts.")
    ] = Reference.SET,
    ablation: Annotated[
        bool, typer.Option("--ablation", help="Also rank with one part of the recipe left out.")
    ] = False,
    calibrate_to: Annotated[
        Path | None,
        typer.Option(help="Learn the fit from these sets and the demonstration data, and write the constants there."),
    ] = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="Also measure must-haves, duplicates, evidence and language pairs.")
    ] = False,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="With --trust: also with changed texts; encodes all eleven times.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Rank judged sets, at least one, with the service's own kernel, beside dense, BM25 and rank fusion alone.

    Prints nDCG@10 with a 95 % bootstrap interval, MRR@10 and recall@10, for each set and on average; how true the fits
    are; and whether the service knows when nothing fits. Fits are measured with constants learned without the set.
    """
    from app.evaluating_trust import tables, trust_reports
    from app.matches.reference import packaged_statistics
    from app.start import load_configured_encoder
    from matching import ablation as parts
    from matching import evaluation

    settings = read_settings()
    judged, demands = _read_sets(folders or [], demo=demo, trust=trust)
    encoder = load_configured_encoder(settings)
    packaged = packaged_statistics(encoder, settings.model_dir) if reference is Reference.PACKAGED else None
    encoded, reports = [], []
    for one in judged:
        err.print(f"{one.name}: {len(one.challenges)} queries, {len(one.profiles)} documents ...", highlight=False)
        encoded.append(evaluation.EncodedSet.of(one, encoder))
        reports.append(evaluation.evaluate_encoded(encoded[-1], reference=packaged))
    if calibrate_to is not None:
        _calibrate(encoder, reports, packaged, calibrate_to)
    left_out = {one.judged.name: parts.ablate(one, reference=packaged) for one in encoded} if ablation else {}
    measured = trust_reports(demands, encoded, packaged, robust=robustness) if trust else {}
    if as_json:
        content = evaluation.as_dict(reports) | ({"trust": measured} if trust else {})
        if ablation:
            content["ablation"] = {name: _rounded(ndcg) for name, ndcg in left_out.items()}
        print_json(content)
        return
    _print_ranking(reports)
    _print_trust(reports)
    if ablation:
        _print_ablation(left_out)
    for each in tables(measured):
        out.print(each)


def _read_sets(folders: list[Path], *, demo: bool, trust: bool) -> "tuple[list[JudgedSet], list[Demands]]":
    """Read all sets, and what they say beyond grades where that is to be measured. Raises `UnusableInput`."""
    from app.demo.judged import demands_of_demo, judged_demo
    from matching.judged_sets import EvaluationError, read_set
    from matching.trust_evaluation import Demands

    if not (folders or demo):
        raise UnusableInput(reason="no set: name a folder or give --demo")
    try:
        judged = [read_set(folder) for folder in folders] + ([judged_demo()] if demo else [])
    except EvaluationError as error:
        raise UnusableInput(reason=str(error)) from None
    if not trust:
        return judged, []
    return judged, [Demands.read(folder) for folder in folders] + ([demands_of_demo()] if demo else [])


def _calibrate(encoder: "Encoder", reports: "list[SetReport]", packaged: "Statistics | None", target: Path) -> None:
    """Learn from the given sets and the demonstration data, with the same kind of statistics for all."""
    from dataclasses import asdict

    from app.demo.judged import judged_demo
    from matching import evaluation
    from matching.calibration_learning import training_report
    from matching.fusion import DEFAULT_WEIGHTS

    if all(report.name != "demo" for report in reports):
        reports = [evaluation.evaluate(judged_demo(), encoder, reference=packaged), *reports]
    made_with = {
        "encoder": encoder.fingerprint,
        "weights": asdict(DEFAULT_WEIGHTS),
        "statistics": "set" if packaged is None else "packaged",
    }
    try:
        content = training_report([report.evidence for report in reports], made_with)
    except ValueError as error:
        raise UnusableInput(reason=str(error)) from None
    target.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
    err.print(f"Learned constants are in {target}.", highlight=False)


def _print_ranking(reports: "list[SetReport]") -> None:
    from matching import evaluation

    table = Table("set", *evaluation.SYSTEMS, title="nDCG@10")
    for report in reports:
        table.add_row(report.name, *(_cell(report.systems[name]) for name in evaluation.SYSTEMS))
    macro = evaluation.macro(reports)
    table.add_row("macro", *(_cell(macro[name]) for name in evaluation.SYSTEMS))
    out.print(table)
    gain = evaluation.gain_over_dense(reports)
    out.print(f"gain over dense {gain['ndcg@10']:.3f} [{gain['ci'][0]:.3f}, {gain['ci'][1]:.3f}]", highlight=False)


def _print_trust(reports: "list[SetReport]") -> None:
    from matching.calibration_learning import pool

    table = Table(
        "set", "base rate", "calibration error", "Brier below base", "AUROC answerable", "statistics renewed", "kept",
        "unanswerable silenced", title="Fits and silences, by constants learned without the set",
    )  # fmt: skip
    for report in reports:
        content = report.trust.as_dict()
        fits, answers = content["calibration"], content["answerable"]
        silenced = answers["listed_unanswerable_silenced"]
        table.add_row(
            report.name, *_fit_cells(fits), f"{answers['auroc']:.3f}", f"{answers['auroc_statistics_renewed']:.3f}",
            f"{answers['kept']:.3f}", "" if silenced is None else f"{silenced:.3f}",
        )  # fmt: skip
    table.add_row("pooled", *_fit_cells(pool([report.trust for report in reports])))
    out.print(table)


def _fit_cells(fits: dict[str, Any]) -> list[str]:
    return [f"{fits['base_rate']:.3f}", f"{fits['ece']:.3f}", f"{100 * fits['below_base_rate']:.0f} %"]


def _print_ablation(ndcg: dict[str, dict[str, float]]) -> None:
    names = list(ndcg)
    table = Table("recipe", *names, title="nDCG@10 with one part left out")
    for recipe in next(iter(ndcg.values())):
        table.add_row(recipe, *(f"{ndcg[name][recipe]:.3f}" for name in names))
    out.print(table)


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}


def _cell(report: "SystemReport") -> str:
    low, high = report.interval
    return f"{report.ndcg:.3f} [{low:.3f}, {high:.3f}]"
