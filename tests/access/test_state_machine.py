"""Lives of people and organisations, thought out by hypothesis, against a small oracle [reliability row 4].

After each step the service must grant exactly what the oracle says: who is a member or manager, whose session and
token still work. 2,000 sequences with --long, 40 otherwise, half of them on each database.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from app.accounts import administration, api_tokens, invitations, membership
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
people = st.integers(0, 2)
places = st.integers(0, 2)
choices = st.integers(0, 99)


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


class Life(RuleBasedStateMachine):
    """Three people and three organisations of their own; a step is done in the service and in the oracle.

    All lives of a test share its database.
    """

    context: Context

    def __init__(self) -> None:
        super().__init__()
        self.oracle = Oracle()
        self.organisations = [stories.organisation(self.context, "welfare", f"Haus {n}") for n in range(3)]
        self.oracle.members = {organisation: {} for organisation in self.organisations}
        self.people: list[int] = []
        self.emails: dict[int, str] = {}
        self.invitee: dict[str, int] = {}
        self.known_keys: dict[int, list[str]] = {}
        self.token_ids: dict[str, int] = {}
        self.link_ids: dict[str, int] = {}
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
            row, token = tokens.make_token(
                session, person, "x", [Permission.READ_MEMBERS], now + timedelta(days=1), now
            )
            user = session.get_one(User, person)
            _, cookie = sessions.open_session(
                session, self.context.security.keys, user, AuthLevel.PASSWORD, now, address="", user_agent=""
            )
            self.token_ids[f"Bearer {token}"] = row.id
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

    def attempt(self, call: Callable[[], object], *, allowed: bool) -> bool:
        try:
            call()
        except AppError:
            assert not allowed
            return False
        assert allowed
        return True

    def is_open(self, one: int) -> bool:
        return self.people[one] not in self.oracle.closed

    @rule(place=places, one=people, other=people, manager=st.booleans())
    def invite(self, place: int, one: int, other: int, manager: bool) -> None:
        if not self.is_open(one):
            return
        where, who, whom = self.organisations[place], self.people[one], self.people[other]
        given = InvitationNew(email=self.emails[whom], manager=manager)
        allowed = self.oracle.manages(where, who) and whom not in self.oracle.members[where]
        actor = self.actor(who)
        if not self.attempt(lambda: invitations.invite_member(self.context, actor, where, given), allowed=allowed):
            return
        self.oracle.invited = {
            token: invited
            for token, invited in self.oracle.invited.items()
            if invited[0] != where or self.invitee[token] != whom
        }
        token = secrets.token_urlsafe(32)
        with self.context.sessions.write() as session:
            newest = session.scalars(select(OneTimeLink).order_by(OneTimeLink.id.desc()).limit(1)).one()
            newest.token_hash = hash_token(token)
            self.link_ids[token] = newest.id
        self.oracle.invited[token] = (where, who, manager)
        self.invitee[token] = whom

    @precondition(lambda self: self.invitee)
    @rule(choice=choices)
    def accept(self, choice: int) -> None:
        token = list(self.invitee)[choice % len(self.invitee)]
        whom = self.invitee[token]
        allowed = token in self.oracle.invited and whom not in self.oracle.closed
        given = InvitationAccept(token=token)
        if self.attempt(
            lambda: invitations.accept_invitation(self.context, given, Visitor(secrets.token_hex(4))), allowed=allowed
        ):
            where, _, manager = self.oracle.invited.pop(token)
            self.oracle.members[where].setdefault(whom, manager)

    @precondition(lambda self: self.invitee)
    @rule(choice=choices, one=people)
    def revoke_invitation(self, choice: int, one: int) -> None:
        if not self.is_open(one):
            return
        token = list(self.invitee)[choice % len(self.invitee)]
        if token not in self.oracle.invited:
            return
        where, who = self.oracle.invited[token][0], self.people[one]
        actor = self.actor(who)
        if self.attempt(
            lambda: invitations.withdraw_invitation(self.context, actor, where, self.link_ids[token]),
            allowed=self.oracle.manages(where, who),
        ):
            del self.oracle.invited[token]

    @rule(one=people, other=people, choice=choices)
    def revoke_token(self, one: int, other: int, choice: int) -> None:
        who, whom = self.people[one], self.people[other]
        working = [key for key in self.oracle.keys[whom] if key in self.token_ids]
        if not self.is_open(one) or not working:
            return
        key = working[choice % len(working)]
        actor = self.actor(who)
        if self.attempt(lambda: api_tokens.revoke_token(self.context, actor, self.token_ids[key]), allowed=who == whom):
            self.oracle.keys[whom].remove(key)

    @rule(place=places, one=people)
    def leave(self, place: int, one: int) -> None:
        self.take_out(place, one, one)

    @rule(place=places, one=people, other=people)
    def take_out(self, place: int, one: int, other: int) -> None:
        if not self.is_open(one):
            return
        where, who, whom = self.organisations[place], self.people[one], self.people[other]
        there = whom in self.oracle.members[where]
        may = who == whom or self.oracle.manages(where, who)
        allowed = there and may and not self.oracle.would_orphan(where, whom)
        actor = self.actor(who)
        if self.attempt(lambda: membership.remove_member(self.context, actor, where, whom), allowed=allowed):
            del self.oracle.members[where][whom]
            self.oracle.end_keys(whom)

    @rule(place=places, destination=places, one=people)
    def move(self, place: int, destination: int, one: int) -> None:
        where, target, whom = self.organisations[place], self.organisations[destination], self.people[one]
        there = whom in self.oracle.members[where] and whom not in self.oracle.members[target]
        allowed = there and not self.oracle.would_orphan(where, whom)
        if self.attempt(lambda: membership.move_member(self.context, OPERATOR, where, whom, target), allowed=allowed):
            del self.oracle.members[where][whom]
            self.oracle.members[target][whom] = False
            self.oracle.end_keys(whom)

    @rule(place=places, one=people, other=people)
    def transfer(self, place: int, one: int, other: int) -> None:
        if not self.is_open(one) or one == other:
            return
        where, who, whom = self.organisations[place], self.people[one], self.people[other]
        allowed = self.oracle.manages(where, who) and whom in self.oracle.members[where]
        actor = self.actor(who)
        if self.attempt(lambda: membership.transfer_management(self.context, actor, where, whom), allowed=allowed):
            self.oracle.members[where] |= {who: False, whom: True}

    @rule(place=places, one=people, other=people, manager=st.booleans())
    def change(self, place: int, one: int, other: int, manager: bool) -> None:
        if not self.is_open(one):
            return
        where, who, whom = self.organisations[place], self.people[one], self.people[other]
        there = self.oracle.manages(where, who) and whom in self.oracle.members[where]
        allowed = there and (manager or not self.oracle.would_orphan(where, whom))
        actor = self.actor(who)
        if self.attempt(
            lambda: membership.set_manager(self.context, actor, where, whom, manager=manager), allowed=allowed
        ):
            self.oracle.members[where][whom] = manager

    @rule(one=people)
    def deactivate(self, one: int) -> None:
        administration.set_active(self.context, OPERATOR, self.people[one], active=False)
        self.oracle.closed.add(self.people[one])
        self.oracle.end_keys(self.people[one])

    @rule(one=people)
    def reactivate(self, one: int) -> None:
        administration.set_active(self.context, OPERATOR, self.people[one], active=True)
        self.oracle.closed.discard(self.people[one])

    @invariant()
    def everybody_may_what_the_oracle_says(self) -> None:
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
        known = self.known_keys.setdefault(person, [])
        known += [key for key in self.oracle.keys[person] if key not in known]
        return known


def test_every_life_ends_each_right_when_it_should(context: Context, request: pytest.FixtureRequest) -> None:
    class LifeHere(Life):
        pass

    LifeHere.context = context
    run_state_machine_as_test(
        LifeHere,
        settings=settings(
            max_examples=1000 if request.config.getoption("--long") else 20,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=not request.config.getoption("--long"),
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
