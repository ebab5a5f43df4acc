"""What an encoder made of a text: one packed row per text and encoder."""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Code, EmbeddingVector
from app.vocabulary import Language


class _TextVector:
    """Columns of both sides. Rows of two fingerprints are never compared with each other.

    `passages` comes last: SQLite reads a wide row page by page, so what a whole-corpus load needs stands before it.
    """

    fingerprint: Mapped[str] = mapped_column(String(120), primary_key=True)
    text_hash: Mapped[str] = mapped_column(String(64))
    language: Mapped[Language] = mapped_column(Code(Language))
    whole: Mapped[NDArray[np.float32]] = mapped_column(EmbeddingVector)
    lexical: Mapped[bytes] = mapped_column(LargeBinary)
    passages: Mapped[bytes] = mapped_column(LargeBinary)


class ChallengeVector(_TextVector, Base):
    """Vectors of a challenge."""

    __tablename__ = "challenge_vector"

    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id", ondelete="CASCADE"), primary_key=True)


class ProfileVector(_TextVector, Base):
    """Vectors of a profile."""

    __tablename__ = "profile_vector"

    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), primary_key=True)
