"""What is stored about people: registered, exported, erased, not kept too long [reliability rows 3, 24]."""

import io
import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import Engine, func, select, text

from app import idempotency
from app.accounts import administration
from app.accounts.schemas import PersonPatch
from app.auth import throttle
from app.auth.actor import OPERATOR, Actor
from app.backup.postgres import _find
from app.challenges import service as challenges
from app.challenges import unfinished
from app.challenges.schemas import ChallengeCreate
from app.context import Context
from app.errors import LastAdmin, LastManager, NotFound
from app.mail.outbox import queue_link, queue_mail
from app.models import (
    AuditEvent,
    Base,
    ChallengeVector,
    Erasure,
    IdempotentRequest,
    LoginSession,
    Match,
    OneTimeLink,
    Organisation,
    User,
)
from app.privacy import erasure, erasure_log, export, registry, retention
from app.privacy.registry import DataClass
from app.searches import service as searches
from app.searches.service import Search
from app.security import Security
from app.shortlist import service as shortlist
from app.shortlist.service import NoteWrite
from app.vocabulary import ActorKind, LinkPurpose, MailTemplate, Role
from matching.texts import Side
from tests import stories
from tests.access.world import put_person
from tests.conftest import SettableClock, make_context

CANARY = "Kanarienvogel"


@pytest.fixture
def log(tmp_path: Path) -> erasure_log.ErasureLog:
    return erasure_log.ErasureLog(tmp_path / "outside" / "erasures.jsonl")


@pytest.fixture
def context(engine: Engine, clock: SettableClock, log: erasure_log.ErasureLog) -> Context:
    made = make_context(engine, clock)
    return Context(made.sessions, clock, Security(made.security.keys, erasures=log), made.ranking)


def test_every_column_has_a_class_and_every_class_a_column() -> None:
    there = {name: {column.name for column in table.columns} for name, table in Base.metadata.tables.items()}
    assert {name: set(columns) for name, columns in registry.COLUMNS.items()} == there


def test_contact_data_and_secrets_are_what_they_are() -> None:
    named = {
        (table, column)
        for table, columns in registry.COLUMNS.items()
        for column, kind in columns.items()
        if kind is DataClass.CONTACT
    }
    assert named == {("user_account", "email"), ("one_time_link", "email"), ("barrier_report", "email")}
    for table, columns in registry.COLUMNS.items():
        for column, kind in columns.items():
            if "hash" in column and table not in {"challenge_vector", "profile_vector"}:
                assert kind is DataClass.SECRET, (table, column)


def put_canary(context: Context) -> tuple[int, int, int]:
    """A person and an organisation with the word in everything that can hold it. Returns (person, its organisation)."""
    now = context.clock.now()
    welfare = stories.organisation(context, "welfare", f"Haus {CANARY}")
    person, _ = put_person(
        context, CANARY.lower(), {"role": Role.WELFARE_STAFF, "organisation_id": welfare, "manager": True}
    )
    with context.sessions.write() as session:
        user = session.get_one(User, person)
        user.name = f"Ayla {CANARY}"
        for row in session.scalars(select(LoginSession).where(LoginSession.user_id == person)):
            row.user_agent = f"{CANARY} browser"
        link = OneTimeLink(
            purpose=LinkPurpose.INVITATION,
            email=user.email,
            role=Role.WELFARE_STAFF,
            organisation_id=stories.organisation(context, "welfare") if context is None else welfare,
            created_at=now,
            expires_at=now,
        )
        session.add(link)
        queue_link(session, MailTemplate.INVITATION, now, link)
        queue_mail(session, MailTemplate.PASSWORD_CHANGED, now, user_id=person)
    actor = Actor(ActorKind.USER, person)
    administration.edit_person(context, actor, PersonPatch(name=f"Berta {CANARY}"), "*")
    content = stories.CHALLENGE_CONTENT | {
        "organisation_id": welfare,
        "title": f"{CANARY} entflogen",
        "problem": f"Der {CANARY} singt nachts. " * 20,
    }
    draft = ChallengeCreate.model_validate(content)
    receipt = idempotency.make_receipt(OPERATOR, "create_challenge", "key", content)
    challenge = challenges.submit_challenge(context, OPERATOR, draft, receipt)
    unfinished.begin(context, OPERATOR, welfare, {"problem": f"Noch ein {CANARY} singt."})
    profile = stories.profile(context, "Käfig Gesang")["id"]
    shortlist.put(context, OPERATOR, challenge["id"], profile, NoteWrite(note=f"Fragen, ob er {CANARY} kennt"))
    searches.keep(context, actor, Search(Side.PROFILE, f"Futter {CANARY}"))
    challenges.edit_challenge(context, OPERATOR, challenge["id"], {"wish": f"Weniger {CANARY}."}, "*")
    return person, welfare, challenge["id"]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    before = structlog.get_config()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(stream))
    yield stream
    structlog.configure(**before)


