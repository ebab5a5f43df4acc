"""All errors of the API as problem+json (RFC 9457), in the language the client prefers."""

import asyncio
import re
from typing import Annotated, Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from app import errors
from app.api.languages import preferred_language
from app.auth.actor import ANONYMOUS
from app.context import Context
from app.validation import field_errors

MEDIA_TYPE = "application/problem+json"
SLOWED_BY = 0.2
"""Seconds after which a try too many is answered."""
FOR_PROGRAMS = ("/api/", "/livez", "/readyz", "/openapi.json", "/docs", "/metrics")
"""Where errors are problem documents; everywhere else they are pages for people."""

ON_THE_WAY = "/api/v1/sign-in/provider"
"""Where a browser is sent from page to page; its errors are pages for whoever accepts one."""

log = structlog.get_logger()


class FieldProblem(BaseModel):
    """What is wrong with one field and what to do."""

    field: Annotated[str, Field(examples=["must_haves.0.value"], description="Dotted path of the field.")]
    code: Annotated[str, Field(examples=["string_too_long"], description="Stable name of the rule.")]
    message: Annotated[str, Field(examples=["Der Text ist zu lang: höchstens 200 Zeichen."])]


class Problem(BaseModel):
    """An error as RFC 9457 describes it. `title` and `detail` are German or English as `Accept-Language` says."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:passgenau:problem:not-found",
                    "title": "Nicht gefunden",
                    "status": 404,
                    "detail": "Unter dieser Adresse gibt es nichts (mehr). Prüfen Sie die Nummer.",
                    "request_id": "5f0c9a1e7b3d4c22",
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldProblem] | None = None


def is_page(path: str, accepted: str = "") -> bool:
    """Tell whether people rather than programs read what is at an address.

    accepted: the media types a client asks for; browsers come to some addresses of programs on their way to a page.
    """
    return not path.startswith(FOR_PROGRAMS) or (path.startswith(ON_THE_WAY) and "text/html" in accepted)


def render(request: Request, error: errors.AppError) -> Response:
    """Return the answer for an expected error, as a page or as a problem document."""
    if is_page(request.scope["path"], request.headers.get("accept", "")):
        page: Response = request.app.state.error_page(request, error)
    else:
        page = render_problem(request, error)
    if isinstance(error, errors.ServiceUnavailable | errors.TooManyTries):
        page.headers["Retry-After"] = str(error.retry_after)
    return page


def render_problem(request: Request, error: errors.AppError) -> JSONResponse:
    """Return an error as problem document."""
    language = preferred_language(request.headers.get("accept-language"))
    title, detail = error.text(language)
    problem = Problem(
        type=f"urn:passgenau:problem:{error.code}",
        title=title,
        status=error.status,
        detail=detail,
        request_id=getattr(request.state, "request_id", ""),
        errors=[
            FieldProblem(field=field.field, code=field.code, message=field.message(language)) for field in error.fields
        ]
        or None,
    )
    headers = {"Content-Language": language.value, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    if error.status == errors.NotSignedIn.status:
        headers["WWW-Authenticate"] = 'Bearer realm="Passgenau"'
    return JSONResponse(problem.model_dump(exclude_none=True), error.status, media_type=MEDIA_TYPE, headers=headers)


def refuse(request: Request, error: errors.AppError) -> Response:
    """Return the answer for an expected error, and keep in the audit trail that somebody was refused."""
    keep_refusal(request, error)
    return render(request, error)


def keep_refusal(request: Request, error: errors.AppError) -> None:
    """Keep in the audit trail that somebody was refused, where that matters."""
    if error.audited is not None:
        context: Context = request.app.state.context
        try:
            with context.sessions.write() as session:
                actor = getattr(request.state, "actor", None) or ANONYMOUS
                context.trail.record(session, actor, context.clock.now(), error.audited, "request")
        except SQLAlchemyError as failure:
            # The refusal stands, whatever became of its record.
            log.error("refusal not recorded", error=type(failure).__name__, action=error.audited)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that can answer with these error statuses."""
    texts = {
        400: "The request can't be read",
        401: "Nobody is signed in, or the sign-in was refused",
        403: "May be seen but not done",
        404: "There is no such thing",
        405: "The address does not know the method",
        409: "The state does not allow it",
        410: "It was there and is over",
        412: "Somebody else changed it in between",
        413: "The body is over 1 MB",
        415: "The body is not JSON",
        422: "A field is malformed; `errors` names it",
        428: "`If-Match` is missing",
        429: "Too many at once; wait, for `Retry-After` seconds where it is given",
        502: "Another service did not answer as it should",
        503: "Not ready; try again after `Retry-After` seconds",
    }
    return {
        status: {
            "description": texts[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def methods_at(app: FastAPI, path: str) -> set[str]:
    """Return the methods of all routes at an address; Starlette names only those of the first one."""
    compiled: list[tuple[re.Pattern[str], set[str]]] | None = getattr(app.state, "compiled_paths", None)
    if compiled is None:
        # Routes stay as they are once there are requests, and compiling all of them takes some milliseconds.
        compiled = [
            (compile_path(route.path)[0], set(route.methods))
            for route in iter_route_contexts(app.routes)
            if route.methods and route.path
        ]
        app.state.compiled_paths = compiled
    return {method for pattern, methods in compiled if pattern.match(path) for method in methods}


def install(app: FastAPI) -> None:
    """Register the handlers."""

    @app.exception_handler(errors.TooManyTries)
    async def slowed_down(request: Request, error: errors.TooManyTries) -> Response:
        # Waiting costs the service nothing, and a flood most of its speed.
        response = await run_in_threadpool(refuse, request, error)
        await asyncio.sleep(SLOWED_BY)
        return response

    @app.exception_handler(errors.AppError)
    def expected(request: Request, error: errors.AppError) -> Response:
        return refuse(request, error)

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        found = error.errors()
        if found and found[0]["type"] == "json_invalid":
            return render(request, errors.MalformedJson(position=found[0]["loc"][-1]))
        return render(request, errors.MalformedInput(fields=field_errors(found)))

    @app.exception_handler(HTTPException)
    def framework(request: Request, error: HTTPException) -> Response:
        known: dict[int, type[errors.AppError]] = {
            400: errors.BadRequest,
            404: errors.NotFound,
            405: errors.MethodNotAllowed,
            413: errors.BodyTooLarge,
        }
        response = render(request, known.get(error.status_code, errors.AppError)())
        if error.headers:
            response.headers.update(error.headers)
        if error.status_code == errors.MethodNotAllowed.status and (
            methods := methods_at(request.app, request.scope["path"])
        ):
            response.headers["Allow"] = ", ".join(sorted(methods))
        return response

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    def database_away(request: Request, error: DBAPIError) -> Response:
        log.error("database unavailable", error=type(error).__name__)
        return render(request, errors.ServiceUnavailable())
