"""Slows down guessing: tries are counted in the database, so that all processes count together.

A sliding window per key: at most 6 tries in a minute and 12 in an hour, then none for 15 minutes. The row is locked
while it is looked at, so of any number of tries at the same moment only the allowed ones pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.auth.keys import Keys
from app.models import Throttle

BLOCK = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` in `seconds`."""

    tries: int
    seconds: int


PER_ACCOUNT = (Limit(6, 60), Limit(12, 3600))
PER_ADDRESS = (Limit(30, 60), Limit(200, 3600))
"""Many people of one facility share an address."""


@dataclass(frozen=True, slots=True)
class Counter:
    """What is counted: a keyed hash of an account or address, and its limits."""

    key: str
    limits: Sequence[Limit]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a try may go on; if not, after how many seconds, and whether the block began with this try."""

    allowed: bool
    retry_after: int = 0
    just_blocked: bool = False


def counters(keys: Keys, what: str, account: str | None, address: str) -> list[Counter]:
    """Return what one try counts for. `account` may be anything typed: unknown ones count like known ones."""
    found = [Counter(keys.hash("throttle", f"{what} address {address}"), PER_ADDRESS)]
    if account is not None:
        found.append(Counter(keys.hash("throttle", f"{what} account {account}"), PER_ACCOUNT))
    return found


def blocked_for(session: Session, counted: Sequence[Counter], now: datetime) -> int:
    """Return for how many seconds no try is allowed, 0 if one is; only reads, so that a flood costs little."""
    until = session.scalars(
        select(Throttle.blocked_until).where(Throttle.key.in_([counter.key for counter in counted]))
    ).all()
    return max((_seconds(moment - now) for moment in until if moment is not None and moment > now), default=0)


def count(session: Session, counted: Sequence[Counter], now: datetime) -> Verdict:
    """Count a try before anything is looked at. Call it in a write session of its own."""
    verdicts = [_count_one(session, counter, now) for counter in sorted(counted, key=lambda counter: counter.key)]
    refused = [verdict for verdict in verdicts if not verdict.allowed]
    if not refused:
        return Verdict(allowed=True)
    return Verdict(
        allowed=False,
        retry_after=max(verdict.retry_after for verdict in refused),
        just_blocked=any(verdict.just_blocked for verdict in refused),
    )


def forgive(session: Session, counter: Counter) -> None:
    """Forget the tries of an account that has signed in."""
    row = session.get(Throttle, counter.key, with_for_update=True)
    if row is not None and row.blocked_until is None:
        row.tries = []


def _count_one(session: Session, counter: Counter, now: datetime) -> Verdict:
    row = _locked(session, counter.key, now)
    if row.blocked_until is not None:
        if row.blocked_until > now:
            return Verdict(allowed=False, retry_after=_seconds(row.blocked_until - now))
        row.blocked_until, row.tries = None, []
    longest = max(limit.seconds for limit in counter.limits)
    moment = now.timestamp()
    recent = [*(time for time in row.tries if time > moment - longest), moment]
    row.updated_at = now
    over = any(sum(time > moment - limit.seconds for time in recent) > limit.tries for limit in counter.limits)
    if over:
        row.blocked_until, row.tries = now + BLOCK, []
        return Verdict(allowed=False, retry_after=_seconds(BLOCK), just_blocked=True)
    row.tries = recent
    return Verdict(allowed=True)


def _locked(session: Session, key: str, now: datetime) -> Throttle:
    """Return the row, made if it is missing, locked against all others until the transaction ends."""
    insert = postgres_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    session.execute(insert(Throttle).values(key=key, tries=[], updated_at=now).on_conflict_do_nothing())
    return session.scalars(select(Throttle).where(Throttle.key == key).with_for_update()).one()


def _seconds(duration: timedelta) -> int:
    return max(1, ceil(duration.total_seconds()))
