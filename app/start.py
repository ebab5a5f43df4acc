"""How a process gets its context: settings, database, encoder, ranking. Raises `StartError` with what to do."""

from functools import partial

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.audit.trail import Trail
from app.auth.actor import SERVICE
from app.clock import Clock
from app.context import Context, Ground
from app.db.engine import make_engine
from app.db.migrate import require_head
from app.db.session import Sessions
from app.errors import DatabaseUnreachable, InvalidSettings, RankingOfOtherEncoder, RankingOfOtherScoring
from app.matches import generations, reference
from app.matches.candidate_index import CandidateIndex
from app.matches.encoders import Encoders, load_named_encoder
from app.matches.ranking import LiveRanking
from app.models import Challenge, RankingGeneration
from app.rules import make_rules
from app.security import make_security
from app.settings import Settings
from matching.encoder import Encoder
from matching.matcher import Matcher
from matching.parallel import limit_cores
from matching.statistics import Statistics

log = structlog.get_logger()


def open_database(settings: Settings) -> Engine:
    """Return an engine on a database with the schema of this code."""
    engine = make_engine(settings.sqlalchemy_url)
    try:
        require_head(engine)
    except OperationalError as error:
        raise DatabaseUnreachable(reason=str(error.orig).splitlines()[0]) from None
    return engine


def load_configured_encoder(settings: Settings, dtype: str | None = None) -> Encoder:
    """Load the encoder of the settings, joined with a second one or not; `dtype` is that of an existing ranking."""
    return load_named_encoder(settings, settings.encoder, dtype)


def start(settings: Settings, *, clock: Clock | None = None) -> Context:
    """Return the context of a process that ranks; makes the first generation where there is none."""
    limit_cores(settings.threads)
    engine = open_database(settings)
    sessions = Sessions(engine)
    clock = clock or Clock()
    with sessions.read() as session:
        active = generations.active(session)
    encoders = Encoders.of_settings(settings)
    if active is None:
        encoder = encoders.load(settings.encoder)
    else:
        encoder = _encoder_of(active, encoders)
        if active.encoder != settings.encoder:
            log.info("the active ranking names its encoder", encoder=active.encoder, setting=settings.encoder)
    return assemble(settings, sessions, encoder, clock, encoders)


def _encoder_of(active: RankingGeneration, encoders: Encoders) -> Encoder:
    encoder = encoders.load(active.encoder, active.dtype)
    if encoder.fingerprint != active.fingerprint:
        raise RankingOfOtherEncoder(active=active.fingerprint, loaded=encoder.fingerprint)
    return encoder


def start_without_encoder(settings: Settings, *, clock: Clock | None = None) -> Ground:
    """Return what processes need that rank nothing for readers: mails, accounts, erasure, rescoring runs."""
    limit_cores(settings.threads)
    sessions = Sessions(open_database(settings))
    return Ground(sessions, clock or Clock(), make_security(settings), rules=make_rules(settings))


def assemble(
    settings: Settings, sessions: Sessions, encoder: Encoder, clock: Clock, encoders: Encoders | None = None
) -> Context:
    """Put a context together from parts that are there; makes the first generation where there is none."""
    matcher = Matcher()
    security = make_security(settings)
    _ensure_generation(settings, sessions, encoder, matcher, clock)
    ranking = LiveRanking(
        encoder,
        matcher,
        clock,
        partial(record_expiry, security.trail, clock),
        encoders=encoders or Encoders.only(encoder, settings.encoder),
        sessions=sessions,
    )
    return Context(sessions, clock, security, ranking, rules=make_rules(settings))


def record_expiry(trail: Trail, clock: Clock, session: Session, challenge: Challenge) -> None:
    """Write the audit event of a challenge whose last day is over."""
    trail.record(
        session,
        SERVICE,
        clock.now(),
        "challenge.expired",
        "challenge",
        challenge.id,
        organisation_id=challenge.organisation_id,
    )


def _ensure_generation(
    settings: Settings, sessions: Sessions, encoder: Encoder, matcher: Matcher, clock: Clock
) -> None:
    with sessions.read() as session:
        active = generations.active(session)
    if active is None:
        statistics = reference.packaged_statistics(encoder, settings.model_dir)
        with sessions.write() as session:
            generations.lock(session)
            active = generations.active(session)
            if active is None:
                active = generations.add(session, settings.encoder, encoder, matcher, statistics, clock.now())
                _index_candidates(settings, session, active, statistics)
                generations.activate(session, active, clock.now())
    if active.fingerprint != encoder.fingerprint:
        raise RankingOfOtherEncoder(active=active.fingerprint, loaded=encoder.fingerprint)
    if active.scoring != generations.scoring_of(matcher):
        raise RankingOfOtherScoring


def _index_candidates(
    settings: Settings, session: Session, generation: RankingGeneration, statistics: Statistics
) -> None:
    if settings.candidates == "memory":
        return
    if session.get_bind().dialect.name != "postgresql":
        raise InvalidSettings(reason="PASSGENAU_CANDIDATES: candidates in the database need PostgreSQL")
    index = CandidateIndex(generation.id, statistics, "_t0")
    index.make(session)
    index.fill(session)
    index.publish(session)
