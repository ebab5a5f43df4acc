"""From a match to a talk, page by page: interest, answer, contact data, messages; and the links in mails."""

import re
from urllib.parse import urlsplit

from sqlalchemy import func, select

from app.alerts.contents import content_of
from app.alerts.unsubscribe import make_token
from app.auth.actor import OPERATOR
from app.auth.keys import Keys
from app.models import AuditEvent, Introduction, MailOutbox, Message, Outcome, User
from app.profiles.service import pause_profile
from app.vocabulary import OutcomeAnswer
from tests.access.matrix import SECRET
from tests.access.world import LINKS
from tests.web.conftest import Answer, Site


def pair_of(site: Site) -> str:
    return f"/challenges/{site.ids['challenge']}/matches/{site.ids['profile']}"


def hidden_fields(page: Answer, action: str) -> dict[str, str]:
    """What the first form with an address sends by itself."""
    form = page.all(f'form[action="{action}"]')[0]
    return {str(field["name"]): str(field["value"]) for field in form.select('input[type="hidden"]')}


def events(site: Site) -> int:
    with site.context.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def test_two_clicks_lead_from_a_match_to_a_talk(site: Site) -> None:
    matches = f"/challenges/{site.ids['challenge']}/matches"
    page = site.get(matches, "staff_a")
    sent = site.post(pair_of(site), hidden_fields(page, pair_of(site)), "staff_a")
    assert (sent.status, sent.location) == (303, f"{matches}?done=interest-sent")
    again = site.post(pair_of(site), {"side": "challenge", "answer": "interested"}, "staff_a")
    assert again.location == sent.location, "a second click leads where the first one did"
    other = {"side": "challenge", "answer": "not_interested", "reason": "cost", "note": ""}
    assert site.post(pair_of(site), other, "staff_a").status == 409, "said once is said"
    card = site.get("/", "startup_a").all("main section")[0]
    assert "Organisation a" in card.get_text()
    assert pair_of(site) in str(card.select("a")[0]["href"])
    waiting = site.get("/conversations", "startup_a")
    (link,) = [one for one in waiting.all("main a.kern-btn--primary") if pair_of(site) in str(one["href"])]
    asked = site.get(str(link["href"]), "startup_a")
    assert "startup_a@people.example" not in asked.text
    assert "staff_a@people.example" not in asked.text, "nothing before both agreed"
    agreed = site.post(pair_of(site), hidden_fields(asked, pair_of(site)), "startup_a")
    assert re.fullmatch(r"/introductions/\d+\?done=agreed", agreed.location)
    talk = site.get(agreed.location, "startup_a")
    assert {"startup_a@people.example", "staff_a@people.example"} <= set(
        re.findall(r"[\w.]+@people\.example", talk.text)
    )
    address = urlsplit(agreed.location).path
    form = hidden_fields(talk, f"{address}/messages") | {"body": talk.field("body")}
    assert len(form["body"]) > 100, "a first message is prepared"
    for _ in range(2):  # a double click
        written = site.post(f"{address}/messages", form, "startup_a")
        assert written.location == f"{address}?done=message-sent"
    with site.context.sessions.read() as session:
        number = int(address.rsplit("/", 1)[1])
        assert session.scalar(select(func.count()).where(Message.introduction_id == number)) == 1
    assert form["body"].split()[0] in site.get(address, "staff_a").said("main")


def test_a_decline_needs_a_reason_keeps_what_was_typed_and_can_be_undone(site: Site) -> None:
    no = {"side": "challenge", "answer": "not_interested"}
    refused = site.post(pair_of(site), no | {"reason": "", "note": "Erst im Herbst."}, "staff_a")
    assert refused.status == 422
    assert refused.one("#f-reason")["aria-invalid"] == "true"
    assert refused.field("note") == "Erst im Herbst."
    declined = site.post(pair_of(site), no | {"reason": "cost", "note": ""}, "staff_a")
    assert declined.location.endswith("/matches?done=declined")
    matches = f"/challenges/{site.ids['challenge']}/matches"
    assert f"{pair_of(site)}?side=challenge" not in {
        str(link["href"]) for link in site.get(matches, "staff_a").all(".cards a")
    }
    rows = site.get("/conversations", "staff_a").all('form[action$="/take-back"]')
    (undo,) = [row for row in rows if pair_of(site) in str(site.get(pair_of(site), "staff_a").html)][-1:]
    taken_back = site.post(str(undo["action"]), {}, "staff_a")
    assert taken_back.location.endswith("done=taken-back")


