"""The form of the accessibility statement: anybody tells the operator of a barrier, and nothing of it stays behind."""

from email.message import EmailMessage

from sqlalchemy import select

from app.mail.delivery import Post, deliver, due
from app.main import create_app
from app.models import BarrierReport, MailOutbox
from tests.access.world import OPERATED_BY
from tests.apps import plain_client
from tests.mail.test_mail import Collecting
from tests.web.conftest import Answer, Site

PATH = "/accessibility"
REPORT = {"text": "Die Vorschau liest mein Vorleseprogramm nicht vor.", "page": "/challenges/new", "email": ""}


def post_out(site: Site, sender: Collecting, operator: str = OPERATED_BY.email) -> EmailMessage | None:
    """Send what lies in the outbox; return the last mail to the operator."""
    with site.context.sessions.read() as session:
        waiting = due(session, site.context.clock.now())
    for mail_id, _ in waiting:
        deliver(site.context, Post(sender, "noreply@passgenau.example", operator), mail_id)
    sender.sent = [mail for mail in sender.sent if mail["To"] == OPERATED_BY.email]
    return sender.sent[-1] if sender.sent else None


def reports(site: Site) -> list[BarrierReport]:
    with site.context.sessions.read() as session:
        return list(session.scalars(select(BarrierReport)))


def sent(site: Site, **changes: str) -> Answer:
    return site.post(PATH, REPORT | {"token": str(site.get(PATH).one('[name="token"]')["value"])} | changes)


def test_a_report_reaches_the_operator_and_is_forgotten(site: Site) -> None:
    answer = sent(site, email="a.yilmaz@example.org")
    assert (answer.status, answer.location) == (303, f"{PATH}?done=barrier-reported")
    assert site.get(answer.location).said("main .kern-alert--success") == "Danke. Ihre Meldung ist unterwegs zu uns."
    mail = post_out(site, Collecting())
    assert mail is not None
    assert mail["To"] == OPERATED_BY.email
    assert mail["Reply-To"] == "a.yilmaz@example.org"
    assert mail["Subject"] == "Barriere bei Passgenau"
    assert REPORT["text"] in mail.get_content()
    assert "Seite: /challenges/new" in mail.get_content()
    assert "liest niemand" not in mail.get_content()
    (left,) = reports(site)
    assert (left.text, left.page, left.email) == ("", None, None)


def test_nobody_has_to_say_who_they_are(site: Site) -> None:
    assert sent(site, page="").status == 303
    assert sent(site, page="/").status == 303
    post_out(site, Collecting())
    assert sent(site, page="").status == 303
    mail = post_out(site, Collecting())
    assert mail is not None
    assert mail["Reply-To"] is None
    assert "Seite:" not in mail.get_content()
    assert "Eine Adresse für eine Antwort ist nicht angegeben." in mail.get_content()


def test_a_second_click_sends_nothing_again(site: Site) -> None:
    token = str(site.get(PATH).one('[name="token"]')["value"])
    assert {site.post(PATH, REPORT | {"token": token}).status for _ in range(3)} == {303}
    sender = Collecting()
    post_out(site, sender)
    assert site.post(PATH, REPORT | {"token": token}).status == 303, "nor after it has gone out"
    post_out(site, sender)
    assert len(sender.sent) == 1
    assert site.post(PATH, REPORT | {"token": token, "text": "Und noch etwas."}).status == 303, "after going back"
    post_out(site, sender)
    assert len(sender.sent) == 2


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(site: Site) -> None:
    long = "Das geht nicht. " * 400
    answer = sent(site, text=long, page="/browse", email="kein e-mail")
    assert answer.status == 422
    assert answer.field("text") == long
    assert answer.field("page") == "/browse"
    assert answer.field("email") == "kein e-mail"
    assert "höchstens 5000 Zeichen" in answer.said("#f-text-error")
    assert "keine E-Mail-Adresse" in answer.said("#f-email-error")
    assert {link["href"] for link in answer.all("#errors a")} == {"#f-text", "#f-email"}
    empty = sent(site, text=" ")
    assert empty.said("#f-text-error") == "Bitte ausfüllen."
    assert reports(site) == []


def test_the_page_somebody_came_from_is_filled_in(site: Site) -> None:
    link = site.get("/challenges/new", "staff_a").one('footer a[href^="/accessibility"]')
    assert site.get(str(link["href"])).field("page") == "/challenges/new"
    assert site.get(f"{PATH}?page=https://elsewhere.example/").field("page") == ""
    assert site.get(f"{PATH}?page=/{'a' * 900}").field("page") == "/" + "a" * 499
    assert site.get(PATH).field("page") == ""
    secret = site.get("/reset-password?token=secret").one('footer a[href^="/accessibility"]')
    assert "secret" not in str(secret["href"])


def test_a_flood_is_slowed_down_and_keeps_what_was_typed(site: Site) -> None:
    answers = [sent(site, text=f"Meldung {n}") for n in range(7)]
    assert [answer.status for answer in answers] == [303] * 6 + [429]
    assert answers[-1].headers["retry-after"] == "900"
    assert "Warten Sie 15 Minuten" in answers[-1].said("#errors")
    assert answers[-1].field("text") == "Meldung 6"


def test_without_an_address_of_the_operator_there_is_no_form(site: Site) -> None:
    client = plain_client(create_app(site.context))
    page = Answer(client.get(PATH))
    assert not page.all("main form")
    assert "Die Adresse für Rückmeldungen fehlt noch." in page.said("main")
    refused = client.post(PATH, data=REPORT)
    assert refused.status_code == 409
    assert "Meldungen sind noch nicht möglich" in refused.text


def test_a_worker_without_the_address_gives_it_up_where_admins_see_it(site: Site) -> None:
    sent(site)
    assert post_out(site, Collecting(), "") is None
    (report,) = reports(site)
    assert report.text == REPORT["text"]
    assert "NoOperatorAddress" in site.get("/operation", "admin").said("main")
    with site.context.sessions.read() as session:
        mail = session.get_one(MailOutbox, report.mail_id)
    assert site.post(f"/operation/mails/{mail.id}/send-again", {}, "admin").status == 303
    assert post_out(site, Collecting()) is not None


def test_other_sites_can_not_send_it(site: Site) -> None:
    refused = site.post(PATH, REPORT, "staff_a", headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status == 403
    assert reports(site) == []


def test_who_gets_no_help_learns_where_to_go(site: Site) -> None:
    page = site.get(PATH)
    assert "Mauerstraße 53, 10117 Berlin" in page.said("main address")
    assert page.one("main address a[href^=https]")["href"] == "https://www.schlichtungsstelle-bgg.de"
