"""What has to be done once its time has come: ends of interests, questions, notices, digests.

Each duty finds its due work in rows with a day on them and does one piece of it in one transaction that can run twice.
The worker gives every piece a workflow whose id names it and the hour: of many workers one does it, and what failed is
tried again in the next hour.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from sqlalchemy.orm import Session

from app.alerts import digests, new_matches, notices
from app.alerts.notice_repository import Due
from app.context import Ground
from app.decisions import waiting
from app.outcomes import service as outcomes
from app.reports import service as reports
from app.vocabulary import AlertKind

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Duty:
    """One kind of work. A piece of it is a tuple of numbers and codes, as jobs take them."""

    find: Callable[[Ground, Session], Iterable[tuple[Any, ...]]]
    do: Callable[..., Any]


def _new_matches(_ground: Ground, session: Session) -> Sequence[tuple[Any, ...]]:
    return [()] if new_matches.is_due(session) else []


def _notices(ground: Ground, session: Session) -> Sequence[tuple[Any, ...]]:
    return [(notice.kind.value, notice.text_id, notice.day.isoformat()) for notice in notices.due(ground, session)]


def _give_notice(ground: Ground, kind: str, text_id: int, day: str) -> bool:
    return notices.give(ground, Due(AlertKind(kind), text_id, date.fromisoformat(day)))


def _numbers(find: Callable[[Ground, Session], Sequence[int]]) -> Callable[[Ground, Session], list[tuple[int]]]:
    return lambda ground, session: [(number,) for number in find(ground, session)]


DUTIES: dict[str, Duty] = {
    "interest": Duty(_numbers(waiting.due), waiting.look_after),
    "outcome": Duty(_numbers(outcomes.due), outcomes.ask),
    "notice": Duty(_notices, _give_notice),
    "new-matches": Duty(_new_matches, new_matches.look),
    # After the others, so that what they have just found goes into the digest of the day.
    "digest": Duty(_numbers(digests.due), digests.send_digest),
    "report": Duty(lambda ground, session: [(slug,) for slug in reports.to_keep(ground, session)], reports.keep_report),
}


def due(ground: Ground) -> list[tuple[str, tuple[Any, ...]]]:
    """Return all pieces of work whose time has come: (duty, piece)."""
    found: list[tuple[str, tuple[Any, ...]]] = []
    for name, duty in DUTIES.items():
        try:
            with ground.sessions.read() as session:
                found += [(name, piece) for piece in duty.find(ground, session)]
        except Exception as error:  # noqa: BLE001  one duty must not keep the others from being done
            log.error("no look at a duty", duty=name, error=type(error).__name__)
    return found


def do(ground: Ground, name: str, piece: Sequence[Any]) -> None:
    """Do one piece; nothing where it was done already."""
    DUTIES[name].do(ground, *piece)


def do_all(ground: Ground) -> int:
    """Do everything that is due in this process, duty by duty. Returns how many pieces there were."""
    done = 0
    for duty in DUTIES.values():
        with ground.sessions.read() as session:
            pieces = list(duty.find(ground, session))
        for piece in pieces:
            duty.do(ground, *piece)
        done += len(pieces)
    return done
