"""On SQLite a server starts its worker, and the two end together."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.servers import PASSGENAU, Server, environment, run_command

pytestmark = pytest.mark.functional
PATIENCE = 60


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def workers_of(server: Server) -> list[psutil.Process]:
    """The workers a server has started, and not yet seen the end of."""
    children = psutil.Process(server.process.pid).children()
    return [child for child in children if child.status() != psutil.STATUS_ZOMBIE and len(child.cmdline()) > 2]


@pytest.fixture
def server(tmp_path: Path) -> Server:
    env = environment(
        f"sqlite:///{tmp_path / 'service.sqlite3'}", PASSGENAU_DATA_DIR=str(tmp_path), PASSGENAU_WORKER="auto"
    )
    run_command(env, "migrate")
    return Server.run([PASSGENAU, "serve", "--port", "0"], env)


def test_a_worker_lives_as_long_as_its_server(server: Server) -> None:
    try:
        assert server.url
        until(lambda: len(workers_of(server)) == 1)
        (first,) = workers_of(server)
        until(lambda: first.nice() > psutil.Process(server.process.pid).nice())
        first.kill()
        until(lambda: [worker.pid for worker in workers_of(server)] not in ([], [first.pid]))
        (second,) = workers_of(server)
        assert any('"event": "worker ended"' in line for line in server.log)
        server.process.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0
        assert not second.is_running()
    finally:
        server.kill()


def test_a_worker_ends_when_its_server_is_killed(server: Server) -> None:
    try:
        until(lambda: len(workers_of(server)) == 1)
        (worker,) = workers_of(server)
    finally:
        server.kill()
    until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
