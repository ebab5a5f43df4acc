"""What a process has at hand; made once where it starts and handed down."""

from dataclasses import dataclass, field

from app.audit.trail import Trail
from app.clock import Clock
from app.db.session import Sessions
from app.matches.ranking import LiveRanking
from app.rules import Rules
from app.security import Security


@dataclass(frozen=True, slots=True)
class Ground:
    """What also processes without an encoder have: database sessions, the clock, keys, rules."""

    sessions: Sessions
    clock: Clock
    security: Security
    rules: Rules = field(default=Rules(), kw_only=True)

    @property
    def trail(self) -> Trail:
        """The audit trail."""
        return self.security.trail


@dataclass(frozen=True, slots=True)
class Context(Ground):
    """A process that ranks."""

    ranking: LiveRanking
