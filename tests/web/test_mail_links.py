"""Every address in every mail is a page of its reader: of all templates, and of all kinds of news to either side."""

import re
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from sqlalchemy.orm import Session

from app.alerts.contents import AWAITED, content_of
from app.alerts.topics import topic_of
from app.mail.messages import TEXTS, Content, compose
from app.models import Alert, Decision, MailOutbox, OneTimeLink, User
from app.vocabulary import AlertKind, DecisionAnswer, DecisionState, Language, LinkPurpose, MailTemplate
from matching.texts import Side
from tests.access.world import LINKS
from tests.web.conftest import Site

SIDES = {"staff_a": "organisation_a", "startup_a": "organisation_s"}
ABOUT_OWN_PROFILE = {AlertKind.PROFILE_UNCONFIRMED, AlertKind.PROFILE_SINKS, AlertKind.PROFILE_PAUSED}
ABOUT_OWN_CHALLENGE = {AlertKind.CHALLENGE_EXPIRES, AlertKind.CHALLENGE_EXPIRED, AlertKind.FIRST_MATCH}
READERS = [
    (kind, reader)
    for kind in AlertKind
    for reader in SIDES
    if not (kind in ABOUT_OWN_PROFILE and reader == "staff_a")
    and not (kind in ABOUT_OWN_CHALLENGE and reader == "startup_a")
]
TOKENS = {
    MailTemplate.CONFIRM_EMAIL: LINKS["confirmation"],
    MailTemplate.RESET_PASSWORD: LINKS["reset"],
    MailTemplate.INVITATION: LINKS["invitation"],
    MailTemplate.OUTCOME: LINKS["outcome"],
}
NOWHERE = "https://passgenau.example"


def told(site: Site, kind: AlertKind, reader: str) -> Content:
    """What a mail says that tells one person of one kind of news."""
    now = site.context.clock.now()
    with site.context.sessions.write() as session:
        mail = MailOutbox(template=MailTemplate.ALERT, user_id=site.ids[reader], created_at=now, due_at=now)
        session.add(mail)
        session.flush()
        pair = pair_of_introduction(site)
        number = asked(site, session, pair, reader) if kind in AWAITED else 0
        alert = Alert(
            user_id=site.ids[reader],
            organisation_id=site.ids[SIDES[reader]],
            kind=kind,
            cause=f"{kind.value}:{number}",
            challenge_id=None if kind in ABOUT_OWN_PROFILE else pair[0],
            profile_id=None if kind in ABOUT_OWN_CHALLENGE - {AlertKind.FIRST_MATCH} else pair[1],
            created_at=now,
            due_at=now,
            mail_id=mail.id,
        )
        session.add(alert)
        session.flush()
        content = content_of(site.context, session, mail, session.get_one(User, site.ids[reader]))
    assert content is not None
    return content


def asked(site: Site, session: Session, pair: tuple[int, int], reader: str) -> int:
    """Have the other side ask, and return the number of its interest."""
    now = site.context.clock.now()
    asking = next(name for name in SIDES if name != reader)
    decision = Decision(
        challenge_id=pair[0],
        profile_id=pair[1],
        side=Side.CHALLENGE if asking == "staff_a" else Side.PROFILE,
        organisation_id=site.ids[SIDES[asking]],
        answer=DecisionAnswer.INTERESTED,
        state=DecisionState.OPEN,
        decided_at=now,
        expires_at=now + timedelta(days=14),
    )
    session.add(decision)
    session.flush()
    return decision.id


def pair_of_introduction(site: Site) -> tuple[int, int]:
    response = site.client.get(
        f"/api/v1/introductions/{site.ids['introduction']}", headers=site.world.headers("staff_a")
    ).json()
    return response["challenge_id"], response["profile_id"]


def assert_page(site: Site, address: str, reader: str) -> None:
    parts = urlsplit(address)
    answer = site.get(f"{parts.path}?{parts.query}", reader)
    assert answer.status == 200, (reader, address)
    assert answer.one("h1")
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(("kind", "reader"), READERS)
def test_news_lead_their_reader_to_a_page(site: Site, kind: AlertKind, reader: str) -> None:
    content = told(site, kind, reader)
    # The last line; in these tests the service has no host name, so that it is a bare path.
    address = content.lines.splitlines()[-1]
    assert re.fullmatch(r"(https?://[^/\s]+)?/\S+", address)
    assert_page(site, address, reader)
    assert_page(site, content.unsubscribe, "anonymous")
    assert topic_of(kind).value in content.unsubscribe


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("template", list(MailTemplate))
def test_links_of_templates_lead_to_pages_without_signing_in(
    site: Site, template: MailTemplate, language: Language
) -> None:
    mail = composed(site, template, language)
    addresses = re.findall(r"https?://\S+", mail.get_content())
    asks = "{link}" in TEXTS[template][language].body
    assert bool(addresses) == asks
    assert asks == (template in TOKENS), "a template with a link has a token in the world of these tests"
    for address in addresses:
        assert_page(site, address, "anonymous")


def composed(site: Site, template: MailTemplate, language: Language) -> EmailMessage:
    return compose(
        template,
        (language,),
        sender="passgenau@example.org",
        recipient="reader@people.example",
        now=site.context.clock.now(),
        public_url=NOWHERE,
        token=TOKENS.get(template),
    )


def test_one_click_of_mail_programs_and_the_visible_link_differ(site: Site) -> None:
    """RFC 8058: programs post to the one; people open the other, and opening changes nothing."""
    content = told(site, AlertKind.MESSAGE, "staff_a")
    one_click = urlsplit(content.one_click)
    address = f"{one_click.path}?{one_click.query}"
    assert urlsplit(content.unsubscribe).path == "/unsubscribe"
    assert site.client.get(address).status_code == 405
    settings = "/account/mails"
    assert site.get(settings, "staff_a").one("#f-conversations option[selected]")["value"] != "off"
    assert site.client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code < 300
    assert site.get(settings, "staff_a").one("#f-conversations option[selected]")["value"] == "off"


def test_an_expired_link_is_answered_in_words_for_people(site: Site) -> None:
    with site.context.sessions.write() as session:
        for link in session.query(OneTimeLink).filter(OneTimeLink.purpose == LinkPurpose.OUTCOME):
            link.expires_at = site.context.clock.now() - timedelta(days=1)
    form = {"token": LINKS["outcome"], "answer": "pilot"}
    answer = site.post("/outcome", form)
    assert answer.status in {404, 410}
    assert answer.one("h1")
    assert answer.one("#errors") if answer.status == 404 else answer.said("h1")
