"""Who belongs to an organisation, and who manages it. What somebody loses ends in the same transaction."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.accounts import links, repository
from app.accounts.invitations import visible_organisation
from app.accounts.people import record
from app.accounts.schemas import MemberRead
from app.auth import sessions, tokens
from app.auth.actor import Actor
from app.auth.identify import refresh
from app.context import Ground
from app.errors import AlreadyMember, Forbidden, LastManager, NotFound, WrongOrganisationKind
from app.models import Organisation, RoleGrant, User
from app.organisations import policies


def list_members(ground: Ground, actor: Actor, organisation_id: int) -> Sequence[MemberRead]:
    """Return the members of an organisation. Raises `NotFound`, `Forbidden`."""
    with ground.sessions.read() as session:
        visible_organisation(session, actor, organisation_id)
        if not policies.may_see_members(actor, organisation_id):
            raise Forbidden
        return [_read(session, grant) for grant in repository.members(session, organisation_id)]


def removable_member(ground: Ground, actor: Actor, organisation_id: int, user_id: int) -> MemberRead:
    """Return a member whom the actor may take out: themselves, or anybody for managers. Raises as `remove_member`."""
    with ground.sessions.read() as session:
        visible_organisation(session, actor, organisation_id)
        if actor.user_id != user_id and not policies.may_manage_members(actor, organisation_id):
            raise Forbidden
        grant = repository.membership(session, organisation_id, user_id)
        if grant is None:
            raise NotFound
        return _read(session, grant)


def set_manager(ground: Ground, actor: Actor, organisation_id: int, user_id: int, *, manager: bool) -> MemberRead:
    """Make a member a manager, or end that. Raises `NotFound`, `Forbidden`, `LastManager`."""
    with ground.sessions.write() as session:
        actor = refresh(session, actor)
        _managed(session, actor, organisation_id)
        grant = _member(session, organisation_id, user_id)
        if grant.manager and not manager:
            _keep_a_manager(session, organisation_id, user_id)
        before, grant.manager = grant.manager, manager
        session.flush()
        record(
            ground,
            session,
            actor,
            "member.changed",
            user_id,
            organisation_id=organisation_id,
            changes={"manager": (before, manager)},
        )
        return _read(session, grant)


def transfer_management(ground: Ground, actor: Actor, organisation_id: int, user_id: int) -> MemberRead:
    """Hand managing over: the other member becomes a manager, the caller stays a member."""
    with ground.sessions.write() as session:
        actor = refresh(session, actor)
        _managed(session, actor, organisation_id)
        grant = _member(session, organisation_id, user_id)
        own = repository.membership(session, organisation_id, actor.user_id or 0)
        if own is None or not own.manager:
            raise Forbidden
        own.manager = False
        grant.manager = True
        session.flush()
        record(ground, session, actor, "management.transferred", user_id, organisation_id=organisation_id)
        return _read(session, grant)


def remove_member(ground: Ground, actor: Actor, organisation_id: int, user_id: int) -> None:
    """Take somebody out of an organisation, or leave it oneself. Raises `NotFound`, `Forbidden`, `LastManager`."""
    with ground.sessions.write() as session:
        actor = refresh(session, actor)
        visible_organisation(session, actor, organisation_id, lock=True)
        if actor.user_id != user_id and not policies.may_manage_members(actor, organisation_id):
            raise Forbidden
        grant = _member(session, organisation_id, user_id)
        if grant.manager:
            _keep_a_manager(session, organisation_id, user_id)
        _end(ground, session, grant)
        record(ground, session, actor, "member.left", user_id, organisation_id=organisation_id)


def move_member(ground: Ground, actor: Actor, organisation_id: int, user_id: int, target_id: int) -> MemberRead:
    """Move somebody to another organisation of the same kind, as an ordinary member; for admins."""
    with ground.sessions.write() as session:
        actor = refresh(session, actor)
        if not actor.is_admin:
            visible_organisation(session, actor, organisation_id)
            raise Forbidden
        # Both are locked in the same order by everybody, so that two moves never wait for each other.
        first, second = sorted((organisation_id, target_id))
        locked = {number: visible_organisation(session, actor, number, lock=True) for number in {first, second}}
        source, target = locked[organisation_id], locked[target_id]
        if source.kind != target.kind:
            raise WrongOrganisationKind(kind=target.kind.value)
        grant = _member(session, organisation_id, user_id)
        if repository.membership(session, target_id, user_id) is not None:
            raise AlreadyMember
        if grant.manager:
            _keep_a_manager(session, organisation_id, user_id)
        role = grant.role
        _end(ground, session, grant)
        moved = RoleGrant(
            user_id=user_id, role=role, organisation_id=target_id, manager=False, created_at=ground.clock.now()
        )
        session.add(moved)
        session.flush()
        record(ground, session, actor, "member.moved", user_id, organisation_id=target_id)
        return _read(session, moved)


def end_rights(ground: Ground, session: Session, user_id: int) -> None:
    """End all sessions, tokens and open links of somebody who lost a role."""
    now = ground.clock.now()
    sessions.close_sessions(session, user_id)
    tokens.revoke_tokens(session, user_id, now)
    links.revoke_links(session, user_id, now)


def _end(ground: Ground, session: Session, grant: RoleGrant) -> None:
    session.delete(grant)
    end_rights(ground, session, grant.user_id)
    session.flush()


def _managed(session: Session, actor: Actor, organisation_id: int) -> Organisation:
    organisation = visible_organisation(session, actor, organisation_id, lock=True)
    if not policies.may_manage_members(actor, organisation_id):
        raise Forbidden
    return organisation


def _member(session: Session, organisation_id: int, user_id: int) -> RoleGrant:
    """Return a membership, its person locked. Raises `NotFound`."""
    person = repository.person(session, user_id, lock=True)
    for grant in person.grants:
        if grant.organisation_id == organisation_id:
            return grant
    raise NotFound


def _keep_a_manager(session: Session, organisation_id: int, user_id: int) -> None:
    if repository.other_members(session, organisation_id, user_id, managers=True):
        return
    if repository.other_members(session, organisation_id, user_id, managers=False):
        raise LastManager


def _read(session: Session, grant: RoleGrant) -> MemberRead:
    user = session.get_one(User, grant.user_id)
    return MemberRead(
        user_id=grant.user_id,
        name=user.name,
        role=grant.role,
        manager=grant.manager,
        active=user.deactivated_at is None,
        since=grant.created_at,
    )
