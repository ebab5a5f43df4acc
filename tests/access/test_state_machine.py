"""Random lives of people and organisations against a small oracle [reliability row 4].

After each step the service must grant exactly what the oracle says: who is a member or manager, whose session and
token still work. 2,000 sequences with --long, 40 otherwise, half of them on each database.
"""

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts import administration, invitations, membership
from app.accounts.people import Visitor
from app.accounts.schemas import InvitationAccept, InvitationNew
from app.auth import sessions, tokens
from app.auth.actor import OPERATOR, Actor
from app.auth.identify import Credentials, identify
from app.auth.keys import hash_token
from app.auth.permissions import Permission
from app.context import Context
from app.errors import AppError
from app.models import OneTimeLink, User
from app.vocabulary import AuthLevel, Role
from tests import stories
from tests.access.world import put_person

STEPS = 12


@dataclass
class Oracle:
    """What should be true, in thirty lines: members of each organisation, open invitations, and keys that work."""

    members: dict[int, dict[int, bool]] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    keys: dict[int, list[str]] = field(default_factory=dict)
    invited: dict[str, tuple[int, int, bool]] = field(default_factory=dict)

    def others(self, organisation: int, person: int, *, managers: bool) -> list[int]:
        found = self.members[organisation].items()
        return [one for one, manages in found if one not in self.closed | {person} and (manages or not managers)]

    def would_orphan(self, organisation: int, person: int) -> bool:
        is_manager = self.members[organisation][person]
        left = self.others(organisation, person, managers=False)
        return is_manager and bool(left) and not self.others(organisation, person, managers=True)

    def manages(self, organisation: int, person: int) -> bool:
        return person not in self.closed and self.members[organisation].get(person, False)

    def end_keys(self, person: int) -> None:
        self.keys[person] = []
        self.invited = {token: invitation for token, invitation in self.invited.items() if invitation[1] != person}


