"""Use cases of a run: request, cancel, try failed partitions again. Workers do the rest."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.context import Ground
from app.errors import (
    CorpusEmpty,
    EncoderUnusable,
    FieldError,
    GenerationGone,
    MalformedInput,
    RunNotUnderWay,
    RunUnderWay,
    ScopeNeedsSameRanking,
    ServiceUnavailable,
)
from app.matches import generations
from app.matches.encoders import Encoders
from app.matches.sides import TABLES
from app.models import Network, RankingGeneration, RescoringRun
from app.models.ranking import GenerationState
from app.models.rescoring import UNDER_WAY, PartitionKind, RunState
from app.rescoring import repository
from app.rescoring.schemas import RunRequest
from matching.encoder import Encoder
from matching.matcher import Matcher
from matching.texts import Side

NOUN = "rescoring_run"


def request_run(ground: Ground, encoders: Encoders, actor: Actor, wanted: RunRequest) -> int:
    """Queue a run; workers begin with it within seconds. Returns its id.

    Raises `RunUnderWay`, `CorpusEmpty`, `ScopeNeedsSameRanking`, and `MalformedInput` for an encoder that can't be
    used: everything that can be known before is refused before.
    """
    with ground.sessions.read() as session:
        _refuse_second(session)
        active = _active(session)
    encoder_name = wanted.encoder or active.encoder
    encoder = _usable(encoders, actor, active, encoder_name)
    try:
        with ground.sessions.write() as session:
            _refuse_second(session)
            _refuse_impossible(session, wanted, encoder)
            generations.cancel_left_behind(session)
            run = _new(wanted, encoder_name, encoder, ground.clock.now())
            session.add(run)
            session.flush()
            repository.add_partitions(session, run.id, 0, PartitionKind.PREPARE, run.created_at, [(None, ())])
            ground.trail.record(session, actor, ground.clock.now(), f"{NOUN}.requested", NOUN, run.id)
            return run.id
    except IntegrityError:
        # On PostgreSQL two requests can pass the check side by side; the unique index lets one of them in.
        with ground.sessions.read() as session:
            _refuse_second(session)
        raise


def cancel_run(ground: Ground, actor: Actor, run_id: int) -> None:
    """Stop a run; what it made is cleared away. Raises `NotFound`, `RunNotUnderWay`."""
    with ground.sessions.write() as session:
        run = repository.get_locked(session, run_id)
        if run.state not in {*UNDER_WAY, RunState.FAILED}:
            raise RunNotUnderWay(run_id=run_id, state=run.state.value)
        repository.set_state(run, RunState.CANCELLED)
        run.finished_at = ground.clock.now()
        if run.generation_id is not None:
            generations.get_locked(session, run.generation_id).state = GenerationState.CANCELLED
        ground.trail.record(session, actor, ground.clock.now(), f"{NOUN}.cancelled", NOUN, run_id)


def retry_run(ground: Ground, actor: Actor, run_id: int) -> int:
    """Try the failed partitions of a run again. Returns how many.

    Raises `NotFound`, `RunNotUnderWay`, `RunUnderWay`, `GenerationGone`.
    """
    with ground.sessions.write() as session:
        run = repository.get_locked(session, run_id)
        if run.state not in {RunState.FAILED, RunState.RUNNING}:
            raise RunNotUnderWay(run_id=run_id, state=run.state.value)
        if run.state == RunState.FAILED:
            _refuse_second(session)
            _refuse_gone(session, run)
        count = repository.retry_failed(session, run_id, ground.clock.now())
        if not count:
            raise RunNotUnderWay(run_id=run_id, state=run.state.value)
        repository.set_state(run, RunState.RUNNING)
        run.finished_at = run.last_error = None
        ground.trail.record(session, actor, ground.clock.now(), f"{NOUN}.retried", NOUN, run_id)
        return count


def has_begun_since(ground: Ground, moment: datetime) -> bool:
    """Tell whether a run of all texts that is to be shown was asked for since a moment."""
    with ground.sessions.read() as session:
        asked = select(RescoringRun.scope).where(RescoringRun.created_at >= moment, RescoringRun.activate.is_(True))
        return any(scope["kind"] == "all" for scope in session.scalars(asked))


def settle(ground: Ground, run_id: int) -> None:
    """Let a run fail when a partition has failed for good and nothing else can be done."""
    with ground.sessions.read() as session:
        run = session.get(RescoringRun, run_id)
        if run is None or run.state not in UNDER_WAY or repository.dead_end(session, run_id) is None:
            return
    with ground.sessions.write() as session:
        run = repository.get_locked(session, run_id)
        error = repository.dead_end(session, run_id)
        if run.state in UNDER_WAY and error is not None:
            repository.set_state(run, RunState.FAILED)
            run.last_error, run.finished_at = error, ground.clock.now()


def _refuse_second(session: Session) -> None:
    other = repository.under_way(session)
    if other is not None:
        raise RunUnderWay(run_id=other.id)


def _refuse_gone(session: Session, run: RescoringRun) -> None:
    """Refuse where a later run has let go what this one made: its ranking, or the vectors of its encoder."""
    if repository.last_id(session) != run.id:
        raise GenerationGone
    if run.generation_id is not None:
        # Complete: all was done but the switch.
        generation = generations.get_locked(session, run.generation_id)
        if generation.state not in {GenerationState.BUILDING, GenerationState.COMPLETE}:
            raise GenerationGone


def _refuse_impossible(session: Session, wanted: RunRequest, encoder: Encoder) -> None:
    for side in Side:
        tables = TABLES[side]
        if not session.scalar(select(exists().where(tables.text.state == tables.published))):
            raise CorpusEmpty
    if wanted.scope.kind == "all":
        return
    active = _active(session)
    if encoder.fingerprint != active.fingerprint or active.scoring != generations.scoring_of(Matcher()):
        raise ScopeNeedsSameRanking
    network = wanted.scope.network
    if network is not None and session.scalar(select(Network.id).where(Network.slug == network)) is None:
        raise _refused("scope.network", "unknown_network", "Dieses Netzwerk gibt es nicht.", "No such network.")


def _usable(encoders: Encoders, actor: Actor, active: RankingGeneration, name: str) -> Encoder:
    """Load the encoder. Over the API only those that the settings name can be asked for, for a name is also a path."""
    if name == active.encoder:
        return encoders.of(active)
    if not actor.is_trusted and name not in encoders.offered:
        offered = ", ".join(sorted(encoders.offered | {active.encoder}))
        raise _refused(
            "encoder",
            "unknown_encoder",
            f"Dieses Sprachmodell ist nicht freigegeben. Möglich: {offered}. Weitere: PASSGENAU_ENCODERS.",
            f"This encoder is not offered. Possible: {offered}. More: PASSGENAU_ENCODERS.",
        )
    try:
        return encoders.load(name)
    except EncoderUnusable as error:
        reason = str(error)
        raise _refused(
            "encoder", "encoder_unusable", f"Das Sprachmodell lässt sich nicht laden: {reason}", reason
        ) from error


def _new(wanted: RunRequest, encoder_name: str, encoder: Encoder, now: datetime) -> RescoringRun:
    run = RescoringRun(
        scope=wanted.scope.model_dump(mode="json", exclude_none=True),
        encoder=encoder_name,
        dtype=encoder.dtype,
        fingerprint=encoder.fingerprint,
        scoring=generations.scoring_of(Matcher()),
        activate=wanted.activate,
        created_at=now,
    )
    repository.set_state(run, RunState.QUEUED)
    return run


def _active(session: Session) -> RankingGeneration:
    active = generations.active(session)
    if active is None:
        raise ServiceUnavailable
    return active


def _refused(field: str, code: str, de: str, en: str) -> MalformedInput:
    return MalformedInput(fields=(FieldError(field, code, de, en),))
