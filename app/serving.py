"""Runs the server in this process."""

import socket

import structlog
import uvicorn

from app.errors import InvalidSettings, NotLoopback
from app.main import create_app
from app.settings import Settings, is_loopback
from app.start import start

GRACE = 8
"""Seconds requests under way get after SIGTERM."""

log = structlog.get_logger()


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT. Raises `NotLoopback` for an address others can reach, unless allowed."""
    if not settings.allow_open and not is_loopback(host):
        raise NotLoopback(host=host)
    listening = _bind(host, port)
    app = create_app(start(settings))
    log.info("serving", url=f"http://{host}:{listening.getsockname()[1]}", docs="/docs")
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        lifespan="on",
    )
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
