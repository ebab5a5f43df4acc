"""One worker: DBOS in this process, a look for due work every few seconds, and a heartbeat.

The durable cause of a mail is its row in the outbox, of a part of a rescoring run its partition, of retention the hour;
a worker gives each a workflow whose id says what it is for, so that of many workers one does it. Work of a worker that
was not seen for a while is resumed.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import select

from app.auth.actor import SERVICE
from app.context import Context, Ground
from app.errors import AppError, Conflict
from app.jobs import care
from app.jobs.names import default_name
from app.jobs.serializer import JsonSerializer
from app.mail.delivery import Post, deliver, due
from app.mail.senders import make_sender
from app.matches.encoders import Encoders
from app.models import WorkerHeartbeat
from app.privacy import retention
from app.rescoring import cleaning, partitions, runs
from app.rescoring import service as rescoring
from app.rescoring.partitions import Outcome
from app.rescoring.quality import QualityMeter
from app.rescoring.schemas import RunRequest
from app.rescoring.workshop import Workshop
from app.settings import Settings

APPLICATION_VERSION = "1"
"""Raised when the steps of a workflow change: workers of other versions leave each other's work alone."""
QUEUE = "passgenau"
RESCORING = "passgenau-rescoring"
ENQUEUED_AHEAD = 8
"""Partitions that wait in the queue; the rest waits as rows."""
SAME_FOR = 120
"""Seconds after which a partition that is still due gets another workflow, should the first be lost."""
OUT_FOR = 30.0
"""Seconds for which a worker takes nothing more of a run that it can't do."""
NIGHT = timedelta(hours=2)
"""A nightly run that could not begin in this time waits for the next night."""
AGAIN_TONIGHT = timedelta(minutes=10)
"""Between two tries to begin it."""
EVERY = 2.0
"""Seconds between two looks for mails."""
HOUSE_EVERY = 10
"""Looks for mails between two rounds through the house."""
LOST_AFTER = timedelta(seconds=60)
"""A worker that was not seen for so long does not come back."""
OFTEN = frozenset({"new-matches", "digest"})
"""Duties that can be due again within the hour."""
ATTEMPTS = 5
"""How often a workflow is begun before it is left for somebody to look at."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Equipment:
    """What workflows use; DBOS calls them with ids only."""

    ground: Ground
    post: Post
    shop: Workshop
    rescore_at: str
    woken: threading.Event
    """Set by work that may have made more work due."""
    ended: threading.Event


_equipment: Equipment | None = None


def _at_hand() -> Equipment:
    assert _equipment is not None  # noqa: S101  workflows run in a process that works
    return _equipment


@DBOS.workflow(name="deliver_mail", max_recovery_attempts=ATTEMPTS)
def deliver_mail(mail_id: int) -> bool:
    """Send one mail of the outbox."""
    return _deliver(mail_id)


@DBOS.step(name="deliver")
def _deliver(mail_id: int) -> bool:
    return deliver(_at_hand().ground, _at_hand().post, mail_id)


@DBOS.workflow(name="apply_retention", max_recovery_attempts=ATTEMPTS)
def apply_retention() -> dict[str, int]:
    """Delete what is over its time."""
    return _apply_retention()


@DBOS.step(name="retention")
def _apply_retention() -> dict[str, int]:
    return retention.apply(_at_hand().ground)


@DBOS.workflow(name="rescore_partition", max_recovery_attempts=ATTEMPTS)
def rescore_partition(run_id: int, number: int) -> str:
    """Do one partition of a rescoring run."""
    return _rescore_partition(run_id, number)


@DBOS.step(name="partition")
def _rescore_partition(run_id: int, number: int) -> str:
    outcome = partitions.work_on(_at_hand().shop, run_id, number)
    _at_hand().woken.set()  # what comes next need not wait for the next look
    if outcome is Outcome.PASSED_ON:
        _at_hand().ended.wait(OUT_FOR)  # else it would take one after the other from those who can
    return outcome.value


@DBOS.workflow(name="clear_rankings", max_recovery_attempts=ATTEMPTS)
def clear_rankings() -> int:
    """Delete rankings nobody can return to."""
    return _clear_rankings()


@DBOS.step(name="clear")
def _clear_rankings() -> int:
    return cleaning.clear_away(_at_hand().ground.sessions)


@DBOS.workflow(name="rescore_nightly", max_recovery_attempts=ATTEMPTS)
def rescore_nightly() -> int | None:
    """Begin the run of the night."""
    return _rescore_nightly()


@DBOS.step(name="nightly")
def _rescore_nightly() -> int | None:
    shop = _at_hand().shop
    try:
        begin = tonight(_at_hand().rescore_at, shop.ground.clock.now())
        if begin is None or runs.has_begun_since(shop.ground, begin):
            return None
        return runs.request_run(shop.ground, shop.encoders, SERVICE, RunRequest(activate=True))
    except Conflict as reason:
        log.info("no nightly run yet", reason=reason.code)
    except Exception as error:  # noqa: BLE001  whatever it is, somebody should read of it, and it is tried again
        log.error("no nightly run yet", reason=error.code if isinstance(error, AppError) else type(error).__name__)
    return None


@DBOS.workflow(name="care", max_recovery_attempts=ATTEMPTS)
def take_care(duty: str, piece: list[Any]) -> None:
    """Do one piece of work whose time has come."""
    _take_care(duty, piece)


@DBOS.step(name="care")
def _take_care(duty: str, piece: list[Any]) -> None:
    care.do(_at_hand().ground, duty, piece)


def launch(ground: Ground, settings: Settings, name: str) -> None:
    """Start DBOS on the service's own database."""
    global _equipment  # noqa: PLW0603  DBOS itself is one per process
    post = Post(make_sender(settings), settings.mail_from, settings.operator_email)
    shop = make_shop(ground, settings, name)
    _equipment = Equipment(ground, post, shop, settings.rescore_at, threading.Event(), threading.Event())
    config: DBOSConfig = {
        "name": "passgenau",
        "system_database_url": settings.sqlalchemy_url,
        "application_version": APPLICATION_VERSION,
        "executor_id": name,
        "serializer": JsonSerializer(),
        "enable_otlp": False,
        "log_level": "ERROR",
        "console_log_level": "ERROR",
        "sys_db_pool_size": 5,
        "max_executor_threads": 4,
        "use_listen_notify": False,
    }
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=2, polling_interval_sec=1.0)
    # One at a time: a partition uses all threads of the process.
    DBOS.register_queue(RESCORING, worker_concurrency=1, polling_interval_sec=0.25)


