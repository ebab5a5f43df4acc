"""The trust part of `passgenau evaluate`: must-haves, duplicates, evidence, language pairs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from matching.encoder import Encoder
from matching.evaluation import JudgedSet
from matching.features import featurize
from matching.robustness import gain_of_stuffing, losses
from matching.statistics import Statistics
from matching.texts import Side
from matching.trust_evaluation import Demands, Encoded, report


def trust_reports(
    folders: Sequence[Path],
    judged: Sequence[JudgedSet],
    encoder: Encoder,
    reference: Statistics | None,
    *,
    robust: bool,
) -> dict[str, Any]:
    """Measure each set, with its own statistics unless others are given. robust: also with changed texts."""
    reports: dict[str, Any] = {}
    for folder, one in zip(folders, judged, strict=True):
        encoded = _encoded(one, encoder, reference)
        reports[one.name] = report(encoded, Demands.read(folder), encoder)
        if robust:
            reports[one.name]["robustness"] = losses(encoded, encoder)
            reports[one.name]["stuffing"] = gain_of_stuffing(encoded, encoder)
    return reports


def _encoded(judged: JudgedSet, encoder: Encoder, reference: Statistics | None) -> Encoded:
    texts = {Side.CHALLENGE: judged.challenges, Side.PROFILE: judged.profiles}
    features = {side: featurize(encoder, members) for side, members in texts.items()}
    start = reference or Statistics.neutral(encoder.fingerprint, encoder.dimension)
    encoded = Encoded(texts, features, judged.grades, start)
    if reference is not None:
        return encoded
    own = Statistics.estimate([encoded.batch(side) for side in Side], start)
    return Encoded(texts, features, judged.grades, own)


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
