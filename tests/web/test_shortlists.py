"""Startups an organisation remembers for a challenge, with notes that colleagues share."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select

from app import errors
from app.auth.actor import OPERATOR
from app.context import Context
from app.models import AuditEvent, ShortlistEntry
from app.shortlist import service
from app.shortlist.service import NoteWrite
from tests import stories
from tests.conftest import SettableClock, make_context
from tests.web.conftest import Site


@pytest.fixture
def context(engine: Engine, clock: SettableClock) -> Context:
    return make_context(engine, clock)


def names(context: Context, challenge: int) -> list[tuple[int, str]]:
    with context.sessions.read() as session:
        return [(one.profile_id, one.note) for one in service.read(context, session, OPERATOR, challenge)]


def test_a_startup_is_remembered_noted_and_taken_off(site: Site) -> None:
    challenge, profile, second = (site.ids[name] for name in ("challenge", "profile", "second_profile"))
    listed = site.get(f"/challenges/{challenge}/matches", "staff_a")
    assert "Merkliste (1)" in listed.text
    form = listed.one(f"form[action='/challenges/{challenge}/shortlist/{profile}']")
    assert {str(one["name"]): str(one["value"]) for one in form.select("input")} == {"from": "list"}
    done = site.post(str(form["action"]), {"from": "list"}, "staff_a")
    assert done.location == f"/challenges/{challenge}/matches?done=shortlisted"
    assert "Gemerkt" in site.get(f"/challenges/{challenge}/matches", "staff_a").text
    note = site.post(f"/challenges/{challenge}/shortlist/{profile}", {"note": "Am Montag anrufen"}, "colleague_a")
    assert note.location == f"/challenges/{challenge}/shortlist?done=note-saved"
    page = site.get(f"/challenges/{challenge}/shortlist", "staff_a")
    assert page.one(f"#note-{profile}").get_text().strip() == "Am Montag anrufen"
    assert {str(box["value"]) for box in page.all("input[form=compare]")} == {str(profile), str(second)}
    assert "Montag" not in site.get(f"/challenges/{challenge}/shortlist", "startup_a").text
    asked = site.get(f"/challenges/{challenge}/shortlist/{profile}/remove", "staff_a")
    assert "Am Montag anrufen" in asked.said("#about"), "what would be lost"
    assert not page.all(f"form[action$='/{profile}/remove']")
    assert page.one(f"a[href$='/{profile}/remove']")
    taken_off = site.post(f"/challenges/{challenge}/shortlist/{profile}/remove", {}, "staff_a")
    assert taken_off.location == f"/challenges/{challenge}/shortlist?done=unlisted"
    assert site.post(f"/challenges/{challenge}/shortlist/{profile}/remove", {}, "staff_a").status == 404
    assert site.get(f"/challenges/{challenge}/shortlist/{profile}/remove", "staff_a").status == 404
    with site.context.sessions.read() as session:
        found = session.scalars(
            select(AuditEvent.action).where(AuditEvent.object_kind == "shortlist_entry").order_by(AuditEvent.sequence)
        ).all()
    assert list(found)[1:] == ["shortlist_entry.added", "shortlist_entry.noted", "shortlist_entry.removed"]


def test_remembering_twice_keeps_the_note_and_the_same_note_changes_nothing(context: Context) -> None:
    welfare = stories.organisation(context, "welfare")
    challenge = stories.challenge(context, welfare, stories.words_for(1))["id"]
    profile = stories.profile(context, stories.words_for(1))["id"]
    service.put(context, OPERATOR, challenge, profile, NoteWrite(note="Gut"))
    service.put(context, OPERATOR, challenge, profile, None)
    service.put(context, OPERATOR, challenge, profile, NoteWrite(note="Gut"))
    assert names(context, challenge) == [(profile, "Gut")]
    service.put(context, OPERATOR, challenge, profile, NoteWrite(note=""))
    assert names(context, challenge) == [(profile, "")]


def test_two_who_remember_the_same_startup_at_once_make_one_entry(context: Context) -> None:
    welfare = stories.organisation(context, "welfare")
    challenge = stories.challenge(context, welfare, stories.words_for(1))["id"]
    profile = stories.profile(context, stories.words_for(1))["id"]
    with ThreadPoolExecutor(6) as threads:
        for done in [threads.submit(service.put, context, OPERATOR, challenge, profile, None) for _ in range(12)]:
            done.result()
    assert names(context, challenge) == [(profile, "")]


def test_what_is_deleted_leaves_the_list_and_what_is_paused_stays_without_its_name(context: Context) -> None:
    from app.profiles.kind import PROFILES
    from app.profiles.service import delete_profile
    from app.publishing.service import take_step

    welfare = stories.organisation(context, "welfare")
    challenge = stories.challenge(context, welfare, stories.words_for(1))["id"]
    gone, paused = (stories.profile(context, stories.words_for(number))["id"] for number in (1, 2))
    for profile in (gone, paused):
        service.put(context, OPERATOR, challenge, profile, None)
    delete_profile(context, OPERATOR, gone, None)
    take_step(context, PROFILES, OPERATOR, paused, "pause", None)
    with context.sessions.read() as session:
        (left,) = service.read(context, session, OPERATOR, challenge)
    assert (left.profile_id, left.profile) == (paused, None)


def test_a_full_list_and_a_startup_that_is_not_shown_are_refused(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST", 1)
    welfare = stories.organisation(context, "welfare")
    challenge = stories.challenge(context, welfare, stories.words_for(1))["id"]
    with pytest.raises(errors.NotFound):
        service.put(context, OPERATOR, challenge, 999, None)
    service.put(context, OPERATOR, challenge, stories.profile(context, stories.words_for(1))["id"], None)
    other = stories.profile(context, stories.words_for(2))["id"]
    with pytest.raises(errors.ShortlistFull):
        service.put(context, OPERATOR, challenge, other, None)
    with context.sessions.read() as session:
        assert len(session.scalars(select(ShortlistEntry)).all()) == 1


def test_a_full_list_is_shown_to_make_room_in_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST", 1)
    challenge, profile = site.ids["challenge"], site.ids["profile"]
    full = site.post(f"/challenges/{challenge}/shortlist/{profile}", {"from": "list"}, "staff_a")
    assert full.status == 409
    assert "Nehmen Sie zuerst eines herunter" in full.said("main .kern-alert")
    assert full.all("main a[href$='/remove']"), "the list itself"
    typed = site.post(f"/challenges/{challenge}/shortlist/{profile}", {"note": "Anrufen"}, "staff_a")
    assert (typed.status, typed.field("note")) == (409, "Anrufen")


def test_what_was_put_there_without_a_note_goes_with_one_click(site: Site) -> None:
    path = f"/challenges/{site.ids['challenge']}/shortlist"
    site.post(f"{path}/{site.ids['profile']}", {"from": "list"}, "staff_a")
    assert site.get(path, "staff_a").one(f"form[action='{path}/{site.ids['profile']}/remove']")


def test_a_note_that_is_too_long_is_kept_and_explained(site: Site) -> None:
    challenge, profile = site.ids["challenge"], site.ids["profile"]
    page = site.post(f"/challenges/{challenge}/shortlist/{profile}", {"note": "x" * 1001}, "staff_a")
    assert page.status == 422
    assert page.field("note") == "x" * 1001