def everything(engine: Engine, folder: Path) -> bytes:
    """All bytes of the database: file and log of SQLite, a plain dump of PostgreSQL."""
    if engine.dialect.name == "sqlite":
        file = Path(engine.url.database or "")
        return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run([_find("pg_dump"), url], capture_output=True, check=True)
    return done.stdout


def holds_canary(data: bytes) -> bool:
    return CANARY.encode().lower() in data.lower()


def test_of_somebody_erased_nothing_is_left(
    context: Context, engine: Engine, log: erasure_log.ErasureLog, lines: io.StringIO, tmp_path: Path
) -> None:
    """[24] Canaries in names, addresses, texts, browsers, answers, invitations: none is left anywhere."""
    stories.publish_some(context)
    other, _ = put_person(context, "other", None)
    person, welfare, challenge = put_canary(context)
    kept = idempotency.make_receipt(OPERATOR, "create_organisation", "key", {})
    with context.sessions.write() as session:
        idempotency.store_answer(session, kept, {"id": 999}, context.clock.now())
    assert holds_canary(everything(engine, tmp_path))
    erasure.erase_person(context, OPERATOR, person)
    erasure.erase_organisation(context, OPERATOR, welfare)
    erasure.scrub(engine)
    engine.dispose()
    assert not holds_canary(everything(engine, tmp_path))
    assert log.file is not None
    assert not holds_canary(log.file.read_bytes())
    assert not holds_canary(lines.getvalue().encode())
    with context.sessions.read() as session:
        assert session.get(ChallengeVector, (challenge, context.ranking.encoder.fingerprint)) is None
        assert session.scalar(select(func.count()).where(Match.challenge_id == challenge)) == 0
        assert not holds_canary(json.dumps(export.export_person(session, other)).encode())
        assert session.scalar(select(func.count()).select_from(User)) == 1
        assert context.trail.verify(session).first_bad is None
        actions = session.scalars(select(AuditEvent.action)).all()
        assert session.scalar(select(func.count()).select_from(Erasure)) == 2
        found = context.ranking.snapshot(session)
    assert len(found.corpus.challenges) == 4
    assert actions.count("person.erased") == actions.count("organisation.erased") == 1
    assert len(log.read()) == 2


def test_an_export_has_every_personal_column_and_no_secret(context: Context) -> None:
    person, welfare, _ = put_canary(context)
    with context.sessions.read() as session:
        of_person = export.export_person(session, person)
        of_organisation = export.export_organisation(session, welfare)
        secrets = [
            str(value)
            for row in session.execute(
                select(User.password_hash, LoginSession.id_hash)
                .join(LoginSession, LoginSession.user_id == User.id)
                .where(User.id == person)
            )
            for value in row
        ]
    text_of_both = json.dumps([of_person, of_organisation])
    assert not any(secret in text_of_both for secret in secrets)
    for exported in (of_person, of_organisation):
        for table, rows in exported.items():
            for row in rows if table in registry.COLUMNS else ():
                assert set(row) == set(registry.exported_columns(table))
    assert of_person["user_account"][0]["email"] == f"{CANARY.lower()}@people.example"
    assert {"role_grant", "login_session", "one_time_link", "mail_outbox", "audit_event"} <= of_person.keys()
    assert of_organisation["challenge"][0]["title"] == f"{CANARY} entflogen"
    assert of_organisation["members"] == [{"name": f"Berta {CANARY}", "role": "welfare_staff", "manager": True}]


def test_nobody_is_exported_or_erased_who_is_not_there(context: Context) -> None:
    with context.sessions.read() as session:
        for call in (export.export_person, export.export_organisation):
            with pytest.raises(NotFound):
                call(session, 999)
    for erase in (erasure.erase_person, erasure.erase_organisation):
        with pytest.raises(NotFound):
            erase(context, OPERATOR, 999)


def test_the_last_admin_and_the_last_manager_are_not_erased(context: Context) -> None:
    admin, _ = put_person(context, "admin", {"role": Role.ADMIN})
    with pytest.raises(LastAdmin):
        erasure.erase_person(context, OPERATOR, admin)
    welfare = stories.organisation(context, "welfare")
    boss, _ = put_person(context, "boss", {"role": Role.WELFARE_STAFF, "organisation_id": welfare, "manager": True})
    put_person(context, "colleague", {"role": Role.WELFARE_STAFF, "organisation_id": welfare})
    with pytest.raises(LastManager):
        erasure.erase_person(context, OPERATOR, boss)


def test_an_organisation_goes_with_its_profile_and_with_drafts(context: Context) -> None:
    startup = stories.profile(context, "Sensor Sturz")["organisation"]["id"]
    erasure.erase_organisation(context, OPERATOR, startup)
    with context.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Organisation)) == 0


