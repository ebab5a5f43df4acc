"""Takes a report about a barrier and has it mailed to the operator."""

from sqlalchemy.exc import IntegrityError

from app.accounts.people import Visitor
from app.accounts.sign_in import admit
from app.auth.actor import Actor
from app.barriers.schemas import BarrierReportWrite
from app.context import Ground
from app.mail.outbox import queue_report
from app.models import BarrierReport

NOUN = "barrier_report"


def report_barrier(ground: Ground, actor: Actor, given: BarrierReportWrite, visitor: Visitor, key: str | None) -> None:
    """Put a report into the outbox; the same form sent again does nothing. Raises `TooManyTries`.

    key: the same for the same form with the same words, None for one that carried nothing to tell it by.
    """
    # One sender gets the few tries an account has, not the many of an address that a whole facility shares.
    admit(ground, NOUN, visitor.address, visitor)
    now = ground.clock.now()
    report = BarrierReport(form_hash=key, text=given.text, page=given.page, email=given.email)
    try:
        with ground.sessions.write() as session:
            queue_report(session, report, now)
            ground.trail.record(session, actor, now, f"{NOUN}.sent", NOUN, report.mail_id)
    except IntegrityError:
        # A second click on the button: the mail is in the outbox already.
        return
