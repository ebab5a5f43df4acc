"""The command `passgenau bench`."""

from enum import StrEnum
from typing import Annotated

import typer

from app.console import JsonFlag, out, print_json, read_settings


class Benchmark(StrEnum):
    """What can be measured."""

    SUBMIT = "submit"
    RANK = "rank"
    LOGIN = "login"
    PREVIEW = "preview"


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(bench)


def bench(
    name: Annotated[
        Benchmark,
        typer.Argument(
            help="submit: a whole service call; preview: the startups beside a text, over HTTP; rank: one ranking; "
            "login: a flood of tries."
        ),
    ],
    profiles: Annotated[int | None, typer.Option(min=200, help="Size of the corpus.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure the speed of the service, beside a baseline in the same run.

    Works on a synthetic corpus in a temporary SQLite database, or in the empty one that PASSGENAU_DATABASE_URL names.
    """
    settings = read_settings()
    if name is Benchmark.SUBMIT:
        from app.benchmarks.submit import bench_submit

        report = bench_submit(settings, profiles or 10_000)
    elif name is Benchmark.PREVIEW:
        from app.benchmarks.preview import bench_preview

        report = bench_preview(settings, profiles or 10_000)
    elif name is Benchmark.LOGIN:
        from app.benchmarks.login import measure

        report = measure(settings)
    else:
        from app.benchmarks.rank import bench_rank

        report = bench_rank(settings, profiles or 100_000)
    if as_json:
        print_json(report.as_json())
        return
    for figure, value in report.as_json()["figures"].items():
        out.print(f"{figure:28} {value}", highlight=False)
    out.print(f"compared with: {report.baseline}", highlight=False)
