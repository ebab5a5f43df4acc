"""Opens an introduction, in the transaction of the second yes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.decisions.repository import Pair
from app.models import Introduction, IntroductionStep, Outcome
from app.vocabulary import IntroductionStatus
from matching.texts import Side

OUTCOME_DAYS = (30, 90, 180)
"""After how many days both sides are asked what has become of it."""


def open_introduction(session: Session, pair: Pair, contacts: Mapping[Side, int | None], now: datetime) -> Introduction:
    """Store an introduction with its first step, and the questions about its outcome as rows that become due."""
    introduction = Introduction(
        challenge_id=pair.challenge.id,
        profile_id=pair.profile.id,
        welfare_id=pair.challenge.organisation_id,
        startup_id=pair.profile.organisation_id,
        welfare_contact_id=contacts[Side.CHALLENGE],
        startup_contact_id=contacts[Side.PROFILE],
        status=IntroductionStatus.TALKING,
        opened_at=now,
    )
    session.add(introduction)
    session.flush()
    session.add(
        IntroductionStep(
            introduction_id=introduction.id, status=introduction.status, happened_on=now.date(), created_at=now
        )
    )
    session.add_all(
        Outcome(introduction_id=introduction.id, side=side, day=day, due_at=now + timedelta(days=day))
        for side in Side
        for day in OUTCOME_DAYS
    )
    session.flush()
    return introduction
