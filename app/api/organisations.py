"""Routes of networks and organisations."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from app import versions
from app.api.dependencies import (
    ContextDep,
    Cursor,
    IdempotencyKey,
    IfMatch,
    JsonBody,
    Limit,
    NetworkFilter,
    ReadOrganisations,
    ReadPublic,
    ReadSessionDep,
    WriteOrganisations,
)
from app.api.lists import Listing, link_next
from app.api.paths import Id
from app.api.problem_details import problems
from app.auth.actor import Actor
from app.context import Context
from app.idempotency import make_receipt
from app.organisations import repository, service, verification
from app.organisations.schemas import NetworkRead, OrganisationCreate, OrganisationPatch, OrganisationRead
from app.vocabulary import OrganisationKind, Region

router = APIRouter(tags=["Organisations"])


@router.get("/networks", operation_id="list_networks", responses=problems(422, 503))
def list_networks(session: ReadSessionDep, _actor: ReadPublic) -> Listing[NetworkRead]:
    """All networks: the founding welfare associations and startup networks, and those that joined."""
    networks = repository.networks(session)
    return Listing(items=[NetworkRead.model_validate(network) for network in networks], next_cursor=None)


@router.post(
    "/organisations",
    operation_id="create_organisation",
    status_code=201,
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 409, 413, 415, 422, 503),
)
def create_organisation(
    body: OrganisationCreate,
    context: ContextDep,
    actor: WriteOrganisations,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> OrganisationRead:
    """Add a verified organisation; for admins. Others register at `/registrations`."""
    receipt = make_receipt(actor, "create_organisation", idempotency_key, body.model_dump(mode="json"))
    organisation = service.create_organisation(context, actor, body, receipt)
    response.headers["Location"] = f"/api/v1/organisations/{organisation.id}"
    response.headers["ETag"] = versions.etag(organisation.version)
    return organisation


@router.get("/organisations", operation_id="list_organisations", responses=problems(401, 403, 422, 503))
def list_organisations(
    request: Request,
    response: Response,
    session: ReadSessionDep,
    actor: ReadOrganisations,
    kind: OrganisationKind | None = None,
    network: NetworkFilter = None,
    region: Region | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Listing[OrganisationRead]:
    """Organisations, newest first."""
    page = repository.page(session, actor, kind=kind, network=network, region=region, limit=limit, cursor=cursor)
    link_next(request, response, page.next_cursor)
    return Listing(items=[OrganisationRead.model_validate(row) for row in page.rows], next_cursor=page.next_cursor)


@router.get(
    "/organisations/{organisation_id}", operation_id="read_organisation", responses=problems(401, 403, 404, 422, 503)
)
def read_organisation(
    organisation_id: Id, session: ReadSessionDep, actor: ReadOrganisations, response: Response
) -> OrganisationRead:
    """One organisation."""
    organisation = service.read_organisation(session, actor, organisation_id)
    response.headers["ETag"] = versions.etag(organisation.version)
    return organisation


@router.patch(
    "/organisations/{organisation_id}",
    operation_id="edit_organisation",
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503),
)
def edit_organisation(
    organisation_id: Id,
    body: OrganisationPatch,
    context: ContextDep,
    actor: WriteOrganisations,
    response: Response,
    if_match: IfMatch = None,
) -> OrganisationRead:
    """Change fields of an organisation; `If-Match` must hold the ETag that was read."""
    organisation = service.edit_organisation(context, actor, organisation_id, body, if_match)
    response.headers["ETag"] = versions.etag(organisation.version)
    return organisation


@router.delete(
    "/organisations/{organisation_id}",
    operation_id="delete_organisation",
    status_code=204,
    responses=problems(401, 403, 404, 409, 412, 422, 503),
)
def delete_organisation(
    organisation_id: Id, context: ContextDep, actor: WriteOrganisations, if_match: IfMatch = None
) -> None:
    """Delete an organisation that has no texts any more."""
    service.delete_organisation(context, actor, organisation_id, if_match)


def add_verification(name: str, operation: str, use_case: Callable[[Context, Actor, int], OrganisationRead]) -> None:
    """Add `POST /organisations/{id}/NAME`."""

    def verify(
        organisation_id: Id, context: ContextDep, actor: WriteOrganisations, response: Response
    ) -> OrganisationRead:
        organisation = use_case(context, actor, organisation_id)
        response.headers["ETag"] = versions.etag(organisation.version)
        return organisation

    router.add_api_route(
        f"/organisations/{{organisation_id}}/{name}",
        verify,
        methods=["POST"],
        operation_id=operation,
        summary=operation.replace("_", " ").capitalize(),
        description=use_case.__doc__,
        response_model=OrganisationRead,
        responses=problems(401, 403, 404, 422, 503),
    )


add_verification("verify", "verify_organisation", verification.verify_organisation)
add_verification("withdraw-verification", "withdraw_verification", verification.withdraw_verification)
