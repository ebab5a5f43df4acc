"""SQL about what has happened around challenges and waits for a look. The ids are those of the reader's own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from app.matches.bands import GOOD
from app.matches.sides import TABLES
from app.models import Challenge, Decision, Introduction, Match, Message, Profile, RankingGeneration, ToldMatch
from app.models.ranking import GenerationState
from app.vocabulary import DecisionState, IntroductionStatus
from matching.texts import Side


@dataclass(frozen=True, slots=True)
class News:
    """What waits around one challenge, as numbers.

    new: good startups of its list that came or changed lately, and nothing was said to. asked: startups that wait for
    an answer. waiting: own interests nobody has answered yet. messages: talks in which the startup has written last.
    """

    new: int = 0
    asked: int = 0
    waiting: int = 0
    messages: int = 0


def news_of(session: Session, challenge_ids: Collection[int], since: datetime) -> Mapping[int, News]:
    """Return {challenge: news} in one query, however many there are; challenges without any are left out."""
    if not challenge_ids:
        return {}
    parts = (
        _new(challenge_ids, since),
        _interests(challenge_ids, Side.PROFILE, "asked"),
        _interests(challenge_ids, Side.CHALLENGE, "waiting"),
        _talks(challenge_ids),
    )
    found: dict[int, dict[str, int]] = {}
    for challenge_id, what, count in session.execute(union_all(*parts)):
        found.setdefault(challenge_id, {})[what] = count
    return {challenge_id: News(**counts) for challenge_id, counts in found.items()}


def _counted(column: Any, what: str) -> Select[Any]:
    return select(column, literal_column(f"'{what}'"), func.count()).group_by(column)


def _new(challenge_ids: Collection[int], since: datetime) -> Select[Any]:
    """Count as alerts do: a startup that was there when the challenge was last written was seen then."""
    active = select(RankingGeneration.id).where(RankingGeneration.state == GenerationState.ACTIVE).scalar_subquery()
    decided = exists().where(Decision.challenge_id == Match.challenge_id, Decision.profile_id == Match.profile_id)
    return (
        _counted(Match.challenge_id, "new")
        .join(Challenge, Challenge.id == Match.challenge_id)
        .join(Profile, Profile.id == Match.profile_id)
        .join(
            ToldMatch,
            (ToldMatch.challenge_id == Match.challenge_id) & (ToldMatch.profile_id == Match.profile_id),
        )
        .where(
            Match.challenge_id.in_(challenge_ids),
            Match.generation_id == active,
            Match.in_challenge_list,
            Match.fit >= GOOD,
            ToldMatch.side == Side.CHALLENGE,
            ToldMatch.told_at > since,
            Challenge.state == TABLES[Side.CHALLENGE].published,
            Profile.state == TABLES[Side.PROFILE].published,
            Profile.updated_at > Challenge.updated_at,
            ~decided,
        )
    )


def _interests(challenge_ids: Collection[int], side: Side, what: str) -> Select[Any]:
    return _counted(Decision.challenge_id, what).where(
        Decision.challenge_id.in_(challenge_ids), Decision.state == DecisionState.OPEN, Decision.side == side
    )


def _talks(challenge_ids: Collection[int]) -> Select[Any]:
    last = (
        select(Message.side)
        .where(Message.introduction_id == Introduction.id)
        .order_by(Message.id.desc())
        .limit(1)
        .correlate(Introduction)
        .scalar_subquery()
    )
    return _counted(Introduction.challenge_id, "messages").where(
        Introduction.challenge_id.in_(challenge_ids),
        Introduction.status != IntroductionStatus.ENDED,
        last == Side.PROFILE,
    )
