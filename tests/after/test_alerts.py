"""Alerts: what is new, who is told, when, and how it stops."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts import membership
from app.alerts import new_matches
from app.alerts.lines import LINES
from app.alerts.match_watch_repository import GoodMatch
from app.alerts.schemas import AlertSettingsWrite
from app.alerts.service import change_alert_settings
from app.alerts.topics import due_at, topic_of
from app.alerts.unsubscribe import make_token
from app.auth.actor import OPERATOR
from app.context import Context
from app.jobs import care
from app.mail.delivery import Post, deliver
from app.models import MailOutbox, ToldMatch
from app.profiles import confirmation
from app.profiles.service import resume_profile
from app.vocabulary import AlertKind, AlertMode, Language
from matching.statistics import Statistics
from tests import stories
from tests.access.world import put_person
from tests.after.people import Side, days_later, events, mails, put_startup, put_welfare, told
from tests.conftest import SettableClock
from tests.mail.test_mail import Collecting
from tests.problems import assert_problem
from tests.rescoring_runs import rescore

DAILY, WEEKLY, AT_ONCE, OFF = AlertMode.DAILY, AlertMode.WEEKLY, AlertMode.AT_ONCE, AlertMode.OFF


def choose(context: Context, side: Side, matches: AlertMode = OFF, conversations: AlertMode = OFF) -> None:
    change_alert_settings(context, side.actor, AlertSettingsWrite(matches=matches, conversations=conversations))


def send_all(context: Context) -> list[EmailMessage]:
    """The mails that go out now."""
    sender = Collecting()
    with context.sessions.read() as session:
        query = select(MailOutbox.id).where(MailOutbox.sent_at.is_(None), MailOutbox.failed_at.is_(None))
        waiting = session.scalars(query.order_by(MailOutbox.id)).all()
    for mail_id in waiting:
        deliver(context, Post(sender, "noreply@passgenau.example"), mail_id)
    return sender.sent


def later(context: Context, clock: SettableClock, make: Callable[[], Side]) -> Side:
    """Look at what is there, and have something published a minute later."""
    care.do_all(context)
    clock.moment += timedelta(minutes=1)
    made = make()
    care.do_all(context)
    return made


@pytest.mark.parametrize("kind", AlertKind)
def test_every_alert_has_words_in_both_languages_for_its_own_values(kind: AlertKind) -> None:
    values = {"challenge": "C", "profile": "P", "partner": "X", "until": "U", "expires": "E"}
    for language in Language:
        line = LINES[kind][language]
        assert "{" not in line.subject.format(**values) + line.body.format(**values)
        about_a_pair = kind not in {AlertKind.PROFILE_UNCONFIRMED, AlertKind.PROFILE_SINKS, AlertKind.PROFILE_PAUSED}
        assert ("{challenge}" in line.subject + line.body) == about_a_pair
    assert topic_of(kind) in {"matches", "conversations"}


@pytest.mark.parametrize(
    ("mode", "now", "expected"),
    [
        (AT_ONCE, datetime(2026, 11, 25, 9, tzinfo=UTC), datetime(2026, 11, 25, 9, tzinfo=UTC)),
        (DAILY, datetime(2026, 11, 25, 5, 59, tzinfo=UTC), datetime(2026, 11, 25, 6, tzinfo=UTC)),
        (DAILY, datetime(2026, 11, 25, 6, tzinfo=UTC), datetime(2026, 11, 26, 6, tzinfo=UTC)),
        (WEEKLY, datetime(2026, 11, 30, 5, tzinfo=UTC), datetime(2026, 11, 30, 6, tzinfo=UTC)),
        (WEEKLY, datetime(2026, 11, 30, 6, tzinfo=UTC), datetime(2026, 12, 7, 6, tzinfo=UTC)),
        (OFF, datetime(2026, 11, 25, 9, tzinfo=UTC), None),
    ],
)
def test_digests_come_in_the_morning_the_weekly_one_on_mondays(
    mode: AlertMode, now: datetime, expected: datetime | None
) -> None:
    assert due_at(mode, now) == expected


def test_a_new_good_match_is_told_to_the_other_side_once(context: Context, clock: SettableClock) -> None:
    welfare = put_welfare(context, "ayla")
    choose(context, welfare, matches=AT_ONCE)
    startup = later(context, clock, lambda: put_startup(context, "mira"))
    assert told(context, welfare.person) == [AlertKind.FIRST_MATCH]
    assert told(context, startup.person) == [], "whoever publishes sees the list at once"
    later(context, clock, lambda: put_startup(context, "second"))
    assert told(context, welfare.person) == [AlertKind.FIRST_MATCH, AlertKind.NEW_MATCH]
    stories.profiles.edit_profile(context, OPERATOR, startup.text, {"maturity": 9}, "*")
    care.do_all(context)
    assert len(told(context, welfare.person)) == 2
    (subject, text) = mails(context, welfare.person)[0][1:]
    assert subject == "Jetzt passt etwas: „Sturz Nachtdienst Sensor“"
    assert f"/challenges/{welfare.text}" in text


def test_a_match_that_is_not_good_is_no_news(context: Context, clock: SettableClock) -> None:
    welfare = put_welfare(context, "ayla", "Schulden Beratung Wohnung")
    choose(context, welfare, matches=AT_ONCE)
    later(context, clock, lambda: put_startup(context, "mira", "Küche Barriere Dienstplan"))
    assert told(context, welfare.person) == []


def test_what_was_there_before_the_first_look_is_no_news(context: Context) -> None:
    welfare, startup = put_welfare(context, "ayla"), put_startup(context, "mira")
    choose(context, welfare, matches=AT_ONCE)
    care.do_all(context)
    assert told(context, welfare.person) == told(context, startup.person) == []


def test_a_new_generation_tells_only_what_is_new_in_it(
    context: Context, clock: SettableClock, demo_statistics: Statistics
) -> None:
    welfare = put_welfare(context, "ayla")
    choose(context, welfare, matches=AT_ONCE)
    later(context, clock, lambda: put_startup(context, "mira"))
    assert len(told(context, welfare.person)) == 1
    rescore(context, demo_statistics)
    care.do_all(context)
    assert len(told(context, welfare.person)) == 1


def test_a_look_at_a_new_generation_goes_on_where_it_was_cut_off(
    context: Context, clock: SettableClock, demo_statistics: Statistics, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_welfare(context, "ayla")
    for name in ("mira", "second", "third"):
        later(context, clock, lambda name=name: put_startup(context, name))
    with context.sessions.write() as session:
        known = len(session.scalars(select(ToldMatch)).all())
        session.execute(delete(ToldMatch))
    rescore(context, demo_statistics)
    tell, texts = new_matches._tell_new, []

    def tell_two(session: Session, matches: list[GoodMatch], now: datetime, *, silently: bool) -> int:
        texts.append(matches)
        if len(texts) == 3:
            raise RuntimeError("cut off")
        return tell(session, matches, now, silently=silently)

    monkeypatch.setattr(new_matches, "TEXTS_AT_ONCE", 1)
    monkeypatch.setattr(new_matches, "_tell_new", tell_two)
    with pytest.raises(RuntimeError, match="cut off"):
        new_matches.look(context)
    with context.sessions.read() as session:
        done = len(session.scalars(select(ToldMatch)).all())
        assert new_matches.is_due(session)
    assert 0 < done < known
    assert new_matches.look(context) == known - done
    with context.sessions.read() as session:
        assert len(session.scalars(select(ToldMatch)).all()) == known
        assert not new_matches.is_due(session)


def test_what_waits_goes_into_one_digest(context: Context, clock: SettableClock) -> None:
    welfare = put_welfare(context, "ayla")
    choose(context, welfare, matches=DAILY, conversations=DAILY)
    for name in ("mira", "second"):
        startup = later(context, clock, lambda name=name: put_startup(context, name))
    stories.interested(context, startup.actor, welfare.text, startup.text, "profile")
    care.do_all(context)
    assert send_all(context) == []
    clock.moment = datetime(2026, 11, 24, 6, tzinfo=UTC)
    care.do_all(context)
    care.do_all(context)
    (mail,) = send_all(context)
    assert mail["Subject"] == "3 Neuigkeiten bei Passgenau"
    assert mail.get_content().count("„Sturz Nachtdienst Sensor“") >= 3
    token = mail["List-Unsubscribe"].split("token=")[1].rstrip(">")
    assert token.startswith(f"{welfare.person}.all.")


def test_one_click_ends_such_mails_and_nothing_else(context: Context, client: TestClient, clock: SettableClock) -> None:
    welfare, startup = put_welfare(context, "ayla"), put_startup(context, "mira")
    stories.interested(context, startup.actor, welfare.text, startup.text, "profile")
    (mail,) = send_all(context)
    address = mail["List-Unsubscribe"].strip("<>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = address[address.index("/api") :]
    assert client.get(path).status_code == 405, "opening the link changes nothing"
    for _ in range(2):
        assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 204
    days_later(context, clock, 7)
    assert told(context, welfare.person) == [AlertKind.INTEREST]
    assert events(context).count("alerts.unsubscribed") == 2


@pytest.mark.parametrize("change", ["person", "topic", "cut", "nonsense", "number", "unicode"])
def test_nobody_unsubscribes_somebody_else(context: Context, client: TestClient, change: str) -> None:
    person, _ = put_person(context, "one", None)
    token = make_token(context.security.keys, person, "matches")
    wrong = {
        "person": token.replace(str(person), str(person + 1), 1),
        "topic": token.replace("matches", "all"),
        "cut": token[:-1],
        "nonsense": "nonsense",
        "number": "9" * 30 + ".all.x",
        "unicode": "²." + token.partition(".")[2],
    }[change]
    assert_problem(client.post("/api/v1/unsubscribe", params={"token": wrong}), 404, "link-unusable")


def test_a_link_of_somebody_who_is_gone_is_no_link(context: Context, client: TestClient) -> None:
    token = make_token(context.security.keys, 999, "all")
    assert_problem(client.post("/api/v1/unsubscribe", params={"token": token}), 404, "link-unusable")


def test_mails_that_wait_are_not_sent_to_who_unsubscribed_or_left(context: Context) -> None:
    welfare, startup = put_welfare(context, "ayla"), put_startup(context, "mira")
    stories.interested(context, startup.actor, welfare.text, startup.text, "profile")
    choose(context, welfare)
    assert send_all(context) == []
    choose(context, welfare, conversations=AT_ONCE)
    other = put_startup(context, "second")
    stories.interested(context, other.actor, welfare.text, other.text, "profile")
    membership.remove_member(context, OPERATOR, welfare.organisation, welfare.person)
    assert send_all(context) == []


def test_a_mail_about_a_deleted_text_is_not_sent(context: Context) -> None:
    from app.challenges.service import delete_challenge

    welfare, startup = put_welfare(context, "ayla"), put_startup(context, "mira")
    stories.interested(context, startup.actor, welfare.text, startup.text, "profile")
    delete_challenge(context, OPERATOR, welfare.text, None)
    assert send_all(context) == []


def test_a_profile_nobody_confirms_is_asked_about_sinks_and_pauses(context: Context, clock: SettableClock) -> None:
    from app.matches.listing import listed
    from matching.texts import Side as TextSide

    welfare = put_welfare(context, "ayla", expires_on="2028-01-01")
    old = put_startup(context, "old", last_confirmed="2026-01-01")
    clock.moment += timedelta(days=100)
    fresh = put_startup(context, "fresh", "Sturz Nachtdienst Küche")

    def order() -> list[int]:
        with context.sessions.read() as session:
            return [match.partner_id for match in listed(session, clock, 1, TextSide.CHALLENGE, welfare.text)]

    assert order() == [old.text, fresh.text]
    days_later(context, clock, 65)
    assert told(context, old.person) == []
    days_later(context, clock, 1)
    assert told(context, old.person) == [AlertKind.PROFILE_UNCONFIRMED]
    days_later(context, clock, 13)
    assert order() == [old.text, fresh.text]
    days_later(context, clock, 1)
    assert told(context, old.person)[1:] == [AlertKind.PROFILE_SINKS]
    assert order() == [fresh.text, old.text]
    days_later(context, clock, 13)
    assert confirmation.pause_unconfirmed(context) == 0
    days_later(context, clock, 1)
    assert confirmation.pause_unconfirmed(context) == 1
    assert confirmation.pause_unconfirmed(context) == 0
    assert told(context, old.person)[2:] == [AlertKind.PROFILE_PAUSED]
    assert order() == [fresh.text]
    assert events(context)[-1] == "profile.paused"
    resume_profile(context, OPERATOR, old.text, None)
    assert order() == [old.text, fresh.text]


def test_one_click_confirms_a_profile(context: Context, client: TestClient, clock: SettableClock) -> None:
    startup = put_startup(context, "mira")
    days_later(context, clock, 181)
    assert told(context, startup.person) == [AlertKind.PROFILE_SINKS], "a warning that was missed is not made up for"
    answer = client.post(f"/api/v1/profiles/{startup.text}/confirm")
    assert answer.json()["last_confirmed"] == clock.today().isoformat()
    assert answer.headers["etag"] == '"2"'
    days_later(context, clock, 165)
    assert len(told(context, startup.person)) == 1
    days_later(context, clock, 1)
    assert told(context, startup.person)[1:] == [AlertKind.PROFILE_UNCONFIRMED]


def test_a_challenge_is_asked_about_before_its_last_day_and_told_of_after_it(
    context: Context, clock: SettableClock
) -> None:
    welfare = put_welfare(context, "ayla", expires_on="2026-12-31")
    days_later(context, clock, 23)
    assert told(context, welfare.person) == []
    days_later(context, clock, 1)
    assert told(context, welfare.person) == [AlertKind.CHALLENGE_EXPIRES]
    days_later(context, clock, 14)
    assert clock.today().isoformat() == "2026-12-31"
    assert told(context, welfare.person) == [AlertKind.CHALLENGE_EXPIRES]
    days_later(context, clock, 1)
    days_later(context, clock, 1)
    assert told(context, welfare.person)[1:] == [AlertKind.CHALLENGE_EXPIRED]
