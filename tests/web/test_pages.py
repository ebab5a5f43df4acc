"""What pages show: languages, looks, errors, lists, files."""

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.api.problem_details import is_page
from app.models import Organisation
from app.vocabulary import Region
from app.web.event_words import EVENTS
from app.web.sheets import Sheet, as_csv, as_xlsx, safe_cell
from tests import stories
from tests.access.page_matrix import rows_of_pages
from tests.access.world import PEOPLE, actor_for
from tests.web.conftest import Site


def test_every_page_says_what_it_is(site: Site) -> None:
    """One title, one main heading, a language, a way past the menu; in German and in English."""
    seen = set()
    for row in rows_of_pages(site.ids):
        if row.method != "GET" or "download" in row.operation or "200" not in row.expected:
            continue
        subject = PEOPLE[row.expected.split().index("200")]
        for language in ("de", "en"):
            page = site.get(row.url, subject, headers={"Accept-Language": language})
            if page.status != 200:
                continue
            assert page.one("html")["lang"] == language
            assert page.one("title").get_text().strip(" –").endswith("Passgenau")
            assert len(page.one("title").get_text()) > len(" – Passgenau"), row.url
            assert page.one("h1").get_text(strip=True), row.url
            assert page.one("a.skip")["href"] == "#main"
            assert page.one("main")["id"] == "main"
            assert page.one('[role="status"]#status') is not None
            assert page.headers["cache-control"] == "no-store"
            ids = [element["id"] for element in page.all("[id]")]
            assert len(ids) == len(set(ids)), (row.url, ids)
            assert not page.all("[style], [onclick], script:not([src])"), row.url
            seen.add((row.operation, language))
    assert len(seen) >= 2 * 38


def test_the_language_is_chosen_once_and_kept(site: Site) -> None:
    german = site.get("/help")
    switch = german.one(".tools a[lang=en]")
    english = site.get(str(switch["href"]))
    assert english.said("h1") == "Help"
    assert "passgenau-language=en" in english.headers["set-cookie"]
    kept = site.get("/help", headers={"Cookie": "passgenau-language=en"})
    assert kept.said("h1") == "Help"
    assert site.get("/help", headers={"Accept-Language": "en"}).said("h1") == "Help"


def test_light_and_dark_are_chosen_once_and_kept(site: Site) -> None:
    assert "data-kern-theme" not in site.get("/").one("html").attrs
    dark = site.get("/?theme=dark")
    assert dark.one("html")["data-kern-theme"] == "dark"
    assert "passgenau-theme=dark" in dark.headers["set-cookie"]
    assert site.get("/", headers={"Cookie": "passgenau-theme=dark"}).one("html")["data-kern-theme"] == "dark"
    assert "data-kern-theme" not in site.get("/?theme=evil").one("html").attrs


@pytest.mark.parametrize(
    ("path", "subject", "status", "heading"),
    [
        ("/nowhere", "anonymous", 404, "Seite nicht gefunden"),
        ("/challenges/999999", "staff_a", 404, "Seite nicht gefunden"),
        ("/users", "staff_a", 403, "Nicht erlaubt"),
        ("/users", "admin_without_code", 403, "Zweiter Faktor nötig"),
        ("/account", "anonymous", 401, "Bitte melden Sie sich an"),
        ("/account", "deactivated", 401, "Bitte melden Sie sich neu an"),
        ("/sign-out", "staff_a", 405, "So geht es nicht"),
        ("/browse?region=%3Cscript%3E", "staff_a", 422, "Eingabe unvollständig oder falsch"),
    ],
)
def test_errors_are_pages_with_a_way_on(site: Site, path: str, subject: str, status: int, heading: str) -> None:
    page = site.get(path, subject)
    assert page.status == status
    assert page.said("h1") == heading
    assert page.all("main a[href], main form")
    assert "Traceback" not in page.text


def test_programs_get_problem_documents_and_people_get_pages(site: Site) -> None:
    assert is_page("/challenges")
    assert not is_page("/api/v1/challenges")
    assert site.client.get("/api/v1/nowhere").headers["content-type"] == "application/problem+json"
    assert site.client.get("/nowhere").headers["content-type"] == "text/html; charset=utf-8"


