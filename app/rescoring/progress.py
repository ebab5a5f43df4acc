"""How far a run is, from its partitions."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.models import RescoringRun
from app.models.rescoring import PartitionKind, PartitionState, RunState
from app.rescoring import repository
from app.rescoring.repository import Tally
from app.rescoring.schemas import FailedPartition, Progress, RunRead, Scope

SHOWN_FAILURES = 20
KNOWN_FROM = 0.1
"""Share of a step that has to be done before the remaining time is told."""
_LONG = (PartitionKind.ENCODE, PartitionKind.RANK)


def read(session: Session, run: RescoringRun, now: datetime) -> RunRead:
    """Return what readers see of a run."""
    tallies = repository.tallies(session, run.id)
    failed = repository.failed_partitions(session, run.id, SHOWN_FAILURES)
    return RunRead(
        id=run.id,
        state=run.state,
        scope=Scope.model_validate(run.scope),
        encoder=run.encoder,
        fingerprint=run.fingerprint,
        scoring=run.scoring,
        activate=run.activate,
        generation=run.generation_id,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        activated_at=run.activated_at,
        last_error=run.last_error,
        held_back=run.held_back or [],
        progress=measure(tallies, now, ended=run.state not in {RunState.QUEUED, RunState.RUNNING}),
        failed_partitions=[
            FailedPartition(number=part.number, kind=part.kind, attempts=part.attempt, error=part.last_error)
            for part in failed
        ],
    )


def measure(tallies: list[Tally], now: datetime, *, ended: bool = False) -> Progress:
    """Add tallies up. The remaining time is that of the step at work, at its rate so far."""
    done = [tally for tally in tallies if tally.state == PartitionState.DONE]
    is_open = {tally.kind for tally in tallies if tally.state != PartitionState.DONE}
    step = None if ended else min(is_open, key=repository.ORDER.__getitem__, default=None)
    rate = remaining = None
    if step in _LONG:
        mine = [tally for tally in tallies if tally.kind == step]
        total = sum(tally.partitions for tally in mine)
        finished = sum(tally.partitions for tally in mine if tally.state == PartitionState.DONE)
        started = min((tally.first_start for tally in mine if tally.first_start is not None), default=now)
        seconds = max((now - started).total_seconds(), 1e-3)
        texts = sum(tally.texts for tally in mine if tally.state == PartitionState.DONE)
        rate = texts / seconds if texts else None
        if finished >= KNOWN_FROM * total and finished:
            remaining = seconds / finished * (total - finished)
    return Progress(
        step=step,
        partitions_done=sum(tally.partitions for tally in done),
        partitions=sum(tally.partitions for tally in tallies),
        texts=sum(tally.texts for tally in done if tally.kind in _LONG),
        texts_encoded=sum(tally.texts for tally in done if tally.kind == PartitionKind.ENCODE),
        texts_ranked=sum(tally.texts for tally in done if tally.kind == PartitionKind.RANK),
        pairs=sum(tally.pairs for tally in done),
        texts_per_second=None if rate is None else round(rate, 2),
        remaining_seconds=None if remaining is None else round(remaining, 1),
    )