def test_a_message_that_is_refused_is_kept_and_an_ended_talk_takes_none(site: Site) -> None:
    address = f"/introductions/{site.ids['introduction']}"
    long = site.post(f"{address}/messages", {"body": "x" * 5001, "token": "t"}, "staff_a")
    assert long.status == 422
    assert long.field("body") == "x" * 5001
    step = {"status": "ended", "happened_on": "", "note": "Passte nicht."}
    asked = site.post(f"{address}/status", step, "staff_a")
    assert asked.status == 422, "ending is for good, so a box asks"
    assert asked.one("#f-end")["aria-invalid"] == "true"
    assert asked.field("note") == "Passte nicht."
    assert site.get(address, "startup_a").all(f'form[action="{address}/messages"]'), "nothing has changed"
    ended = site.post(f"{address}/status", step | {"end": "yes"}, "staff_a")
    assert ended.status == 303
    page = site.get(address, "startup_a")
    assert "Passte nicht." in page.said("main")
    assert not page.all(f'form[action="{address}/messages"]')
    assert "@people.example" not in page.text, "contact data end with the talk"
    assert site.post(f"{address}/messages", {"body": "Doch?", "token": "u"}, "startup_a").status == 409


def test_opening_the_link_of_an_outcome_mail_changes_nothing_and_its_button_counts_once(site: Site) -> None:
    before = events(site)
    page = site.get(f"/outcome?token={LINKS['outcome']}&answer=pilot")
    assert page.one("#f-answer option[selected]")["value"] == "pilot"
    assert events(site) == before
    form = {"token": page.field("token"), "answer": "pilot"}
    assert site.post("/outcome", form).location == "/thanks?done=outcome-given"
    with site.context.sessions.read() as session:
        answers = session.scalars(select(Outcome.answer).where(Outcome.answer.is_not(None))).all()
        assert answers == [OutcomeAnswer.PILOT]
    used = site.post("/outcome", form)
    assert used.status == 410
    assert "Link schon benutzt" in used.said("h1")


def test_opening_the_link_to_unsubscribe_changes_nothing_and_its_button_does(site: Site) -> None:
    token = make_token(Keys(SECRET), site.ids["staff_a"], "matches")
    before = events(site)
    page = site.get(f"/unsubscribe?token={token}")
    assert events(site) == before
    assert site.get("/account/mails", "staff_a").one("#f-matches option[selected]")["value"] != "off"
    assert site.post("/unsubscribe", {"token": page.field("token")}).location == "/thanks?done=unsubscribed"
    assert site.get("/account/mails", "staff_a").one("#f-matches option[selected]")["value"] == "off"
    assert site.post("/unsubscribe", {"token": "1.matches.x"}).status == 404


def test_every_address_in_a_mail_is_a_page_of_its_reader(site: Site) -> None:
    site.post(pair_of(site), {"side": "challenge", "answer": "interested"}, "staff_a")
    names = {site.ids[subject]: subject for subject in ("staff_a", "startup_a", "colleague_a") if subject in site.ids}
    found = []
    with site.context.sessions.read() as session:
        for mail in session.scalars(select(MailOutbox).where(MailOutbox.user_id.in_(names))):
            reader = session.get_one(User, mail.user_id)
            content = content_of(site.context, session, mail, reader)
            if content is not None:
                addresses = re.findall(r"https?://\S+", content.lines)
                found += [(names[reader.id], one) for one in (*addresses, content.unsubscribe)]
    assert len(found) >= 4
    for subject, address in found:
        parts = urlsplit(address)
        answer = site.get(f"{parts.path}?{parts.query}", subject)
        assert answer.status == 200, (subject, address)
        assert answer.one("h1")


def test_what_a_decline_hides_can_be_shown_and_is_brought_back_from_there(site: Site) -> None:
    matches = f"/challenges/{site.ids['challenge']}/matches"
    before = [str(link["href"]) for link in site.get(matches, "staff_a").all(".cards h2 a")]
    no = {"side": "challenge", "answer": "not_interested", "reason": "other", "note": ""}
    site.post(pair_of(site), no, "staff_a")
    page = site.get(matches, "staff_a")
    assert f"{pair_of(site)}?side=challenge" not in {str(link["href"]) for link in page.all(".cards h2 a")}
    (show,) = [str(link["href"]) for link in page.all("main a") if "hidden=shown" in str(link["href"])]
    shown = site.get(matches + show, "staff_a")
    assert [str(link["href"]) for link in shown.all(".cards h2 a")] == before
    files = [str(link["href"]) for link in shown.all("main a") if "/matches." in str(link["href"])]
    assert len(files) == 2
    assert all("hidden=shown" in file for file in files), "what is seen is what is in the file"
    (undo,) = shown.all('.cards form[action$="/take-back"]')
    assert "anderer Grund" in str(undo.parent)
    assert site.post(str(undo["action"]), {}, "staff_a").location == f"{matches}?done=taken-back"
    after = site.get(matches, "staff_a")
    assert [str(link["href"]) for link in after.all(".cards h2 a")] == before
    assert "hidden=shown" not in after.text


