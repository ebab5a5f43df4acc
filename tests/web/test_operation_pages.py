"""What coordinators and admins see of needs, supply, mails and workers."""

from datetime import timedelta

from sqlalchemy import select, update

from app.auth.actor import OPERATOR
from app.models import AuditEvent, Challenge, MailOutbox, WorkerHeartbeat
from app.organisations.schemas import OrganisationCreate
from app.organisations.service import create_organisation
from app.vocabulary import OrganisationKind
from matching.calibration import LOWEST_FIT, Band
from tests import stories
from tests.web.conftest import Answer, Site


def figures(page: Answer, caption: str) -> dict[str, list[str]]:
    """{heading of the row: its cells} of a table."""
    (table,) = [one for one in page.all("table") if one.select("caption")[0].get_text() == caption]
    return {
        row.select("th")[0].get_text(): [cell.get_text() for cell in row.select("td")]
        for row in table.select("tbody tr")
    }


def test_a_coordinator_reads_what_the_members_need_and_small_groups_are_not_shown(site: Site) -> None:
    for number in range(6):
        draft = OrganisationCreate(name=f"Haus {number}", kind=OrganisationKind.WELFARE, network="caritas")
        house = create_organisation(site.context, OPERATOR, draft).id
        stories.challenge(site.context, house, "zzz qqq", fields_of_action=["training"], region="hessen")
    with site.context.sessions.write() as session:
        session.execute(update(Challenge).values(published_at=site.context.clock.now() - timedelta(days=40)))
    page = site.get("/reports?network=caritas", "coordinator_a")
    assert page.status == 200
    assert page.said("h1") == "Bericht: Deutscher Caritasverband"
    unmet = figures(page, "Nach Handlungsfeld")["Aus- und Weiterbildung"][6]
    assert unmet == "5", "six houses, rounded down"
    assert figures(page, "Nach Region")["Hessen"][0] == "unter 5", "nobody asked anybody"
    assert "Haus 1" not in page.text
    assert [option["value"] for option in page.all("#filter-until option")][:2] == ["2026-11", "2026-10"]
    picture = page.one("svg[aria-label='Bedarf und Lücken nach Handlungsfeld']")
    assert "Aus- und Weiterbildung" in picture.get_text()
    file = site.get(str(page.one("main .buttons a")["href"]), "coordinator_a")
    assert file.status == 200
    assert "caritas" in file.text.splitlines()[1]
    english = site.get("/reports?network=caritas&lang=en", "coordinator_a")
    assert "fewer than 5" in english.text


def test_months_to_come_and_other_networks_are_refused(site: Site) -> None:
    assert site.get("/reports?until=2099-01", "coordinator_a").status == 422
    assert site.get("/reports?until=x", "coordinator_a").status == 422
    assert site.get("/reports?network=drk", "coordinator_a").status == 403
    assert site.get("/reports?network=none", "coordinator_a").status == 404
    assert len(site.get("/reports", "admin").all("#filter-network option")) >= 7


def test_an_admin_sees_who_works_and_has_a_mail_tried_again(site: Site) -> None:
    with site.context.sessions.write() as session:
        session.add(WorkerHeartbeat(name="host-worker", seen_at=site.context.clock.now()))
    page = site.get("/operation", "admin")
    assert "host-worker" in page.text
    assert "ConnectionRefusedError" in page.text
    assert "staff_a@people.example" not in page.text, "no addresses"
    address = str(page.one(f"form[action$='/mails/{site.ids['mail']}/send-again']")["action"])
    assert site.post(address, {}, "admin").location == "/operation?done=mail-sent-again"
    with site.context.sessions.read() as session:
        mail = session.get_one(MailOutbox, site.ids["mail"])
        assert (mail.failed_at, mail.attempts, mail.last_error) == (None, 0, None)
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "mail.sent_again")).all()
        assert [event.object_id for event in events] == [site.ids["mail"]]
    again = site.post(address, {}, "admin")
    assert again.status == 409
    assert "Diese Mail wartet nicht mehr" in again.text
    assert site.post("/operation/mails/999999/send-again", {}, "admin").status == 404


def test_needs_without_supply_are_those_of_the_lists(site: Site) -> None:
    house = site.ids["organisation_a"]
    stories.challenge(site.context, house, "zzz qqq", fields_of_action=["self_help"], region="bremen")
    page = site.get("/operation", "admin")
    fields = figures(page, "Bedarf ohne Angebot nach Handlungsfeld")
    assert fields["Selbsthilfe"] == ["1", "1"]
    assert figures(page, "Bedarf ohne Angebot nach Region")["Bremen"] == ["1", "1"]
    best: dict[str, int] = {}
    seen = 0
    challenges = site.client.get("/api/v1/challenges?state=published&limit=100", headers=site.world.headers("admin"))
    for challenge in challenges.json()["items"]:
        listing = site.client.get(
            f"/api/v1/challenges/{challenge['id']}/matches?limit=100", headers=site.world.headers("admin")
        ).json()["items"]
        shown = [item for item in listing if item["fit"] >= LOWEST_FIT[Band.POSSIBLE]]
        best[shown[0]["band"] if shown else ""] = best.get(shown[0]["band"] if shown else "", 0) + 1
        seen += bool(shown)
    words = {"very_good": "Passt sehr gut", "good": "Passt gut", "possible": "Könnte passen", "": "nichts passt"}
    assert figures(page, "Wie gut die beste Passung ist") == {
        text: [str(best.get(code, 0))] for code, text in words.items()
    }
    exposure = figures(page, "Wie oft Startups zu sehen sind")
    assert exposure.pop("0") == ["1"], "the startup of another region is never seen"
    (group,) = [text for text, row in exposure.items() if row == ["1"]]
    assert group == {1: "1–2", 2: "1–2"}.get(seen, "3–5")
