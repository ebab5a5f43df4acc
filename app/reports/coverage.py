"""How well what is asked for is covered by what is offered, as readers see it right now. Sums only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.matches import generations
from app.matches.bands import POSSIBLE, nothing_fits
from app.matches.sides import TABLES
from app.models import Challenge, Match, Profile
from app.vocabulary import FieldOfAction, Region
from matching.calibration import Band, band_of
from matching.texts import Side

FIRST = 10
"""Places of a list that count as being seen."""
SEEN = (0, 1, 3, 6, 11)
"""How often a startup is seen: from each number up to the one before the next."""


@dataclass(frozen=True, slots=True)
class Covered:
    """Published challenges of a field of action or a region, and how many of them nothing fits."""

    code: str
    challenges: int
    unmet: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """best: challenges by the band of their best match, None where nothing fits; seen: startups by how often."""

    best: Sequence[tuple[Band | None, int]]
    fields: Sequence[Covered]
    regions: Sequence[Covered]
    seen: Sequence[tuple[int, int]]


def read_coverage(session: Session) -> Coverage:
    """Return the sums over all published challenges and profiles."""
    generation_id = generations.active_id(session) or 0
    best = Counter[Band | None]()
    fields, regions = Counter[str](), Counter[str]()
    unmet_fields, unmet_regions = Counter[str](), Counter[str]()
    for of_challenge, region, fit in _challenges(session, generation_id):
        unmet = nothing_fits([fit])
        best[None if unmet else band_of(fit)] += 1
        fields.update(of_challenge)
        regions[region] += 1
        if unmet:
            unmet_fields.update(of_challenge)
            unmet_regions[region] += 1
    return Coverage(
        [(band, best[band]) for band in (*Band, None)],
        [Covered(code, fields[code], unmet_fields[code]) for code in FieldOfAction if fields[code]],
        [Covered(code, regions[code], unmet_regions[code]) for code in Region if regions[code]],
        _seen(session, generation_id),
    )


def _challenges(session: Session, generation_id: int) -> list[tuple[list[str], str, float]]:
    """Return (fields of action, region, best fit or 0) of each published challenge."""
    best = (
        select(Match.challenge_id, func.max(Match.fit).label("fit"))
        .where(Match.generation_id == generation_id, Match.in_challenge_list)
        .group_by(Match.challenge_id)
        .subquery()
    )
    query = (
        select(Challenge.fields_of_action, Challenge.region, func.coalesce(best.c.fit, 0.0))
        .outerjoin(best, best.c.challenge_id == Challenge.id)
        .where(Challenge.state == TABLES[Side.CHALLENGE].published)
    )
    return [(list(fields), str(region), float(fit)) for fields, region, fit in session.execute(query)]


def _seen(session: Session, generation_id: int) -> list[tuple[int, int]]:
    """Return (lowest number of times, startups) for each group of `SEEN`."""
    place = func.row_number().over(
        partition_by=Match.challenge_id, order_by=(Match.score.desc(), Match.profile_id.asc())
    )
    placed = (
        select(Match.profile_id, place.label("place"))
        .join(Challenge, Challenge.id == Match.challenge_id)
        .where(
            Match.generation_id == generation_id,
            Match.in_challenge_list,
            Match.fit >= POSSIBLE,
            Challenge.state == TABLES[Side.CHALLENGE].published,
        )
        .subquery()
    )
    times = (
        select(placed.c.profile_id, func.count().label("times"))
        .where(placed.c.place <= FIRST)
        .group_by(placed.c.profile_id)
        .subquery()
    )
    query = (
        select(func.coalesce(times.c.times, 0), func.count(Profile.id))
        .outerjoin(times, times.c.profile_id == Profile.id)
        .where(Profile.state == TABLES[Side.PROFILE].published)
        .group_by(func.coalesce(times.c.times, 0))
    )
    found = Counter[int]()
    for count, startups in session.execute(query):
        found[max(least for least in SEEN if least <= count)] += startups
    return [(least, found[least]) for least in SEEN]
