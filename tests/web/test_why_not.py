"""Whoever misses a name in a list asks why, and gets an answer about texts they may read, and only those."""

import pytest
from sqlalchemy import update

from app.matches import match_repository
from app.models import Organisation, Profile
from app.vocabulary import ProfileState
from matching.texts import Side
from tests.web.conftest import Site


def rename(site: Site, name: str) -> None:
    with site.context.sessions.write() as session:
        session.execute(update(Profile).where(Profile.id == site.ids["profile"]).values(name=name))


def test_a_part_of_the_name_leads_from_the_list_to_the_reason(site: Site) -> None:
    rename(site, "Ärztelotse 50% & <b>mehr</b>")
    listed = site.get(f"/challenges/{site.ids['challenge']}/matches", "staff_a")
    form = listed.one('form[action$="/why-not"]')
    for part in ("Ärztelotse", "ärztelot", "ÄRZTELOTSE", "50% &", "<b>mehr"):
        page = site.get(str(form["action"]), "staff_a", params={"name": part})
        (link,) = page.all("main .rows a")
        assert link.get_text() == "Ärztelotse 50% & <b>mehr</b>", part
        assert len(page.said("main .rows .reason")) > 20
        assert page.field("name") == part
        pair = site.get(str(link["href"]), "staff_a")
        assert page.said("main .rows .reason") in pair.said("main")


@pytest.mark.parametrize("name", ["%", "_", "gibt es nicht", "\\", "x\0y", "'; drop table profiles; --"])
def test_what_nobody_is_called_finds_nothing(site: Site, name: str) -> None:
    rename(site, "Lotse")
    page = site.get(f"/challenges/{site.ids['challenge']}/why-not", "staff_a", params={"name": name})
    assert (page.status, page.all("main .rows")) == (200, [])
    assert "So heißt hier gerade niemand." in page.said("main")


def test_nothing_is_asked_yet_and_too_much_is_refused(site: Site) -> None:
    address = f"/challenges/{site.ids['challenge']}/why-not"
    assert "So heißt" not in site.get(address, "staff_a").said("main")
    assert "So heißt" not in site.get(address, "staff_a", params={"name": "  "}).said("main")
    assert site.get(address, "staff_a", params={"name": "x" * 201}).status == 422


def test_a_startup_asks_for_a_title_or_an_organisation(site: Site) -> None:
    with site.context.sessions.read() as session:
        organisation = session.get_one(Organisation, site.ids["organisation_a"]).name
    page = site.get(f"/profiles/{site.ids['profile']}/why-not", "startup_a", params={"name": organisation})
    assert f"/challenges/{site.ids['challenge']}/matches/{site.ids['profile']}?side=profile" in {
        str(link["href"]) for link in page.all("main .rows a")
    }
    assert not any(f"/challenges/{site.ids['draft']}/" in str(link["href"]) for link in page.all("main .rows a"))


def test_paused_texts_are_found_by_nobody_and_admins_are_led_to_the_text(site: Site) -> None:
    rename(site, "Lotse")
    address = f"/challenges/{site.ids['challenge']}/why-not"
    (link,) = site.get(address, "admin", params={"name": "lotse"}).all("main .rows a")
    assert link["href"] == f"/profiles/{site.ids['profile']}"
    with site.context.sessions.write() as session:
        session.execute(update(Profile).where(Profile.id == site.ids["profile"]).values(state=ProfileState.PAUSED))
    assert not site.get(address, "staff_a", params={"name": "lotse"}).all("main .rows")
    with site.context.sessions.read() as session:
        found = match_repository.partners_called(session, Side.PROFILE, "lotse", site.context.clock, limit=5)
    assert found == []
