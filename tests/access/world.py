"""A small world with somebody of every kind in it, whose database can be copied for each try."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.auth import sessions, tokens
from app.auth.actor import OPERATOR, Actor
from app.auth.identify import load_grants
from app.auth.keys import hash_token
from app.auth.passwords import hash_password
from app.auth.permissions import SCOPES, Permission
from app.challenges import unfinished
from app.clock import Clock
from app.context import Context
from app.db.engine import make_engine
from app.db.migrate import upgrade
from app.introductions.schemas import MessageWrite
from app.introductions.service import send_message
from app.main import create_app
from app.models import MailOutbox, Network, OneTimeLink, Organisation, Outcome, RoleGrant, SavedSearch, User
from app.rescoring import runs
from app.rescoring.schemas import RunRequest
from app.searches import service as searches
from app.searches.service import Search
from app.shortlist import service as shortlist
from app.shortlist.service import NoteWrite
from app.vocabulary import ActorKind, AuthLevel, Language, LinkPurpose, MailTemplate, Role
from app.web.challenge_form import to_values
from app.web.operator import Operator
from matching.texts import Side
from tests import stories
from tests.apps import plain_client
from tests.conftest import SettableClock, make_context

OPERATED_BY = Operator("Beispiel e. V.", ("Musterweg 1", "12345 Musterstadt"), "hilfe@passgenau.example")
PASSWORD = "ein langes Kennwort für alle"
HASH = hash_password(PASSWORD)
PEOPLE = (
    "anonymous",
    "staff_a",
    "colleague_a",
    "staff_b",
    "startup_a",
    "startup_b",
    "unverified",
    "coordinator_a",
    "coordinator_s",
    "admin",
    "admin_without_code",
    "deactivated",
)
LINKS = {
    "confirmation": "confirmation-token-of-the-tests",
    "reset": "reset-token-of-the-tests-here",
    "invitation": "invitation-token-of-the-tests",
    "coordinator_invitation": "coordinator-token-of-the-tests",
    "outcome": "outcome-token-of-the-tests-here",
}


@dataclass
class World:
    """Ids of what is there, and what each person sends to prove who they are."""

    file: Path
    ids: dict[str, int] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def headers(self, subject: str) -> dict[str, str]:
        """What a subject sends: a cookie with proof that its own page asks, or a token."""
        if subject in self.tokens:
            return {"Authorization": f"Bearer {self.tokens[subject]}"}
        if subject in self.cookies:
            return {"Cookie": f"passgenau-dev={self.cookies[subject]}", "Sec-Fetch-Site": "same-origin"}
        return {}


def make_world(folder: Path) -> World:
    """Build the world in an SQLite file."""
    world = World(folder / "world.sqlite3")
    engine = make_engine(f"sqlite:///{world.file}")
    upgrade(engine)
    context = make_context(engine, SettableClock())
    _put_organisations(context, world)
    _put_people(context, world)
    _put_texts(context, world)
    _put_keys(context, world)
    _put_run(context, world)
    _put_mail(context, world)
    _put_conversations(context, world)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return world


@cache
def _engine_at(file: Path) -> Engine:
    """One for all copies at a place: it knows the statements of those before."""
    return make_engine(f"sqlite:///{file}")


@contextmanager
def copy_of(
    world: World, clock: Clock | None = None, app: FastAPI | None = None
) -> Iterator[tuple[Context, TestClient]]:
    """The application on a copy of the world, with real sign-in; one copy of a world at a time.

    app: one that is used for copy after copy, which spares it from building its routes again; one copy at a time.
    """
    copy = world.file.with_name("copy.sqlite3")
    for suffix in ("", "-wal", "-shm"):
        copy.with_name(f"copy.sqlite3{suffix}").unlink(missing_ok=True)
    shutil.copyfile(world.file, copy)
    engine = _engine_at(copy)
    context = make_context(engine, clock or SettableClock())
    # Not entered: the lifespan only starts background work.
    if app is None:
        app = create_app(context, operator=OPERATED_BY)
    app.state.context = context
    client = plain_client(app, raise_server_exceptions=False)
    yield context, client
    client.close()
    engine.dispose()


def _put_organisations(context: Context, world: World) -> None:
    for name, kind, network in (
        ("a", "welfare", "caritas"),
        ("b", "welfare", "drk"),
        ("c", "welfare", "caritas"),
        ("s", "startup", "send"),
        ("t", "startup", None),
        ("u", "welfare", "caritas"),
        ("v", "startup", None),
    ):
        world.ids[f"organisation_{name}"] = stories.organisation(context, kind, f"Organisation {name}")
        with context.sessions.write() as session:
            organisation = session.get_one(Organisation, world.ids[f"organisation_{name}"])
            organisation.verified = name != "u"
            if network is not None:
                organisation.network = session.scalars(select(Network).where(Network.slug == network)).one()


def _put_people(context: Context, world: World) -> None:
    ids = world.ids
    staff, member = Role.WELFARE_STAFF, Role.STARTUP_MEMBER
    grants: Mapping[str, dict[str, Any]] = {
        "staff_a": {"role": staff, "organisation_id": ids["organisation_a"], "manager": True},
        "colleague_a": {"role": staff, "organisation_id": ids["organisation_a"]},
        "staff_b": {"role": staff, "organisation_id": ids["organisation_b"], "manager": True},
        "startup_a": {"role": member, "organisation_id": ids["organisation_s"], "manager": True},
        "startup_b": {"role": member, "organisation_id": ids["organisation_t"], "manager": True},
        "unverified": {"role": staff, "organisation_id": ids["organisation_u"], "manager": True},
        "coordinator_a": {"role": Role.NETWORK_COORDINATOR, "network_id": _network(context, "caritas")},
        "coordinator_s": {"role": Role.NETWORK_COORDINATOR, "network_id": _network(context, "send")},
        "admin": {"role": Role.ADMIN},
        "admin_without_code": {"role": Role.ADMIN},
        "deactivated": {"role": staff, "organisation_id": ids["organisation_a"]},
    }
    for name, grant in grants.items():
        world.ids[name], world.cookies[name] = put_person(context, name, grant)


def put_person(context: Context, name: str, grant: Mapping[str, Any] | None) -> tuple[int, str]:
    """Store a person who is signed in. Returns their id and cookie."""
    now = context.clock.now()
    with context.sessions.write() as session:
        user = User(
            email=f"{name}@people.example",
            name=f"Person {name}",
            locale=Language.GERMAN,
            email_confirmed_at=now,
            password_hash=HASH,
            deactivated_at=now if name == "deactivated" else None,
            totp_confirmed_at=now if name == "deactivated" else None,
            version=1,
            created_at=now,
            updated_at=now,
        )
        user.grants = [RoleGrant(created_at=now, **grant)] if grant else []
        session.add(user)
        session.flush()
        level = AuthLevel.SECOND_FACTOR if name == "admin" else AuthLevel.PASSWORD
        _row, cookie = sessions.open_session(
            session, context.security.keys, user, level, now, address="127.0.0.1", user_agent="tests"
        )
        return user.id, cookie


def _put_texts(context: Context, world: World) -> None:
    ids = world.ids
    ids["challenge"] = stories.challenge(context, ids["organisation_a"], "Sturz Nachtdienst")["id"]
    ids["draft"] = stories.challenge(context, ids["organisation_a"], "Beratung Schulden", state="draft")["id"]
    content = to_values(stories.CHALLENGE_CONTENT)
    ids["unfinished"] = unfinished.begin(context, OPERATOR, ids["organisation_a"], content).id
    ids["profile"] = stories.profile(context, "Sensor Sturz Nachtdienst", startup=ids["organisation_s"])["id"]
    ids["second_profile"] = stories.profile(
        context, "Lernplattform Küche payroll", startup=ids["organisation_v"], regions=["saarland"]
    )["id"]
    shortlist.put(context, OPERATOR, ids["challenge"], ids["second_profile"], NoteWrite(note="Anrufen"))
    searches.keep(context, Actor(ActorKind.USER, ids["staff_a"]), Search(Side.PROFILE, "Sturz"))
    with context.sessions.read() as session:
        ids["search"] = session.scalars(select(SavedSearch.id)).one()
    ids["draft_profile"] = stories.profile(
        context, "App Beratung Schulden", startup=ids["organisation_t"], state="draft"
    )["id"]


def _put_run(context: Context, world: World) -> None:
    request = RunRequest()
    world.ids["run"] = runs.request_run(context, context.ranking.encoders, OPERATOR, request)


def _put_mail(context: Context, world: World) -> None:
    """A mail that was given up."""
    now = context.clock.now()
    with context.sessions.write() as session:
        mail = MailOutbox(
            template=MailTemplate.DIGEST,
            user_id=world.ids["staff_a"],
            created_at=now,
            due_at=now,
            attempts=6,
            last_error="ConnectionRefusedError",
            failed_at=now,
        )
        session.add(mail)
        session.flush()
        world.ids["mail"] = mail.id


def _put_conversations(context: Context, world: World) -> None:
    """An open interest of the startup, a decline of A, an introduction with a message and a question that was asked."""
    ids = world.ids
    pairs = [stories.challenge(context, ids["organisation_a"], f"Sturz Nachtdienst {n}")["id"] for n in range(3)]
    welfare, startup = actor_for(context, ids["staff_a"]), actor_for(context, ids["startup_a"])
    profile = ids["profile"]
    ids["interest"] = stories.interested(context, startup, pairs[0], profile, "profile").id
    ids["decline"] = stories.declined(context, welfare, pairs[1], profile, "challenge").id
    stories.interested(context, startup, pairs[2], profile, "profile")
    ids["introduction"] = stories.interested(context, welfare, pairs[2], profile, "challenge").introduction_id or 0
    send_message(context, welfare, ids["introduction"], MessageWrite(body="Guten Tag, passt Ihnen Donnerstag?"))
    now = context.clock.now()
    with context.sessions.write() as session:
        link = OneTimeLink(
            purpose=LinkPurpose.OUTCOME,
            token_hash=hash_token(LINKS["outcome"]),
            user_id=ids["staff_a"],
            created_at=now,
            expires_at=now + timedelta(days=30),
        )
        session.add(link)
        session.flush()
        question = session.scalars(
            select(Outcome).where(Outcome.introduction_id == ids["introduction"]).order_by(Outcome.id).limit(1)
        ).one()
        question.asked_at, question.link_id = now, link.id


def actor_for(context: Context, user_id: int) -> Actor:
    """A person with the roles they have."""
    with context.sessions.read() as session:
        return Actor(ActorKind.USER, user_id, load_grants(session, user_id))


def _put_keys(context: Context, world: World) -> None:
    now = context.clock.now()
    ids = world.ids
    with context.sessions.write() as session:
        for scope in SCOPES:
            _, token = tokens.make_token(session, ids["staff_a"], scope, [scope], now + timedelta(days=1), now)
            world.tokens[scope.value] = token
        row, _ = tokens.make_token(session, ids["staff_a"], "x", [Permission.READ_MATCHES], now + timedelta(1), now)
        ids["token"] = row.id
        user = session.get_one(User, ids["staff_a"])
        own, _ = sessions.open_session(
            session, context.security.keys, user, AuthLevel.PASSWORD, now, address="127.0.0.1", user_agent="other"
        )
        ids["session"] = own.id
        common = {"created_at": now, "expires_at": now + timedelta(hours=1)}
        session.add_all(
            [
                OneTimeLink(
                    purpose=LinkPurpose.CONFIRM_EMAIL,
                    token_hash=hash_token(LINKS["confirmation"]),
                    user_id=ids["colleague_a"],
                    **common,
                ),
                OneTimeLink(
                    purpose=LinkPurpose.RESET_PASSWORD,
                    token_hash=hash_token(LINKS["reset"]),
                    user_id=ids["colleague_a"],
                    **common,
                ),
            ]
        )
        invitation = OneTimeLink(
            purpose=LinkPurpose.INVITATION,
            token_hash=hash_token(LINKS["invitation"]),
            email="new@people.example",
            role=Role.WELFARE_STAFF,
            organisation_id=ids["organisation_a"],
            invited_by=ids["staff_a"],
            **common,
        )
        coordinator = OneTimeLink(
            purpose=LinkPurpose.INVITATION,
            token_hash=hash_token(LINKS["coordinator_invitation"]),
            email="coming@people.example",
            role=Role.NETWORK_COORDINATOR,
            network_id=_network(context, "caritas"),
            invited_by=ids["admin"],
            **common,
        )
        session.add_all([invitation, coordinator])
        session.flush()
        ids["invitation"], ids["coordinator_invitation"] = invitation.id, coordinator.id


def _network(context: Context, slug: str) -> int:
    with context.sessions.read() as session:
        return session.scalars(select(Network.id).where(Network.slug == slug)).one()
