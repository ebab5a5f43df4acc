"""A flood of wrong passwords: how many tries pass the limit, and what other people notice of it."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from app.auth.throttle import PER_ACCOUNT
from app.benchmarks.report import Report
from app.settings import Settings

PROCESSES = 4
TRIES = 200
"""By each of the flooding clients."""
OTHERS = 150
"""Requests of somebody else, before the flood and during it."""
PACE = 0.1
"""Seconds between two requests of somebody else."""
EMAIL = "flooded@passgenau.example"
PASSWORD = "ein Kennwort nur zum Messen"  # noqa: S105  of an account that lives as long as the measurement


def measure(settings: Settings) -> Report:
    """Flood four server processes on one database with tries for one account."""
    with tempfile.TemporaryDirectory() as folder, _servers(settings, Path(folder)) as addresses:
        session = _sign_in(addresses[0])
        before = _others(addresses[0], session)
        statuses: list[int] = []
        flood = [threading.Thread(target=_flood, args=(address, statuses)) for address in addresses]
        for client in flood:
            client.start()
        during = _others(addresses[0], session)
        for client in flood:
            client.join()
    accepted = sum(status != 429 for status in statuses)  # noqa: PLR2004
    # The measured account signed in once before, and its tries were forgiven.
    allowed = min(limit.tries for limit in PER_ACCOUNT)
    return Report(
        figures={
            "accepted_over_limit": float(max(0, accepted - allowed)),
            "accepted": float(accepted),
            "tries": float(len(statuses)),
            "other_p95_ratio": round(float(np.percentile(during, 95) / np.percentile(before, 95)), 3),
            "other_p95_ms": round(float(np.percentile(during, 95)) * 1000, 2),
            "other_p95_before_ms": round(float(np.percentile(before, 95)) * 1000, 2),
        },
        baseline="GET /api/v1/me of another session on one of the four servers just before the flood, same pace",
    )


@contextmanager
def _servers(settings: Settings, folder: Path) -> Iterator[list[str]]:
    passgenau = Path(sys.executable).parent / "passgenau"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PASSGENAU_")}
    env = kept | {
        "PASSGENAU_DATA_DIR": str(folder),
        "PASSGENAU_MODEL_DIR": str(settings.model_dir),
        "PASSGENAU_ADMIN_PASSWORD": PASSWORD,
        "PASSGENAU_LOG_FORMAT": "json",
        "PASSGENAU_WORKER": "outside",
        "PASSGENAU_THREADS": "1",
    }
    for words in (["migrate"], ["create-admin", EMAIL]):
        subprocess.run([passgenau, *words], env=env, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    started = [
        subprocess.Popen([passgenau, "serve", "--port", "0"], env=env, stderr=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(PROCESSES)
    ]
    try:
        yield [_address(process) for process in started]
    finally:
        for process in started:
            process.kill()
            process.communicate()


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None  # noqa: S101  it was asked for
    for line in process.stderr:
        if '"event": "serving"' in line:
            # What else it says is read away, or it would wait for a reader.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            url: str = json.loads(line)["url"]
            _wait_until_ready(url)
            return url
    raise RuntimeError("the server did not start")


def _wait_until_ready(url: str) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=10):  # noqa: S310  our own server
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server is not ready")


def _post(url: str, body: dict[str, str]) -> tuple[int, str]:
    request = urllib.request.Request(  # noqa: S310  our own server
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  our own server
            return answer.status, answer.headers.get("Set-Cookie", "")
    except urllib.error.HTTPError as error:
        return error.code, ""


def _sign_in(url: str) -> str:
    status, cookie = _post(f"{url}/api/v1/sessions", {"email": EMAIL, "password": PASSWORD})
    assert status == 201, status  # noqa: S101, PLR2004  nothing was tried before
    return cookie.partition(";")[0]


def _others(url: str, cookie: str) -> list[float]:
    """Return the seconds of requests of somebody who works in peace."""
    took = []
    for _ in range(OTHERS):
        request = urllib.request.Request(f"{url}/api/v1/me", headers={"Cookie": cookie})  # noqa: S310
        began = time.perf_counter()
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  our own server
            answer.read()
        took.append(time.perf_counter() - began)
        time.sleep(PACE)
    return took


def _flood(url: str, statuses: list[int]) -> None:
    tries = ({"email": EMAIL, "password": f"geraten {number}"} for number in range(TRIES))
    statuses.extend(_post(f"{url}/api/v1/sessions", body)[0] for body in tries)
