"""Startups side by side, and many texts from one file."""

import pytest
from sqlalchemy import func, select

from app.models import AuditEvent, Challenge, Profile
from app.web.importing import MAX_ROWS, SHOWN
from tests import stories
from tests.importing.files import CHALLENGE, PROFILE, csv_file
from tests.importing.test_import_files import BROKEN
from tests.web.conftest import Answer, Site

ROW = {name: value for name, value in CHALLENGE.items() if name != "organisation"}
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def count(site: Site, model: type[Challenge | Profile]) -> int:
    with site.context.sessions.read() as session:
        return session.scalar(select(func.count(model.id))) or 0


def check(site: Site, data: bytes, name: str = "texte.csv", subject: str = "staff_a", **more: str) -> Answer:
    """Choose a file and have it checked."""
    owner = site.ids["organisation_a" if subject == "staff_a" else "organisation_t"]
    path = "/challenges/import" if subject == "staff_a" else "/profiles/import"
    form = {"organisation_id": str(owner)} | more
    return site.post(path, form, subject, files={"file": (name, data, "text/csv")}, headers=OWN_PAGE)


def hidden(page: Answer) -> dict[str, str]:
    form = page.one("form:has(input[name=content])")
    return {str(field["name"]): str(field["value"]) for field in form.select("input")}


def test_a_file_is_checked_first_and_then_published_as_a_whole(site: Site) -> None:
    before = count(site, Challenge)
    rows = [ROW | {"title": f"Nachtdienst {number}"} for number in range(3)]
    page = check(site, csv_file(rows).encode())
    assert page.status == 200
    assert "3 Einträge gelesen" in page.text
    assert [item.get_text() for item in page.all("main ol li")] == [row["title"] for row in rows]
    assert count(site, Challenge) == before, "nothing is stored by the check"
    done = site.post("/challenges/import", hidden(page), "staff_a")
    assert (done.status, done.location) == (303, "/challenges?done=imported-challenges")
    assert count(site, Challenge) == before + 3
    with site.context.sessions.read() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc()).limit(3)).all()
        assert {(event.action, event.actor_id) for event in events} == {("challenge.published", site.ids["staff_a"])}
        newest = session.scalars(select(Challenge).order_by(Challenge.id.desc())).first()
        assert newest is not None
        assert newest.organisation_id == site.ids["organisation_a"]
    again = site.post("/challenges/import", hidden(page), "staff_a")
    assert again.status == 422, "a second click stores nothing twice"
    assert "schon gespeichert" in again.text
    assert count(site, Challenge) == before + 3


def test_the_template_can_be_filled_in_and_sent_back(site: Site) -> None:
    for path, subject, name in (
        ("/challenges/import", "staff_a", "title"),
        ("/profiles/import", "startup_a", "capabilities"),
    ):
        file = site.get(f"{path}/template.csv", subject)
        assert file.headers["content-disposition"] == 'attachment; filename="passgenau.csv"'
        assert name in file.text.splitlines()[0]
        assert "organisation_id" not in file.text
    template = site.client.get("/challenges/import/template.csv", headers=site.world.headers("staff_a")).content
    assert "1 Eintrag gelesen" in check(site, template).text


@pytest.mark.parametrize("name", [name for name in BROKEN if name != "too large"])
def test_a_broken_file_is_explained_and_stores_nothing(site: Site, name: str) -> None:
    before = count(site, Challenge)
    ending = ".jsonl" if name.startswith("JSON") or name == "too many lines" else ".csv"
    for language in ("de", "en"):
        page = site.post(
            f"/challenges/import?lang={language}",
            {"organisation_id": str(site.ids["organisation_a"]), "step": "publish"},
            "staff_a",
            files={"file": (f"datei{ending}", BROKEN[name][0], "text/csv")},
        )
        assert page.status == 422, page.text
        assert page.all("#errors li"), "it says what is wrong"
        assert "--" not in page.said("#errors"), "no word of the command line"
        assert page.one("#f-file")
    assert count(site, Challenge) == before


def test_a_file_that_is_too_large_is_refused_kindly(site: Site) -> None:
    page = check(site, b"x" * 800_000)
    assert page.status == 422
    assert "höchstens 700 kB" in page.text
    far_too_large = check(site, b"x" * 3_000_000)
    assert far_too_large.status == 413
    assert "zu viel auf einmal" in far_too_large.text
    many = check(site, csv_file([ROW | {"title": f"T {number}"} for number in range(MAX_ROWS + 1)]).encode())
    assert many.status == 422
    assert f"höchstens {MAX_ROWS}" in many.text


def test_every_bad_row_is_named_and_long_lists_are_cut(site: Site) -> None:
    rows = [ROW | {"title": f"T {number}", "region": "atlantis"} for number in range(SHOWN + 10)]
    page = check(site, csv_file(rows).encode())
    items = [item.get_text() for item in page.all("#errors li")]
    assert len(items) == SHOWN
    assert items[0].startswith("Zeile 2, region:")
    assert "Und 10 weitere Stellen." in page.text
    assert not page.all("input[name=content]"), "what has errors can't be published"


