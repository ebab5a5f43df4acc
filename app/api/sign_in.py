"""Routes for people who are not signed in yet, and for their sessions."""

from fastapi import APIRouter, Response

from app.accounts import invitations, recovery, registration
from app.accounts import sign_in as service
from app.accounts.schemas import (
    Accepted,
    InvitationAccept,
    MailedToken,
    NewPasswordByLink,
    Registration,
    ResetRequest,
    SessionRead,
    SignedIn,
    SignIn,
)
from app.api.cookies import drop_session_cookie, set_session_cookie
from app.api.dependencies import ContextDep, JsonBody, ReadAccount, VisitorDep, WriteAccount, WriteSignIn
from app.api.lists import Listing
from app.api.paths import Id
from app.api.problem_details import problems

router = APIRouter(tags=["Signing in"])


@router.post(
    "/sessions",
    operation_id="sign_in",
    status_code=201,
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 413, 415, 422, 429, 503),
)
def sign_in(
    body: SignIn, context: ContextDep, visitor: VisitorDep, response: Response, _actor: WriteSignIn
) -> SignedIn:
    """Sign in; the answer sets the session cookie. Too many tries are refused for a while."""
    opened = service.sign_in(context, body, visitor)
    set_session_cookie(response, context.security, opened.cookie)
    return opened.seen


@router.get("/sessions", operation_id="list_sessions", responses=problems(401, 403, 503))
def list_sessions(context: ContextDep, actor: ReadAccount) -> Listing[SessionRead]:
    """All browsers that are signed in as the caller."""
    return Listing(items=list(service.list_sessions(context, actor)), next_cursor=None)


@router.delete("/sessions/current", operation_id="sign_out", status_code=204, responses=problems(401, 403, 503))
def sign_out(context: ContextDep, actor: WriteAccount, response: Response) -> None:
    """Sign out."""
    service.sign_out(context, actor)
    drop_session_cookie(response, context.security)


@router.delete(
    "/sessions/{session_id}", operation_id="end_session", status_code=204, responses=problems(401, 403, 404, 422, 503)
)
def end_session(session_id: Id, context: ContextDep, actor: WriteAccount) -> None:
    """Sign another browser out."""
    service.end_session(context, actor, session_id)


@router.post(
    "/registrations",
    operation_id="register",
    status_code=202,
    dependencies=[JsonBody],
    responses=problems(400, 403, 409, 413, 415, 422, 429, 503),
)
def register(body: Registration, context: ContextDep, visitor: VisitorDep, _actor: WriteSignIn) -> Accepted:
    """Register an organisation and its first manager. A mail asks to confirm the address."""
    registration.register(context, body, visitor)
    return Accepted()


@router.post(
    "/email-confirmations",
    operation_id="confirm_email",
    status_code=204,
    dependencies=[JsonBody],
    responses=problems(400, 403, 404, 413, 415, 422, 429, 503),
)
def confirm_email(body: MailedToken, context: ContextDep, visitor: VisitorDep, _actor: WriteSignIn) -> None:
    """Confirm an address with the token that was mailed to it."""
    service.admit(context, "link", None, visitor)
    registration.confirm_email(context, body.token)


@router.post(
    "/password-resets",
    operation_id="request_password_reset",
    status_code=202,
    dependencies=[JsonBody],
    responses=problems(400, 403, 413, 415, 422, 429, 503),
)
def request_password_reset(
    body: ResetRequest, context: ContextDep, visitor: VisitorDep, _actor: WriteSignIn
) -> Accepted:
    """Ask for a link to set a new password. The answer is the same whether there is such an account."""
    recovery.request_reset(context, body.email, visitor)
    return Accepted()


@router.post(
    "/password-resets/redeem",
    operation_id="reset_password",
    status_code=204,
    dependencies=[JsonBody],
    responses=problems(400, 403, 404, 413, 415, 422, 429, 503),
)
def reset_password(body: NewPasswordByLink, context: ContextDep, visitor: VisitorDep, _actor: WriteSignIn) -> None:
    """Set a new password with the token that was mailed. All sessions end."""
    recovery.reset_password(context, body, visitor)


@router.post(
    "/invitations/accept",
    operation_id="accept_invitation",
    status_code=204,
    dependencies=[JsonBody],
    responses=problems(400, 403, 404, 413, 415, 422, 429, 503),
)
def accept_invitation(body: InvitationAccept, context: ContextDep, visitor: VisitorDep, _actor: WriteSignIn) -> None:
    """Join with the token that was mailed; an address without an account brings name and password."""
    invitations.accept_invitation(context, body, visitor)
