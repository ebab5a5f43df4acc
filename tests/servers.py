"""Real processes of the service, as people start them."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import httpx2 as httpx

from tests.forked import Forked

PASSGENAU = Path(sys.executable).parent / "passgenau"
ROOT = Path(__file__).parent.parent
PATIENCE = 300
"""Seconds a process may take to start on a busy machine."""


def environment(database_url: str, **settings: str) -> dict[str, str]:
    """The environment of a process: of PASSGENAU_* around the tests only the folder of the unpacked model stays."""
    kept = {"PASSGENAU_MODEL_DIR"}
    own = {name: value for name, value in os.environ.items() if not name.startswith("PASSGENAU_") or name in kept}
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PYTHONUNBUFFERED": "1"}
    defaults = {"PASSGENAU_DATABASE_URL": database_url, "PASSGENAU_LOG_FORMAT": "json", "PASSGENAU_THREADS": "1"}
    return own | offline | defaults | settings


def command(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run `passgenau` to its end."""
    return subprocess.run(
        [PASSGENAU, *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=900, check=False
    )


def run_command(env: dict[str, str], *words: str) -> str:
    """Run `passgenau`, which must succeed. Returns what it prints."""
    done = command(env, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Server:
    """A server process. Its log is read until it says where it listens, and kept."""

    def __init__(self, process: subprocess.Popen[str] | Forked) -> None:
        self.log: list[str] = []
        self.process = process
        self._address: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._url: str | None = None

    @classmethod
    def run(cls, words: Sequence[str | Path], env: dict[str, str]) -> Self:
        """Start it by a command."""
        return cls(subprocess.Popen(words, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True))

    @property
    def url(self) -> str:
        """Where it listens; waits until it does."""
        if self._url is None:
            self._url = self._address.get(timeout=PATIENCE)
            assert self._url is not None, "".join(self.log)
        return self._url

    def client(self) -> httpx.Client:
        """A client; its first connection is tried again while the server takes its last step."""
        return httpx.Client(base_url=self.url, timeout=60, transport=httpx.HTTPTransport(retries=8))

    def wait(self, timeout: float) -> int:
        """Wait for the end of the process. Returns its exit status."""
        status = self.process.wait(timeout)
        self._reader.join()
        return status

    def kill(self) -> None:
        """SIGKILL, and wait."""
        self.process.kill()
        self.wait(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            if '"event": "serving"' in line:
                self._address.put(json.loads(line)["url"])
        self._address.put(None)


@contextmanager
def servers(count: int, env: dict[str, str], *, signed_in: bool = False) -> Iterator[list[Server]]:
    """Several servers on one database, started side by side; killed when they still run at the end.

    signed_in: `passgenau serve` as people start it; else every caller is the operator.
    """
    words = [PASSGENAU, "serve", "--port", "0"] if signed_in else [sys.executable, "-m", "tests.operator_server"]
    started = [Server.run(words, env) for _ in range(count)]
    try:
        yield started
    finally:
        for server in started:
            server.kill()
