"""What networks see."""

from datetime import date

from pydantic import BaseModel, Field

_HIDDEN = " Null: fewer than 5."


class ReportRow(BaseModel):
    """One group. Each figure is a number of member organisations, rounded down to a multiple of 5."""

    dimension: str = Field(description="`total`, `field_of_action` or `region`.")
    code: str = Field(examples=["elderly_care"])
    interests: int | None = Field(description="Asked somebody or were asked." + _HIDDEN)
    open: int | None = Field(description="An interest waited for an answer at the end of the period." + _HIDDEN)
    answered: int | None = Field(description="An interest was answered." + _HIDDEN)
    expired: int | None = Field(description="An interest was not answered." + _HIDDEN)
    introduced: int | None = Field(description="Were introduced to somebody." + _HIDDEN)
    pilots: int | None = Field(description="Came to a pilot or a contract." + _HIDDEN)
    unmet: int | None = Field(description="Have a published challenge that nothing fits." + _HIDDEN)
    answered_within_days: int | None = Field(
        description="The median time to an answer, organisation by organisation, is at most this long." + _HIDDEN
    )


class Report(BaseModel):
    """Sums of a network's members."""

    network: str
    until: date = Field(description="The first day that is not counted; always the first of a month that has begun.")
    rows: list[ReportRow]
