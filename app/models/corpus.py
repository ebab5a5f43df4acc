"""Which published texts changed, in which order: how processes keep their snapshots of the corpus fresh."""

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class CorpusRevision(Base):
    """A single row that every publisher updates first.

    Its lock puts publishers in a row, so that a challenge and a profile published at the same moment see each other,
    and its number tells a process whether its snapshot is fresh.
    """

    __tablename__ = "corpus_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)


class CorpusChange(Base):
    """One text that was published, edited or withdrawn with a revision; outlives a text that was deleted."""

    __tablename__ = "corpus_change"

    revision: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    side: Mapped[str] = mapped_column(String(10), primary_key=True)
    text_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
