"""What readers see of matches: filters, pages, reasons, and the preview that says the same."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.context import Context
from app.models import Match
from app.publishing import policies
from matching.calibration import LOWEST_FIT, Band, Calibration, band_of
from matching.matcher import Matcher
from matching.statistics import Statistics
from tests import stories
from tests.api.conftest import API
from tests.conftest import SettableClock, make_context
from tests.fakes import HashingEncoder
from tests.problems import assert_problem

EASY = Calibration(slope=1.0, middle=4.0, nothing_below=-10.0)
"""Scores of the hashing encoder are lower than a real one's; with this, random words reach all bands, and none."""


@pytest.fixture
def context(engine: Engine, clock: SettableClock, demo_statistics: Statistics) -> Context:
    return make_context(engine, clock, statistics=demo_statistics, matcher=Matcher(calibration=EASY))


@pytest.fixture
def challenge(context: Context, client: TestClient) -> int:
    """A challenge in Bavaria, and forty profiles that differ."""
    networks = ["send", "startup-verband", None]
    stories.profiles_at_once(
        context,
        [
            (
                f"Startup {number}",
                networks[number % 3],
                stories.words_for(number),
                {
                    "language": "en" if number % 4 == 0 else "de",
                    "regions": ["bundesweit"] if number % 2 else ["bayern", "remote"],
                    "fields_of_action": ["health"] if number % 5 else ["family", "training"],
                    "hosting": "outside_eu" if number % 10 == 9 else "germany",
                },
            )
            for number in range(40)
        ],
    )
    welfare = stories.organisation(context, "welfare")
    asked = [{"kind": "hosting", "value": "eu"}]
    stored = stories.challenge(context, welfare, stories.words_for(3), must_haves=asked)
    number: int = stored["id"]
    return number


def matches(client: TestClient, challenge: int, **params: Any) -> dict[str, Any]:
    answer = client.get(f"{API}/challenges/{challenge}/matches", params={"limit": 100} | params)
    assert answer.status_code == 200, answer.text
    listing: dict[str, Any] = answer.json()
    return listing


def test_a_list_is_ranked_by_fit_and_leaves_out_who_fails_a_must_have(client: TestClient, challenge: int) -> None:
    listing = matches(client, challenge)
    items = listing["items"]
    assert 10 <= len(items) <= 36, "four of forty host outside of the EU"
    assert [item["rank"] for item in items] == list(range(1, len(items) + 1))
    fits = [item["fit"] for item in items]
    assert fits == sorted(fits, reverse=True)
    assert all(item["fit"] >= 0.1 for item in items[20:]), "weak ones only among the first twenty"
    assert min(item["fit"] for item in items) >= LOWEST_FIT[Band.POSSIBLE], "what is below the lowest band is hidden"
    assert len({item["band"] for item in items}) >= 2
    assert listing["generation"] == 1
    assert listing["ranked_at"] == "2026-11-23T09:00:00Z"
    for item in items:
        assert item["challenge"]["id"] == challenge
        assert item["profile"]["organisation"]["name"].startswith("Startup")
        statuses = {criterion["key"]: criterion["status"] for criterion in item["criteria"]}
        assert statuses["hosting"] == "met"
        assert "failed" not in statuses.values()
        assert item["fit"] == round(item["fit"], 2)
        assert item["signals"] is None


def test_every_match_has_the_band_of_its_fit_and_weaker_ones_are_kept_but_hidden(
    context: Context, client: TestClient, challenge: int
) -> None:
    items = matches(client, challenge)["items"]
    with context.sessions.read() as session:
        stored = session.scalars(select(Match).where(Match.challenge_id == challenge, Match.in_challenge_list)).all()
        fits = {match.profile_id: match.fit for match in stored}
    best = sorted(fits, key=lambda profile: -fits[profile])[:20]
    assert {item["profile"]["id"]: item["band"] for item in items} == {
        profile: band_of(fit) for profile, fit in fits.items() if fit >= (0.03 if profile in best else 0.1)
    }
    assert len(fits) > len(items), "near misses are kept"


