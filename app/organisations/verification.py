"""Verifying organisations: only verified ones publish."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.auth.actor import Actor
from app.auth.identify import refresh
from app.challenges.kind import CHALLENGES
from app.context import Context
from app.errors import Forbidden, NotFound
from app.mail.outbox import queue_mail
from app.matches.ranking import CorpusWriter
from app.models import Organisation, RoleGrant
from app.organisations import policies, repository
from app.organisations.schemas import OrganisationRead
from app.profiles.kind import PROFILES
from app.publishing import service as publishing
from app.vocabulary import MailTemplate


def verify_organisation(context: Context, actor: Actor, organisation_id: int) -> OrganisationRead:
    """Let an organisation publish; its managers get a mail. Raises `NotFound`, `Forbidden`."""
    with context.sessions.write() as session:
        actor = refresh(session, actor)
        organisation = _get(session, actor, organisation_id)
        if not organisation.verified:
            _set(context, organisation, verified=True)
            managers = select(RoleGrant.user_id).where(RoleGrant.organisation_id == organisation_id, RoleGrant.manager)
            for user_id in session.scalars(managers):
                queue_mail(session, MailTemplate.ORGANISATION_VERIFIED, context.clock.now(), user_id=user_id)
        return _recorded(context, session, actor, organisation, "verified")


def read_to_verify(session: Session, actor: Actor, organisation_id: int) -> OrganisationRead:
    """Return an organisation that the actor may verify. Raises `NotFound`, `Forbidden`."""
    return OrganisationRead.model_validate(_get(session, actor, organisation_id, lock=False))


def withdraw_verification(context: Context, actor: Actor, organisation_id: int) -> OrganisationRead:
    """Take an organisation's verification back; what it has published is paused in the same transaction."""
    with context.sessions.write() as session, context.ranking.writer(session) as writer:
        actor = refresh(session, actor)
        organisation = _get(session, actor, organisation_id)
        _set(context, organisation, verified=False)
        _pause_all(context, session, writer, organisation_id)
        return _recorded(context, session, actor, organisation, "unverified")


def _pause_all(context: Context, session: Session, writer: CorpusWriter, organisation_id: int) -> None:
    for kind in (CHALLENGES, PROFILES):
        published = session.scalars(
            select(kind.model)
            .where(kind.model.organisation_id == organisation_id, kind.model.state == publishing.PUBLISHED)
            .options(joinedload(kind.model.organisation))
            .order_by(kind.model.id)
        )
        rows: list[Any] = list(published.all())
        for row in rows:
            publishing.withdraw(context, session, writer, kind, row)


def _get(session: Session, actor: Actor, organisation_id: int, *, lock: bool = True) -> Organisation:
    organisation = repository.get(session, actor, organisation_id, lock=lock)
    if organisation is None:
        raise NotFound
    if not policies.may_verify(actor, organisation):
        raise Forbidden
    return organisation


def _set(context: Context, organisation: Organisation, *, verified: bool) -> None:
    organisation.verified = verified
    organisation.version += 1
    organisation.updated_at = context.clock.now()


def _recorded(
    context: Context, session: Session, actor: Actor, organisation: Organisation, what: str
) -> OrganisationRead:
    session.flush()
    context.trail.record(
        session,
        actor,
        context.clock.now(),
        f"organisation.{what}",
        "organisation",
        organisation.id,
        organisation_id=organisation.id,
    )
    return OrganisationRead.model_validate(organisation)
