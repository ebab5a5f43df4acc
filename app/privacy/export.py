"""Everything stored about a person or an organisation, as JSON (articles 15 and 20 of the GDPR)."""

from collections.abc import Sequence
from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import ColumnElement, Table, and_, or_, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.models import (
    Alert,
    AlertSettings,
    ApiToken,
    AuditEvent,
    Base,
    Challenge,
    Decision,
    ExternalIdentity,
    IdempotentRequest,
    Introduction,
    IntroductionStep,
    LoginSession,
    MailOutbox,
    Message,
    OneTimeLink,
    Organisation,
    Outcome,
    Profile,
    RoleGrant,
    SavedSearch,
    ShortlistEntry,
    UnfinishedChallenge,
    User,
)
from app.privacy.registry import exported_columns
from matching.texts import Side


def export_person(session: Session, user_id: int) -> dict[str, Any]:
    """Return all personal columns of all rows of a person, table by table. Raises `NotFound`."""
    email = session.scalar(select(User.email).where(User.id == user_id))
    if email is None:
        raise NotFound
    return _tables(session, person_rows(user_id, email))


def export_organisation(session: Session, organisation_id: int) -> dict[str, Any]:
    """Return an organisation with its texts in all states, its members and invitations. Raises `NotFound`."""
    if session.get(Organisation, organisation_id) is None:
        raise NotFound
    return _tables(session, organisation_rows(organisation_id)) | {"members": _members(session, organisation_id)}


def person_rows(user_id: int, email: str) -> list[tuple[Any, ColumnElement[bool]]]:
    """Return where the rows of a person are: (model, condition)."""
    links = select(OneTimeLink.id).where(OneTimeLink.user_id == user_id)
    return [
        (User, User.id == user_id),
        (RoleGrant, RoleGrant.user_id == user_id),
        (ExternalIdentity, ExternalIdentity.user_id == user_id),
        (LoginSession, LoginSession.user_id == user_id),
        (ApiToken, ApiToken.user_id == user_id),
        (
            OneTimeLink,
            or_(OneTimeLink.user_id == user_id, OneTimeLink.email == email, OneTimeLink.invited_by == user_id),
        ),
        (MailOutbox, or_(MailOutbox.user_id == user_id, MailOutbox.link_id.in_(links))),
        (IdempotentRequest, IdempotentRequest.user_id == user_id),
        (AuditEvent, AuditEvent.actor_id == user_id),
        (Decision, Decision.decided_by == user_id),
        (
            Introduction,
            or_(Introduction.welfare_contact_id == user_id, Introduction.startup_contact_id == user_id),
        ),
        (IntroductionStep, IntroductionStep.author_id == user_id),
        (Message, Message.author_id == user_id),
        (Outcome, Outcome.link_id.in_(links)),
        (UnfinishedChallenge, UnfinishedChallenge.saved_by == user_id),
        (ShortlistEntry, ShortlistEntry.user_id == user_id),
        (SavedSearch, SavedSearch.user_id == user_id),
        (AlertSettings, AlertSettings.user_id == user_id),
        (Alert, Alert.user_id == user_id),
    ]


def organisation_rows(organisation_id: int) -> list[tuple[Any, ColumnElement[bool]]]:
    """Return where the rows of an organisation are: (model, condition).

    Of a thread it gets both sides, as it reads them; of outcomes its own answers.
    """
    as_welfare = select(Introduction.id).where(Introduction.welfare_id == organisation_id)
    as_startup = select(Introduction.id).where(Introduction.startup_id == organisation_id)
    taken_part = as_welfare.union(as_startup)
    return [
        (Organisation, Organisation.id == organisation_id),
        (Challenge, Challenge.organisation_id == organisation_id),
        (Profile, Profile.organisation_id == organisation_id),
        (UnfinishedChallenge, UnfinishedChallenge.organisation_id == organisation_id),
        (ShortlistEntry, ShortlistEntry.organisation_id == organisation_id),
        (OneTimeLink, OneTimeLink.organisation_id == organisation_id),
        (Decision, Decision.organisation_id == organisation_id),
        (Introduction, Introduction.id.in_(taken_part)),
        (IntroductionStep, IntroductionStep.introduction_id.in_(taken_part)),
        (Message, Message.introduction_id.in_(taken_part)),
        (
            Outcome,
            or_(
                and_(Outcome.side == Side.CHALLENGE, Outcome.introduction_id.in_(as_welfare)),
                and_(Outcome.side == Side.PROFILE, Outcome.introduction_id.in_(as_startup)),
            ),
        ),
    ]


def _tables(session: Session, places: Sequence[tuple[Any, ColumnElement[bool]]]) -> dict[str, Any]:
    found = {}
    for model, condition in places:
        table: Table = Base.metadata.tables[model.__tablename__]
        columns = [table.c[name] for name in exported_columns(table.name)]
        rows = session.execute(select(*columns).where(condition).order_by(*table.primary_key.columns)).mappings()
        found[table.name] = [to_jsonable_python(dict(row)) for row in rows]
    return found


def _members(session: Session, organisation_id: int) -> list[dict[str, Any]]:
    query = (
        select(User.name, RoleGrant.role, RoleGrant.manager)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.organisation_id == organisation_id)
        .order_by(User.id)
    )
    return [to_jsonable_python(dict(row)) for row in session.execute(query).mappings()]
