"""Introductions: the thread, the status, contact data before and after, what becomes of erased people's words."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app import errors
from app.auth.actor import OPERATOR
from app.context import Context
from app.introductions import service
from app.introductions.schemas import IntroductionRead, MessageWrite, StatusWrite
from app.models import Message, Outcome
from app.privacy import erasure, export
from app.vocabulary import AlertKind, IntroductionStatus
from tests import stories
from tests.after.people import Side, count, events, mails, put_startup, put_welfare, told
from tests.problems import assert_problem

CANARY = "Kanarienvogel"


@pytest.fixture
def welfare(context: Context) -> Side:
    return put_welfare(
        context, "ayla", must_haves=[{"kind": "hosting", "value": "eu"}, {"kind": "other", "text": "Leise Geräte"}]
    )


@pytest.fixture
def startup(context: Context) -> Side:
    return put_startup(context, "mira", regions=["bundesweit"])


@pytest.fixture
def introduction(context: Context, welfare: Side, startup: Side) -> int:
    stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    return stories.interested(context, startup.actor, welfare.text, startup.text, "profile").introduction_id or 0


def read(context: Context, side: Side, introduction: int) -> IntroductionRead:
    with context.sessions.read() as session:
        return service.read_introduction(context, session, side.actor, introduction)


def send(context: Context, side: Side, introduction: int, body: str = "Guten Tag") -> int:
    return service.send_message(context, side.actor, introduction, MessageWrite(body=body)).id


def step(context: Context, side: Side, introduction: int, status: str, **more: Any) -> IntroductionRead:
    wanted = StatusWrite.model_validate({"status": status} | more)
    return service.set_status(context, side.actor, introduction, wanted)


def test_the_first_message_is_prepared_with_evidence_and_open_questions(
    context: Context, welfare: Side, startup: Side, introduction: int
) -> None:
    prepared = read(context, welfare, introduction).first_message
    assert prepared is not None
    for words in (
        "– Bedarf: Wir wünschen uns Sturz",
        "  Angebot: Es fehlt oft Sturz",
        "Erfüllt: Region",
        "– Speicherort in der EU",
        "– Leise",
    ):
        assert words in prepared
    assert "@" not in prepared
    assert read(context, startup, introduction).first_message != prepared
    send(context, welfare, introduction)
    assert read(context, startup, introduction).first_message is None


def test_messages_reach_the_other_side_and_their_words_stay_in_the_thread(
    context: Context, welfare: Side, startup: Side, introduction: int
) -> None:
    send(context, welfare, introduction, f"{CANARY} um zehn?")
    send(context, startup, introduction, "Gern.")
    assert told(context, startup.person)[-1] is AlertKind.MESSAGE
    assert told(context, welfare.person)[-1] is AlertKind.MESSAGE
    with context.sessions.read() as session:
        page = service.list_messages(session, startup.actor, introduction, limit=10, cursor=None)
    assert [(row.side, row.author, row.body) for row in page.rows] == [
        ("profile", "Person mira", "Gern."),
        ("challenge", "Person ayla", f"{CANARY} um zehn?"),
    ]
    for _, subject, text in mails(context):
        assert CANARY not in subject + text
        assert "Person" not in subject + text
        assert "people.example" not in subject + text


def test_a_message_sent_twice_with_one_key_is_one_message(context: Context, welfare: Side, introduction: int) -> None:
    from app.idempotency import make_receipt

    wanted = MessageWrite(body="Guten Tag")
    receipt = make_receipt(welfare.actor, f"send_message {introduction}", "key", wanted.model_dump())
    first = service.send_message(context, welfare.actor, introduction, wanted, receipt)
    assert service.send_message(context, welfare.actor, introduction, wanted, receipt) == first
    assert count(context, Message) == 1


def test_it_goes_from_talking_to_an_end_and_no_further(
    context: Context, client: TestClient, welfare: Side, startup: Side, introduction: int
) -> None:
    with pytest.raises(errors.WrongStep):
        step(context, welfare, introduction, "talking")
    with pytest.raises(errors.MalformedInput):
        step(context, welfare, introduction, "pilot", happened_on="2026-11-24")
    piloted = step(context, welfare, introduction, "pilot", happened_on="2026-11-20", note="In zwei Häusern")
    assert (piloted.status, piloted.next_statuses) == (
        IntroductionStatus.PILOT,
        [IntroductionStatus.CONTRACT, IntroductionStatus.ENDED],
    )
    assert told(context, startup.person)[-1] is AlertKind.STATUS
    over = step(context, startup, introduction, "ended")
    assert [(one.status, one.note, one.side) for one in over.steps] == [
        ("talking", None, None),
        ("pilot", "In zwei Häusern", "challenge"),
        ("ended", None, "profile"),
    ]
    assert over.contacts == []
    assert over.ended_at is not None
    path = f"/api/v1/introductions/{introduction}"
    assert_problem(client.post(f"{path}/messages", json={"body": "Noch da?"}), 409, "thread-closed")
    assert_problem(client.post(f"{path}/status", json={"status": "pilot"}), 409, "thread-closed")
    assert_problem(client.post(f"{path}/contact"), 409, "thread-closed")
    assert count(context, Outcome) == 0, "nobody is asked what became of something that has ended"
    assert count(context, Message) == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "string_too_short"),
        ("x" * 5001, "string_too_long"),
        ("...", "only_symbols"),
        ("a\0", "forbidden_character"),
    ],
)
def test_a_message_is_text_of_5000_characters(
    client: TestClient, introduction: int, body: str, code: str, context: Context
) -> None:
    answer = client.post(f"/api/v1/introductions/{introduction}/messages", json={"body": body})
    assert assert_problem(answer, 422, "malformed-input", "body")["errors"][0]["code"] == code
    assert count(context, Message) == 0


def test_the_words_of_an_erased_person_go_and_the_thread_stays(
    context: Context, welfare: Side, startup: Side, introduction: int
) -> None:
    send(context, startup, introduction, f"{CANARY} um zehn?")
    step(context, startup, introduction, "pilot", note=f"{CANARY} im Haus")
    with context.sessions.read() as session:
        exported = export.export_person(session, startup.person)
        of_welfare = export.export_organisation(session, welfare.organisation)
    assert exported["message"][0]["body"] == f"{CANARY} um zehn?"
    assert exported["introduction_step"][0]["note"] == f"{CANARY} im Haus"
    assert {"decision", "introduction", "alert", "alert_settings", "outcome"} <= exported.keys()
    assert of_welfare["message"] == exported["message"]
    assert len(of_welfare["decision"]) == 1
    assert len(of_welfare["outcome"]) == 3
    erasure.erase_person(context, OPERATOR, startup.person)
    with context.sessions.read() as session:
        page = service.list_messages(session, welfare.actor, introduction, limit=10, cursor=None)
        whole = json.dumps(export.export_organisation(session, welfare.organisation))
    assert [(row.author, row.body) for row in page.rows] == [(None, None)]
    assert CANARY not in whole
    assert [one.email for one in read(context, welfare, introduction).contacts] == ["ayla@people.example"]


def test_an_erased_organisation_takes_its_conversations_along(
    context: Context, welfare: Side, startup: Side, introduction: int
) -> None:
    send(context, welfare, introduction)
    erasure.erase_organisation(context, OPERATOR, startup.organisation)
    assert count(context, Message) == 0
    with context.sessions.read() as session:
        for name in ("decision", "introduction", "message", "outcome"):
            assert export.export_organisation(session, welfare.organisation)[name] == []
        assert session.scalars(select(Outcome)).all() == []


def test_every_change_has_one_event(context: Context, welfare: Side, introduction: int) -> None:
    before = len(events(context))
    send(context, welfare, introduction)
    step(context, welfare, introduction, "pilot")
    service.take_over_contact(context, welfare.actor, introduction)
    assert events(context)[before:] == [
        "introduction.message_sent",
        "introduction.status_changed",
        "introduction.contact_changed",
    ]
