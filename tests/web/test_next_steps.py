"""From each page of a text or a pair there is a next step, and none that fails: news, pairs, publishing, closing."""

from datetime import timedelta

from app.auth.actor import OPERATOR
from app.models import Challenge, Profile, ToldMatch
from app.profiles.service import pause_profile
from matching.texts import Side
from tests import stories
from tests.access.world import actor_for
from tests.web.conftest import Answer, Site

ASK = 'main form input[value="interested"]'


def hrefs(page: Answer, selector: str = "main a") -> list[str]:
    return [str(link["href"]) for link in page.all(selector)]


def pair(challenge: int, profile: int, side: str) -> str:
    return f"/challenges/{challenge}/matches/{profile}?side={side}"


def ask(site: Site, subject: str, side: str) -> int:
    """Show interest in the pair of the world."""
    actor = actor_for(site.context, site.ids[subject])
    return stories.interested(site.context, actor, site.ids["challenge"], site.ids["profile"], side).id


def test_own_challenges_show_what_waits(site: Site) -> None:
    ids = site.ids
    ask(site, "staff_a", "challenge")
    site.post(f"/introductions/{ids['introduction']}/messages", {"body": "Ja, gern.", "token": "t"}, "startup_a")
    newcomer = stories.profile(site.context, "Sensor Sturz Nachtdienst Matte")["id"]
    now = site.context.clock.now()
    with site.context.sessions.write() as session:
        session.get_one(Profile, newcomer).updated_at = now + timedelta(seconds=1)
        for told_at, profile in ((now, newcomer), (now, ids["profile"])):
            session.add(
                ToldMatch(challenge_id=ids["challenge"], profile_id=profile, side=Side.CHALLENGE, told_at=told_at)
            )
    said = {
        row.select("a")[0].get_text(): {" ".join(line.get_text(" ").split()) for line in row.select("ul li")}
        for row in site.get("/challenges", "staff_a").all("main .rows > li")
        if row.select(".kern-badge")
    }
    assert said == {
        "Sturz Nachtdienst": {"1 neues passendes Startup in sieben Tagen", "1 Anfrage von Ihnen ist noch offen"},
        "Sturz Nachtdienst 0": {"1 Startup wartet auf Ihre Antwort"},
        "Sturz Nachtdienst 1": set(),
        "Sturz Nachtdienst 2": {"In 1 Gespräch hat das Startup zuletzt geschrieben"},
        "Beratung Schulden": set(),
    }
    assert not any(row.select("ul li") for row in site.get("/challenges", "staff_b").all("main .rows > li"))


def test_a_text_of_the_other_side_leads_to_its_pair(site: Site) -> None:
    challenge, profile = site.ids["challenge"], site.ids["profile"]
    asked = pair(challenge, profile, "profile")
    assert asked in hrefs(site.get(f"/challenges/{challenge}", "startup_a"))
    assert site.get(asked, "startup_a").all(ASK)
    offered = hrefs(site.get(f"/profiles/{profile}", "staff_a"))
    assert {pair(challenge, profile, "challenge")} < {href for href in offered if "/matches/" in href}
    assert not any(f"/challenges/{site.ids['draft']}/" in href for href in offered)
    for subject, path in (("startup_b", f"/challenges/{challenge}"), ("staff_b", f"/profiles/{profile}")):
        assert not any("/matches/" in href for href in hrefs(site.get(path, subject))), "nothing to go on with"
    assert not any("/matches/" in href for href in hrefs(site.get(f"/challenges/{challenge}", "staff_a")))


def test_titles_of_a_list_lead_to_the_pair_for_who_decides(site: Site) -> None:
    challenge, profile = site.ids["challenge"], site.ids["profile"]
    page = f"/challenges/{challenge}/matches"
    assert hrefs(site.get(page, "staff_a"), ".cards h2 a") == [pair(challenge, profile, "challenge")]
    assert hrefs(site.get(page, "admin"), ".cards h2 a") == [f"/profiles/{profile}"]


def test_a_pair_offers_only_what_can_be_done(site: Site) -> None:
    challenge, profile, clock = site.ids["challenge"], site.ids["profile"], site.context.clock
    own = pair(challenge, profile, "challenge")
    assert site.get(own, "staff_a").all(ASK)
    foreign = site.get(pair(challenge, site.ids["second_profile"], "challenge"), "staff_a")
    assert not foreign.all('main form input[name="answer"]')
    assert "was in Ihrer Liste steht" in foreign.said("#why-not-ask")
    assert "Nicht erfüllt: Region Bayern" in foreign.said("main")

    with site.context.sessions.write() as session:
        session.get_one(Profile, profile).free_pilot_slots = 0
    full = site.get(own, "staff_a")
    assert not full.all(ASK)
    assert "keinen Platz frei" in full.said("#why-not-ask")
    assert full.all('main form input[value="not_interested"]')
    assert "Sie haben gerade" in site.get(pair(challenge, profile, "profile"), "startup_a").said("#why-not-ask")
    with site.context.sessions.write() as session:
        session.get_one(Profile, profile).free_pilot_slots = 9

    for _ in range(2):
        site.post(f"/decisions/{ask(site, 'staff_a', 'challenge')}/take-back", {}, "staff_a")
    again = site.get(own, "staff_a")
    assert not again.all(ASK)
    assert "mehrmals zurückgenommen" in again.said("#why-not-ask")
    day = clock.now() + timedelta(days=30)
    assert f"{day:%d.%m.%Y}" in again.said("#why-not-ask")


