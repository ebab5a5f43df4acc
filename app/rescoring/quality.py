"""Ranking quality of a new ranking beside the present one, on judged pairs."""

from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app.demo import dataset
from app.errors import EncoderMismatch
from app.matches import generations
from app.matches.encoders import Encoders
from app.matches.remembering import remembering
from app.matches.texts import compose_text
from app.models import RankingGeneration
from app.rescoring.schemas import Quality
from matching.evaluation import JudgedSet, evaluate
from matching.statistics import Statistics
from matching.texts import Side


class QualityMeter:
    """Measures nDCG@10 on the demonstration data with the statistics of a generation.

    folder: where what an encoder makes of these texts is kept.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def __call__(self, session: Session, encoders: Encoders, before: int, after: int) -> list[Quality]:
        """Measure two generations. One whose encoder is not here has no figure."""
        judged = judged_demonstration()
        old, new = (self._ndcg(encoders, judged, generations.get(session, one)) for one in (before, after))
        return [Quality(source="demonstration", queries=len(judged.challenges), before=old, after=new)]

    def _ndcg(self, encoders: Encoders, judged: JudgedSet, generation: RankingGeneration) -> float | None:
        try:
            encoder = encoders.of(generation)
        except EncoderMismatch:
            return None
        with remembering(encoder, self._folder) as reader:
            report = evaluate(judged, reader, reference=Statistics.from_bytes(generation.statistics))
        return round(report.systems["passgenau"].ndcg, 4)


def no_quality(_session: Session, _encoders: Encoders, _before: int, _after: int) -> list[Quality]:
    """Measure nothing, where quality is not the point."""
    return []


def judged_demonstration() -> JudgedSet:
    """Return the demonstration data as a judged set."""
    challenges, profiles = dataset.challenges(), dataset.profiles()
    rows = {demo.key: row for row, demo in enumerate(challenges)}
    columns = {demo.key: column for column, demo in enumerate(profiles)}
    grades = np.zeros((len(rows), len(columns)))
    for (challenge, profile), grade in dataset.judgements().items():
        grades[rows[challenge], columns[profile]] = grade
    composed: dict[Side, list[Any]] = {
        Side.CHALLENGE: [compose_text(Side.CHALLENGE, demo.content) for demo in challenges],
        Side.PROFILE: [compose_text(Side.PROFILE, demo.content) for demo in profiles],
    }
    return JudgedSet("demonstration", composed[Side.CHALLENGE], composed[Side.PROFILE], grades)