def test_must_haves_and_keys_are_said_in_words(site: Site) -> None:
    """What must be, of what it must be, and what a key may do: no codes, no bare numbers."""
    musts = [
        {"kind": "max_price_band", "value": "up_to_1000"},
        {"kind": "language", "value": "de"},
        {"kind": "min_maturity", "value": 7},
        {"kind": "without", "value": "camera"},
    ]
    number = stories.challenge(site.context, site.ids["organisation_a"], "Sturz Kosten", must_haves=musts)["id"]
    german = site.get(f"/challenges/{number}", "staff_a").said("main")
    for text in ("Preis höchstens 1.000 Euro im Jahr", "Sprache: Deutsch", "ohne Kamera", "im Alltag erprobt"):
        assert text in german
    english = site.get(f"/challenges/{number}", "staff_a", headers={"Accept-Language": "en"}).said("main")
    for text in ("price at most 1,000 euros a year", "language: German", "without cameras", "proven in everyday use"):
        assert text in english
    site.post("/account/tokens", {"name": "Website", "scopes": ["read:matches"], "days": "9"}, "staff_a")
    keys = " ".join(line.get_text() for line in site.get("/account/tokens", "staff_a").all(".kern-body--small"))
    assert "Passungen lesen; gilt bis" in keys
    assert "read:" not in keys


def test_buttons_of_a_list_say_what_they_are_about(site: Site) -> None:
    """Whoever hears a button without its card still knows whom it is about, in the language of that name."""
    stories.profile(site.context, "Falls at night sensor Sturz", language="en")
    matches = site.get(f"/challenges/{site.ids['challenge']}/matches", "staff_a")
    assert len(matches.all("ol.cards > li")) == 2
    places = {
        f"/challenges/{site.ids['challenge']}/matches": "staff_a",
        "/conversations": "staff_a",
        "/account/sessions": "staff_a",
    }
    for path, subject in places.items():
        names = [" ".join(one.get_text().split()) for one in site.get(path, subject).all("main li .kern-btn")]
        assert names
        assert len(names) == len(set(names)), names
    english = [one for one in matches.all(".kern-btn") if "Falls at night" in one.get_text()]
    assert {" ".join(one.get_text().split()).partition(":")[0] for one in english} == {
        "Merken",
        "Interesse zeigen",
        "Passt nicht",
    }
    assert all(one.select('[lang="en"]') for one in english)


def test_titles_say_their_language(site: Site) -> None:
    number = stories.challenge(site.context, site.ids["organisation_a"], "Falls at night Sturz", language="en")["id"]
    stories.interested(
        site.context, actor_for(site.context, site.ids["staff_a"]), number, site.ids["profile"], "challenge"
    )
    for path in (
        "/challenges",
        "/conversations",
        f"/challenges/{number}/matches",
        f"/challenges/{number}/shortlist",
        f"/challenges/{number}/compare?with={site.ids['profile']}&with={site.ids['second_profile']}",
        f"/challenges/{number}/why-not?name=Sensor",
        f"/challenges/{number}/matches/{site.ids['profile']}?side=challenge",
    ):
        page = site.get(path, "staff_a")
        assert page.status == 200, path
        titles = [one for one in page.all("main [lang]") if one.get_text(strip=True) == "Falls at night Sturz"]
        assert {str(one["lang"]) for one in titles} == {"en"}, path
    text = "The night shift is alone with thirty people. Falls are noticed in the morning only. We want a sensor."
    form = {"title": "Falls at night", "problem": text, "wish": text, "fields_of_action": "health", "region": "bayern"}
    begun = site.post("/challenges/unfinished", form | {"organisation_id": site.ids["organisation_a"]}, "staff_a")
    check = site.post(begun.location, form | {"version": "1"}, "staff_a").location
    assert site.get(check, "staff_a").one("h2.kern-heading-medium")["lang"] == "en"


def test_a_list_shows_words_and_never_a_number_of_similarity(site: Site) -> None:
    page = site.get(f"/challenges/{site.ids['challenge']}/matches", "staff_a")
    cards = page.all("ol.cards > li")
    assert len(cards) == 1
    assert page.said("ol.cards h2") == "Sensor Sturz Nachtdienst"
    assert page.said("ol.cards .kern-badge") in {"Passt sehr gut", "Passt gut", "Könnte passen"}
    assert "0." not in page.said("main")
    assert "0," not in page.said("main")
    other = site.get(f"/profiles/{site.ids['profile']}/matches", "startup_a")
    assert other.all("ol.cards h2")[0].get_text(strip=True) == "Sturz Nachtdienst"


def test_filters_stand_in_the_address_and_can_be_removed(site: Site) -> None:
    path = f"/challenges/{site.ids['challenge']}/matches"
    none = site.get(f"{path}?field_of_action=volunteering", "staff_a")
    assert none.said(".nothing h2") == "Mit diesen Filtern passt nichts"
    assert none.one("#filter-field_of_action option[selected]")["value"] == "volunteering"
    some = site.get(f"{path}?field_of_action=health&region=&language=&network=", "staff_a")
    assert len(some.all("ol.cards > li")) == 1
    network = site.get(f"{path}?network=send", "staff_a")
    assert len(network.all("ol.cards > li")) == 1


