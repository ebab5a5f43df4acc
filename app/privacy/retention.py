"""What is deleted when its time is over. `docs/privacy.md` shows these rules."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.auth.actor import SERVICE
from app.context import Ground
from app.models import (
    Alert,
    ApiToken,
    Challenge,
    IdempotentRequest,
    Introduction,
    LoginSession,
    MailOutbox,
    Message,
    Notice,
    OneTimeLink,
    Organisation,
    Profile,
    RoleGrant,
    Throttle,
    UnfinishedChallenge,
    User,
)
from app.privacy.erasure import erase_in

AT_ONCE = 500
"""Rows deleted in one transaction, so that writers wait for a short while only."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of a table that meet a condition once their time is over."""

    name: str
    model: Any
    kept: timedelta
    is_over: Callable[[datetime], ColumnElement[bool]]


RULES = (
    Rule("sessions", LoginSession, timedelta(days=1), lambda then: LoginSession.expires_at < then),
    Rule(
        "links",
        OneTimeLink,
        timedelta(days=30),
        lambda then: or_(OneTimeLink.expires_at < then, OneTimeLink.used_at < then, OneTimeLink.revoked_at < then),
    ),
    Rule(
        "tokens",
        ApiToken,
        timedelta(days=30),
        lambda then: or_(ApiToken.expires_at < then, ApiToken.revoked_at < then),
    ),
    Rule("tries", Throttle, timedelta(days=1), lambda then: Throttle.updated_at < then),
    Rule(
        "mails",
        MailOutbox,
        timedelta(days=30),
        lambda then: or_(MailOutbox.sent_at < then, MailOutbox.failed_at < then),
    ),
    Rule(
        "unfinished challenges",
        UnfinishedChallenge,
        timedelta(days=180),
        lambda then: UnfinishedChallenge.updated_at < then,
    ),
    Rule(
        "messages",
        Message,
        timedelta(days=365),
        lambda then: Message.introduction_id.in_(select(Introduction.id).where(Introduction.ended_at < then)),
    ),
    Rule("alerts", Alert, timedelta(days=365), lambda then: Alert.bundled_at < then),
    Rule("notices", Notice, timedelta(days=730), lambda then: Notice.given_at < then),
    Rule("answers", IdempotentRequest, timedelta(days=1), lambda then: IdempotentRequest.created_at < then),
)
UNCONFIRMED_KEPT = timedelta(days=30)


def apply(ground: Ground) -> dict[str, int]:
    """Delete what is over its time. Returns how much of each."""
    now = ground.clock.now()
    done = {rule.name: _apply(ground, rule, now) for rule in RULES}
    done["unconfirmed accounts"] = _erase_unconfirmed(ground, now - UNCONFIRMED_KEPT)
    return done


def _apply(ground: Ground, rule: Rule, now: datetime) -> int:
    keys = list(rule.model.__table__.primary_key.columns)
    done = 0
    while True:
        with ground.sessions.write() as session:
            rows = session.execute(select(*keys).where(rule.is_over(now - rule.kept)).limit(AT_ONCE)).all()
            for row in rows:
                same = [key == value for key, value in zip(keys, row, strict=True)]
                session.execute(delete(rule.model).where(and_(*same)))
        done += len(rows)
        if len(rows) < AT_ONCE:
            return done


def _erase_unconfirmed(ground: Ground, then: datetime) -> int:
    """Erase people who never showed that their address is theirs, and the organisations only they registered."""
    with ground.sessions.write() as session:
        people = session.scalars(
            select(User)
            .where(User.email_confirmed_at.is_(None), User.created_at < then, User.password_hash.is_not(None))
            .order_by(User.id)
            .limit(AT_ONCE)
        ).all()
        for user in people:
            empty = _organisations_of_nobody_else(session, user.id)
            erase_in(ground, session, SERVICE, user)
            session.execute(delete(Organisation).where(Organisation.id.in_(empty)))
    return len(people)


def _organisations_of_nobody_else(session: Session, user_id: int) -> list[int]:
    others = aliased(RoleGrant)
    return list(
        session.scalars(
            select(Organisation.id)
            .join(RoleGrant, RoleGrant.organisation_id == Organisation.id)
            .where(
                RoleGrant.user_id == user_id,
                Organisation.verified.is_(False),
                ~exists().where(others.organisation_id == Organisation.id, others.user_id != user_id),
                select(func.count()).where(Challenge.organisation_id == Organisation.id).scalar_subquery() == 0,
                select(func.count()).where(Profile.organisation_id == Organisation.id).scalar_subquery() == 0,
            )
        )
    )