def test_what_a_backup_brings_back_is_erased_again(context: Context) -> None:
    person, welfare, _ = put_canary(context)
    with context.sessions.read() as session:
        uids = {session.get_one(User, person).uid, session.get_one(Organisation, welfare).uid}
    assert erasure.reapply(context, uids) == 2
    assert erasure.reapply(context, uids) == 0
    with context.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 0
        assert session.scalar(select(func.count()).select_from(Erasure)) == 2


def test_the_log_outside_and_the_table_agree_after_a_sync(
    context: Context, log: erasure_log.ErasureLog, engine: Engine
) -> None:
    assert log.sync(context.sessions) == 0
    person, _ = put_person(context, "one", None)
    erasure.erase_person(context, OPERATOR, person)
    assert log.file is not None
    assert log.file.stat().st_mode & 0o777 == 0o600
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM erasure"))
    with log.file.open("a") as file:
        file.write('{"uid": "cut o')
    assert log.sync(context.sessions) == log.sync(context.sessions) == 1
    with context.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Erasure)) == 1
    assert erasure_log.ErasureLog().sync(context.sessions) == 1


def test_what_is_over_its_time_goes_and_everything_else_stays(context: Context, clock: SettableClock) -> None:
    now = clock.now()
    person, _ = put_person(context, "kept", None)
    fresh, _ = put_person(context, "unconfirmed", None)
    registered = stories.organisation(context, "welfare")
    with context.sessions.write() as session:
        session.get_one(User, fresh).email_confirmed_at = None
        session.get_one(Organisation, registered).verified = False
        session.execute(
            text(
                "INSERT INTO role_grant (user_id, role, organisation_id, manager, created_at) "
                "VALUES (:person, 'welfare_staff', :organisation, true, :now)"
            ),
            {"person": fresh, "organisation": registered, "now": now},
        )
        link = OneTimeLink(purpose=LinkPurpose.RESET_PASSWORD, user_id=person, created_at=now, expires_at=now)
        session.add(link)
        queue_link(session, MailTemplate.RESET_PASSWORD, now, link)
        session.add(IdempotentRequest(scope="x", key="y", request_hash="z", answer={}, created_at=now, user_id=person))
        throttle.count(session, throttle.counters(context.security.keys, "x", "y", "z"), now)
        queue_mail(session, MailTemplate.PASSWORD_CHANGED, now, user_id=person)
        session.execute(text("UPDATE mail_outbox SET sent_at = created_at"))
    assert set(retention.apply(context).values()) == {0}
    clock.moment = now + timedelta(days=31)
    done = retention.apply(context)
    assert done == {
        "sessions": 2,
        "links": 1,
        "tokens": 0,
        "tries": 2,
        "mails": 1,
        "unfinished challenges": 0,
        "messages": 0,
        "alerts": 0,
        "notices": 0,
        "answers": 1,
        "unconfirmed accounts": 1,
    }
    with context.sessions.read() as session:
        assert session.scalars(select(User.id)).all() == [person]
        assert session.scalars(select(Organisation.id)).all() == []


def test_many_rows_go_in_parts(context: Context, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for number in range(5):
        put_person(context, f"person{number}", None)
    clock.moment += timedelta(days=3)
    assert retention.apply(context)["sessions"] == 5


def test_no_answer_shows_contact_data_of_others(context: Context) -> None:
    """[3] Nobody's address is in any answer to somebody else but admins and inviting managers."""
    from tests.apps import open_client

    put_canary(context)
    client = open_client(context)
    for path in ("organisations", "challenges", "profiles", "organisations/1/members", "organisations/1/export"):
        found: Any = client.get(f"/api/v1/{path}")
        assert found.status_code == 200
        if path != "organisations/1/export":
            assert "people.example" not in found.text, path


def test_what_nobody_goes_on_writing_is_deleted_after_half_a_year(context: Context, clock: SettableClock) -> None:
    welfare = stories.organisation(context, "welfare")
    old = unfinished.begin(context, OPERATOR, welfare, {"problem": "Alt"})
    clock.moment += timedelta(days=100)
    touched = unfinished.begin(context, OPERATOR, welfare, {"problem": "Neu"})
    clock.moment += timedelta(days=81)
    assert retention.apply(context)["unfinished challenges"] == 1
    with context.sessions.read() as session:
        with pytest.raises(NotFound):
            unfinished.read(session, OPERATOR, old.id)
        assert unfinished.read(session, OPERATOR, touched.id).content == {"problem": "Neu"}
    unfinished.discard(context, OPERATOR, touched.id, touched.version)
    with context.sessions.read() as session, pytest.raises(NotFound):
        unfinished.read(session, OPERATOR, touched.id)
