"""Ranking quality of a new ranking beside the present one: on judged pairs, and on what members have decided."""

from pathlib import Path

from sqlalchemy.orm import Session

from app.demo.judged import judged_demo
from app.errors import EncoderMismatch
from app.matches import generations
from app.matches.encoders import Encoders
from app.matches.remembering import remembering
from app.models import RankingGeneration
from app.rescoring.decided import decided_pairs
from app.rescoring.schemas import Quality
from matching import metrics
from matching.evaluation import JudgedSet, evaluate
from matching.statistics import Statistics

ENOUGH = 20
"""Pairs of each kind, accepted and declined, from which a figure says more about the ranking than about chance."""


class QualityMeter:
    """Measures nDCG@10 on the demonstration data with the statistics of a generation, and order on decided pairs.

    folder: where what an encoder makes of these texts is kept.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def __call__(self, session: Session, encoders: Encoders, before: int, after: int) -> list[Quality]:
        """Measure two generations. One whose encoder is not here has no figure on the demonstration data."""
        judged = judged_demo()
        old, new = (self._ndcg(encoders, judged, generations.get(session, one)) for one in (before, after))
        demonstration = Quality(
            source="demonstration", measure="ndcg@10", queries=len(judged.challenges), before=old, after=new
        )
        return [demonstration, quality_on_decisions(session, before, after)]

    def _ndcg(self, encoders: Encoders, judged: JudgedSet, generation: RankingGeneration) -> float | None:
        try:
            encoder = encoders.of(generation)
        except EncoderMismatch:
            return None
        with remembering(encoder, self._folder) as reader:
            report = evaluate(judged, reader, reference=Statistics.from_bytes(generation.statistics))
        return round(report.systems["passgenau"].ndcg, 4)


def quality_on_decisions(session: Session, before: int, after: int) -> Quality:
    """Say how often an accepted pair has the higher score than a declined one, in two generations.

    Members decide on what the present ranking shows them: a new one that leaves such a pair out has it at the very end.
    So the figure is harder on the new one, which suits a warning.
    """
    pairs = decided_pairs(session, before, after)
    accepted, declined = pairs.accepted, ~pairs.accepted
    old: float | None = None
    new: float | None = None
    if min(accepted.sum(), declined.sum()) >= ENOUGH:
        old, new = (round(metrics.auroc(each[accepted], each[declined]), 4) for each in (pairs.before, pairs.after))
    return Quality(source="decisions", measure="auroc", queries=len(accepted), before=old, after=new)


def no_quality(_session: Session, _encoders: Encoders, _before: int, _after: int) -> list[Quality]:
    """Measure nothing, where quality is not the point."""
    return []
