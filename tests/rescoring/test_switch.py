"""The encoder is switched, and switched back, while people read and write: nobody notices."""

import itertools
import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app import main
from app.clock import Clock
from app.context import Context
from app.rescoring import service
from matching import calibration
from tests import stories
from tests.apps import open_client
from tests.conftest import make_context
from tests.fakes import HashingEncoder
from tests.matches.test_rescoring import assert_exact
from tests.rescoring_runs import hashing_encoders, make_shop, rescore

TEXTS = 8
EVERYTHING_FITS = calibration.Calibration(slope=1.0, middle=0.0, nothing_below=-10.0)
"""Random words fit each other little: no list is to be empty because of that."""


class Reader(threading.Thread):
    """Reads the lists of all texts, one after the other, until it is told to stop."""

    def __init__(self, client: TestClient, paths: list[str]) -> None:
        super().__init__()
        self.client = client
        self.paths = paths
        self.ended = threading.Event()
        self.answers: list[tuple[str, int, Any]] = []

    def run(self) -> None:
        for path in itertools.cycle(self.paths):
            if self.ended.is_set():
                return
            answer = self.client.get(path)
            self.answers.append((path, answer.status_code, answer.json()))

    def finish(self) -> None:
        self.ended.set()
        self.join(60)


@pytest.fixture
def context(engine: Engine, small_lists: None, monkeypatch: pytest.MonkeyPatch) -> Context:
    monkeypatch.setattr(calibration, "packaged", lambda: EVERYTHING_FITS)
    context = make_context(engine, Clock(), encoders=hashing_encoders())
    welfare = stories.organisation(context, "welfare")
    for number in range(TEXTS):
        stories.challenge(context, welfare, stories.words_for(number))
        stories.profile(context, stories.words_for(number + 3))
    return context


# Python's filters of warnings are shared by threads: what FastAPI silences in one would be an error in another.
@pytest.mark.filterwarnings("default")
def test_a_switch_of_the_encoder_and_back_fails_no_request_and_shows_no_empty_list(
    context: Context, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "FOLLOW_EVERY", 0.05)
    other = make_context(engine, Clock(), encoders=hashing_encoders())
    first = context.ranking.encoder.fingerprint
    second = HashingEncoder(dimension=32, name="other").fingerprint
    worker = make_shop(make_context(engine, Clock(), encoders=hashing_encoders()), name="worker")
    paths = [f"/api/v1/challenges/{number}/matches" for number in range(1, TEXTS + 1)]
    with open_client(context) as one, open_client(other) as two:
        for client in (one, two):  # routes are built at the first request, not by two threads at once
            assert client.get(paths[0]).status_code == 200
        readers = [Reader(client, paths) for client in (one, two)]
        for reader in readers:
            reader.start()
        generations = [rescore(worker.ground, encoder="other").generation]  # type: ignore[arg-type]
        written = [stories.profile(context, stories.words_for(1)), stories.profile(other, stories.words_for(2))]
        assert two.get("/readyz").json()["encoder"] == second
        generations.append(service.roll_back(worker, stories.OPERATOR))
        written.append(stories.profile(other, stories.words_for(4)))
        assert one.get("/readyz").json()["encoder"] == first
        for reader in readers:
            reader.finish()
    answers = [answer for reader in readers for answer in reader.answers]
    assert {status for _, status, _ in answers} == {200}
    assert all(body["items"] for _, _, body in answers)
    assert {body["generation"] for _, _, body in answers} >= set(generations)
    assert len(written) == 3
    assert_exact(context.sessions)
