"""What goes in about outcomes."""

from app.fields import StrictModel, required_text
from app.vocabulary import OutcomeAnswer


class OutcomeGiven(StrictModel):
    """One click on the link of a mail."""

    model_config = {"json_schema_extra": {"examples": [{"token": "from-the-mail", "answer": "pilot"}]}}

    token: required_text(100, "What the link holds.")  # type: ignore[valid-type]
    answer: OutcomeAnswer
