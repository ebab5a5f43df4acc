"""SQL about ranking generations."""

import hashlib
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.models import CorpusRevision, RankingGeneration
from app.models.ranking import GenerationState
from matching.encoder import Encoder
from matching.matcher import Matcher
from matching.statistics import Statistics

SCORING_VERSION = 1
"""Raised when the way a score is computed changes in anything but its weights."""


def scoring_of(matcher: Matcher) -> str:
    """Return the name of the way a matcher scores: two generations with the same name have the same scores."""
    weights = ",".join(f"{name}={value:g}" for name, value in sorted(asdict(matcher.weights).items()))
    return f"{SCORING_VERSION}-{hashlib.sha256(weights.encode()).hexdigest()[:12]}"


def active(session: Session) -> RankingGeneration | None:
    """Return the generation readers see, None before the first start."""
    return session.scalar(select(RankingGeneration).where(RankingGeneration.state == GenerationState.ACTIVE))


def active_id(session: Session) -> int | None:
    """Return the id of the generation readers see."""
    return session.scalar(select(RankingGeneration.id).where(RankingGeneration.state == GenerationState.ACTIVE))


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
) -> RankingGeneration:
    """Store a new generation in state `building`."""
    generation = RankingGeneration(
        state=GenerationState.BUILDING,
        encoder=encoder_name,
        dtype=encoder.dtype,
        fingerprint=encoder.fingerprint,
        dimension=encoder.dimension,
        scoring=scoring_of(matcher),
        statistics=statistics.to_bytes(),
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


def activate(session: Session, generation: RankingGeneration, now: datetime) -> None:
    """Make a generation the one readers see, in this transaction."""
    session.execute(
        update(RankingGeneration)
        .where(RankingGeneration.state == GenerationState.ACTIVE)
        .values(state=GenerationState.SUPERSEDED)
    )
    generation.state = GenerationState.ACTIVE
    generation.activated_at = now
    session.flush()
