"""What networks see."""

from datetime import date

from pydantic import BaseModel, Field

_HIDDEN = "Null: fewer than 5 organisations stand behind it."


class ReportRow(BaseModel):
    """The figures of one group. All are rounded down to a multiple of 5."""

    dimension: str = Field(description="`total`, `field_of_action` or `region`.")
    code: str = Field(examples=["elderly_care"])
    interests: int | None = Field(description=_HIDDEN)
    open: int | None = Field(description="Interests that waited for an answer at the end of the period.")
    answered: int | None = Field(description=_HIDDEN)
    expired: int | None = Field(description=_HIDDEN)
    introduced: int | None = Field(description=_HIDDEN)
    pilots: int | None = Field(description=_HIDDEN)
    unmet: int | None = Field(description="Published challenges for which nothing fits. " + _HIDDEN)
    answered_within_days: int | None = Field(description="The median time to answer is at most this long.")


class Report(BaseModel):
    """Sums of a network's members."""

    network: str
    until: date = Field(description="The first day that is not counted; always the first of a month that has begun.")
    rows: list[ReportRow]
