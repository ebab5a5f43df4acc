"""The most a request may bring.

Starlette has such a middleware as well; it answers in plain text, whatever the error handlers say.
"""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TOO_LARGE = 413


class BodyLimitMiddleware:
    """Let whoever reads a body of more than `limit` bytes fail with 413, before it is in memory."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "")
        too_large = stated.isdecimal() and int(stated[:20]) > self.limit
        received = 0

        async def receive_some() -> Message:
            nonlocal received
            if too_large:
                raise HTTPException(_TOO_LARGE)
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.limit:
                raise HTTPException(_TOO_LARGE)
            return message

        await self.app(scope, receive_some, send)