def test_nothing_fits_is_an_answer(site: Site) -> None:
    lonely = stories.challenge(site.context, site.ids["organisation_b"], "Xylophon Yoga Zebra")
    page = site.get(f"/challenges/{lonely['id']}/matches", "staff_b")
    assert page.said(".nothing h2") == "Heute kein passendes Startup"
    assert page.one(".nothing .buttons a")["href"] == f"/challenges/{lonely['id']}/edit"


def test_the_files_hold_what_the_page_shows(site: Site) -> None:
    path = f"/challenges/{site.ids['challenge']}/matches"
    answer = site.client.get(f"{path}.csv?field_of_action=health&network=send", headers=site.world.headers("staff_a"))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Sturz Nachtdienst"]
    assert rows[1] == ["Stand: 23.11.2026"]
    assert rows[2] == ["Filter: Gesundheit, Social Entrepreneurship Netzwerk Deutschland"]
    assert rows[4][2] == "Sensor Sturz Nachtdienst"
    assert "attachment" in answer.headers["content-disposition"]
    book = site.client.get(f"{path}.xlsx", headers=site.world.headers("staff_a"))
    with zipfile.ZipFile(io.BytesIO(book.content)) as parts:
        assert "Sensor Sturz Nachtdienst" in parts.read("xl/sharedStrings.xml").decode()


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(st.sampled_from("=+-@\t\r\n\0"), st.text(max_size=30))
def test_no_text_becomes_a_formula(start: str, rest: str) -> None:
    """[27] In CSV and in XLSX."""
    assert str(safe_cell(start + rest)).startswith("'")
    assert safe_cell("a" + start) == "a" + start
    assert safe_cell(-5) == -5


def test_a_workbook_has_strings_and_no_formulas() -> None:
    sheet = Sheet(["=1+1"], ["+x"], [["=HYPERLINK(1)", "@x", "http://evil.example", 3]])
    with zipfile.ZipFile(io.BytesIO(as_xlsx(None, sheet).body)) as parts:  # type: ignore[arg-type]
        page = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page
    assert "hyperlink" not in page
    text = bytes(as_csv(None, sheet).body).decode("utf-8-sig")  # type: ignore[arg-type]
    assert text.splitlines() == ["'=1+1", "'+x", "'=HYPERLINK(1);'@x;http://evil.example;3"]


def test_the_menu_shows_what_somebody_may_use(site: Site) -> None:
    menus = {
        subject: [str(link["href"]) for link in site.get("/", subject).all("nav a")]
        for subject in ("staff_a", "startup_a", "coordinator_a", "coordinator_s", "admin", "anonymous")
    }
    organisation_a, organisation_s = site.ids["organisation_a"], site.ids["organisation_s"]
    assert menus == {
        "staff_a": ["/challenges", "/startups", "/conversations", f"/organisations/{organisation_a}"],
        "startup_a": ["/profile", "/browse", "/conversations", f"/organisations/{organisation_s}"],
        "coordinator_a": ["/verification", "/reports", "/browse"],
        "coordinator_s": ["/verification", "/reports", "/startups"],
        "admin": ["/verification", "/users", "/rescoring", "/reports", "/operation", "/audit"],
        "anonymous": [],
    }


def test_the_start_page_tells_what_to_do_next(site: Site) -> None:
    first, second = (str(link["href"]) for link in site.get("/", "staff_a").all(".kern-btn--primary"))
    assert "/matches/" in first, "who waits for an answer comes first"
    assert second == "/challenges/new"
    assert site.get("/", "unverified").said("main h2.kern-title:-soup-contains('geprüft')")
    assert site.get("/", "admin_without_code").one(".kern-btn--primary")["href"] == "/account/second-factor"
    assert "Arbeiterwohlfahrt" in site.get("/").said("main")
    assert len(site.get("/").all(".networks li")) == 7


def test_a_preview_says_why_it_is_empty(site: Site) -> None:
    short = site.post("/challenges/preview", {"problem": "Hm"}, "staff_a")
    assert not short.all("li")
    assert "Nach dem ersten Satz" in short.text
    unverified = site.post("/challenges/preview", {"problem": "Sturz im Nachtdienst, viel zu spät."}, "unverified")
    assert "sobald Ihre Organisation bestätigt ist" in unverified.text
    found = site.post("/challenges/preview", {"problem": "Sturz im Nachtdienst, viel zu spät."}, "staff_a")
    assert "Sensor Sturz Nachtdienst" in found.said(".preview-list")
    assert found.said("#status") == "2 Vorschläge"
    foreign = site.post("/challenges/preview", {"problem": "Sturz im Nachtdienst, viel zu spät."}, "startup_a")
    assert "Sensor" not in foreign.text


