"""What comes out about matches, and what goes into a preview."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.challenges.schemas import EXAMPLE as CHALLENGE_EXAMPLE
from app.challenges.schemas import ChallengeContent
from app.fields import NO_LOOKALIKE, MustHave, StrictModel
from app.organisations.schemas import OrganisationSummary
from app.profiles.schemas import EXAMPLE as PROFILE_EXAMPLE
from app.profiles.schemas import ProfileContent
from app.vocabulary import DecisionReason, FieldOfAction, PairState
from matching.calibration import Band


class SpanRead(BaseModel):
    """Some characters of a stored field: `text` is exactly what stands there from `start` up to before `end`."""

    field: Annotated[str, Field(examples=["problem"])]
    start: int
    end: int
    text: str


class EvidenceRead(BaseModel):
    """What the challenge says beside what the profile says."""

    challenge: SpanRead
    profile: SpanRead


class SharedTermRead(BaseModel):
    """A word of each text that mean the same, perhaps in two languages."""

    challenge: SpanRead
    profile: SpanRead


class CriterionRead(BaseModel):
    """One requirement of the challenge and how the profile stands to it."""

    key: Annotated[str, Field(examples=["hosting"])]
    status: Annotated[Literal["met", "open", "failed"], Field(description="`open`: the profile doesn't say.")]
    asked: str | int | None = Field(examples=["germany"])
    stated: str | int | bool | list[str] | None = Field(description="What the profile's fields say; null: nothing.")
    label: Annotated[str, Field(examples=["Speicherort in Deutschland"])]
    statement: SpanRead | None = Field(description="The sentence of the profile that decides; null: a field does.")
    words: str | None = Field(description="The must-have in the words it was written in, if it was not chosen.")


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


class StandingRead(BaseModel):
    """How a pair stands, as the organisation sees it whose list it is."""

    model_config = ConfigDict(from_attributes=True)

    state: PairState = Field(
        description="waiting: asked, no answer yet; asked: the other side waits for an answer; declined: by this side; "
        "was_declined: by the other; expired: asked and not answered; introduced: both agreed."
    )
    decision_id: int | None
    introduction_id: int | None
    expires_at: datetime | None = Field(description="Until when an answer is awaited.")


class HiddenByRead(BaseModel):
    """The decline that hides a partner; taking it back shows it again."""

    model_config = ConfigDict(from_attributes=True)

    decision_id: int
    reason: DecisionReason


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
                        {
                            "key": "hosting",
                            "status": "met",
                            "asked": "germany",
                            "stated": "on_premises",
                            "label": "Speicherort in Deutschland",
                            "statement": None,
                            "words": None,
                        },
                    ],
                    "evidence": [
                        {
                            "challenge": {
                                "field": "wish",
                                "start": 0,
                                "end": 92,
                                "text": CHALLENGE_EXAMPLE["wish"][:92],
                            },
                            "profile": {"field": "offer", "start": 0, "end": 78, "text": PROFILE_EXAMPLE["offer"][:78]},
                        }
                    ],
                    "shared_terms": [],
                    "reason": "Erfüllt: Speicherort in Deutschland.",
                    "signals": None,
                }
            ]
        }
    )

    rank: Annotated[int | None, Field(description="Place in the whole list, also when a filter leaves others out.")]
    fit: Annotated[
        float,
        Field(
            description="Probability that this pair is worth a conversation, to two decimals.",
            ge=0,
            le=1,
        ),
    ]
    band: Band | None = Field(
        description="`very_good` (sehr gut), `good` (gut) or `possible` (möglich). Null: too weak to stand in a list."
    )
    challenge: ChallengeSummary | None = Field(description="Null in the preview of a challenge.")
    profile: ProfileSummary | None = Field(description="Null in the preview of a profile.")
    criteria: list[CriterionRead]
    evidence: list[EvidenceRead] = Field(description="At most three pairs, the weightiest first.")
    shared_terms: list[SharedTermRead] = Field(description="At most five, the most telling first.")
    reason: str = Field(description="One sentence put together from evidence and criteria, in the reader's language.")
    signals: dict[str, float] | None = Field(
        description="What the fit is made of: only for admins who ask for it; may change any time."
    )
    standing: StandingRead | None = Field(default=None, description="What was said about it; null: nothing yet.")
    hidden_by: HiddenByRead | None = Field(default=None, description="Shown with `show_hidden` only.")
    full: bool = Field(default=False, description="All pilot slots of the startup are taken or asked for.")


class NearMiss(BaseModel):
    """The partner that comes closest when nothing fits, and what it lacks."""

    challenge: ChallengeSummary | None
    profile: ProfileSummary | None
    lacks: Annotated[
        Literal["must_haves", "fit"],
        Field(description="`must_haves`: it would fit but fails some. `fit`: it fails none, but fits too little."),
    ]
    failed: list[CriterionRead] = Field(description="The must-haves it fails.")
    open: list[CriterionRead] = Field(description="What its profile doesn't say.")


class Verdict(BaseModel):
    """Whether anything in the list is worth a conversation today."""

    suitable: bool
    message: Annotated[str, Field(examples=["Heute kein passendes Startup."])]
    near_miss: NearMiss | None = Field(description="Only when nothing is suitable; null when there is nobody at all.")


class MatchListing(BaseModel):
    """A page of matches, best first, all of one ranking."""

    items: list[MatchRead]
    verdict: Verdict | None = Field(description="About the whole list; null on later pages and in filtered lists.")
    next_cursor: str | None = Field(description="Send it as `cursor` to get the next page.")
    generation: int | None = Field(description="Number of the ranking they stand in; null in a preview.")
    ranked_at: datetime | None = Field(description="When that ranking was made; null in a preview.")
    hidden: int = Field(default=0, description="How many of this list declines of the organisation hide.")


class NextBest(BaseModel):
    """The best partner to turn to next."""

    match: MatchRead | None = Field(description="Null: nothing was found that is free and not decided yet.")


class PreviewListing(MatchListing):
    """What a text would get, and must-haves its words seem to make."""

    proposed_must_haves: list["ProposedMustHave"] = Field(description="For a person to confirm; empty for a profile.")


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


class MatchExplanation(BaseModel):
    """Why one published text of the other side stands in a list, or why it doesn't."""

    listed: bool
    because: Annotated[
        Literal["listed", "fails_must_haves", "others_fit_better", "fits_too_little"],
        Field(description="What decides."),
    ]
    message: Annotated[
        str, Field(examples=["Das Profil erfüllt ein Muss-Kriterium nicht: Speicherort in Deutschland."])
    ]
    rank: int | None = Field(description="Its place in the list; null when it is not listed.")
    match: MatchRead


class SimilarChallenge(BaseModel):
    """A published challenge of another organisation that seems to have the same need."""

    challenge: ChallengeSummary
    likeness: Annotated[
        float | None,
        Field(
            ge=0,
            le=1,
            description="From 0 to 1; an order, not a probability. For admins who ask with `signals=true`, else null.",
        ),
    ]
    shared_offers: list[ProfileSummary] = Field(description="Startups near the top of both lists, at most three.")


class SimilarChallenges(BaseModel):
    """Challenges one could pool with; nothing is merged unless people of both organisations decide so."""

    items: list[SimilarChallenge]


class ProposedMustHave(BaseModel):
    """A must-have that a challenge's text seems to make, for a person to confirm or leave."""

    must_have: MustHave
    label: Annotated[str, Field(examples=["Speicherort in Deutschland"])]
    source: SpanRead


class ProposedMustHaves(BaseModel):
    """Must-haves read from the text that are not confirmed yet, in the order of the text."""

    items: list[ProposedMustHave]
