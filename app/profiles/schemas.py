"""What goes in and comes out about capability profiles."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from app.fields import (
    NO_LOOKALIKE,
    FutureDate,
    LanguageCode,
    Maturity,
    Phrase,
    StrictModel,
    TextLanguage,
    YesOrNo,
    check_total_length,
    codes_of,
    optional_text,
    patch_of,
    required_text,
)
from app.organisations.schemas import OrganisationSummary
from app.vocabulary import (
    Accessibility,
    Band,
    DataProtectionPaper,
    DataProtectionRegime,
    FieldOfAction,
    Hosting,
    Language,
    Payer,
    PriceModel,
    ProfileState,
    Region,
    TargetGroup,
)

TEXT_FIELDS = (
    "name",
    "offer",
    "problem_solved",
    "capabilities",
    "settings_proven",
    "welfare_references",
    "evidence_of_effect",
    "exclusions",
)
"""Fields with prose; all but `exclusions` take part in the matching."""

EXAMPLE: dict[str, Any] = {
    "organisation_id": 2,
    "name": "Leisewacht",
    "offer": "Ein Sensor unter dem Bodenbelag meldet Stürze in Sekunden, ohne Bild und Ton.",
    "problem_solved": "Nachts liegen Menschen oft lange, bis jemand ihren Sturz bemerkt.",
    "capabilities": "Nachrüstbare Bodensensoren, Meldung aufs Diensttelefon, Auswertung auf einem Gerät im Haus.",
    "fields_of_action": ["elderly_care", "health"],
    "regions": ["bundesweit"],
    "hosting": "on_premises",
    "free_pilot_slots": 2,
}


class ProfileContent(StrictModel):
    """Everything a startup says about what it can do. What is left out counts as "not said", never as "no"."""

    name: required_text(120, "Name of the product or the startup.")  # type: ignore[valid-type]
    offer: required_text(400, "The offer in one sentence.")  # type: ignore[valid-type]
    problem_solved: required_text(6000, "Which problem it solves, for whom.")  # type: ignore[valid-type]
    capabilities: required_text(4000, "What it can do and how.")  # type: ignore[valid-type]
    fields_of_action: codes_of(FieldOfAction, "At least one field of action.", least=1)  # type: ignore[valid-type]
    regions: codes_of(Region, "Where it is offered; `remote` where no visit is needed.", least=1)  # type: ignore[valid-type]

    target_groups: codes_of(TargetGroup, "Whom it is for.") = []  # type: ignore[valid-type]
    settings_proven: optional_text(1000, "Kinds of facilities it was used in.") = None  # type: ignore[valid-type]
    welfare_references: optional_text(2000, "References in social work.") = None  # type: ignore[valid-type]
    evidence_of_effect: optional_text(2000, "What was measured.") = None  # type: ignore[valid-type]
    maturity: Maturity | None = None
    price_model: PriceModel | None = None
    price_band: Band | None = Field(default=None, description="What a typical customer pays in a year.")
    payers: codes_of(Payer, "Who has paid for it so far.") = []  # type: ignore[valid-type]
    legal_form: optional_text(100, "For instance gGmbH.") = None  # type: ignore[valid-type]
    non_profit: YesOrNo | None = None
    hosting: Hosting | None = None
    data_protection_papers: codes_of(DataProtectionPaper, "Papers that are ready.") = []  # type: ignore[valid-type]
    data_protection_regimes: codes_of(DataProtectionRegime, "Laws it is cleared for.") = []  # type: ignore[valid-type]
    offline_capable: YesOrNo | None = None
    accessibility: Accessibility | None = None
    certifications: list[Phrase] = Field(default=[], max_length=20)
    interfaces: list[Phrase] = Field(default=[], max_length=20, description="Systems it connects to.")
    onboarding_hours: Annotated[float, Field(ge=0, le=10_000), NO_LOOKALIKE] | None = Field(
        default=None, description="Hours the customer's staff spend until it runs."
    )
    languages: list[LanguageCode] = Field(default=[], max_length=20, description="Languages of product and support.")
    free_pilot_slots: Annotated[int, Field(ge=0, le=1000), NO_LOOKALIKE] | None = Field(
        default=None,
        description="Pilots that can start now; 0: not suggested to anybody until there is room.",
    )
    exclusions: optional_text(1000, "What it is not for.") = None  # type: ignore[valid-type]
    response_days: Annotated[int, Field(ge=0, le=365), NO_LOOKALIKE] | None = Field(
        default=None, description="Days within which the startup promises an answer."
    )
    last_confirmed: FutureDate | None = Field(default=None, description="Day somebody last said: still true.")
    language: TextLanguage = None

    @model_validator(mode="after")
    def _within_total(self) -> Self:
        others = [self.legal_form, *self.certifications, *self.interfaces]
        check_total_length([*(getattr(self, name) for name in TEXT_FIELDS), *others])
        return self


class ProfileCreate(ProfileContent):
    """The profile of a startup; published at once unless `state` says `draft`."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    organisation_id: Annotated[
        int, Field(ge=1, le=2**31 - 1, description="The startup; each has one profile."), NO_LOOKALIKE
    ]
    state: Literal["draft", "published"] = "published"


ProfilePatch = patch_of(ProfileContent, "ProfilePatch", {"free_pilot_slots": 0, "exclusions": None})


class ProfileRead(ProfileContent):
    """A profile as its readers see it."""

    model_config = ConfigDict(
        from_attributes=True,
        extra="ignore",
        json_schema_extra={
            "examples": [
                EXAMPLE
                | {
                    "id": 4,
                    "version": 1,
                    "state": "published",
                    "language": "de",
                    "organisation": {"id": 2, "name": "Leisewacht GmbH", "kind": "startup", "network": None},
                }
            ]
        },
    )

    id: int
    version: int
    state: ProfileState
    organisation: OrganisationSummary
    language: Language
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
