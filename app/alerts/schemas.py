"""What people choose about their alerts."""

from pydantic import BaseModel, ConfigDict, Field

from app.fields import StrictModel
from app.vocabulary import AlertMode


class AlertSettingsRead(BaseModel):
    """How often somebody is told, topic by topic."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"matches": "daily", "conversations": "at_once"}]})

    matches: AlertMode = Field(description="New matches of the band `gut` or better.")
    conversations: AlertMode = Field(description="Interests, answers, messages, expiry, and questions about outcomes.")


class AlertSettingsWrite(StrictModel):
    """How often somebody wants to be told; digests come in the morning, the weekly one on Mondays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"matches": "weekly", "conversations": "at_once"}]})

    matches: AlertMode
    conversations: AlertMode
