"""Figures for Prometheus: what this process has measured, and how rescoring and the ranking stand."""

import secrets
import time
from collections.abc import Iterator

from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from pydantic import SecretStr
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import metrics
from app.api.dependencies import ContextDep, ReadPublic
from app.api.problem_details import problems
from app.errors import NotFound
from app.rescoring import figures

router = APIRouter(tags=["Health"])
NO_ROUTE = "none"
"""Template of addresses that nothing is at; their own text would make a time series each."""


class MetricsMiddleware:
    """Measure each request under the template of its route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()

        async def measure(message: Message) -> None:
            if message["type"] == "http.response.start":
                labels = (scope["method"], _template(scope), str(message["status"]))
                metrics.REQUESTS.labels(*labels).observe(time.perf_counter() - started)
            await send(message)

        await self.app(scope, receive, measure)


def _template(scope: Scope) -> str:
    """Return the template of the route that a request went to."""
    # FastAPI keeps the path with the prefixes of all routers here, Starlette that of the last router.
    effective = scope.get("fastapi", {}).get("effective_route_context")
    template: str = getattr(effective or scope.get("route"), "path", NO_ROUTE)
    return template


def install(app: FastAPI, token: SecretStr | None) -> None:
    """Serve the figures to whoever knows the token; without a token to nobody."""
    app.state.metrics_token = token
    app.include_router(router)


@router.get(
    "/metrics",
    operation_id="read_metrics",
    response_class=Response,
    responses=problems(404, 503)
    | {
        200: {
            "description": "Figures in Prometheus' text format",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        }
    },
)
def read_metrics(request: Request, context: ContextDep, _actor: ReadPublic) -> Response:
    """Give figures to a scraper that sends `Authorization: Bearer` and the token of PASSGENAU_METRICS_TOKEN."""
    token: SecretStr | None = request.app.state.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token is None or not secrets.compare_digest(given.encode(), token.get_secret_value().encode()):
        raise NotFound
    with context.sessions.read() as session:
        standing = figures.read(session, context.clock.now())
    shown = CollectorRegistry()
    shown.register(_Standing(standing))
    return Response(generate_latest(metrics.REGISTRY) + generate_latest(shown), media_type=CONTENT_TYPE_LATEST)


class _Standing(Collector):
    """Gauges that were just read from the database."""

    def __init__(self, standing: dict[str, tuple[str, float]]) -> None:
        self._standing = standing

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield them."""
        for name, (text, value) in self._standing.items():
            yield GaugeMetricFamily(name, text, value)
