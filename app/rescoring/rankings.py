"""Which rankings are kept, and how the corpus stands to the one that readers see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.matches import corpus_repository, generations
from app.matches.sides import TABLES
from app.models import RankingGeneration, RescoringRun, WorkerHeartbeat
from app.models.ranking import GenerationState
from matching.matcher import Matcher
from matching.texts import Side

WORKERS_SHOWN_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KeptRanking:
    """A ranking whose lists are still there. run: who made it; None: the first start."""

    id: int
    active: bool
    run: int | None
    encoder: str
    dtype: str
    fingerprint: str
    dimension: int
    created_at: datetime
    activated_at: datetime | None


@dataclass(frozen=True, slots=True)
class SideStatus:
    """Published texts of one side, and how many of them have vectors of the encoder that readers' ranking uses."""

    side: Side
    published: int
    encoded: int


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A worker that was seen within a day."""

    name: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class RankingStatus:
    """What serves readers right now. scoring_is_current: false until a run has followed a change of weights."""

    rankings: Sequence[KeptRanking]
    earlier: int | None
    scoring_is_current: bool
    sides: Sequence[SideStatus]
    revision: int
    workers: Sequence[WorkerSeen]

    @property
    def active(self) -> KeptRanking | None:
        """Return the ranking that readers see."""
        return next((ranking for ranking in self.rankings if ranking.active), None)


def read_status(session: Session, now: datetime) -> RankingStatus:
    """Return what serves readers, what could come back, and who works."""
    active = generations.active(session)
    earlier = generations.last_superseded(session)
    workers = session.scalars(
        select(WorkerHeartbeat)
        .where(WorkerHeartbeat.seen_at > now - WORKERS_SHOWN_FOR)
        .order_by(WorkerHeartbeat.seen_at.desc(), WorkerHeartbeat.name)
    )
    return RankingStatus(
        rankings=_kept(session),
        earlier=earlier.id if earlier else None,
        scoring_is_current=active is not None and active.scoring == generations.scoring_of(Matcher()),
        sides=[_side(session, side, active) for side in Side],
        revision=corpus_repository.current_revision(session),
        workers=[WorkerSeen(worker.name, worker.seen_at) for worker in workers],
    )


def active_id(session: Session) -> int | None:
    """Return the number of the ranking that readers see."""
    return generations.active_id(session)


def _kept(session: Session) -> list[KeptRanking]:
    query = (
        select(RankingGeneration, RescoringRun.id)
        .outerjoin(RescoringRun, RescoringRun.generation_id == RankingGeneration.id)
        .where(
            or_(
                RankingGeneration.state == GenerationState.ACTIVE,
                RankingGeneration.state.in_([GenerationState.COMPLETE, GenerationState.SUPERSEDED])
                & RankingGeneration.revision.is_not(None),
            )
        )
        .order_by(RankingGeneration.id.desc())
    )
    return [
        KeptRanking(
            id=row.id,
            active=row.state == GenerationState.ACTIVE,
            run=run_id,
            encoder=row.encoder,
            dtype=row.dtype,
            fingerprint=row.fingerprint,
            dimension=row.dimension,
            created_at=row.created_at,
            activated_at=row.activated_at,
        )
        for row, run_id in session.execute(query)
    ]


def _side(session: Session, side: Side, active: RankingGeneration | None) -> SideStatus:
    tables = TABLES[side]
    published = select(func.count(tables.text.id)).where(tables.text.state == tables.published)
    encoded = (
        select(func.count(tables.text.id))
        .join(tables.vector, tables.vector_id == tables.text.id)
        .where(
            tables.text.state == tables.published,
            tables.vector.fingerprint == (active.fingerprint if active else ""),
        )
    )
    return SideStatus(side, session.scalar(published) or 0, session.scalar(encoded) or 0)
