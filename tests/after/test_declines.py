"""What a decline does to the lists, reason by reason, and that undoing it brings the list back."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from app.decisions import service
from app.decisions.effects import Decline, hidden_partners
from app.matches.match_repository import MatchFilter
from app.matches.service import matches_of, next_best
from app.vocabulary import DecisionReason, Language
from matching.texts import Side as TextSide
from tests import stories
from tests.after.people import Side, actor_of, put_startup, put_welfare
from tests.apps import open_client


@dataclass(frozen=True, slots=True)
class Reason:
    """What one reason does: the declined partner's fields; fields of partners that go along, and of some that stay."""

    reason: str
    declined: dict[str, Any] = field(default_factory=dict)
    along: list[dict[str, Any]] = field(default_factory=list)
    stay: list[dict[str, Any]] = field(default_factory=list)
    everywhere: bool = False
    along_everywhere: bool = False


OF_STARTUPS = [
    Reason("wrong_field", {"fields_of_action": ["training"]}, [{"fields_of_action": ["self_help", "family"]}]),
    Reason("wrong_region", {"regions": ["remote"]}, [], [{"regions": ["bayern"]}, {"regions": ["remote"]}]),
    Reason("too_small", everywhere=True),
    Reason(
        "too_early",
        {"maturity": 4},
        [{"maturity": 4}, {"maturity": 2}],
        [{"maturity": 5}, {}],
        everywhere=True,
    ),
    Reason("no_capacity"),
    Reason(
        "data_protection",
        {"hosting": "outside_eu", "data_protection_papers": ["avv"]},
        [{"hosting": "outside_eu"}, {}],
        [{"hosting": "eu"}, {"hosting": "on_premises", "data_protection_papers": ["avv"]}],
        everywhere=True,
        along_everywhere=True,
    ),
    Reason(
        "cost",
        {"price_band": "up_to_20000"},
        [{"price_band": "up_to_20000"}, {"price_band": "over_50000"}],
        [{"price_band": "up_to_5000"}, {}],
    ),
    Reason("already_solved"),
    Reason("other"),
]
OF_CHALLENGES = [
    Reason("wrong_field", {"fields_of_action": ["training"]}, [{"fields_of_action": ["self_help"]}]),
    Reason("wrong_region", {"region": "remote"}, [], [{"region": "bayern"}]),
    Reason("too_small", {"number_of_sites": 3}, [{"number_of_sites": 3}], [{"number_of_sites": 4}, {}]),
    Reason("too_early"),
    Reason("no_capacity"),
    Reason(
        "data_protection",
        {"personal_data": ["health"]},
        [{"personal_data": ["health", "minors"]}],
        [{"personal_data": ["contact"]}, {}],
    ),
    Reason("cost", {"budget_band": "up_to_5000"}, [{"budget_band": "free"}], [{"budget_band": "up_to_20000"}, {}]),
    Reason("already_solved"),
    Reason("other"),
]


def listed(context: Context, side: TextSide, own: Side, text: int | None = None, *, hidden: bool = False) -> list[Any]:
    with context.sessions.read() as session:
        wanted = MatchFilter(show_hidden=hidden)
        page = matches_of(
            context, session, own.actor, side, text or own.text, wanted, Language.GERMAN, limit=100, cursor=None
        )
    return page.items


def partners(items: list[Any], side: TextSide) -> set[int]:
    return {(item.profile if side is TextSide.CHALLENGE else item.challenge).id for item in items}


def test_both_tables_have_every_reason() -> None:
    for table in (OF_STARTUPS, OF_CHALLENGES):
        assert {one.reason for one in table} == set(DecisionReason)


@pytest.mark.parametrize("case", OF_STARTUPS, ids=lambda case: case.reason)
def test_a_decline_of_a_startup_changes_the_next_list_as_documented(context: Context, case: Reason) -> None:
    side = TextSide.CHALLENGE
    own = put_welfare(context, "ayla")
    second = stories.challenge(context, own.organisation, "Sturz Nachtdienst Sensor Übergabe")["id"]
    declined = put_startup(context, "declined", **case.declined).text
    along = {put_startup(context, f"along{n}", **fields).text for n, fields in enumerate(case.along)}
    stay = {put_startup(context, f"stays{n}", **fields).text for n, fields in enumerate(case.stay or [{}])}
    before, before_second = listed(context, side, own), listed(context, side, own, second)
    assert partners(before, side) == {declined} | along | stay
    decision = stories.declined(context, own.actor, own.text, declined, "challenge", case.reason)
    assert partners(listed(context, side, own), side) == stay
    gone = ({declined} if case.everywhere else set()) | (along if case.along_everywhere else set())
    assert partners(listed(context, side, own, second), side) == ({declined} | along | stay) - gone
    everything = listed(context, side, own, hidden=True)
    assert [item.rank for item in everything] == [item.rank for item in before]
    hidden = {item.profile.id: item.hidden_by for item in everything if item.hidden_by is not None}
    assert hidden.keys() == {declined} | along
    assert {(one.decision_id, one.reason) for one in hidden.values()} == {(decision.id, case.reason)}
    service.take_back(context, own.actor, decision.id)
    assert listed(context, side, own) == before
    assert listed(context, side, own, second) == before_second


