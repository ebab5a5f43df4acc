"""The encoder of the demonstration data is switched and switched back with real processes, while somebody reads."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from app.settings import Settings
from matching.bundled_model import ensure_bundled_model
from tests.servers import environment, run_command, servers

pytestmark = [pytest.mark.functional, pytest.mark.encoder, pytest.mark.long]
MOST = 0.5
"""Share of lists that have to hold something good before, so that an empty one would be seen."""


class Reader(threading.Thread):
    """Reads lists over and over, as fast as they come."""

    def __init__(self, client: httpx.Client, paths: list[str]) -> None:
        super().__init__(daemon=True)
        self.client, self.paths = client, paths
        self.ended = threading.Event()
        self.failed: list[str] = []
        self.rounds = 0

    def run(self) -> None:
        while not self.ended.is_set():
            for path in self.paths:
                answer = self.client.get(path)
                if answer.status_code != 200 or not answer.json()["items"]:
                    self.failed.append(f"{path}: {answer.status_code} {answer.text[:200]}")
            self.rounds += 1

    def after(self, step: Callable[[], Any]) -> int:
        """Do a step and wait until everything was read twice since. Returns how often everything was read meanwhile."""
        before = self.rounds
        step()
        meanwhile = self.rounds - before
        while self.rounds < before + meanwhile + 3:
            self.ended.wait(0.1)
        return meanwhile


def lists(client: httpx.Client) -> dict[str, list[int]]:
    """The partners of each challenge that has good ones."""
    found = {}
    for challenge in client.get("/api/v1/challenges", params={"limit": 100}).json()["items"]:
        path = f"/api/v1/challenges/{challenge['id']}/matches?limit=5"
        items = client.get(path).json()["items"]
        if items and items[0]["band"] == "very_good":
            found[path] = [item["profile"]["id"] for item in items]
    return found


def test_an_encoder_is_switched_under_constant_reads_and_rolled_back_in_one_command(tmp_path: Path) -> None:
    env = environment(f"sqlite:///{tmp_path / 'service.sqlite3'}", PASSGENAU_DATA_DIR=str(tmp_path))
    run_command(env, "migrate")
    run_command(env, "seed-demo")
    with servers(1, env | {"PASSGENAU_WORKER": "outside"}) as (server,), server.client() as client:
        before = lists(client)
        assert len(before) > 59 * MOST
        reader = Reader(client, list(before))
        reader.start()
        # The same weights of the model without the second encoder beside it: other vectors of another length.
        other = str(ensure_bundled_model(Settings().model_dir))
        ran: list[dict[str, Any]] = []
        assert reader.after(
            lambda: ran.append(json.loads(run_command(env, "rescore", "--encoder", other, "--json")))
        ), "they read while it ran"
        assert ran[0]["state"] == "complete"
        reader.after(lambda: run_command(env, "rescore", "activate", str(ran[0]["id"]), "--force"))
        switched = lists(client)
        assert switched != before
        assert [name["encoder"] for name in [client.get(f"/api/v1/rescoring-runs/{ran[0]['id']}").json()]] == [other]
        reader.after(lambda: run_command(env, "rescore", "rollback"))
        assert lists(client) == before
        reader.ended.set()
        reader.join(60)
        assert reader.failed == []
