"""The worker of a server on SQLite: a process of its own, so that no request shares an interpreter with a run.

It ends with its server, however that ends: it holds the other end of a pipe.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import structlog

RESTARTED_AFTER: Final = 5.0
"""Seconds between the end of a worker that broke and the start of the next."""
PATIENCE: Final = 3.0
"""Seconds a worker gets to end after SIGTERM; what it is at then is taken up again later."""
NICENESS: Final = 10
"""Requests come first where there are not enough cores for both."""

log = structlog.get_logger()


@contextmanager
def worker_beside(name: str, settings: Mapping[str, str] | None = None) -> Iterator[None]:
    """Keep a worker process alive as long as the block lasts. settings: environment variables of its own."""
    ended = threading.Event()
    keeper = threading.Thread(
        target=_keep, args=(name, os.environ | (settings or {}), ended), name="worker-keeper", daemon=True
    )
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _keep(name: str, environment: Mapping[str, str], ended: threading.Event) -> None:
    while not ended.is_set():
        command = [sys.executable, "-m", "app.cli", "worker", "--name", name, "--beside-server"]
        with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE) as process:  # noqa: S603  our own program
            while process.poll() is None and not ended.wait(0.5):
                pass
            if process.poll() is None:
                _end(process)
        if process.returncode == 0:
            return
        if not ended.is_set():
            log.error("worker ended", status=process.returncode, restarted_after=RESTARTED_AFTER)
            ended.wait(RESTARTED_AFTER)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


def follow_server() -> None:
    """Give way to the server that started this worker, and end at once when it is gone; work is taken up again."""
    os.nice(NICENESS)
    threading.Thread(target=_end_with_server, name="server-watch", daemon=True).start()


def _end_with_server() -> None:
    while os.read(sys.stdin.fileno(), 1):  # nothing is ever written; it ends when the other end is closed
        pass
    os._exit(0)
