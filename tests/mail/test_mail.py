"""Mails: what they say, where they go, and that each goes out."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from sqlalchemy import select

from app.auth.keys import hash_token
from app.context import Context
from app.errors import InvalidSettings
from app.mail.delivery import DELAYS, Post, deliver, due
from app.mail.messages import TEXTS, compose
from app.mail.outbox import queue_link, queue_mail
from app.mail.senders import ConsoleSender, FileSender, SmtpSender, make_sender
from app.models import MailOutbox, OneTimeLink, User
from app.settings import Settings
from app.vocabulary import Language, LinkPurpose, MailTemplate, Role
from tests.conftest import SettableClock

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ADDRESS = "a.yilmaz@people.example"


@dataclass
class Collecting:
    """A sender that keeps the mails, or fails."""

    sent: list[EmailMessage] = field(default_factory=list)
    broken: bool = False

    def send(self, message: EmailMessage) -> None:
        if self.broken:
            raise ConnectionRefusedError
        self.sent.append(message)


def put_person(context: Context, **values: Any) -> int:
    with context.sessions.write() as session:
        user = User(
            **{"email": ADDRESS, "name": "Ayla", "locale": Language.GERMAN, "version": 1} | values,
            created_at=NOW,
            updated_at=NOW,
        )
        session.add(user)
        session.flush()
        return user.id


def put_invitation(context: Context) -> int:
    now = context.clock.now()
    with context.sessions.write() as session:
        link = OneTimeLink(
            purpose=LinkPurpose.INVITATION,
            email="new@people.example",
            role=Role.WELFARE_STAFF,
            created_at=now,
            expires_at=now + timedelta(days=7),
        )
        session.add(link)
        queue_link(session, MailTemplate.INVITATION, now, link)
        return link.id


def outbox(context: Context) -> list[MailOutbox]:
    with context.sessions.read() as session:
        return list(session.scalars(select(MailOutbox).order_by(MailOutbox.id)))


@pytest.mark.parametrize("template", MailTemplate)
@pytest.mark.parametrize("language", Language)
def test_each_mail_says_what_to_do_in_the_language_of_its_reader(template: MailTemplate, language: Language) -> None:
    message = compose(
        template,
        (language,),
        sender="Passgenau <noreply@passgenau.example>",
        recipient=ADDRESS,
        now=NOW,
        public_url="https://passgenau.example",
        token="secret-token",
    )
    body = message.get_content()
    assert message["Subject"] == TEXTS[template][language].subject
    assert message["Auto-Submitted"] == "auto-generated"
    assert body.startswith("Guten Tag" if language is Language.GERMAN else "Hello")
    assert "{" not in body
    assert ADDRESS not in body
    if TEXTS[template][language].path:
        assert f"https://passgenau.example{TEXTS[template][language].path}?token=secret-token" in body


def test_an_address_can_not_add_headers() -> None:
    with pytest.raises(ValueError, match=r"[Hh]eader"):
        compose(
            MailTemplate.PASSWORD_CHANGED,
            (Language.GERMAN,),
            sender="Passgenau <noreply@passgenau.example>",
            recipient="a@people.example\nBcc: b@people.example",
            now=NOW,
            public_url="",
        )


class Keeping(Message):
    def __init__(self) -> None:
        super().__init__()
        self.received: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.received.append(message)


@pytest.fixture
def mail_server() -> Iterator[tuple[Keeping, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    handler = Keeping()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def a_mail() -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Grüße", "noreply@passgenau.example", ADDRESS
    message.set_content("Guten Tag, schöne Grüße")
    return message


def test_a_mail_reaches_a_mail_server(mail_server: tuple[Keeping, int]) -> None:
    handler, port = mail_server
    SmtpSender("127.0.0.1", port, tls=False).send(a_mail())
    (received,) = handler.received
    assert received["To"] == ADDRESS


def test_a_mail_is_written_to_a_file_or_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    FileSender(tmp_path / "mails").send(a_mail())
    (file,) = (tmp_path / "mails").iterdir()
    assert file.suffix == ".eml"
    assert ADDRESS in file.read_text()
    ConsoleSender().send(a_mail())
    assert "schöne Grüße" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "sender"),
    [
        ("console", ConsoleSender()),
        ("file:/tmp/mails", FileSender(Path("/tmp/mails"))),  # noqa: S108  a name only
        ("smtp://mail.example", SmtpSender("mail.example", 587, tls=False)),
        ("smtps://me:a%40b@mail.example:4650", SmtpSender("mail.example", 4650, True, "me", "a@b")),
    ],
)
def test_the_setting_names_the_sender(value: str, sender: object) -> None:
    assert make_sender(Settings(mail=value)) == sender  # type: ignore[arg-type]


def test_an_unknown_sender_is_refused() -> None:
    with pytest.raises(InvalidSettings):
        make_sender(Settings(mail="pigeon://mail.example"))  # type: ignore[arg-type]


def test_a_mail_goes_out_once(context: Context) -> None:
    user_id = put_person(context, locale=Language.ENGLISH)
    with context.sessions.write() as session:
        queue_mail(session, MailTemplate.PASSWORD_CHANGED, context.clock.now(), user_id=user_id)
    sender = Collecting()
    post = Post(sender, "noreply@passgenau.example")
    (mail,) = outbox(context)
    assert deliver(context, post, mail.id)
    assert not deliver(context, post, mail.id)
    (message,) = sender.sent
    assert message["To"] == ADDRESS
    assert message["Subject"] == TEXTS[MailTemplate.PASSWORD_CHANGED][Language.ENGLISH].subject
    with context.sessions.read() as session:
        assert due(session, context.clock.now()) == []


def test_the_secret_of_a_link_is_in_the_mail_only(context: Context) -> None:
    link_id = put_invitation(context)
    sender = Collecting()
    (mail,) = outbox(context)
    assert deliver(context, Post(sender, "noreply@passgenau.example"), mail.id)
    body = sender.sent[0].get_content()
    token = body.split("?token=")[1].split()[0]
    with context.sessions.read() as session:
        stored = session.get_one(OneTimeLink, link_id).token_hash
    assert stored == hash_token(token)
    assert token not in str(outbox(context)[0].__dict__)
    assert "you are invited" in body
    assert "Sie sind eingeladen" in body


def test_a_mail_that_fails_is_tried_again_ever_later_and_then_given_up(context: Context, clock: SettableClock) -> None:
    put_invitation(context)
    post = Post(Collecting(broken=True), "noreply@passgenau.example")
    for minutes in DELAYS:
        before = clock.moment
        assert not deliver(context, post, outbox(context)[0].id)
        (mail,) = outbox(context)
        assert mail.due_at == before + timedelta(minutes=minutes)
        assert mail.last_error == "ConnectionRefusedError"
        with context.sessions.read() as session:
            assert due(session, before) == []
        clock.moment = mail.due_at
        with context.sessions.read() as session:
            assert due(session, clock.moment) == [(mail.id, mail.attempts)]
    deliver(context, post, outbox(context)[0].id)
    (mail,) = outbox(context)
    assert mail.failed_at is not None
    assert mail.attempts == len(DELAYS) + 1


@pytest.mark.parametrize("change", ["used", "revoked", "expired"])
def test_a_link_that_opens_nothing_any_more_is_not_mailed(context: Context, clock: SettableClock, change: str) -> None:
    link_id = put_invitation(context)
    with context.sessions.write() as session:
        link = session.get_one(OneTimeLink, link_id)
        if change == "used":
            link.used_at = clock.now()
        elif change == "revoked":
            link.revoked_at = clock.now()
        else:
            link.expires_at = clock.now()
    sender = Collecting()
    assert not deliver(context, Post(sender, "noreply@passgenau.example"), outbox(context)[0].id)
    assert sender.sent == []
    assert outbox(context)[0].failed_at is not None


def test_a_closed_account_gets_no_mail(context: Context) -> None:
    user_id = put_person(context, deactivated_at=NOW)
    with context.sessions.write() as session:
        queue_mail(session, MailTemplate.PASSWORD_CHANGED, context.clock.now(), user_id=user_id)
    sender = Collecting()
    assert not deliver(context, Post(sender, "noreply@passgenau.example"), outbox(context)[0].id)
    assert sender.sent == []
