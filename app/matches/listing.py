"""The list of a text in the order readers see it, and the place of a partner in it."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app.clock import Clock
from app.matches import freshness, generations, match_repository
from app.matches.match_repository import ListedMatch
from app.matches.text_filter import TextFilter
from matching.texts import Side


@dataclass(frozen=True, slots=True)
class Place:
    """Where a partner stands in a list: the generation, the rank readers see, the fit."""

    generation_id: int
    rank: int
    fit: float


def listed(session: Session, clock: Clock, generation_id: int, side: Side, text_id: int) -> list[ListedMatch]:
    """Return the list of a text, best first; profiles that nobody confirmed for long stand at its end."""
    found = match_repository.list_of(session, generation_id, side, text_id)
    if side is Side.PROFILE:
        return found
    sunk = freshness.sunk(session, [match.partner_id for match in found], clock.today())
    found.sort(key=lambda match: match.partner_id in sunk)  # stable: the order among the others stays
    return [replace(match, rank=rank) for rank, match in enumerate(found, 1)]


def place_of(session: Session, clock: Clock, side: Side, text_id: int, partner_id: int) -> Place | None:
    """Return where a partner that is still shown stands in a list; None where it does not."""
    generation_id = generations.active_id(session)
    if generation_id is None:
        return None
    for match in listed(session, clock, generation_id, side, text_id):
        if match.partner_id == partner_id:
            shown: dict[int, Any] = match_repository.partners(session, side.other, [partner_id], TextFilter(), clock)
            return Place(generation_id, match.rank, match.fit) if shown else None
    return None