def make_shop(ground: Ground, settings: Settings, name: str) -> Workshop:
    """Return what work on rescoring runs needs; in a server it shares the encoders of requests."""
    encoders = ground.ranking.encoders if isinstance(ground, Context) else Encoders.of_settings(settings)
    indexes = settings.candidates == "database"
    return Workshop(ground, encoders, name, measure=QualityMeter(settings.model_dir), indexes=indexes)


def stop() -> None:
    """Stop DBOS; what is under way is taken up again at the next start."""
    _at_hand().ended.set()
    DBOS.destroy(workflow_completion_timeout_sec=3)


def look_for_care(ground: Ground) -> int:
    """Give a workflow to each piece of work whose time has come. Returns how many there were."""
    pieces = care.due(ground)
    for duty, piece in pieces:
        moment = ground.clock.now()
        # New matches and digests come again and again; everything else is tried once an hour until it is done.
        turn = f"{moment:%Y-%m-%dT%H:%M:%S}" if duty in OFTEN else f"{moment:%Y-%m-%dT%H}"
        with SetWorkflowID("-".join(["care", duty, *map(str, piece), turn])):
            DBOS.enqueue_workflow(QUEUE, take_care, duty, list(piece))
    return len(pieces)


def look_for_work(ground: Ground) -> int:
    """Give a workflow to each mail that is due. Returns how many there were."""
    with ground.sessions.read() as session:
        mails = due(session, ground.clock.now())
    for mail_id, attempts in mails:
        with SetWorkflowID(f"mail-{mail_id}-{attempts}"):
            DBOS.enqueue_workflow(QUEUE, deliver_mail, mail_id)
    return len(mails)


def look_for_partitions(shop: Workshop) -> int:
    """Give a workflow to the partitions of a rescoring run that are due. Returns how many there were."""
    due = rescoring.look(shop, ENQUEUED_AHEAD)
    if due and not shop.can_do(due[0][0]):
        return 0
    slot = int(shop.ground.clock.now().timestamp()) // SAME_FOR
    for run_id, number, attempt in due:
        with SetWorkflowID(f"rescore-{run_id}-{number}-{attempt}-{slot}"):
            DBOS.enqueue_workflow(RESCORING, rescore_partition, run_id, number)
    return len(due)


def keep_house(ground: Ground, name: str) -> None:
    """Show that this worker is alive, have retention applied every hour, take over what others left behind."""
    _beat(ground, name)
    with SetWorkflowID(f"retention-{ground.clock.now():%Y-%m-%dT%H}"):
        DBOS.enqueue_workflow(QUEUE, apply_retention)
    _begin_the_night(ground)
    if (old := cleaning.first_outdated(ground.sessions)) is not None:
        with SetWorkflowID(f"clear-{old}-{int(ground.clock.now().timestamp()) // SAME_FOR}"):
            DBOS.enqueue_workflow(QUEUE, clear_rankings)
    _take_over(ground, name)