def test_a_preview_asks_for_what_is_missing_and_claims_nothing(site: Site) -> None:
    problem = (
        "In unserem Pflegeheim mit 64 Plätzen ist nachts eine Fachkraft allein; ein Sturz im Nachtdienst fällt erst "
        "beim Rundgang auf. Die Daten müssen in Deutschland liegen. Wir wünschen uns einen Sensor."
    )
    first = {"problem": problem, "organisation_id": str(site.ids["organisation_a"]), "unfinished": "", "token": "t"}
    part = site.post("/challenges/preview", first, "staff_a")
    assert "Das hilft am meisten" not in part.text, "for one text there is an end"
    assert "Im Text erkannt: Speicherort in Deutschland" in part.said(".preview-part")
    assert "Gesundheit. Sie bestätigen es im nächsten Schritt." in part.said(".preview-part")
    assert "Region" not in part.said(".preview-part"), "of which nobody has said anything"
    with site.context.sessions.write() as session:
        session.get_one(Organisation, site.ids["organisation_a"]).region = Region.BAYERN
    assert "Region Bayern" in site.post("/challenges/preview", first, "staff_a").said(".preview-part")
    form = {"problem": problem, "region": "bayern", "fields_of_action": "health", "must_hosting": ""}
    details = site.post("/challenges/preview", form | {"setting": ""}, "staff_a")
    assert "Um welche Art von Einrichtung geht es?" in details.text
    assert "Handlungsfeld, wie" not in details.text
    chosen = site.post("/challenges/preview", form | {"must_hosting": "germany"}, "staff_a")
    assert "Im Text erkannt" not in chosen.text
    edit = site.get(f"/challenges/{site.ids['challenge']}/edit", "staff_a")
    assert edit.one("#writing [hx-post]")["hx-post"] == "/challenges/preview"
    assert edit.one("#preview-failed")["data-failed"]


def test_an_admin_finds_events(site: Site) -> None:
    page = site.get("/audit?action=challenge.published", "admin")
    assert page.all("tbody tr")
    said = {tuple(row.select("td")[3].stripped_strings) for row in page.all("tbody tr")}
    assert said == {("Herausforderung veröffentlicht", "challenge.published")}
    assert page.one("#filter-action option[selected]")["value"] == "challenge.published"
    english = site.get("/audit?action=challenge.published", "admin", headers={"Accept-Language": "en"})
    assert "Challenge published" in english.said("tbody")
    assert not site.get("/audit?action=of.tomorrow", "admin").all("tbody"), "an event that no program here writes"


def test_every_event_has_a_name() -> None:
    """Those that are written out; `test_trail` looks at what changes really leave."""
    said = re.compile(r'(?:audited = |record(?:ed)?\([^()]*(?:\([^()]*\)[^()]*)*)"([a-z_]+\.[a-z_]+)"')
    found = {code for file in Path("app").rglob("*.py") for code in said.findall(file.read_text("utf-8"))}
    assert len(found) > 40
    assert found <= set(EVENTS)


def test_a_coordinator_verifies_in_one_click(site: Site) -> None:
    queue = site.get("/verification", "coordinator_a")
    form = queue.one("main form")
    assert queue.said("main form").startswith("Organisation u bestätigen")
    done = site.post(str(form["action"]), {}, "coordinator_a")
    assert (
        site.get(done.location, "coordinator_a")
        .said(".kern-alert--success")
        .startswith("Die Organisation ist bestätigt")
    )
    assert not site.get("/verification", "coordinator_a").all("main form")
    assert not site.get("/verification", "coordinator_s").all("main form"), "only of the own network"


def test_what_is_too_weak_is_on_no_page(site: Site) -> None:
    """No link leads to a next page on which nothing would be left."""
    for number in range(14):
        stories.profile(site.context, f"Sensor Sturz Nachtdienst Nummer {number}")
    for number in range(14):
        stories.profile(site.context, f"Xylophon Yoga Zebra {number}")
    path: str | None = f"/challenges/{site.ids['challenge']}/matches"
    names: list[str] = []
    while path is not None:
        page = site.get(path, "staff_a")
        names += [heading.get_text(strip=True) for heading in page.all("ol.cards h2")]
        assert page.all("ol.cards > li")
        links = page.all("a[rel=next]")
        path = str(links[0]["href"]) if links else None
    assert len(names) == len(set(names)) >= 15


def test_an_organisation_names_its_network(site: Site) -> None:
    page = site.get(f"/organisations/{site.ids['organisation_a']}", "staff_a")
    assert "Deutscher Caritasverband" in page.said("main dl")


def test_an_address_with_something_wrong_in_it_leads_back_to_its_page(site: Site) -> None:
    page = site.get("/audit?actor_id=niemand", "admin")
    assert page.status == 422
    assert page.said("main li").startswith("actor_id")
    assert page.one("main .kern-btn--primary")["href"] == "/audit"
    assert site.get("/nowhere?x=1").one("main .kern-btn--primary")["href"] == "/"