@pytest.mark.parametrize("case", OF_CHALLENGES, ids=lambda case: case.reason)
def test_a_decline_of_a_challenge_changes_the_next_list_as_documented(context: Context, case: Reason) -> None:
    side = TextSide.PROFILE
    own = put_startup(context, "mira")
    declined = put_welfare(context, "declined", **case.declined).text
    along = {put_welfare(context, f"along{n}", **fields).text for n, fields in enumerate(case.along)}
    stay = {put_welfare(context, f"stays{n}", **fields).text for n, fields in enumerate(case.stay or [{}])}
    before = listed(context, side, own)
    assert partners(before, side) == {declined} | along | stay
    decision = stories.declined(context, own.actor, declined, own.text, "profile", case.reason)
    assert partners(listed(context, side, own), side) == stay
    service.take_back(context, own.actor, decision.id)
    assert listed(context, side, own) == before


def text(number: int, **fields: Any) -> Any:
    return SimpleNamespace(id=number, **fields)


def test_a_region_that_is_not_served_goes_along_on_both_sides() -> None:
    """Lists hold no such pair by themselves, as the region is a criterion; a must-have may have let it in."""
    challenge = text(1, region="bayern")
    profiles = {n: text(n, regions=regions) for n, regions in enumerate([["hessen"], ["bayern"], ["bundesweit"]], 2)}
    profiles[9] = text(9, regions=["berlin"])
    decline = Decline(7, DecisionReason.WRONG_REGION, challenge, profiles[9])
    assert hidden_partners(TextSide.CHALLENGE, challenge, profiles, [decline], frozenset()).keys() == {2, 9}
    assert hidden_partners(TextSide.CHALLENGE, challenge, profiles, [decline], frozenset({2})).keys() == {9}
    challenges = {n: text(n, region=region) for n, region in enumerate(["hessen", "bayern", "bundesweit"], 2)}
    own = text(1, regions=["bayern"])
    decline = Decline(7, DecisionReason.WRONG_REGION, own, text(5, region="berlin"))
    assert hidden_partners(TextSide.PROFILE, own, challenges, [decline], frozenset()).keys() == {2}


def test_a_startup_without_a_gap_takes_nobody_along(context: Context) -> None:
    own = put_welfare(context, "ayla")
    sound = put_startup(context, "sound", hosting="germany", data_protection_papers=["avv"])
    others = {put_startup(context, f"other{n}").text for n in range(2)}
    stories.declined(context, own.actor, own.text, sound.text, "challenge", "data_protection")
    assert partners(listed(context, TextSide.CHALLENGE, own), TextSide.CHALLENGE) == others


def test_whoever_has_asked_is_not_hidden_by_the_reason_of_another_decline(context: Context) -> None:
    own = put_welfare(context, "ayla")
    dear = put_startup(context, "dear", price_band="over_50000")
    asking = put_startup(context, "asking", price_band="over_50000")
    stories.interested(context, asking.actor, own.text, asking.text, "profile")
    stories.declined(context, own.actor, own.text, dear.text, "challenge", "cost")
    (item,) = listed(context, TextSide.CHALLENGE, own)
    assert item.profile.id == asking.text
    assert item.standing.state == "asked"


def test_a_decline_filters_nobody_elses_list(context: Context) -> None:
    own, other = put_welfare(context, "ayla"), put_welfare(context, "other")
    startup = put_startup(context, "mira")
    before = listed(context, TextSide.CHALLENGE, other), listed(context, TextSide.PROFILE, startup)
    stories.declined(context, own.actor, own.text, startup.text, "challenge", "too_small")
    assert (listed(context, TextSide.CHALLENGE, other), listed(context, TextSide.PROFILE, startup)) == before


def test_next_best_leaves_out_who_is_full_hidden_or_spoken_to(context: Context) -> None:
    own, other = put_welfare(context, "ayla"), put_welfare(context, "other")
    startups = [
        put_startup(context, f"startup{n}", words, free_pilot_slots=1)
        for n, words in enumerate(["Sturz Nachtdienst Sensor", "Sturz Nachtdienst", "Sturz Tablet", "Sturz Küche"])
    ]
    order = [item.profile.id for item in listed(context, TextSide.CHALLENGE, own)]
    assert set(order) == {startup.text for startup in startups}
    stories.interested(context, other.actor, other.text, order[0], "challenge")
    stories.declined(context, own.actor, own.text, order[1], "challenge")
    stories.interested(context, own.actor, own.text, order[2], "challenge")
    with context.sessions.read() as session:
        best = next_best(context, session, own.actor, TextSide.CHALLENGE, own.text).match
        assert best is not None
        assert best.profile is not None
        assert best.profile.id == order[3]
    full = {item.profile.id: item.full for item in listed(context, TextSide.CHALLENGE, own)}
    assert full == {order[0]: True, order[2]: True, order[3]: False}


def test_the_list_says_how_many_are_hidden_and_shows_them_on_request(context: Context) -> None:
    own, startup = put_welfare(context, "ayla"), put_startup(context, "mira")
    put_startup(context, "second")
    stories.declined(context, own.actor, own.text, startup.text, "challenge")
    with open_client(context) as client:
        path = f"/api/v1/challenges/{own.text}/matches"
        page = client.get(path).json()
        assert (len(page["items"]), page["hidden"]) == (1, 1)
        whole = client.get(path, params={"show_hidden": True}).json()
        assert [item["hidden_by"] is not None for item in whole["items"]] == [True, False]


def test_admins_see_the_bare_list(context: Context, client: TestClient) -> None:
    from app.vocabulary import Role
    from tests.access.world import put_person

    own, startup = put_welfare(context, "ayla"), put_startup(context, "mira")
    stories.declined(context, own.actor, own.text, startup.text, "challenge")
    admin, _ = put_person(context, "admin", {"role": Role.ADMIN})
    reader = Side(0, own.text, admin, actor_of(context, admin))
    (item,) = listed(context, TextSide.CHALLENGE, reader)
    assert (item.standing, item.hidden_by) == (None, None)
