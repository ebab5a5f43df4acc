"""The real application in its own process, with the encoder that only hashes words."""

import json
import socket
import sys

import uvicorn

from app.clock import Clock
from app.db.engine import make_engine
from tests.apps import open_app
from tests.conftest import make_context
from tests.forked import Forked
from tests.servers import Server


def start(database_url: str) -> Server:
    """Start one on a database."""
    return Server(Forked(serve, database_url))


def serve(database_url: str) -> None:
    """Serve until the process ends; says on stderr where."""
    app = open_app(make_context(make_engine(database_url), Clock()))
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    sys.stderr.write(json.dumps({"event": "serving", "url": url}) + "\n")
    sys.stderr.flush()
    uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run(sockets=[listening])