class Life:
    """Does a random step in the service and in the oracle, and compares."""

    def __init__(self, context: Context, chance: random.Random) -> None:
        self.context = context
        self.chance = chance
        self.oracle = Oracle()
        self.organisations = [stories.organisation(context, "welfare", f"Haus {n}") for n in range(3)]
        self.oracle.members = {organisation: {} for organisation in self.organisations}
        self.people: list[int] = []
        self.emails: dict[int, str] = {}
        for organisation in self.organisations[:2]:
            grant = {"role": Role.WELFARE_STAFF, "organisation_id": organisation, "manager": True}
            self.oracle.members[organisation][self.new_person(grant)] = True
        self.new_person(None)

    def new_person(self, grant: dict[str, Any] | None) -> int:
        name = secrets.token_hex(6)
        person, cookie = put_person(self.context, name, grant)
        self.people.append(person)
        self.emails[person] = f"{name}@people.example"
        self.oracle.keys[person] = [cookie]
        self.new_key(person)
        return person

    def new_key(self, person: int) -> None:
        now = self.context.clock.now()
        with self.context.sessions.write() as session:
            _, token = tokens.make_token(session, person, "x", [Permission.READ_MEMBERS], now + timedelta(days=1), now)
            user = session.get_one(User, person)
            _, cookie = sessions.open_session(
                session, self.context.security.keys, user, AuthLevel.PASSWORD, now, address="", user_agent=""
            )
        self.oracle.keys[person] += [cookie, f"Bearer {token}"]

    def actor(self, person: int) -> Actor:
        for key in self.oracle.keys[person]:
            if not key.startswith("Bearer"):
                found = identify(self.context, Credentials(cookie=key))
                assert found is not None
                return found
        if person in self.oracle.closed:
            return OPERATOR
        self.new_key(person)
        return self.actor(person)

    def step(self) -> None:
        self.chance.choice([self.invite, self.accept, self.leave, self.remove, self.move, self.transfer,
                            self.change, self.close, self.open])()  # fmt: skip
        self.compare()

    def attempt(self, call: Callable[[], object], *, allowed: bool) -> bool:
        try:
            call()
        except AppError:
            assert not allowed
            return False
        assert allowed
        return True

    def anybody(self) -> int:
        return self.chance.choice(self.people)

    def anywhere(self) -> int:
        return self.chance.choice(self.organisations)

    def invite(self) -> None:
        where, who, whom = self.anywhere(), self.anybody(), self.anybody()
        manager = self.chance.random() < 0.5
        given = InvitationNew(email=self.emails[whom], manager=manager)
        if who in self.oracle.closed:
            return
        allowed = self.oracle.manages(where, who) and whom not in self.oracle.members[where]
        actor = self.actor(who)
        if not self.attempt(lambda: invitations.invite_member(self.context, actor, where, given), allowed=allowed):
            return
        self.oracle.invited = {
            token: one for token, one in self.oracle.invited.items() if one[0] != where or self.invitee[token] != whom
        }
        token = secrets.token_urlsafe(32)
        with self.context.sessions.write() as session:
            newest = session.scalars(select(OneTimeLink).order_by(OneTimeLink.id.desc()).limit(1)).one()
            newest.token_hash = hash_token(token)
        self.oracle.invited[token] = (where, who, manager)
        self.invitee[token] = whom

    @property
    def invitee(self) -> dict[str, int]:
        found: dict[str, int] = self.__dict__.setdefault("_invitee", {})
        return found

    def accept(self) -> None:
        if not self.invitee:
            return
        token = self.chance.choice(list(self.invitee))
        whom = self.invitee[token]
        allowed = token in self.oracle.invited and whom not in self.oracle.closed
        given = InvitationAccept(token=token)
        if self.attempt(
            lambda: invitations.accept_invitation(self.context, given, Visitor(secrets.token_hex(4))), allowed=allowed
        ):
            where, _, manager = self.oracle.invited.pop(token)
            self.oracle.members[where].setdefault(whom, manager)

    def leave(self) -> None:
        who = self.anybody()
        self.take_out(self.anywhere(), who, who)

    def remove(self) -> None:
        self.take_out(self.anywhere(), self.anybody(), self.anybody())

    def take_out(self, where: int, who: int, whom: int) -> None:
        if who in self.oracle.closed:
            return
        there = whom in self.oracle.members[where]
        may = who == whom or self.oracle.manages(where, who)
        allowed = there and may and not self.oracle.would_orphan(where, whom)
        actor = self.actor(who)
        if self.attempt(lambda: membership.remove_member(self.context, actor, where, whom), allowed=allowed):
            del self.oracle.members[where][whom]
            self.oracle.end_keys(whom)

    def move(self) -> None:
        where, target, whom = self.anywhere(), self.anywhere(), self.anybody()
        there = whom in self.oracle.members[where] and whom not in self.oracle.members[target]
        allowed = there and not self.oracle.would_orphan(where, whom)
        if self.attempt(lambda: membership.move_member(self.context, OPERATOR, where, whom, target), allowed=allowed):
            del self.oracle.members[where][whom]
            self.oracle.members[target][whom] = False
            self.oracle.end_keys(whom)

    def transfer(self) -> None:
        where, who, whom = self.anywhere(), self.anybody(), self.anybody()
        if who in self.oracle.closed or who == whom:
            return
        allowed = self.oracle.manages(where, who) and whom in self.oracle.members[where]
        actor = self.actor(who)
        if self.attempt(lambda: membership.transfer_management(self.context, actor, where, whom), allowed=allowed):
            self.oracle.members[where] |= {who: False, whom: True}

    def change(self) -> None:
        where, who, whom = self.anywhere(), self.anybody(), self.anybody()
        manager = self.chance.random() < 0.5
        if who in self.oracle.closed:
            return
        there = self.oracle.manages(where, who) and whom in self.oracle.members[where]
        allowed = there and (manager or not self.oracle.would_orphan(where, whom))
        actor = self.actor(who)
        if self.attempt(
            lambda: membership.set_manager(self.context, actor, where, whom, manager=manager), allowed=allowed
        ):
            self.oracle.members[where][whom] = manager

    def close(self) -> None:
        whom = self.anybody()
        administration.set_active(self.context, OPERATOR, whom, active=False)
        self.oracle.closed.add(whom)
        self.oracle.end_keys(whom)

    def open(self) -> None:
        whom = self.anybody()
        administration.set_active(self.context, OPERATOR, whom, active=True)
        self.oracle.closed.discard(whom)

    def compare(self) -> None:
        for person in self.people:
            for key in self.all_keys(person):
                given = Credentials(authorization=key) if key.startswith("Bearer") else Credentials(cookie=key)
                actor = identify(self.context, given)
                assert (actor is not None) == (key in self.oracle.keys[person])
                if actor is not None:
                    for organisation, members in self.oracle.members.items():
                        assert actor.is_member(organisation) == (person in members)
                        assert actor.manages(organisation) == members.get(person, False)

    def all_keys(self, person: int) -> list[str]:
        seen: dict[int, list[str]] = self.__dict__.setdefault("_seen", {})
        known = seen.setdefault(person, [])
        known += [key for key in self.oracle.keys[person] if key not in known]
        return known


@pytest.mark.parametrize("batch", range(4))
def test_a_random_life_ends_every_right_when_it_should(
    context: Context, request: pytest.FixtureRequest, batch: int
) -> None:
    sequences = 250 if request.config.getoption("--long") else 5
    for number in range(sequences):
        seed = batch * 1000 + number
        life = Life(context, random.Random(seed))  # noqa: S311  a game
        for _ in range(STEPS):
            life.step()
