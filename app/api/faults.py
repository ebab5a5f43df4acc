"""Unexpected errors as problem details that tell nothing of the inside.

Starlette answers them outside all middleware, where they would lack the headers and the request's number.
"""

import structlog
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import errors
from app.api.problem_details import render

log = structlog.get_logger()


class FaultMiddleware:
    """Answer what nobody caught, unless an answer has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:
            if begun:
                raise
            # Its text may hold what somebody wrote; the class has to do.
            log.error("unexpected error", error=type(error).__name__, path=scope["path"])
            await render(Request(scope), errors.AppError())(scope, receive, send)
