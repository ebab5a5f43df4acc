"""Lists are filtered and read page by page, and pages stay stable while rows come."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from tests import stories
from tests.api.conftest import API


def read_all(client: TestClient, address: str, between: Any = lambda: None) -> list[dict[str, Any]]:
    """Follow the Link header to the last page; `between` is called after each."""
    items: list[dict[str, Any]] = []
    following: str | None = f"{API}{address}"
    while following is not None:
        page = client.get(following)
        assert page.status_code == 200, page.text
        items += page.json()["items"]
        cursor = page.json()["next_cursor"]
        following = page.links["next"]["url"] if "next" in page.links else None
        assert (following is None) == (cursor is None), "header and body say the same"
        if following is not None:
            assert parse_qs(urlsplit(following).query)["cursor"] == [cursor]
            assert page.links["next"]["rel"] == "next"
        between()
    return items


def ids(items: list[dict[str, Any]]) -> list[int]:
    return [item["id"] for item in items]


@pytest.fixture
def world(context: Context, client: TestClient) -> dict[str, list[dict[str, Any]]]:
    """Challenges and profiles that differ in everything there is a filter for."""

    def organisation(name: str, kind: str, network: str | None, region: str | None) -> int:
        draft = {"name": name, "kind": kind, "network": network, "region": region}
        answer = client.post(f"{API}/organisations", json=draft)
        assert answer.status_code == 201, answer.text
        number: int = answer.json()["id"]
        return number

    drk = organisation("DRK Kiel", "welfare", "drk", "schleswig-holstein")
    free = organisation("Freies Haus", "welfare", None, None)
    in_send = organisation("In SEND", "startup", "send", "berlin")
    alone = organisation("Alleine", "startup", None, "berlin")
    german, english = "Der Nachtdienst hört den Sturz nicht", "The night shift does not hear the fall"
    challenges = [
        stories.challenge(context, drk, german, region="bayern", fields_of_action=["health"]),
        stories.challenge(context, drk, english, region="hessen", fields_of_action=["health", "family"]),
        stories.challenge(context, free, german, region="bayern", fields_of_action=["family"], state="draft"),
    ]
    profiles = [
        stories.profile(context, german, in_send, regions=["bundesweit", "bayern"], fields_of_action=["family"]),
        stories.profile(context, english, alone, regions=["remote"], fields_of_action=["health"]),
    ]
    return {"challenges": challenges, "profiles": profiles}


CHALLENGE_FILTERS = {
    "": [0, 1, 2],
    "state=published": [0, 1],
    "state=draft": [2],
    "state=solved": [],
    "field_of_action=family": [1, 2],
    "region=bayern": [0, 2],
    "language=en": [1],
    "network=drk": [0, 1],
    "network=awo": [],
    "network=no-such-network": [],
    "organisation_id=2": [2],
    "region=bayern&state=published&field_of_action=health&language=de&network=drk": [0],
}
PROFILE_FILTERS = {
    "": [0, 1],
    "state=published": [0, 1],
    "state=paused": [],
    "field_of_action=family": [0],
    "region=bayern": [0, 1],
    "region=remote": [1],
    "language=de": [0],
    "network=send": [0],
    "organisation_id=4": [1],
}


def test_filters_leave_what_they_say(client: TestClient, world: dict[str, list[dict[str, Any]]]) -> None:
    for kind, filters in (("challenges", CHALLENGE_FILTERS), ("profiles", PROFILE_FILTERS)):
        for query, places in filters.items():
            wanted = sorted((world[kind][place]["id"] for place in places), reverse=True)
            assert ids(read_all(client, f"/{kind}?limit=2&{query}")) == wanted, query
    for query, names in {
        "kind=startup": ["Alleine", "In SEND"],
        "network=drk": ["DRK Kiel"],
        "region=berlin": ["Alleine", "In SEND"],
        "kind=welfare&region=berlin": [],
    }.items():
        assert [item["name"] for item in read_all(client, f"/organisations?{query}")] == names, query


def test_the_seven_founding_networks_are_there(client: TestClient) -> None:
    found = read_all(client, "/networks")
    assert [network["slug"] for network in found] == [
        "awo",
        "drk",
        "caritas",
        "diakonie",
        "zwst",
        "startup-verband",
        "send",
    ]
    assert [network["kind"] for network in found].count("startup") == 2


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_pages_hold_every_row_once_while_others_are_added(context: Context, client: TestClient, limit: int) -> None:
    welfare = stories.organisation(context, "welfare")
    there = [stories.challenge(context, welfare, "Sturz", state="draft")["id"] for _ in range(7)]

    def add_one() -> None:
        stories.challenge(context, welfare, "Neu", state="draft")

    assert ids(read_all(client, f"/challenges?limit={limit}", between=add_one)) == there[::-1]


def test_pages_hold_every_other_row_once_while_some_are_deleted(context: Context, client: TestClient) -> None:
    welfare = stories.organisation(context, "welfare")
    there = [stories.challenge(context, welfare, "Sturz", state="draft")["id"] for _ in range(6)]
    doomed = iter([there[4], there[0]])  # the row the cursor stands at, and one to come

    def delete_one() -> None:
        if (number := next(doomed, None)) is not None:
            assert client.delete(f"{API}/challenges/{number}").status_code == 204

    assert ids(read_all(client, "/challenges?limit=2", between=delete_one)) == [*there[:0:-1]]


def test_a_page_keeps_its_filters(client: TestClient, context: Context) -> None:
    welfare = stories.organisation(context, "welfare")
    for region in ("bayern", "hessen") * 3:
        stories.challenge(context, welfare, "Sturz", region=region, state="draft")
    found = read_all(client, "/challenges?region=bayern&limit=2&state=draft")
    assert [item["region"] for item in found] == ["bayern"] * 3
