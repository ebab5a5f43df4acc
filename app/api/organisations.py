"""Routes of networks and organisations."""

from fastapi import APIRouter, Request, Response

from app import versions
from app.api.dependencies import (
    ActorDep,
    ContextDep,
    Cursor,
    IdempotencyKey,
    IfMatch,
    JsonBody,
    Limit,
    NetworkFilter,
    ReadSessionDep,
)
from app.api.lists import Listing, link_next
from app.api.paths import Id
from app.api.problem_details import problems
from app.idempotency import make_receipt
from app.organisations import repository, service
from app.organisations.schemas import NetworkRead, OrganisationCreate, OrganisationPatch, OrganisationRead
from app.vocabulary import OrganisationKind, Region

router = APIRouter(tags=["Organisations"])


@router.get("/networks", operation_id="list_networks", responses=problems(422, 503))
def list_networks(session: ReadSessionDep) -> Listing[NetworkRead]:
    """All networks: the founding welfare associations and startup networks, and those that joined."""
    networks = repository.networks(session)
    return Listing(items=[NetworkRead.model_validate(network) for network in networks], next_cursor=None)


@router.post(
    "/organisations",
    operation_id="create_organisation",
    status_code=201,
    dependencies=[JsonBody],
    responses=problems(400, 409, 413, 415, 422, 503),
)
def create_organisation(
    body: OrganisationCreate,
    context: ContextDep,
    actor: ActorDep,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> OrganisationRead:
    """Register a welfare organisation or a startup."""
    receipt = make_receipt(f"{actor.name} create_organisation", idempotency_key, body.model_dump(mode="json"))
    organisation = service.register_organisation(context.sessions, context.clock, actor, body, receipt)
    response.headers["Location"] = f"/api/v1/organisations/{organisation.id}"
    response.headers["ETag"] = versions.etag(organisation.version)
    return organisation


@router.get("/organisations", operation_id="list_organisations", responses=problems(422, 503))
def list_organisations(
    request: Request,
    response: Response,
    session: ReadSessionDep,
    actor: ActorDep,
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


@router.get("/organisations/{organisation_id}", operation_id="read_organisation", responses=problems(404, 422, 503))
def read_organisation(
    organisation_id: Id, session: ReadSessionDep, actor: ActorDep, response: Response
) -> OrganisationRead:
    """One organisation."""
    organisation = service.read_organisation(session, actor, organisation_id)
    response.headers["ETag"] = versions.etag(organisation.version)
    return organisation


@router.patch(
    "/organisations/{organisation_id}",
    operation_id="edit_organisation",
    dependencies=[JsonBody],
    responses=problems(400, 404, 409, 412, 413, 415, 422, 428, 503),
)
def edit_organisation(
    organisation_id: Id,
    body: OrganisationPatch,
    context: ContextDep,
    actor: ActorDep,
    response: Response,
    if_match: IfMatch = None,
) -> OrganisationRead:
    """Change fields of an organisation; `If-Match` must hold the ETag that was read."""
    organisation = service.edit_organisation(context.sessions, context.clock, actor, organisation_id, body, if_match)
    response.headers["ETag"] = versions.etag(organisation.version)
    return organisation


@router.delete(
    "/organisations/{organisation_id}",
    operation_id="delete_organisation",
    status_code=204,
    responses=problems(404, 409, 412, 422, 503),
)
def delete_organisation(organisation_id: Id, context: ContextDep, actor: ActorDep, if_match: IfMatch = None) -> None:
    """Delete an organisation that has no texts any more."""
    service.delete_organisation(context.sessions, actor, organisation_id, if_match)
