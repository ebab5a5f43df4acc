"""Forms: what was typed is kept, errors stand beside fields and in a summary, nothing is done twice."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.api.own_path import own_path
from app.models import ApiToken, Challenge, IntroductionStep, MailOutbox, Message, UnfinishedChallenge
from app.web.forms import Ask, Field, Form, Sent
from tests.access.page_matrix import CHALLENGE_FORM
from tests.access.world import PASSWORD
from tests.web.conftest import Site

TEXT = (
    "In unserem Wohnheim ist nachts eine Kraft für 24 Menschen da. Stürze fallen oft erst am Morgen auf. "
    "Wir wünschen uns, dass die Nachtwache sofort etwas merkt."
)


def count(site: Site, model: type) -> int:
    with site.context.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_three_sentences_become_a_published_challenge(site: Site) -> None:
    """The way of staff without JavaScript: text, details, check, published with matches; five requests."""
    owner = str(site.ids["organisation_a"])
    begun = site.post("/challenges/new", {"organisation_id": owner, "problem": TEXT, "unfinished": ""}, "staff_a")
    assert begun.status == 303
    details = site.get(begun.location, "staff_a")
    assert details.field("title") == "In unserem Wohnheim ist nachts eine Kraft für 24 Menschen da"
    assert details.field("wish") == "Wir wünschen uns, dass die Nachtwache sofort etwas merkt."
    assert "Stürze" in details.field("problem")
    form = {
        "title": details.field("title"),
        "problem": details.field("problem"),
        "wish": details.field("wish"),
        "fields_of_action": ["disability"],
        "region": "bayern",
        "must_hosting": "germany",
        "must_other": "Kein Abo\nDeutsche Hotline",
        "number_of_sites": "1.200",
        "staff_hours_per_week": "2,5",
    }
    checked = site.post(begun.location, form, "staff_a")
    assert checked.location == f"{begun.location}/check"
    check = site.get(checked.location, "staff_a")
    assert "Kein Abo" in check.said("main")
    assert "1.200" in check.said("main")
    before = count(site, Challenge)
    done = site.post(f"{begun.location}/publish", {}, "staff_a")
    assert done.location.endswith("/matches?done=published")
    again = site.post(f"{begun.location}/publish", {}, "staff_a")
    assert again.location == done.location, "a second click leads to the same place"
    for passed in (begun.location, checked.location):
        back = site.get(passed, "staff_a")
        assert (back.status, f"{back.location}/matches") == (303, done.location.partition("?")[0])
    assert count(site, Challenge) == before + 1
    listed = site.get(done.location, "staff_a")
    assert listed.said(".kern-alert--success") == "Veröffentlicht. Das passt dazu."
    assert listed.all("ol.cards > li") or listed.all(".nothing")
    with site.context.sessions.read() as session:
        stored = session.scalars(select(Challenge).order_by(Challenge.id.desc())).first()
        assert stored is not None
        assert [must["kind"] for must in stored.must_haves] == ["hosting", "other", "other"]
        assert (stored.number_of_sites, stored.staff_hours_per_week) == (1200, 2.5)
        assert session.get(UnfinishedChallenge, int(begun.location.rsplit("/", 1)[1])) is None


def test_what_was_typed_stays_with_the_errors(site: Site) -> None:
    path = f"/challenges/unfinished/{site.ids['unfinished']}"
    form = CHALLENGE_FORM | {
        "title": "",
        "wish": "x" * 4001,
        "own_funds": "viel",
        "fields_of_action": [],
        "version": "1",
    }
    page = site.post(path, form, "staff_a")
    assert page.status == 422
    assert page.field("problem") == CHALLENGE_FORM["problem"]
    assert page.field("wish") == "x" * 4001
    assert page.field("own_funds") == "viel"
    links = {str(link["href"]): link.get_text() for link in page.all("#errors a")}
    assert links.keys() == {"#f-title", "#f-wish", "#f-own_funds", "#f-fields_of_action"}
    assert links["#f-title"] == "Überschrift: Bitte ausfüllen."
    for target in links:
        element = page.one(target)
        if element.get("type") != "checkbox":
            assert element["aria-invalid"] == "true"
            said = page.one(f"#{str(element['aria-describedby']).split()[-1]}")
            assert said.get_text(strip=True)
    assert page.one("details[open] #f-own_funds"), "a group with an error is open"
    kept = site.get(path, "staff_a")
    assert kept.field("own_funds") == "viel", "also what is wrong is kept"


def test_an_ended_session_loses_no_text(site: Site) -> None:
    """[17] The sign-in page hands on what was typed, and after signing in one click goes on with it."""
    owner = str(site.ids["organisation_a"])
    asked = site.post("/challenges/new", {"organisation_id": owner, "problem": TEXT, "unfinished": ""}, "anonymous")
    assert asked.status == 401
    assert "Text ist noch da" in asked.said("main")
    form = {name: asked.field(name) for name in ("next", "carried")}
    assert json.loads(form["carried"])["problem"] == [TEXT]
    wrong = site.post("/sign-in", form | {"email": "staff_a@people.example", "password": "falsch"})
    assert wrong.status == 401
    assert wrong.field("carried") == form["carried"]
    assert wrong.field("email") == "staff_a@people.example"
    assert wrong.field("password") == ""
    signed_in = site.post("/sign-in", form | {"email": "staff_a@people.example", "password": PASSWORD})
    assert signed_in.status == 200
    assert signed_in.one("main form")["action"] == "/challenges/new"
    assert signed_in.field("problem") == TEXT
    assert "passgenau-dev" in signed_in.headers["set-cookie"]


def test_two_people_at_once_see_both_versions(site: Site) -> None:
    """[17] Nobody overwrites unseen; what was typed is in the form, what is stored beside it."""
    path = f"/challenges/{site.ids['challenge']}/edit"
    opened = site.get(path, "staff_a")
    form = {name: opened.field(name) for name in ("title", "problem", "wish", "expires_on", "version")}
    form |= {"fields_of_action": "health", "region": "bayern"}
    assert site.post(path, form | {"title": "Neu von der Kollegin"}, "colleague_a").status == 303
    conflict = site.post(path, form | {"title": "Neu von mir"}, "staff_a")
    assert conflict.status == 412
    assert conflict.field("title") == "Neu von mir"
    cells = [cell.get_text() for cell in conflict.all("table td")]
    assert cells == ["Neu von der Kollegin", "Neu von mir"]
    saved = site.post(path, form | {"title": "Neu von mir", "version": conflict.field("version")}, "staff_a")
    assert saved.status == 303
    assert site.get(f"/challenges/{site.ids['challenge']}", "staff_a").said("h1") == "Neu von mir"


def test_a_form_keeps_must_haves_it_can_not_show(site: Site) -> None:
    with site.context.sessions.write() as session:
        row = session.get_one(Challenge, site.ids["challenge"])
        row.must_haves = [{"kind": "min_maturity", "value": 7}, {"kind": "hosting", "value": "eu"}]
    path = f"/challenges/{site.ids['challenge']}/edit"
    opened = site.get(path, "staff_a")
    form = {name: opened.field(name) for name in ("title", "problem", "wish", "version")}
    form |= {"fields_of_action": "health", "region": "bayern", "must_hosting": "germany"}
    assert site.post(path, form, "staff_a").status == 303
    with site.context.sessions.read() as session:
        stored = session.get_one(Challenge, site.ids["challenge"]).must_haves
    assert stored == [{"kind": "hosting", "value": "germany"}, {"kind": "min_maturity", "value": 7}]


def test_autosave_begins_once_and_then_keeps(site: Site) -> None:
    owner = str(site.ids["organisation_a"])
    before = count(site, UnfinishedChallenge)
    first = site.post("/challenges/autosave", {"organisation_id": owner, "problem": TEXT, "unfinished": ""}, "staff_a")
    number = str(first.one('[name="unfinished"]')["value"])
    more = {"organisation_id": owner, "problem": TEXT + " Mehr.", "unfinished": number}
    assert site.post("/challenges/autosave", more, "staff_a").one('[name="unfinished"]')["value"] == number
    assert count(site, UnfinishedChallenge) == before + 1
    assert site.get(f"/challenges/unfinished/{number}", "staff_a").field("problem").endswith("Mehr.")
    short = site.post("/challenges/autosave", {"organisation_id": owner, "problem": "Hm", "unfinished": ""}, "staff_a")
    assert short.one('[name="unfinished"]')["value"] == ""
    assert count(site, UnfinishedChallenge) == before + 1


@pytest.mark.parametrize(
    "text",
    ["\0Nachts ist niemand da, das geht nicht.", "\ud800 Nachts ist niemand da".encode("utf-8", "replace").decode()],
)
def test_strange_characters_are_kept_or_refused_but_never_break(site: Site, text: str) -> None:
    owner = str(site.ids["organisation_a"])
    answer = site.post("/challenges/new", {"organisation_id": owner, "problem": text, "unfinished": ""}, "staff_a")
    assert answer.status in {303, 422}


def test_a_huge_paste_is_refused_kindly(site: Site) -> None:
    owner = str(site.ids["organisation_a"])
    huge = {"organisation_id": owner, "problem": "a" * 10_000_000, "unfinished": ""}
    page = site.post("/challenges/new", huge, "staff_a")
    assert page.status == 413
    assert page.said("h1") == "Das ist zu viel auf einmal"
    large = {"organisation_id": owner, "problem": "wort " * 30_000, "unfinished": ""}
    page = site.post("/challenges/new", large, "staff_a")
    assert page.status == 422
    assert page.field("problem").startswith("wort wort")


def test_an_unfinished_challenge_is_seen_by_its_organisation_only(site: Site) -> None:
    path = f"/challenges/unfinished/{site.ids['unfinished']}"
    assert site.get(path, "colleague_a").status == 200
    for other in ("staff_b", "coordinator_a", "admin"):
        assert site.get(path, other).status == 404
        assert (
            site.post("/challenges/autosave", {"unfinished": path.rsplit("/", 1)[1], "problem": "x"}, other).status
            == 404
        )


def test_numbers_as_germans_write_them() -> None:
    form = Form((Field("n", Ask.NUMBER, "n"), Field("d", Ask.DECIMAL, "d"), Field("y", Ask.YES_NO, "y")))
    assert form.read(Sent({"n": ["1.500"], "d": ["2,5"], "y": ["no"]})) == {"n": 1500, "d": 2.5, "y": False}
    assert form.read(Sent({"n": [""], "d": ["x"]})) == {"n": None, "d": "x", "y": None}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1.234.567", 1234567),
        ("12 000", 12000),
        ("1500.50", "1500.50"),
        ("2.5", "2.5"),
        ("1.5000", "1.5000"),
        ("1,5", "1,5"),
    ],
)
def test_a_whole_number_is_never_guessed(typed: str, meant: int | str) -> None:
    """What is no whole number is left for the schema to refuse."""
    assert Form((Field("n", Ask.NUMBER, "n"),)).read(Sent({"n": [typed]})) == {"n": meant}


@pytest.mark.parametrize(
    ("asked", "own"),
    [
        ("/challenges/3?x=1", "/challenges/3?x=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\nb", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_no_page_leads_elsewhere(asked: str | None, own: str) -> None:
    assert own_path(asked) == own


def test_no_template_marks_anything_as_safe() -> None:
    """[11] Everything is escaped; what would switch that off is not used."""
    for file in Path("app/web").rglob("*"):
        if file.suffix in {".html", ".py"}:
            assert not any(
                word in file.read_text("utf-8") for word in ("|safe", "| safe", "Markup(", "autoescape false")
            )


def test_reloading_the_page_of_a_new_key_makes_no_second_one(site: Site) -> None:
    path = "/account/tokens"
    form = {"name": "Website", "scopes": ["read:matches"], "days": "30"}
    form["token"] = str(site.get(path, "staff_a").one('main [name="token"]')["value"])
    before = count(site, ApiToken)
    made = site.post(path, form, "staff_a")
    assert made.one("code.secret")
    again = site.post(path, form, "staff_a")
    assert (again.status, again.location) == (303, path)
    assert count(site, ApiToken) == before + 1
    another = site.post(path, form | {"name": "Kalender"}, "staff_a")
    assert another.one("code.secret"), "somebody went back and wants one more"


def test_going_back_and_writing_again_sends_a_second_message(site: Site) -> None:
    path = f"/introductions/{site.ids['introduction']}"
    form = {"token": str(site.get(path, "staff_a").one('main [name="token"]')["value"]), "body": "Guten Tag"}
    before = count(site, Message)
    for body in ("Guten Tag", "Guten Tag", "Ach ja: am Dienstag geht es auch."):
        assert site.post(f"{path}/messages", form | {"body": body}, "staff_a").status == 303
    assert count(site, Message) == before + 2


def test_one_form_begins_one_challenge_however_often_it_is_sent(site: Site) -> None:
    owner = str(site.ids["organisation_a"])
    form = {"organisation_id": owner, "problem": TEXT, "unfinished": ""}
    form["token"] = site.get("/challenges/new", "staff_a").field("token")
    before = count(site, UnfinishedChallenge)
    saved = site.post("/challenges/autosave", form, "staff_a").one('[name="unfinished"]')["value"]
    first = site.post("/challenges/new", form, "staff_a")
    assert first.location == f"/challenges/unfinished/{saved}", "the click was faster than the answer to the autosave"
    again = site.post("/challenges/new", form | {"problem": TEXT + " Und das bald."}, "staff_a")
    assert again.location == first.location, "also after going back"
    assert "Und das bald." in site.get(first.location, "staff_a").field("problem")
    assert count(site, UnfinishedChallenge) == before + 1
    assert site.post("/challenges/new", form, "colleague_a").location != first.location, "tokens are one's own"
    rest = CHALLENGE_FORM | {"organisation_id": owner, "token": "another"}
    ways = {site.post("/challenges/unfinished", rest, "staff_a").location for _ in range(2)}
    assert len(ways) == 1


def test_a_second_click_leads_where_the_first_one_did(site: Site) -> None:
    """Without JavaScript nothing holds a second click back."""
    members = f"/organisations/{site.ids['organisation_a']}"
    invite = {"email": "neu@people.example", "token": site.get(members, "staff_a").field("token")}
    before = count(site, MailOutbox)
    assert {site.post(f"{members}/invitations", invite, "staff_a").location for _ in range(2)} == {
        f"{members}?done=invited"
    }
    assert count(site, MailOutbox) == before + 1, "a second mail would end the link in the first"
    talk = f"/introductions/{site.ids['introduction']}"
    for status in ("pilot", "ended"):
        step = {"status": status, "happened_on": "", "note": "Läuft."} | ({"end": "yes"} if status == "ended" else {})
        assert {site.post(f"{talk}/status", step, "staff_a").location for _ in range(2)} == {f"{talk}?done=saved"}
    assert site.post(f"{talk}/status", step | {"note": "Anders."}, "staff_a").status == 409
    with site.context.sessions.read() as session:
        said = session.scalars(select(IntroductionStep.note).order_by(IntroductionStep.id)).all()
        assert said[-2:] == ["Läuft.", "Läuft."]
