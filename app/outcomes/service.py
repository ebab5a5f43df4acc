"""Asks both sides what became of an introduction, and takes the answer by one click."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.accounts import links
from app.alerts.repository import recipients
from app.auth.actor import ANONYMOUS, SERVICE
from app.auth.keys import hash_token
from app.context import Ground
from app.errors import LinkUnusable, OutcomeLinkUsed
from app.mail.outbox import queue_link
from app.models import OneTimeLink, Outcome
from app.outcomes import repository
from app.outcomes.schemas import OutcomeGiven
from app.vocabulary import LinkPurpose, MailTemplate
from matching.texts import Side

NOUN = "outcome"


def due(ground: Ground, session: Session) -> Sequence[int]:
    """Return the questions that are to be asked."""
    return repository.due(session, ground.clock.now())


def ask(ground: Ground, outcome_id: int) -> bool:
    """Mail one side its question, with a link that answers this question only. Returns whether it was asked now."""
    now = ground.clock.now()
    with ground.sessions.write() as session:
        outcome = repository.lock_question(session, outcome_id)
        if outcome is None or outcome.asked_at is not None or outcome.due_at > now:
            return False
        outcome.asked_at = now
        introduction = repository.introduction_of(session, outcome)
        organisation_id, contact = introduction.welfare_id, introduction.welfare_contact_id
        if outcome.side is Side.PROFILE:
            organisation_id, contact = introduction.startup_id, introduction.startup_contact_id
        # One person answers for a side: whoever talks to the other one, else a manager.
        for user_id in recipients(session, organisation_id, contact)[:1]:
            ends = links.lifetime_ends(LinkPurpose.OUTCOME, now)
            link = OneTimeLink(purpose=LinkPurpose.OUTCOME, user_id=user_id, created_at=now, expires_at=ends)
            session.add(link)
            queue_link(session, MailTemplate.OUTCOME, now, link)
            outcome.link_id = link.id
        session.flush()
        _record(ground, session, outcome, "outcome.asked", organisation_id, by_link=False)
        return True


def answer(ground: Ground, given: OutcomeGiven) -> None:
    """Store the answer of a mailed link, once. Raises `LinkUnusable`, `OutcomeLinkUsed`."""
    now = ground.clock.now()
    with ground.sessions.write() as session:
        try:
            link = links.take(session, LinkPurpose.OUTCOME, given.token, now)
        except LinkUnusable:
            if repository.link_was_there(session, hash_token(given.token)):
                raise OutcomeLinkUsed from None
            raise
        outcome = repository.of_link(session, link.id)
        if outcome is None:
            raise OutcomeLinkUsed
        outcome.answer, outcome.answered_at = given.answer, now
        session.flush()
        introduction = repository.introduction_of(session, outcome)
        own = introduction.welfare_id if outcome.side is Side.CHALLENGE else introduction.startup_id
        _record(ground, session, outcome, "outcome.answered", own, by_link=True)


def _record(
    ground: Ground, session: Session, outcome: Outcome, action: str, organisation_id: int, *, by_link: bool
) -> None:
    # A link can be forwarded: the trail says that somebody who had it answered, not who.
    actor = ANONYMOUS if by_link else SERVICE
    ground.trail.record(session, actor, ground.clock.now(), action, NOUN, outcome.id, organisation_id=organisation_id)