def test_only_steps_that_can_follow_are_offered(site: Site) -> None:
    address = f"/introductions/{site.ids['introduction']}"

    def offered() -> list[str]:
        return [str(one["value"]) for one in site.get(address, "staff_a").all("#f-status option") if one["value"]]

    assert offered() == ["pilot", "contract", "ended"]
    future = site.post(
        f"{address}/status", {"status": "pilot", "happened_on": "2999-01-01", "note": "Ab Mai."}, "staff_a"
    )
    assert future.status == 422
    assert future.one("#f-happened_on")["aria-invalid"] == "true"
    assert future.field("note") == "Ab Mai."
    assert (
        site.post(f"{address}/status", {"status": "contract", "happened_on": "", "note": ""}, "staff_a").status == 303
    )
    assert offered() == ["ended"]
    assert site.post(f"{address}/status", {"status": "pilot", "happened_on": "", "note": ""}, "staff_a").status == 409


def test_what_was_written_while_the_other_side_ended_the_talk_is_not_lost(site: Site) -> None:
    address = f"/introductions/{site.ids['introduction']}"
    site.post(f"{address}/status", {"status": "ended", "happened_on": "", "note": "", "end": "yes"}, "startup_a")
    late = site.post(f"{address}/messages", {"body": "Geht es <Montag>?", "token": "t"}, "staff_a")
    assert late.status == 409
    assert late.said("#unsent") == "Geht es <Montag>?"


def test_who_is_the_contact_already_is_not_asked_to_take_over(site: Site) -> None:
    path = f"/introductions/{site.ids['introduction']}"
    button = f'form[action="{path}/contact"]'
    assert not site.get(path, "staff_a").all(button)
    assert site.get(path, "colleague_a").one(button)
    site.post(f"{path}/contact", {}, "colleague_a")
    assert not site.get(path, "colleague_a").all(button)
    assert site.get(path, "staff_a").one(button)


def test_a_no_is_prepared_and_its_reason_reaches_who_asked(site: Site) -> None:
    page = site.get(f"/challenges/{site.ids['challenge']}/matches", "staff_a")
    site.post(pair_of(site), hidden_fields(page, pair_of(site)), "staff_a")
    asked = site.get(f"{pair_of(site)}?side=profile", "startup_a")
    prepared = asked.field("note")
    assert "vielen Dank für Ihr Interesse" in prepared
    no = {"side": "profile", "answer": "not_interested", "reason": "no_capacity", "note": prepared}
    assert site.post(pair_of(site), no, "startup_a").location.endswith("done=declined")
    told = site.get(pair_of(site), "staff_a").said("main")
    assert "Grund: keine Zeit, keine Kapazität." in told
    assert " ".join(prepared.split()) in told


def test_who_pauses_still_says_no(site: Site) -> None:
    page = site.get(f"/challenges/{site.ids['challenge']}/matches", "staff_a")
    site.post(pair_of(site), hidden_fields(page, pair_of(site)), "staff_a")
    pause_profile(site.context, OPERATOR, site.ids["profile"], None)
    asked = site.get(f"{pair_of(site)}?side=profile", "startup_a")
    assert "können Sie absagen, aber nicht zusagen" in asked.said("main")
    assert "keinen Platz frei" not in asked.said("main"), "the place is the one that was asked for"
    assert not asked.all('main input[value="interested"]')
    no = hidden_fields(asked, pair_of(site)) | {"reason": "no_capacity", "note": ""}
    answered = site.post(pair_of(site), no, "startup_a")
    assert (answered.status, answered.location) == (303, "/conversations?done=declined"), answered.text
    assert site.get(f"{pair_of(site)}?side=profile", "startup_a").status == 409, "nobody waits any more"


def test_a_colleague_takes_over_when_nobody_is_left(site: Site) -> None:
    page = site.get(f"/challenges/{site.ids['challenge']}/matches", "staff_a")
    site.post(pair_of(site), hidden_fields(page, pair_of(site)), "staff_a")
    yes = {"side": "profile", "answer": "interested"}
    address = urlsplit(site.post(pair_of(site), yes, "startup_a").location).path
    with site.context.sessions.write() as session:
        talk = session.get_one(Introduction, int(address.rsplit("/", 1)[1]))
        talk.welfare_contact_id = talk.startup_contact_id = None
    assert len(site.get(address, "staff_a").all(f'form[action="{address}/contact"]')) == 1
