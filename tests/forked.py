"""Processes that are copies of one that has imported the service, so that they begin at once."""

import multiprocessing
import os
import subprocess
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import IO

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["tests.hashing_server", "tests.rescoring.worker_process", "tests.jobs.worker_process"]
)


class Forked:
    """A process that runs a function, with what tests use of `subprocess.Popen`."""

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        reading, writing = PROCESSES.Pipe(duplex=False)
        self._process = PROCESSES.Process(target=_run, args=(writing, target, arguments))
        self._process.start()
        writing.close()
        self.stderr: IO[str] = os.fdopen(os.dup(reading.fileno()), encoding="utf-8", errors="replace")
        reading.close()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def poll(self) -> int | None:
        """Return its exit status, None while it runs."""
        return self._process.exitcode

    def finish(self, timeout: float) -> tuple[int, str]:
        """Wait for its end. Returns its exit status and what it has written since somebody read."""
        end = threading.Timer(timeout, self.kill)  # ends reading, too
        end.start()
        log = self.stderr.read()
        end.cancel()
        self.stderr.close()
        return self.wait(60), log

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Returns its exit status. Raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(str(self._process), timeout or 0)
        return self._process.exitcode


def _run(log: Connection, target: Callable[..., None], arguments: tuple[object, ...]) -> None:
    os.dup2(log.fileno(), 2)
    log.close()
    target(*arguments)
