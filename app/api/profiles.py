"""Routes of profiles."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app import versions
from app.api.dependencies import (
    ContextDep,
    Cursor,
    IdempotencyKey,
    IfMatch,
    JsonBody,
    Limit,
    ReadProfiles,
    ReadSessionDep,
    WriteProfiles,
)
from app.api.lists import Listing, TextFilterDep, link_next
from app.api.paths import Id
from app.api.problem_details import problems
from app.api.steps import add_steps
from app.idempotency import make_receipt
from app.profiles import confirmation, repository, service
from app.profiles.schemas import ProfileCreate, ProfilePatch, ProfileRead
from app.vocabulary import ProfileState

router = APIRouter(tags=["Profiles"], prefix="/profiles")


@router.post(
    "",
    operation_id="create_profile",
    status_code=201,
    response_model=ProfileRead,
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 409, 413, 415, 422, 503),
)
def create_profile(
    body: ProfileCreate,
    context: ContextDep,
    actor: WriteProfiles,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """Describe what a startup can do. The challenges that fit are there at once, at `/profiles/{id}/matches`."""
    receipt = make_receipt(actor, "create_profile", idempotency_key, body.model_dump(mode="json"))
    profile = service.submit_profile(context, actor, body, receipt)
    response.headers["Location"] = f"/api/v1/profiles/{profile['id']}"
    return _tagged(response, profile)


@router.get("", operation_id="list_profiles", responses=problems(401, 403, 422, 503))
def list_profiles(
    request: Request,
    response: Response,
    session: ReadSessionDep,
    actor: ReadProfiles,
    wanted: TextFilterDep,
    *,
    state: ProfileState | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Listing[ProfileRead]:
    """Profiles, newest first."""
    page = repository.page(session, actor, state=state, wanted=wanted, limit=limit, cursor=cursor)
    link_next(request, response, page.next_cursor)
    return Listing(items=[ProfileRead.model_validate(row) for row in page.rows], next_cursor=page.next_cursor)


@router.get(
    "/{profile_id}",
    operation_id="read_profile",
    response_model=ProfileRead,
    responses=problems(401, 403, 404, 422, 503),
)
def read_profile(profile_id: Id, session: ReadSessionDep, actor: ReadProfiles, response: Response) -> Any:
    """One profile."""
    return _tagged(response, service.read_profile(session, actor, profile_id))


@router.patch(
    "/{profile_id}",
    operation_id="edit_profile",
    response_model=ProfileRead,
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503),
)
def edit_profile(
    profile_id: Id,
    body: ProfilePatch,  # type: ignore[valid-type]
    context: ContextDep,
    actor: WriteProfiles,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Change fields; `If-Match` must hold the ETag that was read. A published profile is ranked again."""
    changes = body.model_dump(mode="json", exclude_unset=True)  # type: ignore[attr-defined]
    return _tagged(response, service.edit_profile(context, actor, profile_id, changes, if_match))


add_steps(
    router,
    ProfileRead,
    WriteProfiles,
    {
        "publish": service.publish_profile,
        "pause": service.pause_profile,
        "resume": service.resume_profile,
    },
)


@router.post(
    "/{profile_id}/confirm",
    operation_id="confirm_profile",
    response_model=ProfileRead,
    responses=problems(401, 403, 404, 409, 422, 503),
)
def confirm_profile(profile_id: Id, context: ContextDep, actor: WriteProfiles, response: Response) -> Any:
    """Say that everything is still right. A profile nobody confirms sinks after 180 days and pauses after 194."""
    return _tagged(response, confirmation.confirm_profile(context, actor, profile_id))


@router.delete(
    "/{profile_id}",
    operation_id="delete_profile",
    status_code=204,
    responses=problems(401, 403, 404, 409, 412, 422, 503),
)
def delete_profile(profile_id: Id, context: ContextDep, actor: WriteProfiles, if_match: IfMatch = None) -> None:
    """Delete a profile, its vectors and its matches."""
    service.delete_profile(context, actor, profile_id, if_match)


def _tagged(response: Response, profile: dict[str, Any]) -> dict[str, Any]:
    response.headers["ETag"] = versions.etag(profile["version"])
    return profile
