"""Ranking quality of a new ranking beside the present one, on judged pairs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.demo import dataset
from app.errors import EncoderMismatch
from app.matches import generations
from app.matches.encoders import Encoders
from app.matches.texts import compose_text
from app.models import RankingGeneration
from app.rescoring.schemas import Quality
from matching.encoder import Encoder
from matching.evaluation import JudgedSet, evaluate
from matching.statistics import Statistics
from matching.texts import Side

Vectors = dict[tuple[Side, str], NDArray[np.float32]]


class QualityMeter:
    """Measures nDCG@10 on the demonstration data with the statistics of a generation.

    What an encoder makes of these texts never changes, so it is kept: a nightly run encodes them once per process.
    """

    def __init__(self) -> None:
        self._vectors: dict[str, Vectors] = {}

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
        known = self._vectors.setdefault(generation.fingerprint, {})
        report = evaluate(judged, _Remembering(encoder, known), reference=Statistics.from_bytes(generation.statistics))
        return round(report.systems["passgenau"].ndcg, 4)


def no_quality(_session: Session, _encoders: Encoders, _before: int, _after: int) -> list[Quality]:
    """Measure nothing, where quality is not the point."""
    return []


class _Remembering:
    """An encoder that encodes each text once."""

    def __init__(self, encoder: Encoder, known: Vectors) -> None:
        self._encoder = encoder
        self._known = known
        self.fingerprint, self.dimension, self.dtype = encoder.fingerprint, encoder.dimension, encoder.dtype

    def encode(self, texts: Sequence[str], side: Side) -> NDArray[np.float32]:
        """Return vectors, those known already from memory."""
        new = [text for text in dict.fromkeys(texts) if (side, text) not in self._known]
        if new:
            self._known.update(zip([(side, text) for text in new], self._encoder.encode(new, side), strict=True))
        return np.stack([self._known[side, text] for text in texts])


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
