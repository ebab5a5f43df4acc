"""What becomes of a form or a button when nobody is signed in any more, and of pages that answer a form."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from app.models import Organisation, UnfinishedChallenge
from tests.access.world import PASSWORD
from tests.apps import BASE_URL
from tests.web.conftest import Answer, Site

TEXT = "Nachts ist bei uns niemand da, und es stürzen immer wieder Menschen."


def sign_in(site: Site, asked: Answer, who: str = "staff_a") -> Answer:
    form: dict[str, Any] = {"next": asked.field("next"), "email": f"{who}@people.example", "password": PASSWORD}
    if asked.all('[name="carried"]'):
        form["carried"] = asked.field("carried")
    return site.post("/sign-in", form)


def came_from(path: str) -> dict[str, Any]:
    return {"headers": {"Referer": f"{BASE_URL}{path}"}}


def test_nobody_elses_link_decides_what_is_sent_after_signing_in(site: Site) -> None:
    """Only a form that was sent is carried on; an address says where to go, never what to do there."""
    target = f"/organisations/{site.ids['organisation_a']}/erase"
    asked = site.get(f'/sign-in?next={target}&carried={{"a":["b"]}}')
    assert not asked.all('[name="carried"]')
    assert sign_in(site, asked, "staff_a").location == target, "a page is read, nothing is sent"


@pytest.mark.parametrize(
    ("path", "kept"), [("/account/email", {"email": ["new@people.example"]}), ("/account/password", {})]
)
def test_passwords_are_not_carried(site: Site, path: str, kept: dict[str, list[str]]) -> None:
    asked = site.post(path, {"password": "geheim-1", "new_password": "geheim-2", **kept})
    assert asked.status == 401
    assert "geheim" not in asked.text
    assert [json.loads(str(field["value"])) for field in asked.all('[name="carried"]')] == ([kept] if kept else [])


@pytest.mark.parametrize(
    ("path", "form", "referer", "back"),
    [
        ("/challenges/{challenge}/steps/pause", {}, "/challenges/{challenge}?x=1", "/challenges/{challenge}?x=1"),
        ("/challenges/{challenge}/steps/pause", {}, None, "/challenges/{challenge}"),
        ("/challenges/unfinished/{unfinished}/discard", {"version": "1"}, "/challenges", "/challenges"),
        ("/challenges/{challenge}/steps/pause", {}, "/challenges/{challenge}/steps/pause", "/challenges/{challenge}"),
    ],
)
def test_a_button_leads_back_to_its_page_and_does_nothing_unseen(
    site: Site, path: str, form: dict[str, str], referer: str | None, back: str
) -> None:
    options = came_from(referer.format(**site.ids)) if referer else {}
    asked = site.post(path.format(**site.ids), form, **options)
    assert asked.status == 401
    assert asked.field("next") == back.format(**site.ids)
    assert sign_in(site, asked).location == back.format(**site.ids)
    with site.context.sessions.read() as session:
        assert session.get(UnfinishedChallenge, site.ids["unfinished"]) is not None


def test_a_page_of_another_site_is_nowhere_to_go_back_to(site: Site) -> None:
    asked = site.post("/sign-out-elsewhere", {}, headers={"Referer": "https://evil.example/account"})
    assert asked.one('a[hreflang="en"]')["href"] == "/?lang=en"


def test_signing_out_twice_is_signing_out(site: Site) -> None:
    for who in ("staff_a", "staff_a", "anonymous"):
        assert site.post("/sign-out", {}, who).location == "/sign-in?done=signed-out"


def test_the_other_language_of_an_answer_to_a_form_is_that_of_its_page(site: Site) -> None:
    """Links lead to what a browser can ask for: not to where forms are sent."""
    page = f"/organisations/{site.ids['organisation_a']}"
    sent = site.post(f"{page}/invitations", {"email": "kein Name"}, "staff_a", **came_from(f"{page}?done=saved"))
    assert sent.status == 422
    english = str(sent.one('a[hreflang="en"]')["href"])
    assert english == f"{page}?done=saved&lang=en"
    assert site.get(english, "staff_a").status == 200
    unknown = site.post(f"{page}/invitations", {"email": "kein Name"}, "staff_a")
    assert unknown.one('a[hreflang="en"]')["href"] == f"{page}?lang=en"


def test_two_who_change_an_organisation_see_both_versions(site: Site) -> None:
    path = f"/organisations/{site.ids['organisation_a']}/edit"
    version = site.get(path, "staff_a").field("version")
    first = site.post(path, {"region": "bayern", "legal_form": "e. V.", "version": version}, "staff_a")
    assert first.status == 303
    late = {"region": "bayern", "legal_form": "gGmbH", "version": version}
    conflict = site.post(path, late, "staff_a")
    assert conflict.status == 412
    assert [cell.get_text() for cell in conflict.all("table td")] == ["e. V.", "gGmbH"]
    assert conflict.field("legal_form") == "gGmbH"
    again = site.post(path, late | {"version": conflict.field("version")}, "staff_a")
    assert again.location.endswith("done=organisation-saved")
    with site.context.sessions.read() as session:
        found = session.scalar(select(Organisation.legal_form).where(Organisation.id == site.ids["organisation_a"]))
    assert found == "gGmbH"


def test_two_windows_of_ones_own_account_see_both_versions(site: Site) -> None:
    version = site.get("/account", "staff_a").field("version")
    form = {"name": "Anna Erste", "locale": "de", "version": version}
    assert site.post("/account", form, "staff_a").status == 303
    conflict = site.post("/account", form | {"name": "Anna Zweite"}, "staff_a")
    assert conflict.status == 412
    assert [cell.get_text() for cell in conflict.all("table td")] == ["Anna Erste", "Anna Zweite"]
    again = site.post("/account", form | {"name": "Anna Zweite", "version": conflict.field("version")}, "staff_a")
    assert again.location == "/account?done=person-saved"
