"""Routes of one's own account: details, password, second factor, tokens, data."""

from typing import Any

from fastapi import APIRouter, Response

from app import versions
from app.accounts import administration, api_tokens, recovery, repository, second_factor
from app.accounts.people import read_person
from app.accounts.schemas import (
    Accepted,
    EmailChange,
    PasswordAgain,
    PasswordChange,
    PersonPatch,
    PersonRead,
    TokenMade,
    TokenNew,
    TokenRead,
    TotpCode,
    TotpSetup,
)
from app.api.cookies import drop_session_cookie, set_session_cookie
from app.api.dependencies import ContextDep, IfMatch, JsonBody, ReadAccount, ReadSessionDep, VisitorDep, WriteAccount
from app.api.lists import Listing
from app.api.paths import Id
from app.api.problem_details import problems
from app.privacy import erasure, export

router = APIRouter(tags=["Account"])

_BODY = (400, 401, 403, 413, 415, 422)


@router.get("/me", operation_id="read_me", responses=problems(401, 403, 404, 503))
def read_me(session: ReadSessionDep, actor: ReadAccount, response: Response) -> PersonRead:
    """Who is signed in."""
    return _tagged(response, read_person(repository.person(session, actor.user_id or 0)))


@router.patch("/me", operation_id="edit_me", dependencies=[JsonBody], responses=problems(*_BODY, 404, 412, 428, 503))
def edit_me(
    body: PersonPatch, context: ContextDep, actor: WriteAccount, response: Response, if_match: IfMatch = None
) -> PersonRead:
    """Change one's name or language; `If-Match` must hold the ETag that was read."""
    return _tagged(response, administration.edit_person(context, actor, body, if_match))


@router.post(
    "/me/password",
    operation_id="change_password",
    status_code=204,
    dependencies=[JsonBody],
    responses=problems(*_BODY, 404, 429, 503),
)
def change_password(
    body: PasswordChange, context: ContextDep, actor: WriteAccount, visitor: VisitorDep, response: Response
) -> None:
    """Set a new password. All other sessions end."""
    set_session_cookie(response, context.security, recovery.change_password(context, actor, body, visitor))


@router.post(
    "/me/email",
    operation_id="change_email",
    status_code=202,
    dependencies=[JsonBody],
    responses=problems(*_BODY, 404, 429, 503),
)
def change_email(body: EmailChange, context: ContextDep, actor: WriteAccount, visitor: VisitorDep) -> Accepted:
    """Change the address; it counts once the link mailed to it was opened."""
    recovery.change_email(context, actor, body, visitor)
    return Accepted()


@router.post(
    "/me/totp",
    operation_id="begin_second_factor",
    dependencies=[JsonBody],
    responses=problems(*_BODY, 404, 409, 429, 503),
)
def begin_second_factor(
    body: PasswordAgain, context: ContextDep, actor: WriteAccount, visitor: VisitorDep
) -> TotpSetup:
    """Get a secret for an authenticator app. It counts once a code was sent."""
    return second_factor.begin(context, actor, body.password, visitor)


@router.post(
    "/me/totp/confirm",
    operation_id="confirm_second_factor",
    status_code=204,
    dependencies=[JsonBody],
    responses=problems(*_BODY, 404, 409, 429, 503),
)
def confirm_second_factor(
    body: TotpCode, context: ContextDep, actor: WriteAccount, visitor: VisitorDep, response: Response
) -> None:
    """Switch the second factor on with its first code. All other sessions end."""
    set_session_cookie(response, context.security, second_factor.confirm(context, actor, body.code, visitor))


@router.post(
    "/me/totp/remove",
    operation_id="remove_second_factor",
    status_code=204,
    dependencies=[JsonBody],
    responses=problems(*_BODY, 404, 409, 429, 503),
)
def remove_second_factor(
    body: PasswordAgain, context: ContextDep, actor: WriteAccount, visitor: VisitorDep, response: Response
) -> None:
    """Switch the second factor off. Admins can't administer until they add one again."""
    set_session_cookie(response, context.security, second_factor.remove(context, actor, body.password, visitor))


@router.get("/me/export", operation_id="export_me", responses=problems(401, 403, 404, 503))
def export_me(session: ReadSessionDep, actor: ReadAccount) -> dict[str, Any]:
    """Everything stored about the caller."""
    return export.export_person(session, actor.user_id or 0)


@router.post(
    "/me/erase",
    operation_id="erase_me",
    status_code=204,
    dependencies=[JsonBody],
    responses=problems(*_BODY, 404, 409, 429, 503),
)
def erase_me(
    body: PasswordAgain, context: ContextDep, actor: WriteAccount, visitor: VisitorDep, response: Response
) -> None:
    """Erase the caller's account and everything about them, for good."""
    erasure.erase_person(context, actor, recovery.check_password(context, actor, body.password, visitor))
    drop_session_cookie(response, context.security)


@router.get("/tokens", operation_id="list_tokens", responses=problems(401, 403, 503))
def list_tokens(context: ContextDep, actor: ReadAccount) -> Listing[TokenRead]:
    """All of the caller's API tokens that still work."""
    return Listing(items=list(api_tokens.list_tokens(context, actor)), next_cursor=None)


@router.post(
    "/tokens",
    operation_id="create_token",
    status_code=201,
    dependencies=[JsonBody],
    responses=problems(*_BODY, 503),
)
def create_token(body: TokenNew, context: ContextDep, actor: WriteAccount) -> TokenMade:
    """Make an API token. It is shown this once."""
    return api_tokens.create_token(context, actor, body)


@router.delete(
    "/tokens/{token_id}", operation_id="revoke_token", status_code=204, responses=problems(401, 403, 404, 422, 503)
)
def revoke_token(token_id: Id, context: ContextDep, actor: WriteAccount) -> None:
    """End an API token at once."""
    api_tokens.revoke_token(context, actor, token_id)


def _tagged(response: Response, person: PersonRead) -> PersonRead:
    response.headers["ETag"] = versions.etag(person.version)
    return person
