"""What a process has at hand that works on rescoring runs, and the points where tests stop it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.context import Ground
from app.errors import EncoderMismatch, OtherScoring
from app.matches import corpus_repository, generations
from app.matches.encoders import Encoders
from app.matches.passages import PassageCache
from app.matches.snapshot import Snapshot
from app.memory import give_back
from app.models import RescoringRun
from app.models.rescoring import PartitionKind
from app.rescoring import repository
from app.rescoring.quality import QualityMeter
from app.rescoring.schemas import Quality
from matching.matcher import Matcher

LOST_AFTER = timedelta(seconds=30)
"""Who was not seen for so long at a partition has left it."""
NEEDS_ENCODER = frozenset({PartitionKind.ENCODE, PartitionKind.FREEZE, PartitionKind.FINISH})

log = structlog.get_logger()


class Scored(Protocol):
    """What a generation or a run says about the rules it was begun by."""

    @property
    def scoring(self) -> Any: ...  # noqa: D102


def nothing(_point: str) -> None:
    """Go on."""


class LateResult(Exception):
    """The partition is in other hands by now, or the run was cancelled: the result is thrown away."""


class BaseNoLongerActive(Exception):
    """A run of a part of the texts takes the rest over from a ranking that readers have left meanwhile."""


@dataclass(slots=True)
class Workshop:
    """One worker, by a name that no other has.

    `reach` is called at every point of the code that a crash could fall between. indexes: its rankings find candidates
    in the database.
    """

    ground: Ground
    encoders: Encoders
    name: str
    matcher: Matcher = field(default_factory=Matcher)
    cache: PassageCache = field(default_factory=PassageCache)
    reach: Callable[[str], None] = nothing
    measure: Callable[[Session, Encoders, int, int], list[Quality]] = field(default_factory=QualityMeter)
    lost_after: timedelta = LOST_AFTER
    indexes: bool = False
    in_hand: set[tuple[int, int]] = field(default_factory=set)
    _left: set[tuple[int, str]] = field(default_factory=set)
    _snapshot: Snapshot | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check_scoring(self, made: Scored) -> None:
        """Refuse what was begun by other rules than those of this program. Raises `OtherScoring`."""
        if made.scoring != generations.scoring_of(self.matcher):
            raise OtherScoring

    def check(self, session: Session, run: RescoringRun) -> None:
        """Find out whether this worker can do the next step of a run. Raises `EncoderMismatch`, `OtherScoring`."""
        self.check_scoring(run)
        if repository.kind_at_work(session, run.id) in NEEDS_ENCODER:
            self.encoders.of(run)

    def can_do(self, run_id: int) -> bool:
        """Tell the same, and leave a note in the log, once.

        Who takes up what it can't do would let it fail again and again while those who can are busy.
        """
        with self.ground.sessions.read() as session:
            try:
                self.check(session, repository.get(session, run_id))
            except (EncoderMismatch, OtherScoring) as reason:
                if (run_id, reason.code) not in self._left:
                    self._left.add((run_id, reason.code))
                    log.warning("run left to other workers", run=run_id, reason=reason.code)
                return False
        return True

    @contextmanager
    def holding(self, run_id: int, number: int) -> Iterator[None]:
        """Work on a partition, which is renewed as long as the block lasts."""
        self.in_hand.add((run_id, number))
        try:
            yield
        finally:
            self.in_hand.discard((run_id, number))

    def hold(self, session: Session, task: repository.Task) -> RescoringRun:
        """Begin to store a result: nobody takes the task or cancels the run until this transaction ends.

        Raises `LateResult`.
        """
        if session.get_bind().dialect.name == "postgresql":
            # A process that is stopped here must not keep its locks for good.
            session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '20s'"))
        run = repository.hold(session, task)
        if run is None:
            raise LateResult
        return run

    def now(self, session: Session) -> datetime:
        """Return the time by which workers are compared: the database's where it has a clock of its own."""
        if session.get_bind().dialect.name == "postgresql":
            now: datetime = session.scalars(select(func.clock_timestamp())).one()
            return now
        return self.ground.clock.now()

    def snapshot(self, session: Session, generation_id: int, revision: int | None = None) -> Snapshot:
        """Return the corpus under a generation as this session sees it; one generation is kept at a time.

        `revision` is given by a writer, whose own revision is not committed.
        """
        if revision is None:
            revision = corpus_repository.current_revision(session)
        with self._lock:
            known = self._snapshot
            if known is None or known.generation_id != generation_id:
                self._snapshot = None
                known = Snapshot.load(session, generation_id, revision)
                self.cache.make_room(known.corpus)
                give_back()
            self._snapshot = known.refreshed(session, revision)
            return self._snapshot

    def read_lists_again(self, session: Session, generation_id: int) -> None:
        """Read the last entries of all lists, which other workers have written without raising the revision."""
        snapshot = self.snapshot(session, generation_id)
        with self._lock:
            self._snapshot = snapshot.with_lists_of(session)

    def let_go(self) -> None:
        """Give the memory of the last generation back."""
        with self._lock:
            self._snapshot = None
        give_back()
