"""Organisations with people who decide, and what they find in their mail."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from app.alerts import contents
from app.auth.actor import Actor
from app.auth.identify import load_grants
from app.context import Context
from app.jobs import care
from app.models import Alert, AuditEvent, MailOutbox, User
from app.vocabulary import ActorKind, AlertKind, OrganisationKind, Role
from tests import stories
from tests.access.world import put_person
from tests.conftest import SettableClock

WORDS = "Sturz Nachtdienst Sensor"
ROLES = {OrganisationKind.WELFARE: Role.WELFARE_STAFF, OrganisationKind.STARTUP: Role.STARTUP_MEMBER}


@dataclass(frozen=True, slots=True)
class Side:
    """An organisation, its one text, and the person who decides for it."""

    organisation: int
    text: int
    person: int
    actor: Actor


def put_welfare(context: Context, name: str, words: str = WORDS, **fields: object) -> Side:
    """A welfare organisation with a manager and a published challenge."""
    organisation = stories.organisation(context, "welfare", f"Träger {name}")
    person, actor = put_manager(context, name, organisation, Role.WELFARE_STAFF)
    challenge = stories.challenge(context, organisation, words, **fields)
    return Side(organisation, challenge["id"], person, actor)


def put_startup(context: Context, name: str, words: str = WORDS, **fields: object) -> Side:
    """A startup with a manager and a published profile."""
    organisation = stories.organisation(context, "startup", f"Startup {name}")
    person, actor = put_manager(context, name, organisation, Role.STARTUP_MEMBER)
    profile = stories.profile(context, words, startup=organisation, **fields)
    return Side(organisation, profile["id"], person, actor)


def put_manager(context: Context, name: str, organisation: int, role: Role) -> tuple[int, Actor]:
    person, _ = put_person(context, name, {"role": role, "organisation_id": organisation, "manager": True})
    return person, actor_of(context, person)


def actor_of(context: Context, person: int) -> Actor:
    with context.sessions.read() as session:
        return Actor(ActorKind.USER, person, load_grants(session, person))


def told(context: Context, person: int) -> list[AlertKind]:
    """What somebody was told, oldest first."""
    with context.sessions.read() as session:
        return list(session.scalars(select(Alert.kind).where(Alert.user_id == person).order_by(Alert.id)))


def mails(context: Context, person: int | None = None) -> list[tuple[str, str, str]]:
    """(name of the reader, subject, text) of all mails that would go out, in order."""
    found = []
    with context.sessions.read() as session:
        query = select(MailOutbox).where(MailOutbox.template.in_(contents.TEMPLATES)).order_by(MailOutbox.id)
        for mail in session.scalars(query).all():
            user_id = mail.user_id or contents.repository.outcome_asked_by(session, mail)
            user = session.get(User, user_id) if isinstance(user_id, int) else None
            if user is None or (person is not None and user.id != person):
                continue
            content = contents.content_of(context, session, mail, user)
            if content is not None:
                found.append((user.name, content.subject, content.lines))
    return found


def events(context: Context) -> list[str]:
    """Actions of the audit trail."""
    with context.sessions.read() as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.sequence)))


def count(context: Context, model: type) -> int:
    with context.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def days_later(context: Context, clock: SettableClock, days: float) -> None:
    """Let time pass, and have done what is due then."""
    clock.moment += timedelta(days=days)
    context.ranking.expire_due(context.sessions)
    care.do_all(context)
