"""Runs the server in this process, and on SQLite its worker beside it."""

import signal
import socket
import sys
from collections.abc import Callable
from contextlib import nullcontext

import structlog
import uvicorn
from fastapi import FastAPI

from app.accounts.oidc import make_provider
from app.context import Context
from app.errors import InvalidSettings
from app.jobs.beside import worker_beside
from app.jobs.names import default_name
from app.main import create_app
from app.security import refuse_unsafe
from app.settings import Settings
from app.start import start
from app.web.operator import operator_of

GRACE = 8
"""Seconds requests under way get after SIGTERM."""

log = structlog.get_logger()


def serve(settings: Settings, host: str, port: int, *, build: Callable[[Context], FastAPI] | None = None) -> None:
    """Serve until SIGTERM or SIGINT. Raises `NotLoopback`, `InvalidSettings` where that would be unsafe."""
    refuse_unsafe(settings, host)
    listening = _bind(host, port)
    context = start(settings)
    context.security.erasures.sync(context.sessions)
    if build is None:
        provider = make_provider(settings, context.security.public_url)
        app = create_app(
            context, provider=provider, operator=operator_of(settings), metrics_token=settings.metrics_token
        )
    else:
        app = build(context)
    log.info("serving", url=f"http://{host}:{listening.getsockname()[1]}", docs="/docs")
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=GRACE,
        lifespan="on",
    )
    name = default_name(str(listening.getsockname()[1]))
    # uvicorn raises the signal again once requests under way have ended; the default would leave without further ado.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with worker_beside(name) if settings.worker_inside else nullcontext():
        uvicorn.Server(config).run(sockets=[listening])


def _bind(host: str, port: int) -> socket.socket:
    """Take the port before the encoder is loaded, so that a port in use is told at once."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        raise InvalidSettings(reason=f"can't listen on {host}:{port}: {error.strerror}") from None
    return listening
