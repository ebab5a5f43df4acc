"""SQL about challenges."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.auth.actor import Actor
from app.matches.text_filter import TextFilter, narrowed
from app.models import Challenge
from app.pagination import Page, newest_first
from app.publishing import policies
from app.vocabulary import ChallengeState
from matching.texts import Side


def readable_by(actor: Actor) -> Select[Challenge]:
    """Select the challenges a reader may see."""
    readable = policies.readable_in(actor, Side.CHALLENGE, Challenge)
    return select(Challenge).where(readable).options(joinedload(Challenge.organisation))


def page_of_own(session: Session, actor: Actor, *, limit: int, cursor: str | None, words: str = "") -> Page[Challenge]:
    """Return the challenges of the actor's organisations in all states, newest first. words: each stands in them."""
    query = readable_by(actor).where(Challenge.organisation_id.in_(actor.organisations))
    query = narrowed(query, Side.CHALLENGE, TextFilter(words=words))
    return newest_first(session, query, Challenge.id, limit=limit, cursor=cursor)


def published_of_own(session: Session, actor: Actor, limit: int) -> Sequence[Challenge]:
    """Return the published challenges of the actor's organisations, newest first."""
    query = readable_by(actor).where(
        Challenge.organisation_id.in_(actor.organisations), Challenge.state == ChallengeState.PUBLISHED
    )
    return session.scalars(query.order_by(Challenge.id.desc()).limit(limit)).all()


def page(
    session: Session,
    actor: Actor,
    *,
    state: ChallengeState | None,
    wanted: TextFilter,
    limit: int,
    cursor: str | None,
) -> Page[Challenge]:
    """Return challenges, newest first."""
    query = narrowed(readable_by(actor), Side.CHALLENGE, wanted)
    if state is not None:
        query = query.where(Challenge.state == state)
    return newest_first(session, query, Challenge.id, limit=limit, cursor=cursor)
