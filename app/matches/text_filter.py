"""Which published texts somebody looks for: one filter for lists, matches and kept searches of both sides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, or_
from sqlalchemy.orm import InstrumentedAttribute

from app.db.types import json_contains
from app.db.words import has_words
from app.matches.sides import TABLES
from app.models import Challenge, Network, Organisation, Profile
from app.vocabulary import FieldOfAction, Language, Region
from matching.texts import Side

_SEARCHED: Final[Mapping[Side, tuple[InstrumentedAttribute[str], ...]]] = {
    Side.CHALLENGE: (Challenge.title, Challenge.problem, Challenge.wish, Organisation.name),
    Side.PROFILE: (Profile.name, Profile.offer, Profile.problem_solved, Profile.capabilities, Organisation.name),
}

EVERYWHERE: Final = (Region.NATIONWIDE, Region.REMOTE)


@dataclass(frozen=True, slots=True)
class TextFilter:
    """None and no words filter nothing. words: each stands in the text or the name of its organisation."""

    field_of_action: FieldOfAction | None = None
    region: Region | None = None
    language: Language | None = None
    network: str | None = None
    organisation_id: int | None = None
    words: str = ""
    published_after: datetime | None = None


def _in_region(side: Side, region: Region) -> ColumnElement[bool]:
    """Select the texts of a region; who works everywhere works there too, as must-haves see it."""
    if side is Side.CHALLENGE:
        return Challenge.region == region
    places = {region, *(() if region in EVERYWHERE else EVERYWHERE)}
    return or_(*(json_contains(Profile.regions, place.value) for place in sorted(places)))


def narrowed(query: Select[Any], side: Side, wanted: TextFilter) -> Select[Any]:
    """Add the conditions of a filter to a query of the texts of a side."""
    model: Any = TABLES[side].text
    if wanted.field_of_action is not None:
        query = query.where(json_contains(model.fields_of_action, wanted.field_of_action.value))
    if wanted.region is not None:
        query = query.where(_in_region(side, wanted.region))
    if wanted.language is not None:
        query = query.where(model.language == wanted.language)
    if wanted.organisation_id is not None:
        query = query.where(model.organisation_id == wanted.organisation_id)
    if wanted.network is not None:
        query = query.where(model.organisation.has(Organisation.network.has(Network.slug == wanted.network)))
    if wanted.published_after is not None:
        query = query.where(model.published_at > wanted.published_after)
    if wanted.words:
        query = query.join(model.organisation).where(has_words(_SEARCHED[side], wanted.words))
    return query
