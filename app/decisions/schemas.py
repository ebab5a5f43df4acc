"""What goes in and comes out about decisions."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.fields import StrictModel, optional_text
from app.vocabulary import DecisionAnswer, DecisionReason, DecisionState

EXAMPLE: dict[str, Any] = {
    "side": "challenge",
    "answer": "not_interested",
    "reason": "cost",
    "note": "Erst 2027 wieder.",
}


class DecisionWrite(StrictModel):
    """What one side says to a match.

    With an interest, name and e-mail address of whoever decides are shown to the other side once it agrees as well.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE, {"side": "profile", "answer": "interested"}]})

    side: Literal["challenge", "profile"] = Field(description="For which side of the pair.")
    answer: DecisionAnswer
    reason: DecisionReason | None = Field(default=None, description="Needed with `not_interested`, and only there.")
    note: optional_text(  # type: ignore[valid-type]
        500, "One line about why; the other side reads it where it has asked."
    ) = None

    @model_validator(mode="after")
    def _reason_belongs_to_a_no(self) -> "DecisionWrite":
        declined = self.answer is DecisionAnswer.NOT_INTERESTED
        if declined and self.reason is None:
            raise PydanticCustomError("reason_missing", "Say why: with 'not_interested' a reason is needed")
        if not declined and (self.reason is not None or self.note is not None):
            raise PydanticCustomError("reason_unwanted", "Leave out reason and note: they belong to a decline")
        return self


class DecisionRead(BaseModel):
    """What one side said. `rank`, `fit` and `generation` are what its list showed when it decided."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "id": 7,
                    "challenge_id": 17,
                    "profile_id": 4,
                    "side": "challenge",
                    "organisation_id": 1,
                    "answer": "interested",
                    "reason": None,
                    "note": None,
                    "state": "open",
                    "generation": 1,
                    "rank": 1,
                    "fit": 0.87,
                    "decided_at": "2026-11-25T09:00:00Z",
                    "expires_at": "2026-12-09T09:00:00Z",
                    "ended_at": None,
                    "introduction_id": None,
                    "draft": None,
                }
            ]
        },
    )

    id: int
    challenge_id: int
    profile_id: int
    side: Literal["challenge", "profile"]
    organisation_id: int
    answer: DecisionAnswer
    reason: DecisionReason | None
    note: str | None
    state: DecisionState
    generation: int | None = Field(description="Null to the other side, as rank and fit.")
    rank: int | None
    fit: float | None
    decided_at: datetime
    expires_at: datetime | None = Field(description="Until when an answer to an interest is awaited.")
    ended_at: datetime | None
    introduction_id: int | None = Field(description="Where it went on when both sides agreed.")
    draft: str | None = Field(
        description="A polite decline: for whoever has to answer an open interest, ready to be sent; to whoever asked "
        "and got no answer, in the other side's place."
    )
