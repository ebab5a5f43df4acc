"""What is refused before any route is looked for: foreign hosts, and changes asked for by other sites' pages.

Browsers say where a request comes from in `Sec-Fetch-Site` (https://www.w3.org/TR/fetch-metadata/), older ones in
`Origin`; neither can be set by a page. A change with a cookie and without both is refused.
"""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problem_details import refuse
from app.errors import AppError, CrossOrigin, ForeignHost
from app.security import Security

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({"same-origin", "none"})
PROBES = frozenset({"/livez", "/readyz"})
"""Load balancers ask for these by address."""


class GuardMiddleware:
    """Answer refused requests; let all others through."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "http":
            error = check(scope["app"].state.context.security, scope)
            if error is not None:
                response = await run_in_threadpool(refuse, Request(scope, receive), error)
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)


def check(security: Security, scope: Scope) -> AppError | None:
    """Return why a request is refused, None when it is not."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if scope["path"] not in PROBES and _name(host) not in security.allowed_hosts:
        return ForeignHost()
    if scope["method"] not in SAFE_METHODS and _is_foreign(security, headers, scope["scheme"], host):
        return CrossOrigin()
    return None


def _is_foreign(security: Security, headers: Headers, scheme: str, host: str) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site not in OWN_SITES
    if origin is not None:
        return origin not in {security.public_url, f"{scheme}://{host}"}
    return security.cookie_name in headers.get("cookie", "")


def _name(host: str) -> str:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    return f"[{name}]" if ":" in name else name
