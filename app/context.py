"""What a process has at hand; made once where it starts and handed down."""

from dataclasses import dataclass

from app.clock import Clock
from app.db.session import Sessions
from app.matches.ranking import LiveRanking


@dataclass(frozen=True, slots=True)
class Context:
    """Database sessions, the clock, and the live ranking of one process."""

    sessions: Sessions
    clock: Clock
    ranking: LiveRanking
