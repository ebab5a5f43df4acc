"""Routes of signing in with an OpenID provider."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from app.accounts import oidc
from app.api.cookies import set_session_cookie
from app.api.dependencies import ContextDep, ReadPublic, VisitorDep
from app.api.own_path import own_path
from app.api.problem_details import problems
from app.errors import NotFound, ProviderFailed

router = APIRouter(tags=["Signing in"], prefix="/sign-in/provider")

Short = Annotated[str, Query(min_length=1, max_length=2000)]
Target = Annotated[str, Query(alias="next", max_length=1000, description="Path of this service to go on to.")]


@router.get(
    "",
    operation_id="sign_in_with_provider",
    status_code=302,
    response_class=RedirectResponse,
    responses=problems(404, 422, 502, 503),
)
def sign_in_with_provider(
    request: Request, context: ContextDep, _actor: ReadPublic, target: Target = "/"
) -> RedirectResponse:
    """Lead to the configured OpenID provider; 404 where there is none."""
    departure = oidc.depart(context, _provider(request), own_path(target))
    response = RedirectResponse(departure.url, 302)
    response.set_cookie(
        cookie_name(departure.state),
        departure.cookie,
        max_age=oidc.LIFETIME,
        path="/",
        secure=context.security.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return response


@router.get(
    "/callback",
    operation_id="arrive_from_provider",
    status_code=302,
    response_class=RedirectResponse,
    responses=problems(403, 404, 422, 429, 502, 503),
)
def arrive_from_provider(
    request: Request, context: ContextDep, visitor: VisitorDep, _actor: ReadPublic, code: Short, state: Short
) -> RedirectResponse:
    """Come back from the provider: opens a session for the person it names, if they have an account here."""
    provider = _provider(request)
    cookie = request.cookies.get(cookie_name(state))
    if cookie is None:
        raise ProviderFailed
    arrival = oidc.arrive(context, provider, code=code, state=state, cookie=cookie, visitor=visitor)
    response = RedirectResponse(arrival.target, 302)
    response.delete_cookie(cookie_name(state), path="/")
    set_session_cookie(response, context.security, arrival.opened.cookie)
    return response


def _provider(request: Request) -> oidc.Provider:
    provider: oidc.Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound
    return provider


def cookie_name(state: str) -> str:
    """Return the name of the cookie that remembers one departure to the provider."""
    return f"passgenau-provider-{''.join(letter for letter in state[:16] if letter.isalnum())}"
