"""Admins change the numbers of the installation while it runs."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Engine, delete, select

from app import rulebook
from app.auth.actor import OPERATOR
from app.context import Context
from app.decisions import rules
from app.decisions.rules import RulesWrite
from app.errors import Forbidden
from app.mail import waiting
from app.models import AuditEvent, ChosenRules, RoleGrant
from app.rules import Rules
from tests.access.world import actor_for
from tests.conftest import SettableClock, make_context
from tests.web.conftest import Site


@pytest.fixture
def context(engine: Engine, clock: SettableClock) -> Context:
    return make_context(engine, clock)


def sent(**other: str) -> dict[str, str]:
    return {"interest_days": "14", "open_interests": "5", "pilot_slots": "3"} | other


def chosen(site: Site) -> dict[str, int]:
    with site.context.sessions.read() as session:
        row = session.scalars(select(ChosenRules)).one()
        values = {name: getattr(row, name) for name in ("interest_days", "open_interests", "pilot_slots")}
        return {name: value for name, value in values.items() if value is not None}


def now(site: Site, configured: Rules | None = None) -> Rules:
    with site.context.sessions.read() as session:
        return rulebook.current(session, configured or site.context.rules)


def test_what_an_admin_chooses_applies_at_once(site: Site) -> None:
    assert site.get("/operation/rules", "admin").field("interest_days") == "14"
    done = site.post("/operation/rules", sent(interest_days="10", pilot_slots="1"), "admin")
    assert done.location == "/operation?done=rules-saved"
    assert now(site) == Rules(10, 5, 1)
    assert "Eine Anfrage wartet 10 Tage." in site.get("/operation", "admin").text
    with site.context.sessions.read() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "rules.changed")).one()
    assert set(event.changes) == {"interest_days", "pilot_slots"}


def test_what_the_settings_say_anyway_is_left_to_them(site: Site) -> None:
    site.post("/operation/rules", sent(open_interests="9"), "admin")
    assert chosen(site) == {"open_interests": 9}
    assert now(site, replace(site.context.rules, interest_days=20)) == Rules(20, 9, 3)
    site.post("/operation/rules", sent(), "admin")
    assert chosen(site) == {}


def test_saving_the_same_is_no_change(site: Site) -> None:
    rules.choose(site.context, OPERATOR, RulesWrite(interest_days=14, open_interests=5, pilot_slots=3))
    with site.context.sessions.read() as session:
        assert session.scalars(select(AuditEvent).where(AuditEvent.action == "rules.changed")).all() == []


def test_numbers_out_of_bounds_are_named_and_kept(site: Site) -> None:
    for name, value in (
        ("interest_days", "1"),
        ("open_interests", "101"),
        ("pilot_slots", "null"),
        ("pilot_slots", ""),
    ):
        again = site.post("/operation/rules", sent(**{name: value}), "admin")
        assert again.status == 422
        assert again.field(name) == value
        assert again.all(f"#f-{name}-error")
    assert chosen(site) == {}


def test_many_at_once_leave_one_set_of_rules(context: Context) -> None:
    def choose(number: int) -> None:
        rules.choose(
            context, OPERATOR, RulesWrite(interest_days=10 + number, open_interests=number, pilot_slots=number)
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(choose, range(2, 18)))
    with context.sessions.read() as session:
        found = rulebook.current(session, context.rules)
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "rules.changed")).all()
    assert found.interest_days == 10 + found.open_interests == 10 + found.pilot_slots
    assert len(events) == 16


def test_whoever_is_no_admin_any_more_changes_nothing(site: Site) -> None:
    """The request began with the right; it is looked at again where it writes."""
    admin = actor_for(site.context, site.ids["admin"])
    assert admin.is_admin
    with site.context.sessions.write() as session:
        session.execute(delete(RoleGrant).where(RoleGrant.user_id == site.ids["admin"]))
    with pytest.raises(Forbidden):
        rules.choose(site.context, admin, RulesWrite(interest_days=3, open_interests=1, pilot_slots=1))
    with pytest.raises(Forbidden):
        waiting.send_again(site.context, admin, site.ids["mail"])
    assert chosen(site) == {}