def test_who_waits_for_an_answer_finds_the_pair_while_the_other_side_pauses(site: Site) -> None:
    ask(site, "staff_a", "challenge")
    pause_profile(site.context, OPERATOR, site.ids["profile"], None)
    own = pair(site.ids["challenge"], site.ids["profile"], "challenge")
    assert own in hrefs(site.get("/conversations", "staff_a"))
    page = site.get(own, "staff_a")
    assert page.status == 200
    assert "pausiert" in page.said("main")
    assert page.one('main form[action$="/take-back"]')
    assert "Es fehlt oft" not in page.text, "what is withdrawn is not shown"
    assert site.get(own, "staff_b").status == 403


def test_what_can_not_be_published_yet_says_so(site: Site) -> None:
    number = stories.challenge(site.context, site.ids["organisation_u"], "Sturz", state="draft")["id"]
    page = site.get(f"/challenges/{number}", "unverified")
    assert not page.all('main form[action$="/publish"]')
    assert "sobald Ihre Organisation bestätigt ist" in page.said("main .kern-alert")
    assert site.get(f"/challenges/{site.ids['draft']}", "staff_a").one('main form[action$="/publish"]')
    draft = f"/profiles/{site.ids['draft_profile']}"
    assert site.get(draft, "startup_b").one('main form[action$="/publish"]')


def test_a_challenge_is_closed_without_a_solution(site: Site) -> None:
    path = f"/challenges/{site.ids['challenge']}"
    asked = str(site.get(path, "staff_a").one('main a[href$="/close"]')["href"])
    assert "bleibt geschlossen" in site.get(asked, "staff_a").said("main")
    assert site.post(asked, {}, "staff_a").location == f"{path}?done=closed"
    closed = site.get(path, "staff_a")
    assert closed.said("main .kern-badge") == "Geschlossen"
    assert not closed.all('main form[action*="/steps/"]')


def test_levels_languages_and_days_are_said_in_words(site: Site) -> None:
    with site.context.sessions.write() as session:
        profile = session.get_one(Profile, site.ids["profile"])
        profile.maturity, profile.languages = 5, ["de", "tr"]
        session.get_one(Challenge, site.ids["challenge"]).minimum_maturity = 7
    offer = site.get(f"/profiles/{site.ids['profile']}", "staff_a").said("main dl")
    assert "Erster Versuch" in offer
    assert "Deutsch, Türkisch" in offer
    need = site.get(f"/challenges/{site.ids['challenge']}", "startup_a").said("main dl")
    assert "Mindestens so erprobt Im Alltag erprobt" in need
    assert "Sichtbar bis" in need
    check = site.get(f"/challenges/unfinished/{site.ids['unfinished']}/check", "staff_a")
    assert "sechs Monate nach dem Veröffentlichen" in check.said("main dl")
    path = f"/profiles/{site.ids['profile']}/edit"
    opened = site.get(path, "startup_a")
    form = {name: opened.field(name) for name in ("name", "offer", "problem_solved", "capabilities", "version")}
    form |= {"fields_of_action": "health", "regions": "bundesweit", "languages": "de"}
    assert opened.one("#f-maturity option[selected]")["value"] == "4"
    assert site.post(path, form | {"maturity": "4"}, "startup_a").status == 303
    with site.context.sessions.read() as session:
        assert session.get_one(Profile, site.ids["profile"]).maturity == 5, "a level between stays"


def test_a_region_holds_who_works_everywhere(site: Site) -> None:
    path = f"/challenges/{site.ids['challenge']}/matches"
    assert len(site.get(f"{path}?region=hessen", "staff_a").all("ol.cards > li")) == 1
    found = site.get("/startups?region=saarland", "staff_a").all(":not(section) > .rows a")
    assert [link.get_text() for link in found] == ["Lernplattform Küche payroll", "Sensor Sturz Nachtdienst"]
    found = site.get("/startups?region=bundesweit", "staff_a").all(":not(section) > .rows a")
    assert [link.get_text() for link in found] == ["Sensor Sturz Nachtdienst"]
