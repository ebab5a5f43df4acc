"""The real application in its own process, with the encoder that only hashes words.

Run as `python -m tests.hashing_server DATABASE_URL`.
"""

import json
import socket
import sys

import uvicorn

from app.clock import Clock
from app.db.engine import make_engine
from tests.apps import open_app
from tests.conftest import make_context


def main() -> None:
    app = open_app(make_context(make_engine(sys.argv[1]), Clock()))
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    sys.stderr.write(json.dumps({"event": "serving", "url": url}) + "\n")
    uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run(sockets=[listening])


if __name__ == "__main__":
    main()
