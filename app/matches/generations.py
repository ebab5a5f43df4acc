"""SQL about ranking generations."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from app.models import CorpusRevision, Match, RankingGeneration, RescoringRun
from app.models.ranking import GenerationState
from app.models.rescoring import RunState
from matching.encoder import Encoder
from matching.matcher import Matcher
from matching.statistics import Statistics

SCORING_VERSION = 1
"""Raised when the way a score is computed changes in anything but its weights and its calibration."""


def scoring_of(matcher: Matcher) -> str:
    """Return the name of the way a matcher scores: two generations with the same name have the same scores and fits."""
    constants = asdict(matcher.weights) | asdict(matcher.calibration)
    named = ",".join(f"{name}={value:g}" for name, value in sorted(constants.items()))
    return f"{SCORING_VERSION}-{hashlib.sha256(named.encode()).hexdigest()[:12]}"


def active(session: Session) -> RankingGeneration | None:
    """Return the generation readers see, None before the first start."""
    return session.scalar(select(RankingGeneration).where(RankingGeneration.state == GenerationState.ACTIVE))


def active_id(session: Session) -> int | None:
    """Return the id of the generation readers see."""
    return session.scalar(select(RankingGeneration.id).where(RankingGeneration.state == GenerationState.ACTIVE))


def coming(session: Session) -> RescoringRun | None:
    """Return the rescoring run that is under way; its encoder may become the active one."""
    return session.scalar(select(RescoringRun).where(RescoringRun.under_way.is_(True)))


def get(session: Session, generation_id: int) -> RankingGeneration:
    """Return a generation that is known to exist."""
    return session.get_one(RankingGeneration, generation_id)


def get_locked(session: Session, generation_id: int) -> RankingGeneration:
    """Return a generation as it is now; nobody else changes its state until this transaction ends."""
    return session.get_one(RankingGeneration, generation_id, with_for_update=True)


def lock(session: Session) -> None:
    """Keep all publishers and other changes of generations out until this transaction ends."""
    session.execute(select(CorpusRevision.id).with_for_update())


def add(
    session: Session,
    encoder_name: str,
    encoder: Encoder,
    matcher: Matcher,
    statistics: Statistics,
    now: datetime,
    revision: int | None = None,
) -> RankingGeneration:
    """Store a new generation in state `building`; `revision` is that of the corpus it starts from."""
    generation = RankingGeneration(
        state=GenerationState.BUILDING,
        encoder=encoder_name,
        dtype=encoder.dtype,
        fingerprint=encoder.fingerprint,
        dimension=encoder.dimension,
        scoring=scoring_of(matcher),
        statistics=statistics.to_bytes(),
        revision=revision,
        created_at=now,
    )
    session.add(generation)
    session.flush()
    _make_room(session, generation.id)
    return generation


def _make_room(session: Session, generation_id: int) -> None:
    """Make the table of a generation's matches on PostgreSQL.

    Attached after it was made: that locks nobody out of the other generations, as `PARTITION OF` would.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    name = f"match_g{int(generation_id)}"
    session.execute(text(f"CREATE TABLE {name} (LIKE match INCLUDING ALL)"))
    session.execute(text(f"ALTER TABLE match ATTACH PARTITION {name} FOR VALUES IN ({int(generation_id)})"))


def activate(session: Session, generation: RankingGeneration, now: datetime, revision: int | None = None) -> None:
    """Make a generation the one readers see, in this transaction; `revision` is the corpus revision it begins with."""
    session.execute(
        update(RankingGeneration)
        .where(RankingGeneration.state == GenerationState.ACTIVE)
        .values(state=GenerationState.SUPERSEDED, revision=revision)
    )
    generation.state = GenerationState.ACTIVE
    generation.activated_at = now
    generation.revision = revision
    session.flush()


def last_superseded(session: Session) -> RankingGeneration | None:
    """Return the ranking that readers saw before the present one, if its rows are still there."""
    return session.scalar(
        select(RankingGeneration)
        .where(RankingGeneration.state == GenerationState.SUPERSEDED, RankingGeneration.revision.is_not(None))
        .order_by(RankingGeneration.activated_at.desc(), RankingGeneration.id.desc())
        .limit(1)
    )


def cancel_left_behind(session: Session) -> None:
    """Give up what runs have begun or completed that failed, or that an older program left without a run."""
    failed = select(RescoringRun.generation_id).where(
        RescoringRun.state == RunState.FAILED, RescoringRun.generation_id.is_not(None)
    )
    session.execute(
        update(RankingGeneration)
        .where(
            or_(
                RankingGeneration.state == GenerationState.BUILDING,
                (RankingGeneration.state == GenerationState.COMPLETE) & RankingGeneration.id.in_(failed),
            )
        )
        .values(state=GenerationState.CANCELLED, revision=func.coalesce(RankingGeneration.revision, 0))
    )


def outdated(session: Session, keep: Mapping[GenerationState, int]) -> list[int]:
    """Return the generations whose rows can go: of each state all but the last `keep`."""
    old: list[int] = []
    for state, count in keep.items():
        query = (
            select(RankingGeneration.id)
            .where(RankingGeneration.state == state, RankingGeneration.revision.is_not(None))
            .order_by(
                func.coalesce(RankingGeneration.activated_at, RankingGeneration.created_at).desc(),
                RankingGeneration.id.desc(),
            )
        )
        old += list(session.scalars(query))[count:]
    return sorted(old)


def fingerprints_in_use(session: Session) -> set[str]:
    """Return the encoders whose vectors somebody may still need."""
    kept = select(RankingGeneration.fingerprint).where(
        or_(RankingGeneration.revision.is_not(None), RankingGeneration.state == GenerationState.ACTIVE)
    )
    # The last run can be tried again when it failed, also before it had a generation.
    last = select(func.max(RescoringRun.id)).scalar_subquery()
    runs = select(RescoringRun.fingerprint).where(
        or_(
            RescoringRun.under_way.is_(True),
            (RescoringRun.state == RunState.FAILED) & (RescoringRun.id == last),
        )
    )
    return set(session.scalars(kept)) | set(session.scalars(runs))


def drop_matches(session: Session, generation_id: int, at_once: int) -> bool:
    """Delete matches of a generation, on PostgreSQL all by dropping their table. Returns whether some may be left."""
    if session.get_bind().dialect.name == "postgresql":
        name = f"match_g{int(generation_id)}"
        if session.scalar(select(func.to_regclass(name))) is not None:
            session.execute(text("SET LOCAL lock_timeout = '1s'"))
            session.execute(text(f"ALTER TABLE match DETACH PARTITION {name}"))
            session.execute(text(f"DROP TABLE {name}"))
        return False
    some = select(Match.challenge_id).where(Match.generation_id == generation_id).distinct().limit(at_once)
    ids = list(session.scalars(some))
    session.execute(delete(Match).where(Match.generation_id == generation_id, Match.challenge_id.in_(ids)))
    return bool(ids)
