"""Routes of challenges."""

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
    ReadChallenges,
    ReadSessionDep,
    WriteChallenges,
)
from app.api.lists import Listing, TextFilterDep, link_next
from app.api.paths import Id
from app.api.problem_details import problems
from app.api.steps import add_steps
from app.challenges import repository, service
from app.challenges.schemas import ChallengeCreate, ChallengePatch, ChallengeRead
from app.idempotency import make_receipt
from app.vocabulary import ChallengeState

router = APIRouter(tags=["Challenges"], prefix="/challenges")


@router.post(
    "",
    operation_id="create_challenge",
    status_code=201,
    response_model=ChallengeRead,
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 409, 413, 415, 422, 503),
)
def create_challenge(
    body: ChallengeCreate,
    context: ContextDep,
    actor: WriteChallenges,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """Describe a challenge. Its ranked startups are there at once, at `/challenges/{id}/matches`."""
    receipt = make_receipt(actor, "create_challenge", idempotency_key, body.model_dump(mode="json"))
    challenge = service.submit_challenge(context, actor, body, receipt)
    response.headers["Location"] = f"/api/v1/challenges/{challenge['id']}"
    return _tagged(response, challenge)


@router.get("", operation_id="list_challenges", responses=problems(401, 403, 422, 503))
def list_challenges(
    request: Request,
    response: Response,
    session: ReadSessionDep,
    actor: ReadChallenges,
    wanted: TextFilterDep,
    *,
    state: ChallengeState | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Listing[ChallengeRead]:
    """Challenges, newest first."""
    page = repository.page(session, actor, state=state, wanted=wanted, limit=limit, cursor=cursor)
    link_next(request, response, page.next_cursor)
    return Listing(items=[ChallengeRead.model_validate(row) for row in page.rows], next_cursor=page.next_cursor)


@router.get(
    "/{challenge_id}",
    operation_id="read_challenge",
    response_model=ChallengeRead,
    responses=problems(401, 403, 404, 422, 503),
)
def read_challenge(challenge_id: Id, session: ReadSessionDep, actor: ReadChallenges, response: Response) -> Any:
    """One challenge."""
    return _tagged(response, service.read_challenge(session, actor, challenge_id))


@router.patch(
    "/{challenge_id}",
    operation_id="edit_challenge",
    response_model=ChallengeRead,
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503),
)
def edit_challenge(
    challenge_id: Id,
    body: ChallengePatch,  # type: ignore[valid-type]
    context: ContextDep,
    actor: WriteChallenges,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Change fields; `If-Match` must hold the ETag that was read. A published challenge is ranked again."""
    changes = body.model_dump(mode="json", exclude_unset=True)  # type: ignore[attr-defined]
    return _tagged(response, service.edit_challenge(context, actor, challenge_id, changes, if_match))


add_steps(
    router,
    ChallengeRead,
    WriteChallenges,
    {
        "publish": service.publish_challenge,
        "pause": service.pause_challenge,
        "resume": service.resume_challenge,
        "solve": service.mark_challenge_solved,
        "close": service.close_challenge,
    },
)


@router.delete(
    "/{challenge_id}",
    operation_id="delete_challenge",
    status_code=204,
    responses=problems(401, 403, 404, 409, 412, 422, 503),
)
def delete_challenge(challenge_id: Id, context: ContextDep, actor: WriteChallenges, if_match: IfMatch = None) -> None:
    """Delete a challenge, its vectors and its matches."""
    service.delete_challenge(context, actor, challenge_id, if_match)


def _tagged(response: Response, challenge: dict[str, Any]) -> dict[str, Any]:
    response.headers["ETag"] = versions.etag(challenge["version"])
    return challenge
