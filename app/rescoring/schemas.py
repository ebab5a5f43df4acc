"""What goes in and out about rescoring runs."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from app.models.rescoring import PartitionKind, RunState


class Scope(BaseModel):
    """Which texts are computed anew; the matches of the others are taken over."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["all", "changed_since", "network"] = "all"
    since: AwareDatetime | None = Field(default=None, description="With `changed_since`: texts changed since then.")
    network: str | None = Field(
        default=None, max_length=40, pattern=r"^[a-z0-9-]+$", description="With `network`: the slug of one."
    )

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "Scope":
        if (self.kind == "changed_since") != (self.since is not None):
            raise ValueError("'since' belongs to 'changed_since'")
        if (self.kind == "network") != (self.network is not None):
            raise ValueError("'network' belongs to the scope 'network'")
        return self


class RunRequest(BaseModel):
    """A run to be started."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"scope": {"kind": "all"}}]})

    scope: Scope = Scope()
    encoder: str | None = Field(
        default=None,
        min_length=1,
        max_length=300,
        description="`bundled`, or a name that the setting PASSGENAU_ENCODERS allows. "
        "Default: that of the active ranking.",
    )
    activate: bool = Field(
        default=False, description="Show the new matches as soon as they are complete, unless the comparison warns."
    )


class Activation(BaseModel):
    """How a ranking is activated."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"force": False}]})

    force: bool = Field(default=False, description="Also when a newer one is active or the comparison warns.")


class RolledBack(BaseModel):
    """Which ranking readers see again."""

    generation: int


class Progress(BaseModel):
    """How far a run is. `remaining_seconds` is known once a tenth is done."""

    step: PartitionKind | None
    partitions_done: int
    partitions: int
    texts: int
    texts_encoded: int
    texts_ranked: int
    pairs: int
    texts_per_second: float | None
    remaining_seconds: float | None


class FailedPartition(BaseModel):
    """A partition that was tried as often as is sensible."""

    number: int
    kind: PartitionKind
    attempts: int
    error: str | None


class RunRead(BaseModel):
    """A rescoring run."""

    id: int
    state: RunState
    scope: Scope
    encoder: str
    fingerprint: str
    scoring: str = Field(description="Name of the rules by which pairs are scored: the same name, the same scores.")
    activate: bool
    generation: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    activated_at: datetime | None
    last_error: str | None
    held_back: list[str] = Field(description="Thresholds that the comparison crosses; they stop `activate`.")
    progress: Progress
    failed_partitions: list[FailedPartition]


class SideComparison(BaseModel):
    """How the lists of one side differ from those that readers see."""

    lists: int
    gained: int
    lost: int
    kept: int
    gained_share: float
    lost_share: float
    band_changes: int
    band_changes_share: float
    rank_correlation: float | None = Field(description="Mean Kendall's tau of the pairs that stand in both lists.")
    emptied: int = Field(description="Lists that had entries and have none.")


class Exposure(BaseModel):
    """How often startups are shown within the first ten of a challenge."""

    startups_shown_before: int
    startups_shown_after: int
    gini_before: float
    gini_after: float


class Quality(BaseModel):
    """How well the old and the new ranking agree with people; null where there is nothing to measure with."""

    source: Literal["demonstration", "decisions"]
    measure: Literal["ndcg@10", "auroc"] = Field(
        default="ndcg@10",
        description="`auroc`: how often a pair that was accepted has the higher score than one that was declined for "
        "a reason about the fit; null below 20 of each.",
    )
    queries: int = Field(description="Judged challenges, or decided pairs.")
    before: float | None
    after: float | None


class Comparison(BaseModel):
    """A complete ranking beside the one that was active when it was finished."""

    run: int
    against_generation: int
    challenges: SideComparison
    profiles: SideComparison
    exposure: Exposure
    quality: list[Quality]
    thresholds: dict[str, float]
    crossed: list[str]
