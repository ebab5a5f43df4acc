"""SQL about pairs that members have decided on, and how far up two rankings have them. Nothing of it names anybody."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.models import Challenge, Decision, Match, Profile
from app.vocabulary import ChallengeState, DecisionAnswer, DecisionReason, DecisionState, ProfileState

ABOUT_FIT: Final = (
    DecisionReason.WRONG_FIELD,
    DecisionReason.WRONG_REGION,
    DecisionReason.TOO_SMALL,
    DecisionReason.TOO_EARLY,
)
"""A no for one of these says that a pair does not fit. The others are about money, papers or the right moment, which
no order of texts can know."""


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """(n,) decided pairs of published texts.

    accepted: bool; false where a side declined for a reason about the fit. before, after: float64 scores in two
    rankings, minus infinity where a pair is so far down that it stands in no list.
    """

    accepted: NDArray[np.bool_]
    before: NDArray[np.float64]
    after: NDArray[np.float64]


def decided_pairs(session: Session, before: int, after: int) -> Decided:
    """Read all pairs that somebody was interested in, or declined for a reason about the fit.

    What was taken back counts for nothing; of a pair with a yes and such a no the no counts.
    """
    declined = and_(Decision.state == DecisionState.STANDING, Decision.reason.in_(ABOUT_FIT))
    interested = and_(Decision.answer == DecisionAnswer.INTERESTED, Decision.state != DecisionState.TAKEN_BACK)
    old, new = aliased(Match), aliased(Match)
    query = (
        select(func.max(case((declined, 1), else_=0)), func.max(old.score), func.max(new.score))
        .join(Challenge, and_(Challenge.id == Decision.challenge_id, Challenge.state == ChallengeState.PUBLISHED))
        .join(Profile, and_(Profile.id == Decision.profile_id, Profile.state == ProfileState.PUBLISHED))
        .where(or_(declined, interested))
        .group_by(Decision.challenge_id, Decision.profile_id)
        .order_by(Decision.challenge_id, Decision.profile_id)
    )
    for match, generation_id in ((old, before), (new, after)):
        query = query.outerjoin(
            match,
            and_(
                match.challenge_id == Decision.challenge_id,
                match.profile_id == Decision.profile_id,
                match.generation_id == generation_id,
            ),
        )
    rows = session.execute(query).all()
    scores = np.array([[-np.inf if score is None else score for score in row[1:]] for row in rows], np.float64)
    accepted = np.array([not row[0] for row in rows], np.bool_)
    before_after = scores.reshape(len(rows), 2)
    return Decided(accepted, before_after[:, 0], before_after[:, 1])
