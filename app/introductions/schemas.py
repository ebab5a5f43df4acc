"""What goes in and comes out about introductions."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.fields import FutureDate, StrictModel, optional_text, required_text
from app.vocabulary import IntroductionStatus

SideCode = Literal["challenge", "profile"]


class Contact(BaseModel):
    """A person one side can be reached by; shown because both sides agreed."""

    side: SideCode
    organisation: str
    name: str
    email: str


class StepRead(BaseModel):
    """One change of the status."""

    status: IntroductionStatus
    happened_on: date
    note: str | None
    side: SideCode | None


class IntroductionSummary(BaseModel):
    """One introduction in a list."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    challenge_id: int
    profile_id: int
    status: IntroductionStatus
    opened_at: datetime
    ended_at: datetime | None


class IntroductionRead(IntroductionSummary):
    """An introduction with what its two sides need to get going."""

    title: str = Field(description="Title of the challenge.")
    profile_name: str
    side: SideCode = Field(description="The side the reader is on.")
    contacts: list[Contact] = Field(description="Those who said yes, or took over; empty once it has ended.")
    steps: list[StepRead]
    next_statuses: list[IntroductionStatus] = Field(description="What the status can become.")
    first_message: str | None = Field(
        description="Prepared for the reader to change and send; null once somebody wrote."
    )


class StatusWrite(StrictModel):
    """How far it has come."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "pilot", "happened_on": "2026-11-25", "note": "In zwei Häusern."}]}
    )

    status: IntroductionStatus
    happened_on: FutureDate | None = Field(default=None, description="Since when; default: today.")
    note: optional_text(1000, "A line both sides read.") = None  # type: ignore[valid-type]


class MessageWrite(StrictModel):
    """A message to the other side."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"body": "Guten Tag, passt Ihnen Donnerstag um zehn?"}]})

    body: required_text(5000, "Plain text.")  # type: ignore[valid-type]


class MessageRead(BaseModel):
    """One message of the thread."""

    id: int
    side: SideCode
    author: str | None = Field(description="Null once the writer has left the service.")
    body: str | None = Field(description="Null once the writer was erased.")
    sent_at: datetime