def test_signals_are_for_admins_who_ask(client: TestClient, challenge: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for item in matches(client, challenge, signals="true")["items"]:
        assert set(item["signals"]) == {"dense", "lexical", "hubness", "passages"}
    monkeypatch.setattr(policies, "may_read_signals", lambda _: False)
    refused = client.get(f"{API}/challenges/{challenge}/matches", params={"signals": "true"})
    assert_problem(refused, 403, "forbidden")
    assert matches(client, challenge)["items"]


FILTERS: list[tuple[dict[str, Any], Any]] = [
    ({"field_of_action": "family"}, lambda profile, _: "family" in profile["fields_of_action"]),
    ({"region": "bayern"}, lambda profile, _: {"bayern", "bundesweit", "remote"} & set(profile["regions"])),
    ({"language": "en"}, lambda profile, _: profile["language"] == "en"),
    ({"network": "send"}, lambda profile, _: profile["organisation"]["network"] == "send"),
    ({"minimum_fit": 0.05}, lambda _, fit: fit >= 0.05),
    ({"minimum_fit": 1}, lambda _profile, _fit: False),
    (
        {"language": "de", "region": "bundesweit", "network": "startup-verband"},
        lambda profile, _: (
            profile["language"] == "de"
            and profile["regions"] == ["bundesweit"]
            and profile["organisation"]["network"] == "startup-verband"
        ),
    ),
]


def test_filters_keep_the_places_of_the_whole_list(client: TestClient, challenge: int) -> None:
    everything = matches(client, challenge)["items"]
    for params, wanted in FILTERS:
        found = matches(client, challenge, **params)["items"]
        assert found == [item for item in everything if wanted(item["profile"], item["fit"])], params


@pytest.mark.parametrize("params", [{}, {"language": "de"}, {"minimum_fit": 0.02}])
def test_pages_put_together_are_the_whole_list(client: TestClient, challenge: int, params: dict[str, Any]) -> None:
    whole = matches(client, challenge, **params)
    assert whole["next_cursor"] is None
    put_together: list[Any] = []
    page = client.get(f"{API}/challenges/{challenge}/matches", params={"limit": 7} | params)
    while True:
        put_together += page.json()["items"]
        assert len(page.json()["items"]) <= 7
        if "next" not in page.links:
            break
        page = client.get(page.links["next"]["url"])
    assert page.json()["next_cursor"] is None
    assert put_together == whole["items"]


def test_the_preview_of_a_challenge_is_the_list_it_gets(context: Context, client: TestClient, challenge: int) -> None:
    stored = client.get(f"{API}/challenges/{challenge}").json()
    content = {
        name: stored[name]
        for name in ("title", "problem", "wish", "fields_of_action", "region", "must_haves", "language")
    }
    preview = client.post(f"{API}/preview", json={"side": "challenge", "content": content, "limit": 100}).json()
    listed = matches(client, challenge)["items"]
    assert preview["items"] == [item | {"challenge": None} for item in listed]
    assert preview["generation"] is None
    assert preview["ranked_at"] is None


def test_the_preview_of_a_profile_is_the_list_it_gets(context: Context, client: TestClient, challenge: int) -> None:
    welfare = stories.organisation(context, "welfare")
    for number in range(25):
        stories.challenge(context, welfare, stories.words_for(number), region="hessen" if number % 3 else "bayern")
    stored = stories.profile(context, stories.words_for(8), regions=["bayern"])
    content = {
        name: stored[name]
        for name in ("name", "offer", "problem_solved", "capabilities", "fields_of_action", "regions")
    }
    preview = client.post(f"{API}/preview", json={"side": "profile", "content": content, "limit": 100}).json()
    listed = client.get(f"{API}/profiles/{stored['id']}/matches", params={"limit": 100}).json()["items"]
    assert len(listed) > 5
    assert preview["items"] == [item | {"profile": None} for item in listed]


def test_after_a_change_of_the_language_alone_list_and_preview_still_agree(client: TestClient, challenge: int) -> None:
    path = f"{API}/challenges/{challenge}"
    before = matches(client, challenge)["items"]
    assert client.get(path).json()["language"] == "de"
    changed = client.patch(path, json={"language": "en"}, headers={"If-Match": '"1"'}).json()
    after = matches(client, challenge)["items"]
    assert [item["fit"] for item in after] != [item["fit"] for item in before]
    content = {name: changed[name] for name in ("title", "problem", "wish", "fields_of_action", "region")}
    content |= {"must_haves": changed["must_haves"], "language": "en"}
    preview = client.post(f"{API}/preview", json={"side": "challenge", "content": content, "limit": 100}).json()
    assert preview["items"] == [item | {"challenge": None} for item in after]


def test_a_preview_stores_nothing(client: TestClient, challenge: int) -> None:
    ready = client.get("/readyz").json()
    body = {"side": "challenge", "content": stories.CHALLENGE_CONTENT | {"problem": stories.words_for(3)}}
    assert len(client.post(f"{API}/preview", json=body).json()["items"]) > 1
    assert len(client.post(f"{API}/preview", json=body | {"limit": 1}).json()["items"]) == 1
    assert client.get("/readyz").json() == ready
    assert ready == {
        "status": "ok",
        "encoder": HashingEncoder().fingerprint,
        "generation": 1,
        "challenges": 1,
        "profiles": 40,
    }


def test_a_startup_that_is_paused_or_full_is_suggested_to_nobody(client: TestClient, challenge: int) -> None:
    first, second, *_ = (item["profile"]["id"] for item in matches(client, challenge)["items"])
    assert client.post(f"{API}/profiles/{first}/pause").status_code == 200
    edited = client.patch(f"{API}/profiles/{second}", json={"free_pilot_slots": 0}, headers={"If-Match": '"1"'})
    assert edited.status_code == 200
    left = [item["profile"]["id"] for item in matches(client, challenge)["items"]]
    assert first not in left
    assert second not in left
    assert_problem(client.get(f"{API}/profiles/{first}/matches"), 409, "not-published")
    assert client.get(f"{API}/profiles/{second}/matches").json()["items"] == []
    assert client.post(f"{API}/profiles/{first}/resume").status_code == 200
    assert matches(client, challenge)["items"][0]["profile"]["id"] == first