def _begin_the_night(ground: Ground) -> None:
    """Ask for the nightly run when it is time, and again while another run is in its way."""
    now = ground.clock.now()
    begin = tonight(_at_hand().rescore_at, now)
    if begin is None or runs.has_begun_since(ground, begin):
        return
    with SetWorkflowID(f"nightly-{begin:%Y-%m-%d}-{(now - begin) // AGAIN_TONIGHT}"):
        DBOS.enqueue_workflow(QUEUE, rescore_nightly)


def tonight(at: str, now: datetime) -> datetime | None:
    """Return when the night began that it is now, also after midnight. None: it is not night, or `at` names no time."""
    if not at:
        return None
    begin = now.replace(hour=int(at[:2]), minute=int(at[3:]), second=0, microsecond=0)
    begin -= timedelta(days=begin > now)
    return begin if now < begin + NIGHT else None


def _beat(ground: Ground, name: str) -> None:
    with ground.sessions.write() as session:
        session.merge(WorkerHeartbeat(name=name, seen_at=ground.clock.now()))


def _take_over(ground: Ground, name: str) -> None:
    """Resume what workers left behind that were not seen for a while."""
    alive_since = ground.clock.now() - LOST_AFTER
    with ground.sessions.read() as session:
        alive = set(session.scalars(select(WorkerHeartbeat.name).where(WorkerHeartbeat.seen_at >= alive_since)))
    for workflow in DBOS.list_workflows(status="PENDING", load_input=False, load_output=False):
        if workflow.executor_id not in alive | {name}:
            log.info("work taken over", workflow=workflow.workflow_id)
            # In its own queue: two partitions at once would each take all threads.
            DBOS.resume_workflow(workflow.workflow_id, queue_name=_queue_of(workflow.name))


def _queue_of(workflow: str) -> str:
    return RESCORING if workflow == "rescore_partition" else QUEUE


class Worker:
    """Looks for work in a thread until it is told to stop."""

    def __init__(self, ground: Ground, name: str) -> None:
        self._ground = ground
        self._name = name
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End within a few seconds."""
        self._stop.set()
        _at_hand().woken.set()
        self._thread.join(5)

    def wait(self) -> None:
        """Wait until somebody stops it."""
        self._stop.wait()

    def _run(self) -> None:
        woken = _at_hand().woken
        next_round = 0.0
        while not self._stop.is_set():
            woken.clear()
            if time.monotonic() >= next_round:
                self._look("house", lambda: keep_house(self._ground, self._name))
                self._look("care", lambda: look_for_care(self._ground))
                next_round = time.monotonic() + HOUSE_EVERY * EVERY
            self._look("mails", lambda: look_for_work(self._ground))
            self._look("partitions", lambda: look_for_partitions(_at_hand().shop))
            woken.wait(EVERY)

    def _look(self, what: str, look: Callable[[], object]) -> None:
        """Look for one kind of work. Whatever goes wrong, this thread must not end while the process lives on."""
        try:
            look()
        except BaseException as error:  # noqa: BLE001  errors of DBOS that its users shall not catch are no `Exception`
            log.error("no look for work", what=what, error=type(error).__name__)


@contextmanager
def working(ground: Ground, settings: Settings, name: str | None = None) -> Iterator[Worker]:
    """Work as long as the block lasts."""
    worker_name = name or default_name()
    launch(ground, settings, worker_name)
    worker = Worker(ground, worker_name)
    worker.start()
    try:
        with rescoring.beating(_at_hand().shop):
            yield worker
    finally:
        worker.stop()
        stop()


def work_once(ground: Ground, settings: Settings, name: str | None = None) -> int:
    """Do what is due and leave. Returns how many mails there were."""
    worker_name = name or default_name()
    launch(ground, settings, worker_name)
    try:
        keep_house(ground, worker_name)
        look_for_care(ground)
        _wait_for(DBOS.list_workflows(status=["ENQUEUED", "PENDING"], load_input=False, load_output=False))
        found = look_for_work(ground)
        with rescoring.beating(_at_hand().shop):
            more = True
            while more:
                more = look_for_partitions(_at_hand().shop) > 0
                _wait_for(DBOS.list_workflows(status=["ENQUEUED", "PENDING"], load_input=False, load_output=False))
        return found
    finally:
        stop()


def _wait_for(workflows: list[Any]) -> None:
    for workflow in workflows:
        handle: Any = DBOS.retrieve_workflow(workflow.workflow_id)
        handle.get_result()
