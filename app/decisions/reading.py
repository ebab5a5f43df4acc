"""Reads decisions, as much of them as each side may see."""

from sqlalchemy.orm import Session

from app import errors
from app.auth.actor import Actor
from app.decisions import policies, repository
from app.decisions.drafts import polite_decline
from app.decisions.repository import Pair
from app.decisions.schemas import DecisionRead
from app.models import Decision
from app.pagination import Page
from app.vocabulary import DecisionAnswer, DecisionState
from matching.texts import Side


def read_decision(session: Session, actor: Actor, decision_id: int) -> DecisionRead:
    """Return one decision. Raises `NotFound`."""
    decision = repository.get(session, decision_id)
    pair = repository.get_pair(session, decision.challenge_id, decision.profile_id) if decision else None
    if decision is None or pair is None:
        raise errors.NotFound
    if not policies.may_read(actor, decision, pair.organisation(decision.side.other).id):
        raise errors.NotFound
    return read(session, actor, decision, pair)


def list_decisions(
    session: Session,
    actor: Actor,
    *,
    state: DecisionState | None = None,
    side: Side | None = None,
    challenge_id: int | None = None,
    profile_id: int | None = None,
    limit: int,
    cursor: str | None,
) -> Page[DecisionRead]:
    """Return decisions of and to the caller's organisations, newest first."""
    page = repository.page(
        session,
        actor,
        state=state,
        side=side,
        challenge_id=challenge_id,
        profile_id=profile_id,
        limit=limit,
        cursor=cursor,
    )
    rows = []
    for decision in page.rows:
        pair = repository.get_pair(session, decision.challenge_id, decision.profile_id)
        assert pair is not None  # noqa: S101  a decision goes with its texts
        rows.append(read(session, actor, decision, pair))
    return Page(rows, page.next_cursor)


def read(session: Session, actor: Actor, decision: Decision, pair: Pair) -> DecisionRead:
    """Return a decision that the actor may read."""
    own = policies.may_decide(actor, decision.organisation_id)
    introduction = repository.introduction_of(session, decision.challenge_id, decision.profile_id)
    agreed = decision.state is DecisionState.AGREED
    return DecisionRead(
        id=decision.id,
        challenge_id=decision.challenge_id,
        profile_id=decision.profile_id,
        side=decision.side.value,
        organisation_id=decision.organisation_id,
        answer=decision.answer,
        reason=decision.reason,
        note=decision.note,
        state=decision.state,
        generation=decision.generation_id if own else None,
        rank=decision.rank if own else None,
        fit=decision.fit if own else None,
        decided_at=decision.decided_at,
        expires_at=decision.expires_at,
        ended_at=decision.ended_at,
        introduction_id=introduction.id if agreed and introduction else None,
        draft=_draft(actor, decision, pair),
    )


def _draft(actor: Actor, decision: Decision, pair: Pair) -> str | None:
    if decision.answer is not DecisionAnswer.INTERESTED:
        return None
    answering = pair.organisation(decision.side.other)
    waits = decision.state is DecisionState.OPEN and policies.may_decide(actor, answering.id)
    unanswered = decision.state is DecisionState.EXPIRED and policies.may_decide(actor, decision.organisation_id)
    if not (waits or unanswered):
        return None
    asking = pair.text(decision.side)
    return polite_decline(asking.language, pair.challenge.title, answering.name)
