"""[11] Everything people can write, stored and then looked at in Chromium: all 60 payloads of each field, packed.

What is stored here goes in by the services; that forms lead there is in `test_payload_forms`.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from app.auth import sessions, tokens
from app.auth.permissions import Permission
from app.challenges import unfinished
from app.introductions.schemas import MessageWrite, StatusWrite
from app.introductions.service import send_message, set_status
from app.models import Organisation, User
from app.searches import service as searches
from app.searches.service import Search
from app.shortlist import service as shortlist
from app.shortlist.service import NoteWrite
from app.vocabulary import AuthLevel, Role
from app.web.challenge_form import FULL
from matching.texts import Side
from tests import stories
from tests.access.world import actor_for, put_person
from tests.browser.conftest import Open, Site
from tests.browser.probing import JOINED, packs, plain, probe, said

pytestmark = pytest.mark.browser


def look(page: Page, address: str) -> str:
    """What a page and those after it say; none of it has become code."""
    found, url = [], address
    while True:
        page.goto(url)
        probe(page)
        found.append(said(page))
        following = page.locator("main a[rel=next]")
        if not following.count():
            return " ".join(found)
        url = following.first.evaluate("one => one.href")


def require(text: str, *wanted: str) -> None:
    missing = [one for one in wanted if plain(one) not in text]
    assert missing == []


def in_turn(limit: int) -> Iterator[str]:
    """The packs for a field, over and over."""
    while True:
        yield from packs(limit)


def test_names_of_people_and_organisations(site: Site, open_page: Open) -> None:
    ids, context = site.world.ids, site.context
    names, titles, forms = packs(118), packs(198), packs(98)
    grant = {"role": Role.WELFARE_STAFF, "organisation_id": ids["organisation_a"]}
    for place, name in enumerate(names):
        number, _ = put_person(context, f"named{place}", grant)
        with context.sessions.write() as session:
            session.get_one(User, number).name = name
    named = in_turn(198)
    numbers = [stories.organisation(context, "welfare", next(named)) for _ in forms]
    for number, form in zip(numbers, forms, strict=True):
        with context.sessions.write() as session:
            row = session.get_one(Organisation, number)
            row.legal_form, row.verified = form, False
    admin, staff = open_page("admin").page, open_page("staff_a").page
    require(look(staff, f"{site.url}/organisations/{ids['organisation_a']}"), *names)
    require(look(admin, f"{site.url}/users"), *names)
    require(look(admin, f"{site.url}/verification"), *titles)
    for number, form in zip(numbers, forms, strict=True):
        require(look(admin, f"{site.url}/organisations/{number}"), form)


def test_challenges_and_profiles(site: Site, open_page: Open) -> None:
    """Each text once on its own page, and all of them on the pages that list, compare and pair them."""
    ids, context = site.world.ids, site.context
    title, setting, basis, system = in_turn(198), in_turn(490), in_turn(290), in_turn(990)
    long = dict.fromkeys(("problem", "wish", "tried_before"), JOINED)
    challenges: dict[int, list[str]] = {}
    for _ in packs(198):
        short = {"title": next(title), "setting": next(setting), "legal_basis": next(basis)}
        short |= {"existing_systems": next(system), "success": JOINED[:1990]}
        musts = [{"kind": "other", "text": text} for text in packs(290)]
        made = stories.challenge(context, ids["organisation_a"], "x", **long, **short, must_haves=musts)
        challenges[made["id"]] = [JOINED, *short.values(), *(must["text"] for must in musts)]
    name, offer, where, form = in_turn(98), in_turn(390), in_turn(990), in_turn(98)
    profiles: dict[int, list[str]] = {}
    for _ in packs(98):
        fields: dict[str, Any] = dict.fromkeys(("problem_solved", "capabilities"), JOINED)
        fields |= {"name": next(name), "offer": next(offer), "settings_proven": next(where), "exclusions": next(where)}
        fields |= dict.fromkeys(("welfare_references", "evidence_of_effect"), JOINED[:1990])
        fields |= {"legal_form": next(form)}
        listed = [next(form) for _ in range(20)]
        made = stories.profile(context, fields["name"], **fields, certifications=listed, interfaces=listed[::-1])
        profiles[made["id"]] = [*fields.values(), *listed]
    staff, startup = open_page("staff_a").page, open_page("startup_a").page
    for number, texts in challenges.items():
        require(look(staff, f"{site.url}/challenges/{number}"), *texts)
    for number, texts in profiles.items():
        require(look(staff, f"{site.url}/profiles/{number}"), *texts)
    require(look(startup, f"{site.url}/browse"), *packs(198))
    require(look(staff, f"{site.url}/challenges"), *packs(198))
    require(look(staff, f"{site.url}/startups"), *packs(98))
    first, second, *_ = challenges
    one, two, *_ = profiles
    for number in (first, second):
        require(look(staff, f"{site.url}/challenges/{number}/edit"), *challenges[number])
        look(staff, f"{site.url}/challenges/{number}/matches")
        look(staff, f"{site.url}/challenges/{number}/why-not?name=a")
        look(staff, f"{site.url}/challenges/{number}/matches/{one}?side=challenge")
    require(look(staff, f"{site.url}/challenges/{first}/compare?with={one}&with={two}"), *packs(98)[:2])
    look(startup, f"{site.url}/profiles/{ids['profile']}/matches")
    look(startup, f"{site.url}/challenges/{first}/matches/{ids['profile']}?side=profile")
    for note, number in zip(packs(990), profiles, strict=False):
        shortlist.put(context, actor_for(context, ids["staff_a"]), first, number, NoteWrite(note=note))
    require(look(staff, f"{site.url}/challenges/{first}/shortlist"), *packs(990))
    welfare = actor_for(context, ids["staff_a"])
    for note, number in zip(packs(490), list(profiles)[5:], strict=False):
        stories.declined(context, welfare, first, number, "challenge", note=note)
    look(staff, f"{site.url}/conversations")
    for number in list(profiles)[5 : 5 + len(packs(490))]:
        look(staff, f"{site.url}/challenges/{first}/matches/{number}?side=challenge")


def test_what_is_begun_and_talked_about(site: Site, open_page: Open) -> None:
    ids, context = site.world.ids, site.context
    welfare, startup = actor_for(context, ids["staff_a"]), actor_for(context, ids["startup_a"])
    content = {asked.name: [JOINED] if asked.ask.value in {"choices", "lines"} else JOINED for asked in FULL.fields}
    row = unfinished.begin(context, welfare, ids["organisation_a"], content)
    talk = ids["introduction"]
    send_message(context, startup, talk, MessageWrite(body=JOINED))
    for note, status in zip(packs(990), ("pilot", "contract", "ended"), strict=True):
        wanted = StatusWrite.model_validate({"status": status, "note": note})
        set_status(context, startup, talk, wanted)
    staff, other = open_page("staff_a").page, open_page("startup_a").page
    look(staff, f"{site.url}/challenges")
    require(look(staff, f"{site.url}/challenges/unfinished/{row.id}"), JOINED)
    look(staff, f"{site.url}/challenges/unfinished/{row.id}/check")
    for page in (staff, other):
        require(look(page, f"{site.url}/introductions/{talk}"), JOINED, *packs(990))
        look(page, f"{site.url}/conversations")


def test_keys_browsers_and_searches_of_a_person(site: Site, open_page: Open) -> None:
    ids, context = site.world.ids, site.context
    now = context.clock.now()
    number = ids["staff_a"]
    with context.sessions.write() as session:
        user = session.get_one(User, number)
        for name in packs(98):
            tokens.make_token(session, number, name, [Permission.READ_MATCHES], now + timedelta(1), now)
        for browser in packs(198):
            sessions.open_session(
                session, context.security.keys, user, AuthLevel.PASSWORD, now, address="127.0.0.1", user_agent=browser
            )
    for subject, words in (("staff_a", packs(98)[:19]), ("colleague_a", packs(98)[19:])):
        for one in words:
            searches.keep(context, actor_for(context, ids[subject]), Search(Side.PROFILE, one))
        require(look(open_page(subject).page, f"{site.url}/startups"), *words)
    staff = open_page("staff_a").page
    require(look(staff, f"{site.url}/account/tokens"), *packs(98))
    require(look(staff, f"{site.url}/account/sessions"), *packs(198))
