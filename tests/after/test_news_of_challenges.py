"""What waits around a challenge, counted in one query on both databases."""

from datetime import timedelta

from app.auth.actor import OPERATOR
from app.challenges.news_repository import News, news_of
from app.context import Context
from app.models import Message, Profile, ToldMatch
from matching.texts import Side
from tests import stories


def test_what_waits_is_counted_by_challenge(context: Context) -> None:
    welfare, now = stories.organisation(context, "welfare"), context.clock.now()
    asked, talking = (stories.challenge(context, welfare, "Sturz Nachtdienst")["id"] for _ in range(2))
    profile, newcomer = (stories.profile(context, f"Sensor Sturz Nachtdienst {n}")["id"] for n in range(2))
    stories.interested(context, OPERATOR, asked, profile, "profile")
    stories.interested(context, OPERATOR, talking, profile, "challenge")
    talk = stories.interested(context, OPERATOR, talking, profile, "profile").introduction_id
    with context.sessions.write() as session:
        for side in (Side.CHALLENGE, Side.PROFILE):
            session.add(Message(introduction_id=talk, side=side, author_id=None, body="Hallo", sent_at=now))
            session.flush()
        session.get_one(Profile, newcomer).updated_at = now + timedelta(seconds=1)
        for told, days in ((asked, 6), (talking, 8)):
            told_at = now - timedelta(days=days)
            session.add(ToldMatch(challenge_id=told, profile_id=newcomer, side=Side.CHALLENGE, told_at=told_at))
    with context.sessions.read() as session:
        found = news_of(session, [asked, talking], now - timedelta(days=7))
        assert news_of(session, [], now) == {}
    assert found == {asked: News(new=1, asked=1), talking: News(messages=1)}
