"""Searches that a person keeps on the lists of challenges and startups."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import func, select

from app.models import SavedSearch
from app.searches import service
from app.searches.service import Search
from app.vocabulary import FieldOfAction, Language, Region
from matching.texts import Side
from tests import stories
from tests.access.world import actor_for
from tests.conftest import SettableClock
from tests.web.conftest import Site


def kept(site: Site) -> list[str]:
    """What stands under "my searches", with the number of new texts."""
    page = site.get("/startups", "staff_b")
    return [" ".join(one.get_text().split()) for one in page.all("section[aria-labelledby=kept] li > p")]


def test_a_search_is_kept_repeated_and_forgotten(site: Site) -> None:
    found = site.get("/startups?q=+Sturz++Nachtdienst&region=berlin", "staff_b")
    form = found.one("form[action='/searches']")
    values = {str(one["name"]): str(one["value"]) for one in form.select("input")}
    assert values == {
        "side": "profile",
        "q": "Sturz Nachtdienst",
        "field_of_action": "",
        "region": "berlin",
        "language": "",
    }
    done = site.post("/searches", values, "staff_b")
    assert done.location is not None
    assert parse_qs(urlsplit(done.location).query) == {
        "q": ["Sturz Nachtdienst"],
        "region": ["berlin"],
        "done": ["search-kept"],
    }
    page = site.get(done.location, "staff_b")
    assert not page.all("form[action='/searches']"), "what is kept is not offered again"
    assert len(kept(site)) == 1
    assert kept(site)[0].startswith("Sturz Nachtdienst, Berlin")
    link = page.one("section[aria-labelledby=kept] a")
    assert site.get(str(link["href"]), "staff_b").all("ul.rows")
    site.post("/searches", values, "staff_b")
    assert len(kept(site)) == 1, "a second time changes nothing"
    assert not site.get("/browse", "staff_b").all("section[aria-labelledby=kept]"), "it belongs to the other list"
    remove = page.one("section[aria-labelledby=kept] form")
    assert site.post(str(remove["action"]), {}, "staff_a").status == 404, "nobody else forgets it"
    gone = site.post(str(remove["action"]), {}, "staff_b")
    assert gone.location == "/startups?done=search-forgotten"
    assert kept(site) == []


def test_what_was_published_lately_is_counted(site: Site) -> None:
    actor = actor_for(site.context, site.ids["staff_b"])
    service.keep(site.context, actor, Search(Side.PROFILE, "Orgelbau"))
    assert kept(site) == ["Orgelbau"]
    for number in range(2):
        stories.profile(site.context, f"Orgelbau {number}")
    assert kept(site) == ["Orgelbau (2 neue in sieben Tagen)"]
    for number in range(2, 11):
        stories.profile(site.context, f"Orgelbau {number}")
    assert kept(site) == ["Orgelbau (mehr als 9 neue in sieben Tagen)"]
    later = SettableClock()
    later.moment = site.context.clock.now() + service.NEW + timedelta(minutes=1)
    with site.context.sessions.read() as session:
        found = service.kept(replace(site.context, clock=later), session, actor, Side.PROFILE)
    assert [one.new for one in found] == [0]


def test_there_is_a_limit_that_says_what_to_do(site: Site) -> None:
    actor = actor_for(site.context, site.ids["staff_a"])
    before = len(rows(site))
    for number in range(service.MOST - before):
        service.keep(site.context, actor, Search(Side.CHALLENGE, f"Wort {number}"))
    full = site.post("/searches", {"side": "challenge", "q": "eins zu viel"}, "staff_a")
    assert full.status == 409
    assert "Vergessen Sie zuerst eine" in full.text
    assert full.one("main .kern-btn--primary")["href"] == "/browse#kept", "where one makes room"
    assert site.get("/browse", "staff_a").all("#kept")
    assert len(rows(site)) == service.MOST


def test_what_is_no_search_is_refused(site: Site) -> None:
    for sent in (
        {"side": "challenge"},
        {"side": "nothing", "q": "x"},
        {"side": "challenge", "q": "x" * 101},
        {"side": "challenge", "q": "x", "region": "atlantis"},
        {"side": "challenge", "q": "x", "user_id": "1"},
        {"side": "challenge", "q": "x\u202ey"},
    ):
        before = len(rows(site))
        assert site.post("/searches", sent, "staff_a").status == 422, sent
        assert len(rows(site)) == before


def test_all_filters_come_back_as_they_were(site: Site) -> None:
    actor = actor_for(site.context, site.ids["startup_a"])
    search = Search(Side.CHALLENGE, "Ärzte & Pflege", FieldOfAction.HEALTH, Region.BERLIN, Language.ENGLISH)
    service.keep(site.context, actor, search)
    page = site.get("/browse", "startup_a")
    href = str(page.one("section[aria-labelledby=kept] a")["href"])
    shown = site.get(href, "startup_a")
    assert str(shown.one("#filter-q")["value"]) == "Ärzte & Pflege"
    chosen = [str(one["value"]) for one in shown.all("select option[selected]")]
    assert chosen == ["health", "berlin", "en"]


def rows(site: Site) -> list[int]:
    with site.context.sessions.read() as session:
        found = session.scalars(
            select(SavedSearch.id).where(SavedSearch.user_id == site.ids["staff_a"]).order_by(SavedSearch.id)
        ).all()
        assert session.scalar(select(func.count()).select_from(SavedSearch).where(SavedSearch.words == "")) == 0
        return list(found)
