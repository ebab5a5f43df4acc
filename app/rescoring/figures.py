"""How the ranking and the runs stand, as numbers to watch."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.matches import corpus_repository, generations
from app.matches.sides import TABLES
from app.models import MailOutbox, WorkerHeartbeat
from app.models.rescoring import PartitionState
from app.rescoring import repository
from app.rescoring.progress import measure
from matching.matcher import Matcher
from matching.texts import Side


def read(session: Session, now: datetime) -> dict[str, tuple[str, float]]:
    """Return {name: (what it is, value)}."""
    run = repository.under_way(session)
    tallies = repository.tallies(session, run.id) if run else []
    progress = measure(tallies, now)
    waiting = sum(tally.partitions for tally in tallies if tally.state == PartitionState.QUEUED)
    failed = sum(tally.partitions for tally in tallies if tally.state == PartitionState.FAILED)
    active = generations.active(session)
    since = active.activated_at if active else None
    seen = session.scalar(select(func.max(WorkerHeartbeat.seen_at)))
    mails = select(func.count(MailOutbox.id)).where(MailOutbox.sent_at.is_(None), MailOutbox.failed_at.is_(None))
    found = {
        "passgenau_run_under_way": ("1 while a rescoring run is queued or running.", float(run is not None)),
        "passgenau_run_partitions": ("Partitions of the run under way.", progress.partitions),
        "passgenau_run_partitions_done": ("Partitions of the run under way that are done.", progress.partitions_done),
        "passgenau_run_pairs": ("Pairs the run under way has scored.", progress.pairs),
        "passgenau_queue_partitions": ("Partitions of the run under way that wait for a worker.", waiting),
        "passgenau_partitions_failed": ("Partitions of the run under way that somebody has to look at.", failed),
        "passgenau_queue_mails": ("Mails that are not sent yet.", session.scalar(mails) or 0),
        "passgenau_corpus_revision": ("Revision of the corpus.", corpus_repository.current_revision(session)),
        "passgenau_ranking": ("Number of the ranking that readers see.", active.id if active else 0),
        "passgenau_ranking_made_otherwise": (
            "1 while the ranking that readers see was made by other rules than this program's: nothing enters it.",
            float(active is not None and active.scoring != generations.scoring_of(Matcher())),
        ),
        "passgenau_ranking_age_seconds": (
            "Seconds since the ranking that readers see was activated.",
            (now - since).total_seconds() if since else 0,
        ),
        "passgenau_worker_seen_seconds_ago": (
            "Seconds since any worker was seen; -1: never.",
            (now - seen).total_seconds() if seen else -1,
        ),
    }
    for side in Side:
        table = TABLES[side]
        count = session.scalar(select(func.count(table.text.id)).where(table.text.state == table.published)) or 0
        found[f"passgenau_published_{side.value}s"] = (f"Published {side.value}s.", count)
    return {name: (text, float(value)) for name, (text, value) in found.items()}