def test_nobody_publishes_for_others_with_a_file(site: Site) -> None:
    before = count(site, Challenge)
    foreign = check(site, csv_file([ROW | {"organisation": "Organisation b"}]).encode())
    assert foreign.status == 422
    assert "schreiben Sie nicht" in foreign.text
    form = hidden(check(site, csv_file([ROW]).encode()))
    assert site.post("/challenges/import", form, "staff_b").status == 403
    of_b = form | {"organisation_id": str(site.ids["organisation_b"])}
    assert site.post("/challenges/import", of_b, "staff_a").status == 403
    assert count(site, Challenge) == before


@pytest.mark.parametrize("content", ["", "no base64!", "AAAA", "H4sIAAAAAAAA"])
def test_a_spoilt_page_stores_nothing(site: Site, content: str) -> None:
    form = {"organisation_id": str(site.ids["organisation_a"]), "name": "x.csv", "step": "publish", "content": content}
    assert site.post("/challenges/import", form, "staff_a").status == 422


def test_a_startup_with_a_profile_is_told_so(site: Site) -> None:
    own = {name: value for name, value in PROFILE.items() if name != "organisation"}
    page = check(site, csv_file([own]).encode(), subject="startup_b")
    assert page.status == 422
    assert "ein Angebotsprofil" in page.text or "Profil" in page.said("#errors")


def test_an_unverified_organisation_is_told_to_wait(site: Site) -> None:
    form = {"organisation_id": str(site.ids["organisation_u"])}
    file = {"file": ("x.csv", csv_file([ROW]).encode(), "text/csv")}
    page = site.post("/challenges/import", form, "unverified", files=file)
    assert page.status == 409
    assert "noch nicht bestätigt" in page.said("#errors")


def compared(page: Answer) -> dict[str, list[str]]:
    return {
        row.select("th")[0].get_text(): [cell.get_text() for cell in row.select("td")] for row in page.all("tbody tr")
    }


def test_startups_stand_side_by_side(site: Site) -> None:
    challenge, first = site.ids["challenge"], site.ids["profile"]
    second = stories.profile(site.context, "Sensor Sturz Nachtdienst Matte")["id"]
    with site.context.sessions.write() as session:
        session.get_one(Profile, second).maturity = 7
        session.get_one(Profile, second).non_profit = True
    listed = site.get(f"/challenges/{challenge}/matches", "staff_a")
    boxes = [str(box["value"]) for box in listed.all("input[form=compare]")]
    assert set(boxes) == {str(first), str(second)}
    assert str(listed.one("form#compare")["action"]) == f"/challenges/{challenge}/compare"
    page = site.get(f"/challenges/{challenge}/compare?with={first}&with={second}&with={first}", "staff_a")
    assert page.status == 200
    rows = compared(page)
    assert len(page.all("thead th")) == 3
    assert rows["Gemeinnützig"] == ["keine Angabe", "ja"]
    assert rows["Wo"] == ["Bundesweit", "Bundesweit"]
    assert rows["Wie gut es passt"][0]
    assert "Zertifikate" not in rows, "what nobody states is left out"


@pytest.mark.parametrize("numbers", [[], ["profile"], ["profile"] * 3])
def test_fewer_than_two_say_how_to_choose(site: Site, numbers: list[str]) -> None:
    query = "&".join(f"with={site.ids[name]}" for name in numbers)
    page = site.get(f"/challenges/{site.ids['challenge']}/compare?{query}", "staff_a")
    assert page.status == 422
    assert "zwei bis vier" in page.text


def test_more_than_four_and_what_nobody_shows_are_refused(site: Site) -> None:
    address = f"/challenges/{site.ids['challenge']}/compare"
    five = "&".join(f"with={number}" for number in range(1, 6))
    assert site.get(f"{address}?{five}", "staff_a").status == 422
    draft = f"with={site.ids['profile']}&with={site.ids['draft_profile']}"
    assert site.get(f"{address}?{draft}", "staff_a").status == 404
    assert site.get(f"{address}?with=x", "staff_a").status == 422


def test_challenges_and_startups_are_found_by_words(site: Site) -> None:
    page = site.get("/startups?q=sensor", "staff_a")
    assert [link.get_text() for link in page.all(":not(section) > .rows a")] == ["Sensor Sturz Nachtdienst"]
    assert page.one("#filter-q")["value"] == "sensor"
    assert "Lassen Sie ein Wort" in site.get("/startups?q=gibtesnicht", "staff_a").text
    found = site.get("/browse?q=nachtdienst&region=bayern", "startup_a").all(".rows a")
    assert found
    assert not site.get("/startups?q=sensor", "startup_b").all(".rows a"), "startups do not see each other"
    assert site.get("/browse?q=%25", "startup_a").status == 422
