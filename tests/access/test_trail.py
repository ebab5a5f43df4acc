"""The audit trail: one event for each change, and what was tampered with is found [reliability row 25]."""

from typing import cast

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from app.audit.trail import differences
from app.auth.actor import OPERATOR
from app.context import Context
from app.main import create_app
from app.models import AuditEvent, AuditKey
from app.web.event_words import EVENTS, OBJECTS
from tests import stories
from tests.access.matrix import rows, send
from tests.access.world import OPERATED_BY, PEOPLE, World, copy_of, make_world

APP = create_app(cast("Context", None), operator=OPERATED_BY)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


def count(context: Context) -> int:
    with context.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def test_every_change_and_every_refusal_leaves_exactly_one_event(world: World) -> None:
    changed = refused = 0
    for row in (row for row in rows(world.ids) if row.method != "GET"):
        statuses = dict(zip(PEOPLE, map(int, row.expected.split()), strict=True))
        for wanted in ({200, 201, 202, 204, 303}, {403}):
            subject = next((name for name, status in statuses.items() if status in wanted), None)
            if subject is None or (row.operation.startswith("preview_") and 200 in wanted):
                continue
            if row.operation == "submit_sign_out" and subject == "anonymous":
                subject = "staff_a"  # nobody's session is nothing to end
            with copy_of(world, app=APP) as (context, client):
                before = count(context)
                headers = world.headers(subject) | ({"If-Match": "*"} if row.if_match else {})
                answer = send(client, row, headers)
                assert answer.status_code in wanted
                assert count(context) - before == 1, (row.operation, subject, answer.status_code)
                with context.sessions.read() as session:
                    assert context.trail.verify(session).first_bad is None
                    event = session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
                    assert event is not None
                    assert event.action in EVENTS, "its page has no name for it"
                    assert event.object_kind in OBJECTS
            changed += 200 in wanted
            refused += 403 in wanted
    assert changed > 75
    assert refused > 45


@pytest.fixture
def written(context: Context) -> Context:
    stories.publish_some(context)
    return context


def test_a_trail_as_it_was_written_is_sound(written: Context) -> None:
    with written.sessions.read() as session:
        verdict = written.trail.verify(session)
    assert verdict.first_bad is None
    assert verdict.sound == count(written) > 8


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE audit_event SET action = 'challenge.deleted' WHERE sequence = 4", 4),
        ("UPDATE audit_event SET actor_id = 7 WHERE sequence = 1", 1),
        ("UPDATE audit_event SET changes = '{}' WHERE sequence = 5", 5),
        ("UPDATE audit_event SET hash = (SELECT hash FROM audit_event WHERE sequence = 2) WHERE sequence = 3", 3),
        ("DELETE FROM audit_event WHERE sequence = 6", 6),
        ("DELETE FROM audit_event WHERE sequence >= 8", 8),
        ("UPDATE audit_head SET sequence = sequence + 1", None),
    ],
)
def test_one_tampered_row_is_named(written: Context, engine: Engine, tampering: str, found: int | None) -> None:
    total = count(written)
    with engine.begin() as connection:
        disarm(connection)
        connection.execute(text(tampering))
    with written.sessions.read() as session:
        assert written.trail.verify(session).first_bad == (found or total + 1)


def disarm(connection: object) -> None:
    """Do what somebody with all rights on the database could do."""
    run = connection.exec_driver_sql  # type: ignore[attr-defined]
    if connection.dialect.name == "postgresql":  # type: ignore[attr-defined]
        run("DROP TRIGGER audit_event_stays ON audit_event")
    else:
        run("DROP TRIGGER audit_event_is_not_updated")
        run("DROP TRIGGER audit_event_is_not_deleted")


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"])
def test_the_database_itself_refuses_to_change_the_trail(written: Context, engine: Engine, statement: str) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))


def test_a_change_that_is_rolled_back_leaves_no_event(context: Context) -> None:
    before = count(context)

    def fail() -> None:
        with context.sessions.write() as session:
            context.trail.record(session, OPERATOR, context.clock.now(), "organisation.created", "organisation", 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert count(context) == before


def test_values_are_there_as_hashes_only_and_the_key_goes_with_the_object(context: Context) -> None:
    challenge = stories.challenge(context, stories.organisation(context, "welfare"), "Sturz Nachtdienst")
    with context.sessions.read() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "challenge.published")).one()
        assert "title" in event.changes
        assert "Sturz" not in str(event.changes)
        assert session.get(AuditKey, ("challenge", challenge["id"])) is not None
    from app.challenges.service import delete_challenge

    delete_challenge(context, OPERATOR, challenge["id"], None)
    with context.sessions.read() as session:
        assert session.get(AuditKey, ("challenge", challenge["id"])) is None
        assert context.trail.verify(session).first_bad is None


def test_differences_name_what_changed() -> None:
    assert differences({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}) == {"b": (2, 3), "c": (None, 4)}
