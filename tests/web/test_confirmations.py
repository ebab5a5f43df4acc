"""What can't be undone is asked before: the page names it, says what follows, and has a way out."""

import pytest
from sqlalchemy import select

from app.models import Challenge, Organisation
from app.vocabulary import ChallengeState
from tests.web.conftest import Site

QUESTIONS = (
    ("staff_a", "/challenges/{challenge}/steps/solve", "Sturz Nachtdienst", "/challenges/{challenge}"),
    ("staff_a", "/challenges/{challenge}/delete", "Sturz Nachtdienst", "/challenges/{challenge}"),
    ("staff_a", "/challenges/unfinished/{unfinished}/discard", "", "/challenges/unfinished/{unfinished}"),
    ("startup_a", "/profiles/{profile}/delete", "Sensor Sturz Nachtdienst", "/profiles/{profile}"),
    ("staff_a", "/account/tokens/{token}/revoke", "x (", "/account/tokens"),
    (
        "staff_a",
        "/challenges/{challenge}/shortlist/{second_profile}/remove",
        "Lernplattform Küche payroll: Anrufen",
        "/challenges/{challenge}/shortlist",
    ),
    (
        "staff_a",
        "/organisations/{organisation_a}/members/{colleague_a}/remove",
        "Person colleague_a",
        "/organisations/{organisation_a}",
    ),
    (
        "colleague_a",
        "/organisations/{organisation_a}/members/{colleague_a}/remove",
        "Organisation a",
        "/organisations/{organisation_a}",
    ),
    ("staff_a", "/organisations/{organisation_a}/erase", "Organisation a", "/organisations/{organisation_a}"),
    ("coordinator_a", "/verification/{organisation_a}/withdraw", "Organisation a", "/organisations/{organisation_a}"),
    ("admin", "/users/{colleague_a}/erase", "Person colleague_a, colleague_a@people.example", "/users"),
    ("admin", "/users/{deactivated}/steps/remove-second-factor", "Person deactivated", "/users"),
    ("admin", "/networks/caritas/coordinators/{coordinator_a}/dismiss", "Person coordinator_a", "/networks"),
    ("admin", "/rescoring/{run}/cancel", "Neuberechnung", "/rescoring/{run}"),
)


@pytest.mark.parametrize(("subject", "path", "about", "back"), QUESTIONS, ids=[path for _, path, *_ in QUESTIONS])
def test_a_page_asks_about_something_named_and_has_a_way_out(
    site: Site, subject: str, path: str, about: str, back: str
) -> None:
    page = site.get(path.format(**site.ids), subject)
    assert page.status == 200
    named = page.said("#about")
    assert named
    assert about in named
    form = page.one("main form")
    assert form["method"] == "post"
    assert "action" not in form.attrs, "it sends to its own address"
    assert page.one("main form a")["href"] == back.format(**site.ids)
    assert len(page.all("main > p")) >= 2, "it says what follows"


def test_buttons_lead_to_the_question_and_change_nothing(site: Site) -> None:
    """One click on what is final is a link; a form would have done it."""
    own = site.get(f"/challenges/{site.ids['challenge']}", "staff_a")
    assert not own.all("form[action$='/steps/solve']")
    site.get(str(own.one("main a[href$='/steps/solve']")["href"]), "staff_a")
    begun = site.get("/challenges", "staff_a")
    discard = str(begun.one("main a[href*='/discard']")["href"])
    assert site.get(discard, "staff_a").field("version") == discard.partition("version=")[2]
    for subject, selector in (("staff_a", "entfernen"), ("colleague_a", "Organisation verlassen")):
        page = site.get(f"/organisations/{site.ids['organisation_a']}", subject)
        assert page.all(f"main a[href$='/remove']:-soup-contains('{selector}')")
        assert not page.all("form[action$='/remove']")
    assert site.get("/account/tokens", "staff_a").all("main a[href$='/revoke']")
    with site.context.sessions.read() as session:
        assert session.get_one(Challenge, site.ids["challenge"]).state is ChallengeState.PUBLISHED
    done = site.post(f"/challenges/{site.ids['challenge']}/steps/solve", {}, "staff_a")
    assert done.location.endswith("?done=solved")


@pytest.mark.parametrize("typed", [{}, {"name": ""}, {"name": "Organisation b"}, {"name": "Organisation"}])
def test_an_organisation_goes_only_when_its_name_is_typed(site: Site, typed: dict[str, str]) -> None:
    path = f"/organisations/{site.ids['organisation_a']}/erase"
    refused = site.post(path, typed, "staff_a")
    assert refused.status == 422
    assert refused.one("#f-name")["aria-invalid"] == "true"
    with site.context.sessions.read() as session:
        assert session.scalar(select(Organisation.id).where(Organisation.id == site.ids["organisation_a"]))
    assert site.post(path, {"name": " organisation  A "}, "staff_a").status == 303
    with site.context.sessions.read() as session:
        assert not session.scalar(select(Organisation.id).where(Organisation.id == site.ids["organisation_a"]))


def test_nobody_is_asked_about_what_is_not_there(site: Site) -> None:
    organisation = f"/organisations/{site.ids['organisation_a']}"
    assert site.get(f"{organisation}/members/{site.ids['admin']}/remove", "staff_a").status == 404
    assert site.get(f"/account/tokens/{site.ids['token']}/revoke", "colleague_a").status == 404
    assert site.get(f"/networks/drk/coordinators/{site.ids['coordinator_a']}/dismiss", "admin").status == 404
    assert site.get(f"/networks/nirgends/coordinators/{site.ids['coordinator_a']}/dismiss", "admin").status == 404
