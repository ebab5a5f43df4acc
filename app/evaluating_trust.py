"""The trust part of `passgenau evaluate`: must-haves, duplicates, evidence, language pairs."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from matching.judged_ranking import EncodedSet
from matching.robustness import gain_of_stuffing, losses
from matching.statistics import Statistics
from matching.trust_evaluation import Demands, Encoded, report


def trust_reports(
    demands: Sequence[Demands],
    sets: Sequence[EncodedSet],
    reference: Statistics | None,
    *,
    robust: bool,
) -> dict[str, Any]:
    """Measure each set, with its own statistics unless others are given. robust: also with changed texts."""
    reports: dict[str, Any] = {}
    for demanded, one in zip(demands, sets, strict=True):
        encoded = Encoded(one.texts, one.features, one.judged.grades, reference or one.statistics())
        measured = report(encoded, demanded, one.encoder)
        if robust:
            measured["robustness"] = losses(encoded, one.encoder)
            measured["stuffing"] = gain_of_stuffing(encoded, one.encoder)
        reports[one.judged.name] = measured
    return reports


def tables(reports: Mapping[str, Any]) -> list[Table]:
    """Return one table for each measure that a set has."""
    names = list(dict.fromkeys(name for one in reports.values() for name in one))
    made: list[Table] = []
    for name in names:
        table = Table("set", "measure", "value", title=name.replace("_", " "))
        for label, one in reports.items():
            for key, value in one.get(name, {}).items():
                shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
                table.add_row(label, key, shown)
        made.append(table)
    return made
