"""The tables of each side, so that what both sides share is written once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import InstrumentedAttribute

from app.models import Challenge, ChallengeList, ChallengeVector, Match, Profile, ProfileList, ProfileVector
from app.vocabulary import ChallengeState, ProfileState
from matching.texts import Side


@dataclass(frozen=True, slots=True)
class SideTables:
    """Where the texts of one side, their vectors and their lists are stored.

    text, vector and ranked_list are mapped classes; the two of each kind have the same columns where code uses both.
    """

    side: Side
    text: Any
    vector: Any
    vector_id: InstrumentedAttribute[int]
    ranked_list: Any
    list_id: InstrumentedAttribute[int]
    match_id: InstrumentedAttribute[int]
    in_list: InstrumentedAttribute[bool]
    published: str
    text_fields: tuple[str, ...]
    facet_fields: tuple[str, ...]

    @property
    def id_name(self) -> str:
        """Name of the column that holds a text's id in vectors, lists and matches."""
        return f"{self.side.value}_id"


TABLES: Final[Mapping[Side, SideTables]] = {
    Side.CHALLENGE: SideTables(
        side=Side.CHALLENGE,
        text=Challenge,
        vector=ChallengeVector,
        vector_id=ChallengeVector.challenge_id,
        ranked_list=ChallengeList,
        list_id=ChallengeList.challenge_id,
        match_id=Match.challenge_id,
        in_list=Match.in_challenge_list,
        published=ChallengeState.PUBLISHED.value,
        text_fields=(
            "title",
            "problem",
            "wish",
            "setting",
            "legal_basis",
            "existing_systems",
            "tried_before",
            "success",
        ),
        facet_fields=("region", "must_haves", "minimum_maturity"),
    ),
    Side.PROFILE: SideTables(
        side=Side.PROFILE,
        text=Profile,
        vector=ProfileVector,
        vector_id=ProfileVector.profile_id,
        ranked_list=ProfileList,
        list_id=ProfileList.profile_id,
        match_id=Match.profile_id,
        in_list=Match.in_profile_list,
        published=ProfileState.PUBLISHED.value,
        text_fields=(
            "name",
            "offer",
            "problem_solved",
            "capabilities",
            "settings_proven",
            "welfare_references",
            "evidence_of_effect",
        ),
        facet_fields=(
            "regions",
            "languages",
            "free_pilot_slots",
            "hosting",
            "data_protection_papers",
            "data_protection_regimes",
            "offline_capable",
            "accessibility",
            "price_band",
            "maturity",
            "non_profit",
            "legal_form",
            "statements",
        ),
    ),
}
