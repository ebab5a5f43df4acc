"""Rankings: generations, their matches, and the state of each text's list."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Float, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Code, UtcDateTime


class GenerationState(StrEnum):
    """Life of a generation; exactly one is active once the service has started.

    Those that are complete or superseded can be activated. The rows of a cancelled one are cleared away.
    """

    BUILDING = "building"
    COMPLETE = "complete"
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


class RankingGeneration(Base):
    """One complete set of matches, made with one encoder and one set of corpus statistics.

    The lists of one that is not active are those of corpus revision `revision`, and whoever activates it brings them up
    to date first; None: they are gone.
    """

    __tablename__ = "ranking_generation"
    __table_args__ = (
        Index(
            "uq_ranking_generation_active",
            "state",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[GenerationState] = mapped_column(Code(GenerationState))
    encoder: Mapped[str] = mapped_column(String(300))
    dtype: Mapped[str] = mapped_column(String(20))
    fingerprint: Mapped[str] = mapped_column(String(120))
    dimension: Mapped[int]
    scoring: Mapped[str] = mapped_column(String(40))
    statistics: Mapped[bytes] = mapped_column(LargeBinary)
    revision: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Match(Base):
    """One challenge and one profile that stand in the list of at least one of the two; one score for both.

    The primary key reads a challenge's list, the index a profile's; both also serve the cascades. On PostgreSQL the
    table has a partition for each generation, so that an old one goes by dropping a table.
    """

    __tablename__ = "match"
    __table_args__ = (
        Index("ix_match_profile_id_generation_id", "profile_id", "generation_id"),
        {"sqlite_with_rowid": False, "postgresql_partition_by": "LIST (generation_id)"},
    )

    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id", ondelete="CASCADE"), primary_key=True)
    generation_id: Mapped[int] = mapped_column(
        ForeignKey("ranking_generation.id", ondelete="CASCADE"), primary_key=True
    )
    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), primary_key=True)
    score: Mapped[float] = mapped_column(Float(53))
    fit: Mapped[float] = mapped_column(Float(53))
    in_challenge_list: Mapped[bool]
    in_profile_list: Mapped[bool]


class _RankedList:
    """How full a text's list is, and its last entry, before which a newcomer has to rank.

    Without a last entry the list holds everything eligible, and whoever comes enters.

    `revision` is the corpus revision that last changed the row, so that snapshots read only what is new.
    """

    size: Mapped[int]
    last_score: Mapped[float | None] = mapped_column(Float(53))
    last_id: Mapped[int | None]
    revision: Mapped[int] = mapped_column(BigInteger)


class ChallengeList(_RankedList, Base):
    """The list of startups of one challenge in one generation."""

    __tablename__ = "challenge_list"
    __table_args__ = (Index("ix_challenge_list_generation_id_revision", "generation_id", "revision"),)

    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id", ondelete="CASCADE"), primary_key=True)
    generation_id: Mapped[int] = mapped_column(
        ForeignKey("ranking_generation.id", ondelete="CASCADE"), primary_key=True
    )


class ProfileList(_RankedList, Base):
    """The list of challenges of one profile in one generation."""

    __tablename__ = "profile_list"
    __table_args__ = (Index("ix_profile_list_generation_id_revision", "generation_id", "revision"),)

    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), primary_key=True)
    generation_id: Mapped[int] = mapped_column(
        ForeignKey("ranking_generation.id", ondelete="CASCADE"), primary_key=True
    )
