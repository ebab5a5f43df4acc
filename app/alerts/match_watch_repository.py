"""SQL about matches that are new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.orm import Session

from app.matches.bands import GOOD
from app.matches.sides import TABLES
from app.models import Challenge, CorpusChange, Match, MatchWatch, Profile, ToldMatch
from matching.texts import Side


@dataclass(frozen=True, slots=True)
class GoodMatch:
    """A good match in the list of one side.

    was_seen: the text was written after its partner, so whoever wrote it saw the match in the list.
    """

    side: Side
    challenge_id: int
    profile_id: int
    organisation_id: int
    was_seen: bool

    @property
    def text_id(self) -> int:
        """Return the text whose list it stands in."""
        return self.challenge_id if self.side is Side.CHALLENGE else self.profile_id


def get(session: Session) -> MatchWatch:
    """Return how far was looked; without a generation before the first look. The migration makes the row."""
    return session.scalars(select(MatchWatch)).one()


def lock(session: Session) -> MatchWatch:
    """Return how far was looked, as nobody else changes it until this transaction ends."""
    return session.scalars(select(MatchWatch).with_for_update().execution_options(populate_existing=True)).one()


def changes(session: Session, after: int, upto: int) -> Sequence[tuple[Side, int]]:
    """Return the texts that changed in a range of revisions, in order, each once."""
    query = (
        select(CorpusChange.side, CorpusChange.text_id)
        .where(CorpusChange.revision > after, CorpusChange.revision <= upto)
        .order_by(CorpusChange.revision, CorpusChange.side, CorpusChange.text_id)
    )
    return list(dict.fromkeys((Side(side), text_id) for side, text_id in session.execute(query)))


def good_matches(
    session: Session, generation_id: int, side: Side | None = None, text_id: int | None = None
) -> list[GoodMatch]:
    """Return the matches worth a mail, of all texts or of one, once for each side in whose list they stand."""
    query = (
        select(
            Match.challenge_id,
            Match.profile_id,
            Match.in_challenge_list,
            Match.in_profile_list,
            Challenge.organisation_id,
            Profile.organisation_id,
            Challenge.updated_at,
            Profile.updated_at,
        )
        .join(Challenge, Challenge.id == Match.challenge_id)
        .join(Profile, Profile.id == Match.profile_id)
        .where(Match.generation_id == generation_id, Match.fit >= GOOD, _both_published())
        .order_by(Match.score.desc(), Match.challenge_id, Match.profile_id)
    )
    if side is not None:
        query = query.where(TABLES[side].match_id == text_id)
    found = []
    for challenge, profile, in_challenge, in_profile, welfare, startup, asked, offered in session.execute(query):
        if in_challenge:
            found.append(GoodMatch(Side.CHALLENGE, challenge, profile, welfare, was_seen=offered <= asked))
        if in_profile:
            found.append(GoodMatch(Side.PROFILE, challenge, profile, startup, was_seen=asked <= offered))
    return found


def texts_with_news(session: Session, generation_id: int) -> list[tuple[Side, int]]:
    """Return the texts whose organisation does not know all good matches of a ranking, best match first."""
    told = {tuple(row) for row in session.execute(select(*inspect(ToldMatch).primary_key))}
    new = (m for m in good_matches(session, generation_id) if (m.challenge_id, m.profile_id, m.side) not in told)
    return list(dict.fromkeys((match.side, match.text_id) for match in new))


def is_told(session: Session, match: GoodMatch) -> bool:
    """Tell whether an organisation knows of a match."""
    return session.get(ToldMatch, (match.challenge_id, match.profile_id, match.side)) is not None


def any_told(session: Session, side: Side, text_id: int) -> bool:
    """Tell whether there was a good match for a text before."""
    column = ToldMatch.challenge_id if side is Side.CHALLENGE else ToldMatch.profile_id
    query = select(ToldMatch.told_at).where(column == text_id, ToldMatch.side == side).limit(1)
    return session.scalar(query) is not None


def mark_told(session: Session, match: GoodMatch, now: datetime) -> None:
    """Store that an organisation knows of a match."""
    session.add(ToldMatch(challenge_id=match.challenge_id, profile_id=match.profile_id, side=match.side, told_at=now))


def _both_published() -> ColumnElement[bool]:
    published = Challenge.state == TABLES[Side.CHALLENGE].published
    return published & (Profile.state == TABLES[Side.PROFILE].published)
