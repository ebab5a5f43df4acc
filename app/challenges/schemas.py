"""What goes in and comes out about challenges."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from app.fields import (
    NO_LOOKALIKE,
    FutureDate,
    Maturity,
    MustHave,
    OtherMustHave,
    StrictModel,
    TextLanguage,
    check_total_length,
    codes_of,
    optional_text,
    patch_of,
    required_text,
)
from app.organisations.schemas import OrganisationSummary
from app.vocabulary import Band, ChallengeState, FieldOfAction, Language, PersonalData, Region, TargetGroup

TEXT_FIELDS = (
    "title",
    "problem",
    "wish",
    "setting",
    "legal_basis",
    "existing_systems",
    "tried_before",
    "success",
)
"""Fields whose words take part in the matching, in the order they are put together."""

EXAMPLE: dict[str, Any] = {
    "organisation_id": 1,
    "title": "Nachtdienst hört Stürze zu spät",
    "problem": "In unserem Pflegeheim mit 64 Plätzen ist nachts eine Fachkraft auf zwei Etagen allein. Stürze fallen "
    "oft erst beim nächsten Rundgang auf, zuletzt dreimal im Monat.",
    "wish": "Die Nachtwache soll ohne Kamera sofort merken, wenn jemand gestürzt ist oder auf dem Boden liegt.",
    "fields_of_action": ["elderly_care"],
    "region": "nordrhein-westfalen",
    "must_haves": [{"kind": "hosting", "value": "germany"}],
}


class ChallengeContent(StrictModel):
    """Everything an organisation writes about a challenge. The first five fields are enough to start."""

    title: required_text(200, "One line that names the need.")  # type: ignore[valid-type]
    problem: required_text(6000, "The problem today: who has it, how often, what it costs.")  # type: ignore[valid-type]
    wish: required_text(4000, "What should be different afterwards.")  # type: ignore[valid-type]
    fields_of_action: codes_of(FieldOfAction, "At least one field of action.", least=1)  # type: ignore[valid-type]
    region: Annotated[Region, Field(description="Where it is needed.")]

    target_groups: codes_of(TargetGroup, "Whom it is for.") = []  # type: ignore[valid-type]
    setting: optional_text(500, "Kind of facility or service.") = None  # type: ignore[valid-type]
    number_of_sites: Annotated[int, Field(ge=1, le=100_000), NO_LOOKALIKE] | None = None
    legal_basis: optional_text(300, "For instance SGB VIII § 31.") = None  # type: ignore[valid-type]
    budget_band: Band | None = Field(default=None, description="What may be spent in a year.")
    own_funds: Annotated[int, Field(ge=0, le=1_000_000_000), NO_LOOKALIKE] | None = Field(
        default=None, description="Euros."
    )
    deadline: FutureDate | None = None
    staff_hours_per_week: Annotated[float, Field(ge=0, le=1000), NO_LOOKALIKE] | None = Field(
        default=None, description="Hours a week that staff can give to a pilot."
    )
    personal_data: codes_of(PersonalData, "Kinds of personal data involved.") = []  # type: ignore[valid-type]
    existing_systems: optional_text(1000, "Software and devices already in use.") = None  # type: ignore[valid-type]
    must_haves: list[MustHave] = Field(default=[], max_length=20, description="Hard requirements.")
    tried_before: optional_text(3000, "What was tried and how it went.") = None  # type: ignore[valid-type]
    success: optional_text(2000, "How success would be seen.") = None  # type: ignore[valid-type]
    minimum_maturity: Maturity | None = None
    language: TextLanguage = None
    expires_on: FutureDate | None = Field(
        default=None, description="Last day it is shown. Default: six months after it was published."
    )

    @model_validator(mode="after")
    def _within_total(self) -> Self:
        others = [must.text for must in self.must_haves if isinstance(must, OtherMustHave)]
        check_total_length([*(getattr(self, name) for name in TEXT_FIELDS), *others])
        return self


class ChallengeCreate(ChallengeContent):
    """A new challenge; published at once unless `state` says `draft`."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    organisation_id: Annotated[
        int, Field(ge=1, le=2**31 - 1, description="The welfare organisation that has the need."), NO_LOOKALIKE
    ]
    state: Literal["draft", "published"] = "published"


ChallengePatch = patch_of(ChallengeContent, "ChallengePatch", {"region": "bayern", "success": None})


class ChallengeRead(ChallengeContent):
    """A challenge as its readers see it."""

    model_config = ConfigDict(
        from_attributes=True,
        extra="ignore",
        json_schema_extra={
            "examples": [
                EXAMPLE
                | {
                    "id": 17,
                    "version": 1,
                    "state": "published",
                    "language": "de",
                    "expires_on": "2027-05-23",
                    "organisation": {
                        "id": 1,
                        "name": "Haus am Mühlbach",
                        "kind": "welfare",
                        "network": "caritas",
                    },
                }
            ]
        },
    )

    id: int
    version: int
    state: ChallengeState
    organisation: OrganisationSummary
    language: Language
    expires_on: date
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
