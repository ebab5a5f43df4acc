"""Managers invite colleagues, admins invite coordinators."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import links, repository
from app.accounts.people import Visitor, record
from app.accounts.schemas import InvitationAccept, InvitationNew, InvitationRead
from app.accounts.sign_in import admit
from app.auth.actor import MEMBER_ROLES, Actor
from app.auth.identify import refresh
from app.auth.passwords import hash_password
from app.context import Ground
from app.errors import AlreadyMember, FieldError, Forbidden, LinkUnusable, MalformedInput, NotFound
from app.idempotency import Receipt, find_answer, store_answer
from app.mail.outbox import queue_link
from app.models import Network, OneTimeLink, Organisation, RoleGrant, User
from app.organisations import policies
from app.vocabulary import ActorKind, LinkPurpose, MailTemplate, Role


def invite_member(
    ground: Ground, actor: Actor, organisation_id: int, given: InvitationNew, receipt: Receipt | None = None
) -> InvitationRead:
    """Invite somebody into an organisation. Raises `NotFound`, `Forbidden`, `AlreadyMember`."""
    return _once(lambda: _invite_member(ground, actor, organisation_id, given, receipt))


def _once(invite: Callable[[], InvitationRead]) -> InvitationRead:
    try:
        return invite()
    except IntegrityError:
        # Two posts of one form raced on PostgreSQL: the other one has sent the mail.
        return invite()


def _invite_member(
    ground: Ground, actor: Actor, organisation_id: int, given: InvitationNew, receipt: Receipt | None
) -> InvitationRead:
    now = ground.clock.now()
    with ground.sessions.write() as session:
        actor = refresh(session, actor)
        organisation = visible_organisation(session, actor, organisation_id)
        if not policies.may_manage_members(actor, organisation_id):
            raise Forbidden
        if (sent := _sent_already(session, receipt, now)) is not None:
            return sent
        known = repository.by_email(session, given.email)
        if known is not None and repository.membership(session, organisation_id, known.id) is not None:
            raise AlreadyMember
        link = OneTimeLink(
            email=given.email,
            role=MEMBER_ROLES[organisation.kind],
            organisation_id=organisation_id,
            manager=given.manager,
            invited_by=actor.user_id,
        )
        record(ground, session, actor, "member.invited", None, organisation_id=organisation_id)
        return _send(session, link, repository.open_invitations(session, organisation_id), receipt, now)


def invite_coordinator(
    ground: Ground, actor: Actor, network_slug: str, email: str, receipt: Receipt | None = None
) -> InvitationRead:
    """Invite somebody to coordinate a network. Raises `Forbidden`, `NotFound`, `AlreadyMember`."""
    return _once(lambda: _invite_coordinator(ground, actor, network_slug, email, receipt))


def _invite_coordinator(
    ground: Ground, actor: Actor, network_slug: str, email: str, receipt: Receipt | None
) -> InvitationRead:
    now = ground.clock.now()
    with ground.sessions.write() as session:
        actor = refresh(session, actor)
        if not actor.is_admin:
            raise Forbidden
        network = _network(session, network_slug)
        if (sent := _sent_already(session, receipt, now)) is not None:
            return sent
        known = repository.by_email(session, email)
        if known is not None and repository.coordinatorship(session, network.id, known.id) is not None:
            raise AlreadyMember
        link = OneTimeLink(email=email, role=Role.NETWORK_COORDINATOR, network_id=network.id, invited_by=actor.user_id)
        record(ground, session, actor, "coordinator.invited", None)
        return _send(session, link, repository.open_coordinator_invitations(session, network.id), receipt, now)


def _sent_already(session: Session, receipt: Receipt | None, now: datetime) -> InvitationRead | None:
    """Return the invitation of an earlier post of the same form: a second mail would end the link in the first one."""
    answer = find_answer(session, receipt, now)
    sent = session.get(OneTimeLink, answer["id"]) if answer is not None else None
    return InvitationRead.model_validate(sent) if sent is not None else None


def _send(
    session: Session, link: OneTimeLink, earlier: Sequence[OneTimeLink], receipt: Receipt | None, now: datetime
) -> InvitationRead:
    """Store and mail an invitation. Earlier ones of the same address end."""
    for one in earlier:
        if one.email == link.email:
            one.revoked_at = now
    link.purpose = LinkPurpose.INVITATION
    link.created_at, link.expires_at = now, links.lifetime_ends(LinkPurpose.INVITATION, now)
    session.add(link)
    queue_link(session, MailTemplate.INVITATION, now, link)
    if find_answer(session, receipt, now) is None:
        store_answer(session, receipt, {"id": link.id}, now)
    return InvitationRead.model_validate(link)


def list_invitations(ground: Ground, actor: Actor, organisation_id: int) -> Sequence[InvitationRead]:
    """Return the open invitations of an organisation. Raises `NotFound`, `Forbidden`."""
    with ground.sessions.read() as session:
        visible_organisation(session, actor, organisation_id)
        if not policies.may_manage_members(actor, organisation_id):
            raise Forbidden
        rows = repository.open_invitations(session, organisation_id)
        return [InvitationRead.model_validate(row) for row in rows]


def withdraw_invitation(ground: Ground, actor: Actor, organisation_id: int, invitation_id: int) -> None:
    """Take an open invitation back. Raises `NotFound`, `Forbidden`."""
    with ground.sessions.write() as session:
        actor = refresh(session, actor)
        visible_organisation(session, actor, organisation_id)
        if not policies.may_manage_members(actor, organisation_id):
            raise Forbidden
        _withdraw(repository.open_invitations(session, organisation_id), invitation_id, ground.clock.now())
        record(ground, session, actor, "invitation.withdrawn", None, organisation_id=organisation_id)


def list_coordinator_invitations(ground: Ground, actor: Actor, network_slug: str) -> Sequence[InvitationRead]:
    """Return the open invitations to coordinate a network. Raises `Forbidden`, `NotFound`."""
    with ground.sessions.read() as session:
        if not actor.is_admin:
            raise Forbidden
        rows = repository.open_coordinator_invitations(session, _network(session, network_slug).id)
        return [InvitationRead.model_validate(row) for row in rows]


def withdraw_coordinator_invitation(ground: Ground, actor: Actor, network_slug: str, invitation_id: int) -> None:
    """Take an open invitation to coordinate a network back. Raises `Forbidden`, `NotFound`."""
    with ground.sessions.write() as session:
        actor = refresh(session, actor)
        if not actor.is_admin:
            raise Forbidden
        rows = repository.open_coordinator_invitations(session, _network(session, network_slug).id)
        _withdraw(rows, invitation_id, ground.clock.now())
        record(ground, session, actor, "invitation.withdrawn", None)


def _network(session: Session, slug: str) -> Network:
    network = session.scalar(select(Network).where(Network.slug == slug))
    if network is None:
        raise NotFound
    return network


def _withdraw(rows: Sequence[OneTimeLink], invitation_id: int, now: datetime) -> None:
    found = [row for row in rows if row.id == invitation_id]
    if not found:
        raise NotFound
    found[0].revoked_at = now


def accept_invitation(ground: Ground, given: InvitationAccept, visitor: Visitor) -> None:
    """Open the link of an invitation: join, with the account of the invited address or a new one.

    Raises `LinkUnusable`, `MalformedInput` when a new account lacks name or password; the link then still works.
    """
    admit(ground, "link", None, visitor)
    hashed = hash_password(given.password) if given.password is not None else None
    now = ground.clock.now()
    with ground.sessions.write() as session:
        link = links.take(session, LinkPurpose.INVITATION, given.token, now)
        assert link.email is not None and link.role is not None  # noqa: S101, PT018  invitations have both
        user = repository.by_email(session, link.email)
        if user is None:
            user = _new_person(session, ground, given, link.email, hashed)
        else:
            user = repository.person(session, user.id, lock=True)
        if user.deactivated_at is not None:
            raise LinkUnusable
        _join(session, ground, user, link)
        # Whoever opens the mail has shown that the address is theirs.
        user.email_confirmed_at = user.email_confirmed_at or now
        actor = Actor(ActorKind.USER, user.id)
        record(ground, session, actor, "invitation.accepted", user.id, organisation_id=link.organisation_id)


def visible_organisation(session: Session, actor: Actor, organisation_id: int, *, lock: bool = False) -> Organisation:
    """Return an organisation the actor may know of. Raises `NotFound`. `lock`: its members stay as they are."""
    query = select(Organisation).where(Organisation.id == organisation_id)
    organisation = session.scalar(query.with_for_update(of=Organisation) if lock else query)
    if organisation is None or not policies.may_read(actor, organisation):
        raise NotFound
    return organisation


def _new_person(session: Session, ground: Ground, given: InvitationAccept, email: str, hashed: str | None) -> User:
    missing = [name for name, value in (("name", given.name), ("password", hashed)) if value is None]
    if missing:
        raise MalformedInput(
            fields=tuple(
                FieldError(name, "missing", "Dieses Feld fehlt. Bitte ausfüllen.", "Please fill this field in.")
                for name in missing
            )
        )
    now = ground.clock.now()
    user = User(
        email=email,
        name=given.name,
        locale=given.locale,
        password_hash=hashed,
        version=1,
        created_at=now,
        updated_at=now,
    )
    user.grants = []
    session.add(user)
    session.flush()
    return user


def _join(session: Session, ground: Ground, user: User, link: OneTimeLink) -> None:
    there = any(
        (grant.organisation_id, grant.network_id) == (link.organisation_id, link.network_id) for grant in user.grants
    )
    if there:
        return
    user.grants.append(
        RoleGrant(
            role=link.role,
            organisation_id=link.organisation_id,
            network_id=link.network_id,
            manager=link.manager,
            created_at=ground.clock.now(),
        )
    )
    session.flush()
