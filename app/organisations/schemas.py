"""What goes in and comes out about networks and organisations."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from app.fields import StrictModel, optional_text, required_text
from app.vocabulary import DataProtectionRegime, OrganisationKind, Region

EXAMPLE: dict[str, Any] = {
    "name": "Haus am Mühlbach",
    "kind": "welfare",
    "network": "caritas",
    "region": "nordrhein-westfalen",
    "legal_form": "e. V.",
    "data_protection_regime": "kdg",
}


class NetworkRead(BaseModel):
    """An umbrella association of welfare organisations, or a startup network."""

    model_config = ConfigDict(from_attributes=True)

    slug: str
    name: str
    kind: OrganisationKind


class OrganisationContent(StrictModel):
    """What is known about an organisation."""

    name: required_text(200, "Name as it should be shown.")  # type: ignore[valid-type]
    kind: OrganisationKind
    network: optional_text(40, "Slug of its network, from `GET /networks`.") = None  # type: ignore[valid-type]
    region: Region | None = None
    legal_form: optional_text(100, "For instance e. V., gGmbH.") = None  # type: ignore[valid-type]
    data_protection_regime: DataProtectionRegime | None = None


class OrganisationCreate(OrganisationContent):
    """A new organisation."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})


class OrganisationPatch(StrictModel):
    """Fields to change; those left out stay as they are. The kind can't change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"region": "bayern", "network": None}]})

    name: required_text(200, "Name as it should be shown.") | None = None  # type: ignore[valid-type]
    network: optional_text(40, "Slug of its network, from `GET /networks`.") = None  # type: ignore[valid-type]
    region: Region | None = None
    legal_form: optional_text(100, "For instance e. V., gGmbH.") = None  # type: ignore[valid-type]
    data_protection_regime: DataProtectionRegime | None = None


class OrganisationSummary(BaseModel):
    """The organisation behind a challenge or profile."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    kind: OrganisationKind
    network: str | None

    @field_validator("network", mode="before")
    @classmethod
    def _slug(cls, network: Any) -> str | None:
        slug: str | None = getattr(network, "slug", network)
        return slug


class OrganisationRead(OrganisationSummary):
    """An organisation."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={"examples": [EXAMPLE | {"id": 1, "version": 1, "verified": True}]},
    )

    region: Region | None
    legal_form: str | None
    data_protection_regime: DataProtectionRegime | None
    verified: bool
    version: int
    created_at: datetime
    updated_at: datetime
