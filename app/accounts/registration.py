"""An organisation and its first manager register themselves."""

from sqlalchemy.exc import IntegrityError

from app.accounts import links, repository
from app.accounts.people import Visitor, record
from app.accounts.schemas import Registration
from app.accounts.sign_in import admit
from app.auth.actor import ANONYMOUS, MEMBER_ROLES, Actor
from app.auth.passwords import hash_password
from app.context import Ground
from app.mail.outbox import queue_mail
from app.models import RoleGrant, User
from app.organisations.service import add_organisation
from app.vocabulary import ActorKind, LinkPurpose, MailTemplate


def register(ground: Ground, given: Registration, visitor: Visitor) -> None:
    """Store an unverified organisation and its manager, and have the address confirmed.

    For an address that has an account nothing is stored: its owner gets a mail. The caller can't tell the difference.
    Raises `TooManyTries`, `MalformedInput`, `WrongNetworkKind`.
    """
    admit(ground, "register", None, visitor)
    hashed = hash_password(given.person.password)
    try:
        _store(ground, given, hashed)
    except IntegrityError:
        # The same address registered twice at once: the second look finds the first.
        _store(ground, given, hashed)


def _store(ground: Ground, given: Registration, hashed: str) -> None:
    now = ground.clock.now()
    with ground.sessions.write() as session:
        known = repository.by_email(session, given.person.email)
        if known is not None:
            queue_mail(session, MailTemplate.ALREADY_REGISTERED, now, user_id=known.id)
            record(ground, session, ANONYMOUS, "registration.repeated", known.id)
            return
        organisation = add_organisation(session, given.organisation, now, verified=False)
        user = User(
            email=given.person.email,
            name=given.person.name,
            locale=given.person.locale,
            password_hash=hashed,
            version=1,
            created_at=now,
            updated_at=now,
        )
        role = MEMBER_ROLES[organisation.kind]
        user.grants = [RoleGrant(role=role, organisation_id=organisation.id, manager=True, created_at=now)]
        session.add(user)
        session.flush()
        links.send_confirmation(session, user, now)
        record(ground, session, ANONYMOUS, "organisation.registered", user.id, organisation_id=organisation.id)


def confirm_email(ground: Ground, token: str) -> None:
    """Open the link of a confirmation: the address is the person's. Raises `LinkUnusable`."""
    now = ground.clock.now()
    with ground.sessions.write() as session:
        link = links.take(session, LinkPurpose.CONFIRM_EMAIL, token, now)
        assert link.user_id is not None  # noqa: S101  such links are made for people
        user = repository.person(session, link.user_id, lock=True)
        before = user.email
        if link.email is not None and repository.by_email(session, link.email) is None:
            user.email = link.email
        user.email_confirmed_at = now
        actor = Actor(ActorKind.USER, user.id)
        record(ground, session, actor, "email.confirmed", user.id, changes={"email": (before, user.email)})
