"""Outcomes: asked on their day, answered by one click, once, for one question."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.context import Context
from app.mail.delivery import Post, deliver
from app.models import MailOutbox, OneTimeLink, Outcome
from app.vocabulary import MailTemplate, OutcomeAnswer
from tests import stories
from tests.after.people import Side, days_later, events, put_startup, put_welfare
from tests.conftest import SettableClock
from tests.mail.test_mail import Collecting
from tests.problems import assert_problem

PATH = "/api/v1/outcomes"


@pytest.fixture
def introduced(context: Context) -> tuple[Side, Side, int]:
    welfare, startup = put_welfare(context, "ayla"), put_startup(context, "mira")
    stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    agreed = stories.interested(context, startup.actor, welfare.text, startup.text, "profile")
    return welfare, startup, agreed.introduction_id or 0


def send_all(context: Context) -> list[EmailMessage]:
    """The mails about outcomes that go out now."""
    sender = Collecting()
    with context.sessions.read() as session:
        query = select(MailOutbox.id).where(MailOutbox.template == MailTemplate.OUTCOME, MailOutbox.sent_at.is_(None))
        waiting = session.scalars(query.order_by(MailOutbox.id)).all()
    for mail_id in waiting:
        deliver(context, Post(sender, "noreply@passgenau.example"), mail_id)
    return sender.sent


def token_in(mail: EmailMessage) -> str:
    return str(mail.get_content()).split("?token=")[1].split("&")[0]


def outcomes(context: Context) -> list[tuple[int, str, OutcomeAnswer | None]]:
    with context.sessions.read() as session:
        rows = session.scalars(select(Outcome).where(Outcome.asked_at.is_not(None)).order_by(Outcome.id))
        return [(row.day, row.side.value, row.answer) for row in rows]


def test_both_sides_are_asked_at_30_90_and_180_days(
    context: Context, introduced: tuple[Side, Side, int], clock: SettableClock
) -> None:
    begin = clock.moment
    for day in (29, 30, 89, 90, 179, 180, 200):
        days_later(context, clock, (begin + timedelta(days=day) - clock.moment) / timedelta(days=1))
        asked = {(one, side) for one, side, _ in outcomes(context)}
        assert asked == {(due, side) for due in (30, 90, 180) if due <= day for side in ("challenge", "profile")}
    assert events(context).count("outcome.asked") == 6


def test_one_click_answers_one_question_once(
    context: Context, client: TestClient, introduced: tuple[Side, Side, int], clock: SettableClock
) -> None:
    days_later(context, clock, 30)
    mails = send_all(context)
    assert [mail["To"] for mail in mails] == ["ayla@people.example", "mira@people.example"]
    assert "„Sturz Nachtdienst Sensor“" in mails[0].get_content()
    token = token_in(mails[0])
    assert client.post(PATH, json={"token": token, "answer": "pilot"}).status_code == 204
    assert_problem(client.post(PATH, json={"token": token, "answer": "ended"}), 410, "outcome-link-used")
    assert outcomes(context) == [(30, "challenge", OutcomeAnswer.PILOT), (30, "profile", None)]
    assert_problem(client.post(PATH, json={"token": "x" * 43, "answer": "ended"}), 404, "link-unusable")
    clock.moment += timedelta(days=31)
    late = client.post(PATH, json={"token": token_in(mails[1]), "answer": "talked"})
    assert_problem(late, 410, "outcome-link-used")
    assert events(context).count("outcome.answered") == 1


def test_the_link_opens_nothing_else(
    context: Context, client: TestClient, introduced: tuple[Side, Side, int], clock: SettableClock
) -> None:
    days_later(context, clock, 30)
    token = token_in(send_all(context)[0])
    confirmed = client.post("/api/v1/email-confirmations", json={"token": token})
    assert_problem(confirmed, 404, "link-unusable")
    reset = {"token": token, "password": "ein langes Kennwort für alle"}
    assert_problem(client.post("/api/v1/password-resets/redeem", json=reset), 404, "link-unusable")


def test_a_question_whose_link_was_deleted_is_over(
    context: Context, client: TestClient, introduced: tuple[Side, Side, int], clock: SettableClock
) -> None:
    days_later(context, clock, 30)
    token = token_in(send_all(context)[0])
    with context.sessions.write() as session:
        question = session.scalars(select(Outcome).where(Outcome.link_id.is_not(None)).order_by(Outcome.id)).first()
        assert question is not None
        assert session.get(OneTimeLink, question.link_id) is not None
        session.delete(question)
    assert_problem(client.post(PATH, json={"token": token, "answer": "ended"}), 410, "outcome-link-used")
