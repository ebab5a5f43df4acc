"""Routes of the people of an organisation, and of its data as a whole."""

from typing import Any

from fastapi import APIRouter

from app.accounts import invitations, membership
from app.accounts.schemas import (
    InvitationNew,
    InvitationRead,
    ManagementTransfer,
    MemberMove,
    MemberPatch,
    MemberRead,
)
from app.api.dependencies import (
    ContextDep,
    JsonBody,
    ReadMembers,
    ReadOrganisations,
    WriteMembers,
    WriteOrganisations,
)
from app.api.lists import Listing
from app.api.paths import Id
from app.api.problem_details import problems
from app.organisations import closing

router = APIRouter(tags=["Members"], prefix="/organisations/{organisation_id}")

_BODY = (400, 401, 403, 404, 409, 413, 415, 422, 503)


@router.get("/members", operation_id="list_members", responses=problems(401, 403, 404, 422, 503))
def list_members(organisation_id: Id, context: ContextDep, actor: ReadMembers) -> Listing[MemberRead]:
    """Who belongs to the organisation; for colleagues."""
    return Listing(items=list(membership.list_members(context, actor, organisation_id)), next_cursor=None)


@router.put("/members/{user_id}", operation_id="edit_member", dependencies=[JsonBody], responses=problems(*_BODY))
def edit_member(
    organisation_id: Id, user_id: Id, body: MemberPatch, context: ContextDep, actor: WriteMembers
) -> MemberRead:
    """Say whether a member is a manager."""
    return membership.set_manager(context, actor, organisation_id, user_id, manager=body.manager)


@router.delete(
    "/members/{user_id}",
    operation_id="remove_member",
    status_code=204,
    responses=problems(401, 403, 404, 409, 422, 503),
)
def remove_member(organisation_id: Id, user_id: Id, context: ContextDep, actor: WriteMembers) -> None:
    """Take somebody out, or leave. All sessions and tokens of that person end."""
    membership.remove_member(context, actor, organisation_id, user_id)


@router.post("/members/{user_id}/move", operation_id="move_member", dependencies=[JsonBody], responses=problems(*_BODY))
def move_member(
    organisation_id: Id, user_id: Id, body: MemberMove, context: ContextDep, actor: WriteMembers
) -> MemberRead:
    """Move somebody to another organisation of the same kind; for admins."""
    return membership.move_member(context, actor, organisation_id, user_id, body.organisation_id)


@router.post("/management", operation_id="transfer_management", dependencies=[JsonBody], responses=problems(*_BODY))
def transfer_management(
    organisation_id: Id, body: ManagementTransfer, context: ContextDep, actor: WriteMembers
) -> MemberRead:
    """Hand managing over to another member."""
    return membership.transfer_management(context, actor, organisation_id, body.user_id)


@router.get("/invitations", operation_id="list_invitations", responses=problems(401, 403, 404, 422, 503))
def list_invitations(organisation_id: Id, context: ContextDep, actor: ReadMembers) -> Listing[InvitationRead]:
    """Open invitations; for managers."""
    return Listing(items=list(invitations.list_invitations(context, actor, organisation_id)), next_cursor=None)


@router.post(
    "/invitations",
    operation_id="invite_member",
    status_code=201,
    dependencies=[JsonBody],
    responses=problems(*_BODY),
)
def invite_member(organisation_id: Id, body: InvitationNew, context: ContextDep, actor: WriteMembers) -> InvitationRead:
    """Invite somebody by mail. An earlier invitation of the same address ends."""
    return invitations.invite_member(context, actor, organisation_id, body)


@router.delete(
    "/invitations/{invitation_id}",
    operation_id="withdraw_invitation",
    status_code=204,
    responses=problems(401, 403, 404, 422, 503),
)
def withdraw_invitation(organisation_id: Id, invitation_id: Id, context: ContextDep, actor: WriteMembers) -> None:
    """Take an invitation back."""
    invitations.withdraw_invitation(context, actor, organisation_id, invitation_id)


@router.get("/export", operation_id="export_organisation", responses=problems(401, 403, 404, 422, 503))
def export_organisation(organisation_id: Id, context: ContextDep, actor: ReadOrganisations) -> dict[str, Any]:
    """Everything stored about the organisation, in all states; for managers."""
    return closing.export_organisation(context, actor, organisation_id)


@router.post(
    "/erase",
    operation_id="erase_organisation",
    status_code=204,
    responses=problems(401, 403, 404, 409, 422, 503),
)
def erase_organisation(organisation_id: Id, context: ContextDep, actor: WriteOrganisations) -> None:
    """Erase the organisation with all its texts and memberships, for good; for managers and admins."""
    closing.erase_organisation(context, actor, organisation_id)
