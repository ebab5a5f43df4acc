"""SQL about what networks see: rows without names, of the texts of a network's members."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.matches.sides import TABLES
from app.models import Challenge, Decision, Introduction, IntroductionStep, KeptReport, Match, Network, Organisation
from app.vocabulary import DecisionAnswer, DecisionState, IntroductionStatus, OrganisationKind
from matching.texts import Side


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What a report needs of a text: whose it is, its fields of action, its regions."""

    organisation_id: int
    fields: tuple[str, ...]
    regions: tuple[str, ...]


def network(session: Session, slug: str) -> Network | None:
    """Return a network."""
    return session.scalar(select(Network).where(Network.slug == slug))


def kept_rows(session: Session, network_id: int, until: date) -> list[dict[str, Any]] | None:
    """Return the rows of a report as they were kept."""
    kept = session.get(KeptReport, (network_id, until))
    return None if kept is None else kept.rows


def networks_without(session: Session, until: date) -> list[str]:
    """Return the networks with no kept report up to a month."""
    kept = select(KeptReport.network_id).where(KeptReport.until == until)
    return list(session.scalars(select(Network.slug).where(Network.id.not_in(kept)).order_by(Network.slug)))


def keep(session: Session, network_id: int, until: date, rows: list[dict[str, Any]]) -> None:
    """Keep the rows of a report."""
    session.add(KeptReport(network_id=network_id, until=until, rows=rows))


def texts_of(session: Session, of: Network) -> dict[int, TextFacts]:
    """Return {id: facts} of the texts of a network's members."""
    side = side_of(of)
    model = TABLES[side].text
    place = model.region if side is Side.CHALLENGE else model.regions
    query = (
        select(model.id, model.organisation_id, model.fields_of_action, place)
        .join(Organisation, Organisation.id == model.organisation_id)
        .where(Organisation.network_id == of.id)
    )
    return {
        number: TextFacts(owner, tuple(fields), tuple(regions) if isinstance(regions, list) else (str(regions),))
        for number, owner, fields, regions in session.execute(query)
    }


def side_of(of: Network) -> Side:
    """Return the side on which the members of a network stand."""
    return Side.CHALLENGE if of.kind is OrganisationKind.WELFARE else Side.PROFILE


def interests(session: Session, of: Network, before: datetime) -> Iterator[tuple[int, DecisionState, datetime, Any]]:
    """Yield (text, state, asked, ended) of the interests in a network's texts, of either side."""
    query = select(_text_id(of, Decision), Decision.state, Decision.decided_at, Decision.ended_at).where(
        Decision.answer == DecisionAnswer.INTERESTED, Decision.answers_id.is_(None), Decision.decided_at < before
    )
    yield from session.execute(query.order_by(Decision.id))


def introductions(session: Session, of: Network, before: datetime) -> list[int]:
    """Return the texts of introductions."""
    query = select(_text_id(of, Introduction)).where(Introduction.opened_at < before)
    return list(session.scalars(query.order_by(Introduction.id)))


def pilots(session: Session, of: Network, before: datetime) -> list[int]:
    """Return the texts of introductions that came to a pilot or a contract."""
    reached = (
        select(IntroductionStep.introduction_id)
        .where(
            IntroductionStep.status.in_((IntroductionStatus.PILOT, IntroductionStatus.CONTRACT)),
            IntroductionStep.created_at < before,
        )
        .distinct()
    )
    return list(session.scalars(select(_text_id(of, Introduction)).where(Introduction.id.in_(reached))))


def best_fits(session: Session, generation_id: int, before: datetime) -> dict[int, float]:
    """Return {published challenge: its best fit}, 0 for one without matches."""
    best = (
        select(Match.challenge_id, func.max(Match.fit).label("fit"))
        .where(Match.generation_id == generation_id, Match.in_challenge_list)
        .group_by(Match.challenge_id)
        .subquery()
    )
    query = (
        select(Challenge.id, func.coalesce(best.c.fit, 0.0))
        .outerjoin(best, best.c.challenge_id == Challenge.id)
        .where(Challenge.state == TABLES[Side.CHALLENGE].published, Challenge.published_at < before)
    )
    return dict(session.execute(query).all())


def _text_id(of: Network, model: Any) -> InstrumentedAttribute[int]:
    column: InstrumentedAttribute[int] = model.challenge_id if side_of(of) is Side.CHALLENGE else model.profile_id
    return column
