"""Routes of admins: people, coordinators, the audit trail."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.accounts import administration, invitations, repository
from app.accounts.people import read_person
from app.accounts.schemas import CoordinatorInvitation, InvitationRead, PersonRead
from app.api.dependencies import (
    ContextDep,
    Cursor,
    JsonBody,
    Limit,
    ReadAdministration,
    ReadSessionDep,
    WriteAdministration,
)
from app.api.lists import Listing, link_next
from app.api.paths import Id
from app.api.problem_details import problems
from app.audit import repository as trail
from app.audit.schemas import AuditEventRead
from app.auth.actor import Actor
from app.context import Context
from app.privacy import erasure

router = APIRouter(tags=["Administration"])

Slug = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9-]+$", description="Slug of a network.")]


@router.get("/users", operation_id="list_users", responses=problems(401, 403, 422, 503))
def list_users(
    request: Request,
    response: Response,
    session: ReadSessionDep,
    _actor: ReadAdministration,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Listing[PersonRead]:
    """All people, newest first."""
    page = repository.people(session, limit=limit, cursor=cursor)
    link_next(request, response, page.next_cursor)
    return Listing(items=[read_person(user) for user in page.rows], next_cursor=page.next_cursor)


@router.get("/users/{user_id}", operation_id="read_user", responses=problems(401, 403, 404, 422, 503))
def read_user(user_id: Id, session: ReadSessionDep, _actor: ReadAdministration) -> PersonRead:
    """One person."""
    return read_person(repository.person(session, user_id))


def _deactivate(context: Context, actor: Actor, user_id: int) -> PersonRead:
    """Close an account; its sessions, tokens and links end at once."""
    return administration.set_active(context, actor, user_id, active=False)


def _reactivate(context: Context, actor: Actor, user_id: int) -> PersonRead:
    """Open a closed account again."""
    return administration.set_active(context, actor, user_id, active=True)


def _appoint(context: Context, actor: Actor, user_id: int) -> PersonRead:
    """Make somebody an admin; it counts once they have a second factor."""
    return administration.set_admin(context, actor, user_id, admin=True)


def _dismiss(context: Context, actor: Actor, user_id: int) -> PersonRead:
    """End somebody's being an admin."""
    return administration.set_admin(context, actor, user_id, admin=False)


def _add(name: str, operation: str, use_case: Callable[[Context, Actor, int], PersonRead]) -> None:
    def change_user(user_id: Id, context: ContextDep, actor: WriteAdministration) -> PersonRead:
        return use_case(context, actor, user_id)

    router.add_api_route(
        f"/users/{{user_id}}/{name}",
        change_user,
        methods=["POST"],
        operation_id=operation,
        summary=operation.replace("_", " ").capitalize(),
        description=use_case.__doc__,
        responses=problems(401, 403, 404, 409, 422, 503),
    )


_add("deactivate", "deactivate_user", _deactivate)
_add("reactivate", "reactivate_user", _reactivate)
_add("make-admin", "make_admin", _appoint)
_add("dismiss-admin", "dismiss_admin", _dismiss)


@router.post(
    "/users/{user_id}/erase",
    operation_id="erase_user",
    status_code=204,
    responses=problems(401, 403, 404, 409, 422, 503),
)
def erase_user(user_id: Id, context: ContextDep, actor: WriteAdministration) -> None:
    """Erase a person who asked for it, for good."""
    erasure.erase_person(context, actor, user_id)


@router.post(
    "/networks/{slug}/coordinators",
    operation_id="invite_coordinator",
    status_code=201,
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
def invite_coordinator(
    slug: Slug, body: CoordinatorInvitation, context: ContextDep, actor: WriteAdministration
) -> InvitationRead:
    """Invite somebody to coordinate a network. An earlier invitation of the same address ends."""
    return invitations.invite_coordinator(context, actor, slug, body.email)


@router.get(
    "/networks/{slug}/invitations",
    operation_id="list_coordinator_invitations",
    responses=problems(401, 403, 404, 422, 503),
)
def list_coordinator_invitations(slug: Slug, context: ContextDep, actor: ReadAdministration) -> Listing[InvitationRead]:
    """Open invitations to coordinate a network."""
    return Listing(items=list(invitations.list_coordinator_invitations(context, actor, slug)), next_cursor=None)


@router.delete(
    "/networks/{slug}/invitations/{invitation_id}",
    operation_id="withdraw_coordinator_invitation",
    status_code=204,
    responses=problems(401, 403, 404, 422, 503),
)
def withdraw_coordinator_invitation(
    slug: Slug, invitation_id: Id, context: ContextDep, actor: WriteAdministration
) -> None:
    """Take an invitation to coordinate a network back."""
    invitations.withdraw_coordinator_invitation(context, actor, slug, invitation_id)


@router.delete(
    "/networks/{slug}/coordinators/{user_id}",
    operation_id="dismiss_coordinator",
    status_code=204,
    responses=problems(401, 403, 404, 422, 503),
)
def dismiss_coordinator(slug: Slug, user_id: Id, context: ContextDep, actor: WriteAdministration) -> None:
    """End somebody's coordinating of a network."""
    administration.dismiss_coordinator(context, actor, slug, user_id)


@router.get("/audit-events", operation_id="list_audit_events", responses=problems(401, 403, 422, 503))
def list_audit_events(
    request: Request,
    response: Response,
    session: ReadSessionDep,
    _actor: ReadAdministration,
    action: Annotated[str | None, Query(max_length=60, pattern=r"^[a-z_.]+$")] = None,
    actor_id: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    organisation_id: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Listing[AuditEventRead]:
    """All events of the audit trail, newest first."""
    page = trail.page(
        session, action=action, actor_id=actor_id, organisation_id=organisation_id, limit=limit, cursor=cursor
    )
    link_next(request, response, page.next_cursor)
    return Listing(items=[trail.read_event(event) for event in page.rows], next_cursor=page.next_cursor)
