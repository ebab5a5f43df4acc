"""Routes of introductions and their threads."""

from fastapi import APIRouter, Request, Response

from app.api.dependencies import (
    ContextDep,
    Cursor,
    IdempotencyKey,
    JsonBody,
    Limit,
    ReadIntroductions,
    ReadSessionDep,
    WriteIntroductions,
)
from app.api.lists import Listing, link_next
from app.api.paths import Id
from app.api.problem_details import problems
from app.idempotency import make_receipt
from app.introductions import service
from app.introductions.schemas import (
    IntroductionRead,
    IntroductionSummary,
    MessageRead,
    MessageWrite,
    StatusWrite,
)
from app.vocabulary import IntroductionStatus

router = APIRouter(tags=["Introductions"], prefix="/introductions")


@router.get("", operation_id="list_introductions", responses=problems(401, 403, 422, 503))
def list_introductions(
    request: Request,
    response: Response,
    session: ReadSessionDep,
    actor: ReadIntroductions,
    status: IntroductionStatus | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Listing[IntroductionSummary]:
    """Introductions of one's own organisations, newest first."""
    page = service.list_introductions(session, actor, status=status, limit=limit, cursor=cursor)
    link_next(request, response, page.next_cursor)
    return Listing(items=list(page.rows), next_cursor=page.next_cursor)


@router.get("/{introduction_id}", operation_id="read_introduction", responses=problems(401, 403, 404, 422, 503))
def read_introduction(
    introduction_id: Id, context: ContextDep, session: ReadSessionDep, actor: ReadIntroductions
) -> IntroductionRead:
    """One introduction: contact data of both sides, how far it has come, a prepared first message."""
    return service.read_introduction(context, session, actor, introduction_id)


@router.post(
    "/{introduction_id}/status",
    operation_id="set_introduction_status",
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
def set_introduction_status(
    introduction_id: Id, body: StatusWrite, context: ContextDep, actor: WriteIntroductions
) -> IntroductionRead:
    """Say how far it has come: talking, pilot, contract, ended. What has ended stays so."""
    return service.set_status(context, actor, introduction_id, body)


@router.post(
    "/{introduction_id}/contact",
    operation_id="take_over_contact",
    responses=problems(401, 403, 404, 409, 422, 503),
)
def take_over_contact(introduction_id: Id, context: ContextDep, actor: WriteIntroductions) -> IntroductionRead:
    """Become the person of one's side whose name and e-mail address the other side sees."""
    return service.take_over_contact(context, actor, introduction_id)


@router.get("/{introduction_id}/messages", operation_id="list_messages", responses=problems(401, 403, 404, 422, 503))
def list_messages(
    introduction_id: Id,
    request: Request,
    response: Response,
    session: ReadSessionDep,
    actor: ReadIntroductions,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Listing[MessageRead]:
    """Messages, newest first."""
    page = service.list_messages(session, actor, introduction_id, limit=limit, cursor=cursor)
    link_next(request, response, page.next_cursor)
    return Listing(items=list(page.rows), next_cursor=page.next_cursor)


@router.post(
    "/{introduction_id}/messages",
    operation_id="send_message",
    status_code=201,
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
def send_message(
    introduction_id: Id,
    body: MessageWrite,
    context: ContextDep,
    actor: WriteIntroductions,
    idempotency_key: IdempotencyKey = None,
) -> MessageRead:
    """Write to the other side. It gets a mail that says so, without the text."""
    receipt = make_receipt(actor, f"send_message {introduction_id}", idempotency_key, body.model_dump(mode="json"))
    return service.send_message(context, actor, introduction_id, body, receipt)
