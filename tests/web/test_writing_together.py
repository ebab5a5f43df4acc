"""Colleagues write one unfinished challenge: nobody overwrites unseen, one's own older forms are taken."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from app.challenges import unfinished
from app.context import Context
from app.main import create_app
from app.models import Challenge, UnfinishedChallenge
from app.privacy.erasure import erase_person
from app.vocabulary import Role
from tests import stories
from tests.access.page_matrix import CHALLENGE_FORM
from tests.access.world import actor_for, put_person
from tests.apps import plain_client
from tests.web.conftest import Answer

FORM = CHALLENGE_FORM | {"region": "bayern"}


@dataclass
class Desk:
    """Two colleagues at the pages of one unfinished challenge, which Anna has begun."""

    context: Context
    number: int
    people: dict[str, int]
    ask: Callable[..., Answer]

    @property
    def path(self) -> str:
        return f"/challenges/unfinished/{self.number}"

    def open(self, who: str) -> str:
        """The version in the form somebody opens."""
        return version_in(self.ask("GET", self.path, who))

    def save(self, who: str, version: str, **values: str) -> Answer:
        return self.ask("POST", self.path, who, FORM | values | {"version": version})

    def autosave(self, who: str, version: str, **values: str) -> Answer:
        form = values | {"unfinished": str(self.number), "version": version}
        return self.ask("POST", "/challenges/autosave", who, form)

    def stored(self) -> UnfinishedChallenge | None:
        with self.context.sessions.read() as session:
            return session.get(UnfinishedChallenge, self.number)


def version_in(page: Answer) -> str:
    return str(page.one('#autosave [name="version"]')["value"])


@pytest.fixture
def desk(context: Context) -> Desk:
    """The real application on both databases."""
    organisation = stories.organisation(context, "welfare")
    grant = {"role": Role.WELFARE_STAFF, "organisation_id": organisation}
    put = {name: put_person(context, name, grant | {"manager": name == "berta"}) for name in ("anna", "berta")}
    client = plain_client(create_app(context))
    people = {name: number for name, (number, _) in put.items()}

    def ask(method: str, path: str, who: str, form: Any = None, language: str = "de") -> Answer:
        headers = {
            "Cookie": f"passgenau-dev={put[who][1]}",
            "Sec-Fetch-Site": "same-origin",
            "Accept-Language": language,
        }
        send = partial(client.request, method, path, headers=headers, follow_redirects=False)
        return Answer(send(data=form) if form is not None else send())

    row = unfinished.begin(context, actor_for(context, people["anna"]), organisation, dict(FORM))
    return Desk(context, row.id, people, ask)


def test_who_saves_an_outdated_form_sees_both_versions(desk: Desk) -> None:
    anna, berta = desk.open("anna"), desk.open("berta")
    assert desk.save("berta", berta, title="Von Berta", wish="Von Berta gewünscht").location == f"{desk.path}/check"
    conflict = desk.save("anna", anna, title="Von Anna", wish="Von Berta gewünscht", must_offline="yes")
    assert conflict.status == 409
    assert "jemand anderes" in conflict.said("#errors")
    assert [cell.get_text() for cell in conflict.all("table td")] == ["Von Berta", "Von Anna", "–", "ja"]
    assert conflict.field("title") == "Von Anna"
    assert "hx-post" not in conflict.one("#writing").attrs, "nothing saves itself while somebody chooses"
    row = desk.stored()
    assert row is not None
    assert row.content["title"] == "Von Berta"
    chosen = desk.save("anna", version_in(conflict), title="Von Anna", wish="Von Berta gewünscht")
    assert chosen.status == 303
    row = desk.stored()
    assert row is not None
    assert (row.content["title"], row.saved_by) == ("Von Anna", desk.people["anna"])


def test_the_same_words_are_no_conflict(desk: Desk) -> None:
    anna, berta = desk.open("anna"), desk.open("berta")
    for who, version in (("berta", berta), ("anna", anna)):
        assert desk.save(who, version, title="Gleich", number_of_sites="1.200").location == f"{desk.path}/check"


def test_autosave_of_an_outdated_form_keeps_nothing_and_says_so(desk: Desk) -> None:
    anna, berta = desk.open("anna"), desk.open("berta")
    kept = desk.autosave("berta", berta, title="Von Berta")
    assert kept.status == 200
    assert "Gespeichert" in kept.text
    for language, words in (("de", "jemand anderes"), ("en", "Somebody else")):
        form = {"unfinished": str(desk.number), "version": anna, "title": "Von Anna"}
        refused = desk.ask("POST", "/challenges/autosave", "anna", form, language)
        assert refused.status == 409
        assert words in refused.said("[role=alert]")
        assert refused.one('[name="version"]')["value"] == anna, "the form must not become one that has seen it"
        assert refused.one('[name="unfinished"]')["value"] == str(desk.number)
        assert refused.one("button[type=submit]")
    row = desk.stored()
    assert row is not None
    assert row.content["title"] == "Von Berta"


def test_older_forms_of_ones_own_are_taken(desk: Desk) -> None:
    """Back in the browser, an autosave whose answer is still on its way: no conflict with oneself."""
    first = desk.open("anna")
    assert desk.autosave("anna", first, title="Eins").status == 200
    assert desk.save("anna", first, title="Zwei").status == 303
    assert desk.save("anna", first, title="Drei").status == 303
    row = desk.stored()
    assert row is not None
    assert (row.content["title"], row.version) == ("Drei", 4)


def test_an_older_form_of_ones_own_hides_nothing_a_colleague_wrote_between(desk: Desk) -> None:
    first = desk.open("anna")
    assert desk.save("berta", desk.open("berta"), title="Von Berta").status == 303
    assert desk.save("anna", desk.open("anna"), title="Von Anna").status == 303
    assert desk.save("anna", first, title="Ganz alt").status == 409


@pytest.mark.parametrize("version", ["", "0", "-1", "1x", "9" * 30, "²"])
def test_a_form_without_a_version_has_seen_nothing(desk: Desk, version: str) -> None:
    assert desk.save("berta", version, title="Ohne").status == 409
    assert desk.save("anna", version, title="Ohne").status == 303, "nobody else has saved"


def test_going_on_from_the_first_page_meets_a_colleague(desk: Desk) -> None:
    with desk.context.sessions.read() as session:
        owner = session.get_one(UnfinishedChallenge, desk.number).organisation_id
    assert desk.save("berta", desk.open("berta"), title="Von Berta").status == 303
    text = "Nachts ist bei uns niemand da. Wir wünschen uns Hilfe, die sofort kommt."
    form = {"organisation_id": str(owner), "problem": text, "unfinished": str(desk.number), "version": "1"}
    conflict = desk.ask("POST", "/challenges/new", "anna", form)
    assert conflict.status == 409
    assert conflict.field("title") == "Nachts ist bei uns niemand da"
    assert "Von Berta" in conflict.said("table")
    assert conflict.one("#writing")["action"] == desk.path


def test_nothing_is_published_or_discarded_that_was_not_seen(desk: Desk) -> None:
    check = desk.ask("GET", f"{desk.path}/check", "anna")
    seen = {"version": check.field("version")}
    assert desk.autosave("berta", desk.open("berta"), title="Von Berta").status == 200
    again = desk.ask("POST", f"{desk.path}/publish", "anna", seen)
    assert again.status == 409
    assert "Von Berta" in again.said("main")
    assert "jemand anderes" in again.said("main [role=alert]")
    kept = desk.ask("POST", f"{desk.path}/discard", "anna", seen)
    assert kept.status == 409
    assert kept.field("title") == "Von Berta"
    done = desk.ask("POST", f"{desk.path}/publish", "anna", {"version": again.field("version")})
    assert done.location.endswith("?done=published")
    with desk.context.sessions.read() as session:
        assert session.scalars(select(Challenge.title)).all() == ["Von Berta"]


def test_who_writes_on_is_told_that_a_colleague_has_finished(desk: Desk) -> None:
    version = desk.open("anna")
    published = desk.ask("POST", f"{desk.path}/publish", "berta", {"version": version})
    assert published.location.endswith("?done=published")
    gone = desk.autosave("anna", version, title="Von Anna")
    assert gone.status == 404
    assert "nur noch in diesem Fenster" in gone.said("[role=alert]")
    assert gone.one("button[type=submit]")
    assert not gone.all("h1")


def test_what_was_written_on_a_text_that_is_gone_becomes_another_one(desk: Desk) -> None:
    version = desk.open("anna")
    assert desk.ask("POST", f"{desk.path}/discard", "berta", {"version": version}).status == 303
    gone = desk.save("anna", version, title="Von Anna", must_offline="yes", number_of_sites="zwei")
    assert gone.status == 404
    assert gone.field("title") == "Von Anna"
    assert "noch nicht gespeichert" in gone.said("main")
    form = gone.one("main form")
    assert form["action"] == "/challenges/unfinished"
    sent = FORM | {"title": "Von Anna", "must_offline": "yes", "organisation_id": gone.field("organisation_id")}
    kept = desk.ask("POST", str(form["action"]), "anna", sent)
    assert kept.location.startswith("/challenges/unfinished/")
    desk.number = int(kept.location.rsplit("/", 1)[1])
    row = desk.stored()
    assert row is not None
    assert (row.content["title"], row.content["must_offline"], row.saved_by) == ("Von Anna", True, desk.people["anna"])


def test_going_on_from_the_first_page_of_a_text_that_is_gone_begins_another_one(desk: Desk) -> None:
    with desk.context.sessions.read() as session:
        owner = session.get_one(UnfinishedChallenge, desk.number).organisation_id
    assert desk.ask("POST", f"{desk.path}/discard", "berta", {"version": desk.open("berta")}).status == 303
    text = "Nachts ist bei uns niemand da. Wir wünschen uns Hilfe, die sofort kommt."
    form = {"organisation_id": str(owner), "problem": text, "unfinished": str(desk.number), "version": "1"}
    begun = desk.ask("POST", "/challenges/new", "anna", form)
    assert begun.location.startswith("/challenges/unfinished/")
    assert begun.location != desk.path


def test_who_is_erased_is_forgotten_here_too(desk: Desk) -> None:
    anna = actor_for(desk.context, desk.people["anna"])
    erase_person(desk.context, anna, desk.people["anna"])
    row = desk.stored()
    assert row is not None
    assert row.saved_by is None
    assert desk.save("berta", "0", title="Ungesehen").status == 409
    assert desk.save("berta", desk.open("berta"), title="Von Berta").status == 303
