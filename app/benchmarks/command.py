"""The command `passgenau bench`."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from app.console import JsonFlag, out, print_json, read_settings
from app.settings import Settings

if TYPE_CHECKING:
    from app.benchmarks.report import Report


class Benchmark(StrEnum):
    """What can be measured."""

    SUBMIT = "submit"
    RANK = "rank"
    LOGIN = "login"
    PREVIEW = "preview"
    RESCORE = "rescore"
    ENCODE = "encode"
    WORKERS = "workers"
    SCALE = "scale"


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(bench)


def bench(
    name: Annotated[
        Benchmark,
        typer.Argument(
            help="submit: a whole service call; preview: the startups beside a text, over HTTP; rank: one ranking; "
            "login: a flood of tries; rescore: all matches; encode: texts per second; workers: two beside one, "
            "on PostgreSQL; scale: a corpus that is not in memory, on PostgreSQL."
        ),
    ],
    profiles: Annotated[int | None, typer.Option(min=200, help="Size of the corpus.")] = None,
    challenges: Annotated[int | None, typer.Option(min=20, help="Challenges of `rescore`.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure the speed of the service, beside a baseline in the same run.

    Works on a synthetic corpus in a temporary database, or in the empty one that PASSGENAU_DATABASE_URL names.
    """
    report = _measure(read_settings(), name, profiles, challenges)
    if as_json:
        print_json(report.as_json())
        return
    for figure, value in report.as_json()["figures"].items():
        out.print(f"{figure:28} {value}", highlight=False)
    out.print(f"compared with: {report.baseline}", highlight=False)


def _measure(settings: Settings, name: Benchmark, profiles: int | None, challenges: int | None) -> "Report":
    """Run one benchmark; each imports what it needs."""
    match name:
        case Benchmark.SUBMIT:
            from app.benchmarks.submit import bench_submit

            report = bench_submit(settings, profiles or 10_000)
        case Benchmark.PREVIEW:
            from app.benchmarks.preview import bench_preview

            report = bench_preview(settings, profiles or 10_000)
        case Benchmark.LOGIN:
            from app.benchmarks.login import measure

            report = measure(settings)
        case Benchmark.RESCORE:
            from app.benchmarks.rescore import bench_rescore

            report = bench_rescore(settings, profiles or 100_000, challenges or 1_000)
        case Benchmark.ENCODE:
            from app.benchmarks.encode import bench_encode

            report = bench_encode(settings)
        case Benchmark.WORKERS:
            from app.benchmarks.workers import bench_workers

            report = bench_workers(settings)
        case Benchmark.SCALE:
            from app.benchmarks.scale import bench_scale

            report = bench_scale(settings, profiles or 1_000_000)
        case Benchmark.RANK:
            from app.benchmarks.rank import bench_rank

            report = bench_rank(settings, profiles or 100_000)
    return report
