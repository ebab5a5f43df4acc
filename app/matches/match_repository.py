"""SQL that reads the list of a text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import not_, select
from sqlalchemy.orm import Session, joinedload

from app.clock import Clock
from app.db.words import contains
from app.matches import expiry
from app.matches.list_writer import LENGTH, MINIMUM_FIT, SURE
from app.matches.sides import TABLES
from app.matches.text_filter import TextFilter, narrowed
from app.models import Challenge, Match, Organisation, Profile
from matching.calibration import band_of
from matching.texts import Side


@dataclass(frozen=True, slots=True)
class MatchFilter:
    """Which partners a reader wants to see. `show_hidden`: also those that declines hide."""

    texts: TextFilter = field(default_factory=TextFilter)
    minimum_fit: float | None = None
    show_hidden: bool = False


@dataclass(frozen=True, slots=True)
class ListedMatch:
    """One entry of a list: its place, and the partner's row."""

    rank: int
    partner_id: int
    score: float
    fit: float


def list_of(session: Session, generation_id: int, side: Side, text_id: int) -> list[ListedMatch]:
    """Return the best matches of a text that readers see, best first, ties by the partner's id."""
    own, partner = TABLES[side], TABLES[side.other].match_id
    query = (
        select(partner, Match.score, Match.fit)
        .where(own.match_id == text_id, Match.generation_id == generation_id, own.in_list)
        .order_by(Match.score.desc(), partner)
        .limit(LENGTH)
    )
    listed = (ListedMatch(rank, *row) for rank, row in enumerate(session.execute(query), 1))
    return [match for match in listed if is_shown(match.rank, match.fit)]


def is_shown(rank: int, fit: float) -> bool:
    """Tell whether readers see a match at this place of a list."""
    return band_of(fit) is not None and (rank <= SURE or fit >= MINIMUM_FIT)


def scores_of_lists(
    session: Session, generation_id: int, side: Side, ids: Sequence[int]
) -> dict[int, dict[int, float]]:
    """Return {text: {partner: score}} of the stored lists of some texts."""
    own, partner = TABLES[side], TABLES[side.other].match_id
    query = select(own.match_id, partner, Match.score).where(
        own.match_id.in_(ids), Match.generation_id == generation_id, own.in_list
    )
    found: dict[int, dict[int, float]] = {text_id: {} for text_id in ids}
    for text_id, partner_id, score in session.execute(query):
        found[text_id][partner_id] = score
    return found


def text_of(session: Session, side: Side, text_id: int) -> Any:
    """Return a row with its organisation, None when there is none."""
    model = TABLES[side].text
    return session.scalar(select(model).where(model.id == text_id).options(joinedload(model.organisation)))


def partners(session: Session, side: Side, ids: Sequence[int], wanted: TextFilter, clock: Clock) -> dict[int, Any]:
    """Return {id: row} of those texts of `side` that pass the filter and are still shown."""
    model = TABLES[side].text
    query = (
        select(model)
        .where(model.id.in_(ids), model.state == TABLES[side].published)
        .options(joinedload(model.organisation))
    )
    if side is Side.CHALLENGE:
        query = query.where(not_(expiry.is_due(clock)))
    return {row.id: row for row in session.scalars(narrowed(query, side, wanted))}


def partners_called(session: Session, side: Side, name: str, clock: Clock, *, limit: int) -> list[Any]:
    """Return texts of `side` that are shown and have `name` in their name, title or organisation, by name."""
    model = TABLES[side].text
    called = Profile.name if side is Side.PROFILE else Challenge.title
    query = (
        select(model)
        .join(model.organisation)
        .where(
            model.state == TABLES[side].published,
            contains((called, Organisation.name), name),
        )
        .options(joinedload(model.organisation))
        .order_by(called, model.id)
        .limit(limit)
    )
    if side is Side.CHALLENGE:
        query = query.where(not_(expiry.is_due(clock)))
    return list(session.scalars(query))
