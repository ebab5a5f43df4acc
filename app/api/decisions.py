"""Routes of decisions."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from app.api.dependencies import (
    ContextDep,
    Cursor,
    JsonBody,
    Limit,
    ReadDecisions,
    ReaderLanguage,
    ReadMatches,
    ReadSessionDep,
    WriteDecisions,
)
from app.api.lists import Listing, link_next
from app.api.paths import Id
from app.api.problem_details import problems
from app.decisions import reading, service
from app.decisions.schemas import DecisionRead, DecisionWrite
from app.matches.schemas import NextBest
from app.matches.service import next_best
from app.vocabulary import DecisionState
from matching.texts import Side

router = APIRouter(tags=["Decisions"])

TextFilter = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


@router.post(
    "/challenges/{challenge_id}/matches/{profile_id}/decisions",
    operation_id="decide",
    status_code=201,
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 503),
)
def decide(
    challenge_id: Id,
    profile_id: Id,
    body: DecisionWrite,
    context: ContextDep,
    actor: WriteDecisions,
    response: Response,
) -> DecisionRead:
    """Say yes or no to a match. When both sides say yes, each sees the contact data of whoever said so.

    An interest waits 14 days for an answer (setting). A decline acts at once on the lists of the own organisation, as
    its reason says, and can be taken back.
    """
    decision = service.decide(context, actor, challenge_id, profile_id, body)
    response.headers["Location"] = f"/api/v1/decisions/{decision.id}"
    return decision


@router.get("/decisions", operation_id="list_decisions", responses=problems(401, 403, 422, 503))
def list_decisions(
    request: Request,
    response: Response,
    session: ReadSessionDep,
    actor: ReadDecisions,
    state: DecisionState | None = None,
    side: Literal["challenge", "profile"] | None = None,
    challenge_id: TextFilter = None,
    profile_id: TextFilter = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Listing[DecisionRead]:
    """Decisions of one's own organisations, and those that were told to them, newest first."""
    page = reading.list_decisions(
        session,
        actor,
        state=state,
        side=None if side is None else Side(side),
        challenge_id=challenge_id,
        profile_id=profile_id,
        limit=limit,
        cursor=cursor,
    )
    link_next(request, response, page.next_cursor)
    return Listing(items=list(page.rows), next_cursor=page.next_cursor)


@router.get("/decisions/{decision_id}", operation_id="read_decision", responses=problems(401, 403, 404, 422, 503))
def read_decision(decision_id: Id, session: ReadSessionDep, actor: ReadDecisions) -> DecisionRead:
    """One decision."""
    return reading.read_decision(session, actor, decision_id)


@router.post(
    "/decisions/{decision_id}/take-back",
    operation_id="take_back_decision",
    responses=problems(401, 403, 404, 409, 410, 422, 503),
)
def take_back_decision(decision_id: Id, context: ContextDep, actor: WriteDecisions) -> DecisionRead:
    """Undo an interest nobody answered yet, or a decline; what that hid is shown again."""
    return service.take_back(context, actor, decision_id)


@router.get(
    "/challenges/{challenge_id}/next-best",
    operation_id="next_best_startup",
    responses=problems(401, 403, 404, 409, 422, 503),
)
def next_best_startup(
    challenge_id: Id, context: ContextDep, session: ReadSessionDep, actor: ReadMatches, language: ReaderLanguage
) -> NextBest:
    """Return the best startup nothing was said to yet and that has a free slot."""
    return next_best(context, session, actor, Side.CHALLENGE, challenge_id, language)


@router.get(
    "/profiles/{profile_id}/next-best",
    operation_id="next_best_challenge",
    responses=problems(401, 403, 404, 409, 422, 503),
)
def next_best_challenge(
    profile_id: Id, context: ContextDep, session: ReadSessionDep, actor: ReadMatches, language: ReaderLanguage
) -> NextBest:
    """Return the best challenge nothing was said to yet."""
    return next_best(context, session, actor, Side.PROFILE, profile_id, language)
