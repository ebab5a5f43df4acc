"""SQL about introductions and their threads."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.db.words import has_words
from app.introductions import policies
from app.models import (
    Challenge,
    Introduction,
    IntroductionStep,
    Message,
    Organisation,
    Outcome,
    Profile,
    RoleGrant,
    User,
)
from app.pagination import Page, newest_first
from app.vocabulary import IntroductionStatus


def get(session: Session, actor: Actor, introduction_id: int, *, lock: bool = False) -> Introduction | None:
    """Return an introduction the actor takes part in. `lock`: nobody else changes it until the commit."""
    query = select(Introduction).where(Introduction.id == introduction_id, policies.readable_in(actor))
    return session.scalar(query.with_for_update() if lock else query)


def page(
    session: Session,
    actor: Actor,
    *,
    status: IntroductionStatus | None,
    limit: int,
    cursor: str | None,
    words: str = "",
) -> Page[Introduction]:
    """Return the introductions of the actor's organisations, newest first.

    words: each stands in the title of the challenge, or in the name of the startup or of the welfare organisation.
    """
    query = select(Introduction).where(policies.readable_in(actor))
    if status is not None:
        query = query.where(Introduction.status == status)
    if words:
        query = query.join(Challenge, Challenge.id == Introduction.challenge_id)
        query = query.join(Profile, Profile.id == Introduction.profile_id)
        query = query.join(Organisation, Organisation.id == Introduction.welfare_id)
        query = query.where(has_words((Challenge.title, Profile.name, Organisation.name), words))
    return newest_first(session, query, Introduction.id, limit=limit, cursor=cursor)


def texts(session: Session, introduction: Introduction) -> tuple[Challenge, Profile]:
    """Return the challenge and the profile of an introduction."""
    return session.get_one(Challenge, introduction.challenge_id), session.get_one(Profile, introduction.profile_id)


def active_member(session: Session, user_id: int | None, organisation_id: int) -> User | None:
    """Return a person as long as they are an active member of an organisation."""
    return session.scalar(
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.id == user_id, RoleGrant.organisation_id == organisation_id, User.deactivated_at.is_(None))
    )


def steps(session: Session, introduction_id: int) -> Sequence[IntroductionStep]:
    """Return the changes of the status, oldest first."""
    query = select(IntroductionStep).where(IntroductionStep.introduction_id == introduction_id)
    return session.scalars(query.order_by(IntroductionStep.id)).all()


def thread(session: Session, introduction_id: int, *, limit: int, cursor: str | None) -> Page[Message]:
    """Return messages, newest first."""
    query = select(Message).where(Message.introduction_id == introduction_id)
    return newest_first(session, query, Message.id, limit=limit, cursor=cursor)


def count_messages(session: Session, introduction_id: int) -> int:
    """Return how many messages a thread has."""
    return session.scalar(select(func.count()).where(Message.introduction_id == introduction_id)) or 0


def names(session: Session, user_ids: Sequence[int | None]) -> dict[int, str]:
    """Return the names of people."""
    query = select(User.id, User.name).where(User.id.in_([number for number in user_ids if number is not None]))
    return dict(session.execute(query).all())


def unasked_outcomes(session: Session, introduction_id: int) -> Sequence[Outcome]:
    """Return the questions that have not been asked yet."""
    return session.scalars(
        select(Outcome).where(Outcome.introduction_id == introduction_id, Outcome.asked_at.is_(None))
    ).all()
