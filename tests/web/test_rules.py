"""Admins change the numbers of the installation while it runs."""

from dataclasses import replace

from sqlalchemy import select

from app import rulebook
from app.auth.actor import OPERATOR
from app.models import AuditEvent, ChosenRule
from app.rulebook import RulesWrite
from app.rules import Rules
from tests.web.conftest import Site


def sent(**other: str) -> dict[str, str]:
    return {"interest_days": "14", "open_interests": "5", "pilot_slots": "3"} | other


def chosen(site: Site) -> dict[str, int]:
    with site.context.sessions.read() as session:
        return {row.name: row.value for row in session.scalars(select(ChosenRule))}


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
    rulebook.choose(site.context, OPERATOR, RulesWrite(interest_days=14, open_interests=5, pilot_slots=3))
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


def test_a_number_of_an_older_version_is_passed_over(site: Site) -> None:
    with site.context.sessions.write() as session:
        session.add(ChosenRule(name="gone", value=1, changed_at=site.context.clock.now()))
    assert now(site) == site.context.rules
