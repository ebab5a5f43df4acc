"""What comes out about matches, and what goes into a preview."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.challenges.schemas import EXAMPLE as CHALLENGE_EXAMPLE
from app.challenges.schemas import ChallengeContent
from app.fields import NO_LOOKALIKE, StrictModel
from app.organisations.schemas import OrganisationSummary
from app.profiles.schemas import EXAMPLE as PROFILE_EXAMPLE
from app.profiles.schemas import ProfileContent
from app.vocabulary import FieldOfAction
from matching.calibration import Band


class CriterionRead(BaseModel):
    """One requirement of the challenge and how the profile stands to it."""

    key: Annotated[str, Field(examples=["hosting"])]
    status: Literal["met", "open", "failed"]
    asked: str | int | None = Field(examples=["germany"])
    stated: str | int | bool | list[str] | None = Field(description="What the profile says; null: nothing.")


class ChallengeSummary(BaseModel):
    """The challenge of a match."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    language: str
    region: str
    fields_of_action: list[FieldOfAction]
    organisation: OrganisationSummary


class ProfileSummary(BaseModel):
    """The profile of a match."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    offer: str
    language: str
    regions: list[str]
    fields_of_action: list[FieldOfAction]
    organisation: OrganisationSummary


class MatchRead(BaseModel):
    """One challenge and one profile that fit."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rank": 1,
                    "fit": 0.87,
                    "band": "very_good",
                    "challenge": {
                        "id": 17,
                        "title": "Nachtdienst hört Stürze zu spät",
                        "language": "de",
                        "region": "nordrhein-westfalen",
                        "fields_of_action": ["elderly_care"],
                        "organisation": {
                            "id": 1,
                            "name": "Haus am Mühlbach",
                            "kind": "welfare",
                            "network": "caritas",
                        },
                    },
                    "profile": {
                        "id": 4,
                        "name": "Leisewacht",
                        "offer": "Ein Sensor unter dem Bodenbelag meldet Stürze in Sekunden, ohne Bild und Ton.",
                        "language": "de",
                        "regions": ["bundesweit"],
                        "fields_of_action": ["elderly_care", "health"],
                        "organisation": {
                            "id": 2,
                            "name": "Leisewacht GmbH",
                            "kind": "startup",
                            "network": None,
                        },
                    },
                    "criteria": [
                        {"key": "hosting", "status": "met", "asked": "germany", "stated": "on_premises"},
                    ],
                    "signals": None,
                }
            ]
        }
    )

    rank: Annotated[int, Field(description="Place in the whole list, also when a filter leaves others out.")]
    fit: Annotated[
        float,
        Field(
            description="Probability that this pair is worth a conversation, to two decimals.",
            ge=0,
            le=1,
        ),
    ]
    band: Band = Field(description="`very_good` (sehr gut), `good` (gut) or `possible` (möglich); below is not shown.")
    challenge: ChallengeSummary | None = Field(description="Null in the preview of a challenge.")
    profile: ProfileSummary | None = Field(description="Null in the preview of a profile.")
    criteria: list[CriterionRead]
    signals: dict[str, float] | None = Field(
        description="What the fit is made of: only for admins who ask for it; may change any time."
    )


class MatchListing(BaseModel):
    """A page of matches, best first, all of one ranking."""

    items: list[MatchRead]
    next_cursor: str | None = Field(description="Send it as `cursor` to get the next page.")
    generation: int | None = Field(description="Number of the ranking they stand in; null in a preview.")
    ranked_at: datetime | None = Field(description="When that ranking was made; null in a preview.")


class ChallengePreview(StrictModel):
    """A challenge as far as it is written, to see which startups would fit."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "side": "challenge",
                    "content": {name: value for name, value in CHALLENGE_EXAMPLE.items() if name != "organisation_id"},
                    "limit": 5,
                }
            ]
        }
    )

    side: Literal["challenge"]
    content: ChallengeContent
    limit: Annotated[int, Field(ge=1, le=100), NO_LOOKALIKE] = 10


class ProfilePreview(StrictModel):
    """A profile as far as it is written, to see which challenges would fit."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "side": "profile",
                    "content": {name: value for name, value in PROFILE_EXAMPLE.items() if name != "organisation_id"},
                    "limit": 5,
                }
            ]
        }
    )

    side: Literal["profile"]
    content: ProfileContent
    limit: Annotated[int, Field(ge=1, le=100), NO_LOOKALIKE] = 10


Preview = Annotated[ChallengePreview | ProfilePreview, Field(discriminator="side")]
