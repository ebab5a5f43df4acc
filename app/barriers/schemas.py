"""What somebody writes about a barrier."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from app.accounts.schemas import Email
from app.fields import StrictModel, clean_text, required_text

LONGEST = 5_000
LONGEST_PAGE = 500


def _on_one_line(place: str) -> str | None:
    """Return an address or name of a page; "/" is one, though it has no letter."""
    place = " ".join(place.split())
    return (place if place.isprintable() else clean_text(place)) or None


Page = Annotated[
    str,
    StringConstraints(max_length=LONGEST_PAGE),
    AfterValidator(_on_one_line),
    Field(description="Address of the page it was on."),
]


class BarrierReportWrite(StrictModel):
    """A report; nobody has to say who they are."""

    text: required_text(LONGEST, "What does not work.")  # type: ignore[valid-type]
    page: Page | None = None
    email: Email | None = None
