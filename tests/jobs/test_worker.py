"""Workers: what is due gets done, once, also when one is killed; and nothing about people is in their tables."""

import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from app.context import Context
from app.jobs import worker
from app.jobs.serializer import JsonSerializer
from app.mail.outbox import queue_link
from app.models import OneTimeLink
from app.vocabulary import LinkPurpose, MailTemplate, Role
from tests.forked import Forked
from tests.jobs import worker_process
from tests.mail.test_mail import outbox


def put_invitations(context: Context, count: int) -> None:
    now = datetime.now(UTC)
    with context.sessions.write() as session:
        for number in range(count):
            link = OneTimeLink(
                purpose=LinkPurpose.INVITATION,
                email=f"person{number}@people.example",
                role=Role.WELFARE_STAFF,
                created_at=now,
                expires_at=now + timedelta(days=7),
            )
            session.add(link)
            queue_link(session, MailTemplate.INVITATION, now, link)


def start(database_url: str, name: str, folder: Path, how: str = "once") -> Forked:
    return Forked(worker_process.work, database_url, name, folder, how)


def finish(process: Forked) -> str:
    status, log = process.finish(90)
    assert status == 0, log
    return log


def test_what_is_due_is_done_once_and_nobodys_data_are_in_the_tables_of_the_engine(
    context: Context, engine: Engine, database_url: str, tmp_path: Path
) -> None:
    put_invitations(context, 3)
    folder = tmp_path / "mails"
    finish(start(database_url, "one", folder))
    finish(start(database_url, "two", folder))
    assert len(list(folder.glob("*.eml"))) == 3
    assert all(mail.sent_at is not None for mail in outbox(context))
    dump = dump_of_the_engine(engine)
    assert "deliver_mail" in dump
    assert "people.example" not in dump


def test_a_mail_whose_worker_was_killed_is_sent_by_another(context: Context, database_url: str, tmp_path: Path) -> None:
    put_invitations(context, 1)
    folder = tmp_path / "mails"
    killed = start(database_url, "killed", folder, "die")
    assert killed.finish(90)[0] == -signal.SIGKILL
    assert outbox(context)[0].sent_at is None
    finish(start(database_url, "another", folder))
    assert outbox(context)[0].sent_at is not None
    assert len(list(folder.glob("*.eml"))) == 2, "sent, and sent again: at least once"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_whose_looks_fail_logs_it_and_goes_on(context: Context, database_url: str, tmp_path: Path) -> None:
    process = start(database_url, "shaken", tmp_path / "mails", "broken")
    try:
        for sent in (1, 2):  # the second comes when all looks have failed before
            put_invitations(context, 1)
            until = time.monotonic() + 30
            while len(list((tmp_path / "mails").glob("*.eml"))) < sent:
                assert time.monotonic() < until, "it does not look any more"
                time.sleep(0.1)
    finally:
        process.kill()
        _, log = process.finish(60)
    for what, error in (("broken", "ZeroDivisionError"), ("partitions", "Uncaught")):
        assert any(what in line and error in line for line in log.splitlines()), log
    assert "yilmaz" not in log


@pytest.mark.parametrize(
    ("at", "now", "begun"),
    [
        ("02:30", "2026-11-23T02:29", None),
        ("02:30", "2026-11-23T02:30", "2026-11-23T02:30"),
        ("02:30", "2026-11-23T04:31", None),
        ("23:30", "2026-11-23T23:45", "2026-11-23T23:30"),
        ("23:30", "2026-11-24T00:15", "2026-11-23T23:30"),
        ("23:30", "2026-11-24T01:31", None),
        ("", "2026-11-23T02:30", None),
    ],
)
def test_a_night_lasts_two_hours_also_past_midnight(at: str, now: str, begun: str | None) -> None:
    found = worker.tonight(at, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == (begun and datetime.fromisoformat(begun).replace(tzinfo=UTC))


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_of_two_workers_at_once_one_sends_each_mail(context: Context, database_url: str, tmp_path: Path) -> None:
    put_invitations(context, 6)
    folder = tmp_path / "mails"
    for process in [start(database_url, "one", folder), start(database_url, "two", folder)]:
        finish(process)
    assert len(list(folder.glob("*.eml"))) == 6


def dump_of_the_engine(engine: Engine) -> str:
    postgres = engine.dialect.name == "postgresql"
    found = inspect(engine)
    names = found.get_table_names(schema="dbos" if postgres else None)
    own = names if postgres else [name for name in names if name in ENGINE_TABLES]
    with engine.connect() as connection:
        return "\n".join(
            str(tuple(row))
            for name in own
            for row in connection.execute(text(f"SELECT * FROM {'dbos.' if postgres else ''}{name}"))  # noqa: S608
        )


ENGINE_TABLES = ("workflow_status", "operation_outputs", "workflow_events", "notifications", "queues", "streams")


def test_the_serializer_keeps_of_an_exception_its_class_only() -> None:
    serializer = JsonSerializer()
    kept = serializer.serialize(ValueError("a.yilmaz@people.example"))
    assert "yilmaz" not in kept
    assert isinstance(serializer.deserialize(kept), RuntimeError)
    assert serializer.deserialize(serializer.serialize({"args": [7], "kwargs": {}})) == {"args": [7], "kwargs": {}}
    with pytest.raises(TypeError):
        serializer.serialize(object())
