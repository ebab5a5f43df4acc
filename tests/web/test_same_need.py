"""Whoever has published a challenge sees who else has the same need, as far as they may read it."""

from sqlalchemy import update

from app.auth.actor import OPERATOR
from app.challenges import service as challenges
from app.models import Organisation
from tests import stories
from tests.web.conftest import Site


def offered(site: Site, challenge: int, subject: str) -> list[str]:
    page = site.get(f"/challenges/{challenge}", subject)
    assert page.status == 200
    return [str(link["href"]) for link in page.all("section[aria-labelledby=same-need] a")]


def test_other_organisations_with_the_same_need_are_named_beside_ones_own_challenge(site: Site) -> None:
    own = site.ids["challenge"]
    assert offered(site, own, "staff_a") == [], "one's own are not others"
    twin = stories.challenge(site.context, site.ids["organisation_b"], "Sturz Nachtdienst")["id"]
    draft = stories.challenge(site.context, site.ids["organisation_c"], "Sturz Nachtdienst", state="draft")["id"]
    assert offered(site, own, "staff_a") == [f"/challenges/{twin}"]
    page = site.get(f"/challenges/{own}", "colleague_a")
    assert page.said("#same-need") == "Andere Organisationen haben wohl dasselbe Anliegen"
    said = page.said("section[aria-labelledby=same-need]")
    assert "sprechen Sie über Ihren Verband mit ihnen" in said
    assert "Organisation b" in said
    assert not any(character.isdigit() for character in said), "no number of likeness"
    for subject in ("staff_b", "startup_a", "coordinator_a", "admin"):
        assert offered(site, own, subject) == [], subject
    assert f"/challenges/{own}" in offered(site, twin, "staff_b")
    assert offered(site, site.ids["draft"], "staff_a") == []
    challenges.publish_challenge(site.context, OPERATOR, draft, None)
    challenges.pause_challenge(site.context, OPERATOR, twin, None)
    assert offered(site, own, "staff_a") == [f"/challenges/{draft}"]


def test_a_challenge_is_shown_while_there_is_no_ranking_to_ask(site: Site) -> None:
    stories.challenge(site.context, site.ids["organisation_b"], "Sturz Nachtdienst")
    site.context.ranking._loading = True  # as while another thread reads a new ranking
    assert offered(site, site.ids["challenge"], "staff_a") == []


def test_members_of_an_organisation_that_lost_its_verification_see_no_others(site: Site) -> None:
    stories.challenge(site.context, site.ids["organisation_b"], "Sturz Nachtdienst")
    with site.context.sessions.write() as session:
        session.execute(
            update(Organisation).where(Organisation.id == site.ids["organisation_a"]).values(verified=False)
        )
    assert offered(site, site.ids["challenge"], "staff_a") == []
