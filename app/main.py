"""The one place that wires the web application."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import structlog
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.concurrency import run_in_threadpool

from app import __version__
from app.accounts.oidc import Provider
from app.api import (
    accounts,
    administration,
    alerts,
    challenges,
    decisions,
    docs_page,
    health,
    introductions,
    matches,
    members,
    metrics,
    organisations,
    problem_details,
    profiles,
    reports,
    rescoring,
    sign_in,
)
from app.api import provider as provider_routes
from app.api.body_limit import BodyLimitMiddleware
from app.api.faults import FaultMiddleware
from app.api.guards import GuardMiddleware
from app.api.headers import HeadersMiddleware
from app.api.request_id import RequestIdMiddleware
from app.auth.actor import Actor
from app.auth.identify import Credentials, identify
from app.context import Context, Ground
from app.profiles.confirmation import pause_unconfirmed
from app.web import pages
from app.web.operator import Operator

MAX_BODY = 1_000_000
"""Bytes of a request body."""
EXPIRY_EVERY = 600.0
"""Seconds between two looks for challenges whose last day is over and profiles that nobody confirmed."""
FOLLOW_EVERY = 1.0
"""Seconds between two looks whether another ranking is active or coming."""

DESCRIPTION = """
Staff of welfare organisations describe a **challenge** in their own words, startups keep a **profile** of what they can
do; both are matched by meaning, in German and English, and each side reads a ranked list.

Errors are problem details (RFC 9457) in German or English as `Accept-Language` says. Changes need the `ETag` that was
read as `If-Match`. Creating posts take an `Idempotency-Key`, so that sending twice creates once.

Sign in at `POST /sessions` for a cookie, or send an API token as `Authorization: Bearer ...`. What belongs to others
looks like what does not exist.
"""

log = structlog.get_logger()


Identify = Callable[[Ground, Credentials], Actor | None]

ROUTERS = (
    sign_in.router,
    provider_routes.router,
    accounts.router,
    members.router,
    organisations.router,
    challenges.router,
    profiles.router,
    matches.router,
    decisions.router,
    introductions.router,
    alerts.router,
    reports.router,
    administration.router,
    rescoring.router,
    rescoring.rankings,
)


def create_app(
    context: Context,
    identify_by: Identify = identify,
    provider: Provider | None = None,
    operator: Operator | None = None,
    metrics_token: SecretStr | None = None,
) -> FastAPI:
    """Return the application on top of a started context."""
    app = FastAPI(
        title="Passgenau",
        version=__version__,
        summary="Pairs social organisations with startups.",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        # Requests without Content-Type get the 415 of require_json, which says what to do.
        strict_content_type=False,
    )
    app.state.context = context
    app.state.identify = identify_by
    app.state.provider = provider
    app.state.operator = operator or Operator()
    app.add_middleware(FaultMiddleware)
    app.add_middleware(BodyLimitMiddleware, limit=MAX_BODY)
    app.add_middleware(GuardMiddleware)
    app.add_middleware(HeadersMiddleware)
    app.add_middleware(RequestIdMiddleware)
    app.add_middleware(metrics.MetricsMiddleware)
    problem_details.install(app)
    app.include_router(health.router)
    for router in ROUTERS:
        app.include_router(router, prefix="/api/v1")
    pages.install(app)
    metrics.install(app, metrics_token)
    docs_page.install(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: Context = app.state.context
    ending = asyncio.Event()
    tasks = [
        asyncio.create_task(_regularly("expiry", EXPIRY_EVERY, partial(_expire, context), ending)),
        asyncio.create_task(_regularly("following the ranking", FOLLOW_EVERY, context.ranking.follow, ending)),
    ]
    yield
    ending.set()  # not cancelled: a thread goes on with its session, whatever happens to who waits for it
    await asyncio.gather(*tasks)


def _expire(context: Context) -> None:
    context.ranking.expire_due(context.sessions)
    pause_unconfirmed(context)


async def _regularly(what: str, seconds: float, work: Callable[[], None], ending: asyncio.Event) -> None:
    while not ending.is_set():
        try:
            await run_in_threadpool(work)
        except Exception as error:  # noqa: BLE001  the next round tries again; the server must not end
            log.error("regular work failed", what=what, error=type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(ending.wait(), seconds)
