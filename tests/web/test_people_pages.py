"""Pages of coordinators and admins about people and organisations."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from app.accounts.sign_in import TOTP_KEY
from app.models import LoginSession, MailOutbox, OneTimeLink, Profile, RoleGrant, User
from app.vocabulary import MailTemplate, ProfileState, Role
from app.web import challenges, conversations
from tests import stories
from tests.access.world import PASSWORD, actor_for
from tests.web.conftest import Answer, Site


def names(page: Answer) -> list[str]:
    return [strong.get_text() for strong in page.all("main .rows strong")]


def test_people_are_found_by_name_or_address(site: Site) -> None:
    assert set(names(site.get("/users?q=STAFF", "admin"))) == {"Person staff_a", "Person staff_b"}
    found = site.get("/users?q=person+colleague_a@people", "admin")
    assert names(found) == ["Person colleague_a"]
    assert found.field("q") == "person colleague_a@people"
    assert "So heißt hier niemand" in site.get("/users?q=nobody", "admin").said("main")


def test_each_person_and_organisation_leads_to_its_lines_of_the_trail(site: Site) -> None:
    person = site.get("/users?q=staff_b", "admin").one("main a[href^='/audit']")
    assert person["href"] == f"/audit?actor_id={site.ids['staff_b']}"
    path = f"/organisations/{site.ids['organisation_a']}"
    href = f"/audit?organisation_id={site.ids['organisation_a']}"
    assert site.get(path, "admin").one("main a[href^='/audit']")["href"] == href
    assert site.get(href, "admin").all("tbody tr")
    assert not site.get(path, "staff_a").all("main a[href^='/audit']")


def test_organisations_are_found_by_name_and_state(site: Site) -> None:
    def found(query: str, subject: str = "admin") -> list[str]:
        return [link.get_text() for link in site.get(f"/organisations{query}", subject).all("main .rows a")]

    assert len(found("")) == 7
    assert found("?q=organisation+U") == ["Organisation u"]
    assert found("?state=waiting") == ["Organisation u"]
    assert found("?q=organisation+u&state=verified") == []
    assert set(found("", "coordinator_a")) == {"Organisation a", "Organisation c", "Organisation u"}
    assert found("", "coordinator_s") == ["Organisation s"]
    assert site.get("/organisations?state=other", "admin").status == 422


def test_a_coordinator_sees_who_is_verified_and_takes_it_back(site: Site) -> None:
    page = site.get("/verification", "coordinator_s")
    (link,) = page.all("#verified a[href$='/withdraw']")
    asked = site.get(str(link["href"]), "coordinator_s")
    assert asked.said("#about") == "Organisation s"
    done = site.post(str(link["href"]), {}, "coordinator_s")
    said = site.get(done.location, "coordinator_s")
    assert "Was veröffentlicht war, ist pausiert" in said.said(".kern-alert--success")
    with site.context.sessions.read() as session:
        assert session.get_one(Profile, site.ids["profile"]).state is ProfileState.PAUSED
    assert said.one("main form[action$='/verify']"), "and gives it again there"


def test_what_a_coordinator_may_do_stands_on_the_page_of_the_organisation(site: Site) -> None:
    path = f"/organisations/{site.ids['organisation_a']}"
    assert site.get(path, "coordinator_a").one("main a[href$='/withdraw']")
    for subject in ("coordinator_s", "staff_a", "staff_b"):
        assert not site.get(path, subject).all("main a[href$='/withdraw']"), subject


def test_coordinators_look_at_what_their_network_publishes(site: Site) -> None:
    assert "Sensor Sturz Nachtdienst" in site.get("/startups", "coordinator_s").said("main .rows")
    elsewhere = site.get("/browse", "coordinator_s")
    assert "Zu Ihrem Netzwerk gehören Startups" in elsewhere.said("main")
    assert elsewhere.one("main .kern-btn--primary")["href"] == "/startups"
    other = site.get("/startups", "coordinator_a")
    assert other.one("main .kern-btn--primary")["href"] == "/browse"
    with site.context.sessions.write() as session:
        session.get_one(Profile, site.ids["profile"]).state = ProfileState.PAUSED
    assert "Sobald jemand aus Ihrem Netzwerk" in site.get("/startups", "coordinator_s").said("main")
    assert "sobald Ihre Organisation bestätigt ist" in site.get("/browse", "unverified").said("main") or site.get(
        "/browse", "unverified"
    ).all("main .rows")


def test_an_admin_invites_and_dismisses_coordinators(site: Site) -> None:
    page = site.get("/networks", "admin")
    assert "Person coordinator_a" in page.said("main .rows")
    assert len(page.all("#f-network option")) == 8
    wrong = site.post("/networks/coordinators", {"network": "", "email": "c@people.example"}, "admin")
    assert wrong.status == 422
    assert wrong.one("#f-network")["aria-invalid"] == "true"
    assert wrong.field("email") == "c@people.example"
    known = {"network": "caritas", "email": "coordinator_a@people.example"}
    assert site.post("/networks/coordinators", known, "admin").status == 409
    done = site.post("/networks/coordinators", {"network": "drk", "email": "c@people.example"}, "admin")
    assert done.location == "/networks?done=invited"
    again = site.get("/networks", "admin")
    assert "c@people.example" in again.said("main .rows")
    (withdrawal,) = [one["action"] for one in again.all("main .rows form") if "/drk/invitations/" in str(one["action"])]
    assert site.post(str(withdrawal), {}, "admin").location == "/networks?done=invitation-withdrawn"
    assert "c@people.example" not in site.get("/networks", "admin").said("main .rows")
    path = f"/networks/caritas/coordinators/{site.ids['coordinator_a']}/dismiss"
    assert site.post(path, {}, "admin").location == "/networks?done=coordinator-dismissed"
    with site.context.sessions.read() as session:
        roles = session.scalars(select(RoleGrant.user_id).where(RoleGrant.role == Role.NETWORK_COORDINATOR)).all()
        assert list(roles) == [site.ids["coordinator_s"]]
        asked = session.scalars(select(OneTimeLink.role).where(OneTimeLink.email == "c@people.example")).all()
        assert list(asked) == [Role.NETWORK_COORDINATOR]
    assert site.get("/", "coordinator_a").all("a[href='/sign-in']"), "signed out at once"


def test_somebody_whose_authenticator_app_is_gone_comes_in_again(site: Site) -> None:
    secret = pyotp.random_base32()
    with site.context.sessions.write() as session:
        user = session.get_one(User, site.ids["staff_b"])
        user.totp_secret = site.context.security.keys.encrypt(TOTP_KEY, secret)
        user.totp_confirmed_at = site.context.clock.now() - timedelta(days=1)
    credentials = {"email": "staff_b@people.example", "password": PASSWORD}
    assert site.post("/sign-in", credentials).status == 401
    page = site.get("/users?q=staff_b", "admin")
    path = str(page.one("main a[href$='/steps/remove-second-factor']")["href"])
    assert "Rufen Sie die Person vorher an" in site.get(path, "admin").said("main")
    assert site.post(path, {}, "admin").location == "/users?done=persons-factor-removed"
    with site.context.sessions.read() as session:
        user = session.get_one(User, site.ids["staff_b"])
        assert (user.totp_secret, user.totp_confirmed_at) == (None, None)
        assert not session.scalars(select(LoginSession.id).where(LoginSession.user_id == user.id)).all()
        mails = session.scalars(select(MailOutbox.template).where(MailOutbox.user_id == user.id)).all()
        assert list(mails) == [MailTemplate.SECOND_FACTOR_REMOVED]
    assert site.post("/sign-in", credentials).status == 303
    assert site.post(path, {}, "admin").status == 409, "there is none any more"
    assert site.get(path, "admin").status == 409


def test_nobody_removes_their_own_second_factor_here(site: Site) -> None:
    with site.context.sessions.write() as session:
        session.get_one(User, site.ids["admin"]).totp_confirmed_at = site.context.clock.now()
    path = f"/users/{site.ids['admin']}/steps/remove-second-factor"
    assert site.get(path, "admin").status == site.post(path, {}, "admin").status == 403
    assert not site.get("/users?q=person+admin", "admin").all(f"a[href='{path}']")


def test_long_lists_of_ones_own_can_be_searched(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not site.get("/challenges", "staff_a").all("main form[role=search]"), "a short one needs no search"
    assert not site.get("/conversations", "staff_a").all("main form[role=search]")
    monkeypatch.setattr(challenges, "ON_A_PAGE", 2)
    assert site.get("/challenges", "staff_a").one("main form[role=search]")
    found = site.get("/challenges?q=schulden", "staff_a")
    assert [link.get_text() for link in found.all("main .rows > li > p:first-child a")] == ["Beratung Schulden"]
    assert "Damit ist nichts da" in site.get("/challenges?q=Orgelbau", "staff_a").said("main")
    challenge = stories.challenge(site.context, site.ids["organisation_a"], "Sturz Nachtdienst im Orgelbau")["id"]
    talks = talk_about(site, challenge)
    monkeypatch.setattr(conversations, "ON_A_PAGE", 1)
    assert site.get("/conversations", "staff_a").one("main form[role=search]")
    for words in ("orgelbau", "sensor+ORGELBAU", "organisation+orgelbau"):
        page = site.get(f"/conversations?q={words}", "staff_a")
        assert [str(link["href"]) for link in page.all("main .rows a")] == [f"/introductions/{talks}"], words
    assert "Damit ist nichts da" in site.get("/conversations?q=Zebra", "startup_a").said("main")
    assert not site.get("/conversations?q=orgelbau", "staff_b").all("main .rows")


def talk_about(site: Site, challenge: int) -> int:
    """Both sides are interested."""
    profile = site.ids["profile"]
    stories.interested(site.context, actor_for(site.context, site.ids["startup_a"]), challenge, profile, "profile")
    staff = actor_for(site.context, site.ids["staff_a"])
    return stories.interested(site.context, staff, challenge, profile, "challenge").introduction_id or 0
