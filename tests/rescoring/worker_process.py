"""A worker on rescoring runs in its own process, with encoders that only hash words."""

import json
import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, func, select

from app import logging
from app.auth.keys import Keys
from app.clock import Clock
from app.context import Ground
from app.db.engine import make_engine
from app.db.session import Sessions
from app.jobs import worker
from app.matches.encoders import Encoders
from app.models import RescoringRun
from app.rescoring import comparison, repository, service
from app.rescoring.workshop import Workshop
from app.security import Security
from app.settings import Settings
from tests.fakes import HashingEncoder
from tests.rescoring_runs import make_shop
from tests.small_lists import shrink

NIGHTS = {"night": 2, "night3": 3}
"""Runs there are as soon as that of the night has begun."""
LOST_AFTER = 1.5
PAUSE = 0.03
"""Seconds at each point, so that kills at random moments fall everywhere."""


def open_ground(engine: Engine) -> Ground:
    return Ground(Sessions(engine), Clock(), Security(Keys(b"a secret of the tests, no other")))


def work_until(url: str, point: str) -> None:
    """Work on the run that is under way, without DBOS, and die by SIGKILL at a point."""
    shrink()
    ground = open_ground(make_engine(url))

    def die(reached: str) -> None:
        if reached == point:
            os.kill(os.getpid(), signal.SIGKILL)

    shop = make_shop(ground, name=f"{point}-{os.getpid()}", reach=die, lost_after=timedelta(seconds=-1))
    with ground.sessions.read() as session:
        run = repository.under_way(session)
    if run is not None:
        service.work_off(shop, run.id)


def runs_so_far(ground: Ground) -> int:
    with ground.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(RescoringRun)) or 0


def stop_between_writes(again: Path) -> None:
    """Stop this process, and once more for each file `again` that is there when it goes on.

    One of its threads may hold the lock of SQLite when it stops, which would lock everybody out.
    """
    _stop()
    while again.exists():
        again.unlink()
        _stop()


def _stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(0.1)  # the signal may reach another thread first


def work(url: str, name: str, version: str, how: str, again: Path) -> None:
    """Work as a worker with DBOS does.

    how: `run`; `stop:POINT` to be stopped (SIGSTOP) at the first such point, again as long as a file `again` is there;
    `night:HH:MM` to work on the run of the night, the second there is, until it ended; `night3:HH:MM` where it is the
    third; `stuck` to work for ever without the encoder of the run.
    """
    logging.configure("json")
    shrink()
    worker.APPLICATION_VERSION = version
    worker.EVERY = 0.3
    worker.SAME_FOR = 5  # what waits for a version that is gone waits no longer
    worker.AGAIN_TONIGHT = timedelta(seconds=1)
    service.BEAT_EVERY = 0.3
    # Random words hardly fit each other: which of them readers see is chance, and no reason to hold a run back here.
    comparison.THRESHOLDS = {**comparison.THRESHOLDS, "lost_share": 1.0, "emptied_share": 1.0}
    kind, _, point = how.partition(":")

    def reach(reached: str) -> None:
        if kind == "stop" and reached == point:
            sys.stderr.write(json.dumps({"event": "stopping"}) + "\n")
            sys.stderr.flush()
            stop_between_writes(again)
        time.sleep(PAUSE)

    def shop(ground: Ground, _settings: Settings, own_name: str) -> Workshop:
        made = make_shop(ground, name=own_name, reach=reach, lost_after=timedelta(seconds=LOST_AFTER))
        if kind == "stuck":
            made.encoders = Encoders.only(HashingEncoder(), "hashing")
        return made

    worker.make_shop = shop
    ground = open_ground(make_engine(url))
    settings = Settings(database_url=url, rescore_at=point if kind in NIGHTS else "")  # type: ignore[arg-type]
    with worker.working(ground, settings, name):
        sys.stderr.write(json.dumps({"event": "working"}) + "\n")
        sys.stderr.flush()
        while kind in NIGHTS and runs_so_far(ground) < NIGHTS[kind]:
            time.sleep(0.1)
        while service.is_any_under_way(ground):
            time.sleep(0.1)
        time.sleep(0.5 if kind == "stop" else 0)
