"""Challenges are shown until their last day, six months unless somebody says otherwise."""

from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient

from app.context import Context
from tests import stories
from tests.api.conftest import API, There
from tests.apps import open_client
from tests.conftest import SettableClock
from tests.oracle import assert_lists_are_exact
from tests.problems import assert_problem


def titles(client: TestClient, profile: int) -> list[str]:
    found = client.get(f"{API}/profiles/{profile}/matches").json()["items"]
    return [item["challenge"]["title"] for item in found]


def test_a_challenge_is_shown_for_six_months_by_default(
    context: Context, client: TestClient, there: There, clock: SettableClock
) -> None:
    path = f"{API}/challenges/{there.challenge}"
    assert client.get(path).json()["expires_on"] == "2027-05-23"
    clock.moment = datetime(2027, 5, 23, 23, 59, tzinfo=UTC)
    context.ranking.expire_due(context.sessions)
    assert client.get(path).json()["state"] == "published", "the last day counts"
    assert titles(client, there.profile) == ["Sturz Nachtdienst"]
    clock.moment = datetime(2027, 5, 24, 0, 0, tzinfo=UTC)
    assert titles(client, there.profile) == [], "hidden at once, although nobody has looked after it yet"
    context.ranking.expire_due(context.sessions)
    expired = client.get(path)
    assert expired.json()["state"] == "expired"
    assert expired.headers["etag"] == '"2"'
    assert_problem(client.get(f"{path}/matches"), 409, "not-published")
    with context.sessions.read() as session:
        assert_lists_are_exact(session)


def test_whoever_writes_expires_what_is_due_first(
    context: Context, client: TestClient, there: There, clock: SettableClock
) -> None:
    clock.moment += timedelta(days=400)
    with open_client(context) as later:
        # Any writer expires first.
        assert later.post(f"{API}/challenges/{there.draft}/publish").status_code == 200
        assert later.get(f"{API}/challenges/{there.challenge}").json()["state"] == "expired"


def test_an_expired_challenge_is_published_again_for_six_months(
    context: Context, client: TestClient, there: There, clock: SettableClock
) -> None:
    path = f"{API}/challenges/{there.challenge}"
    clock.moment = datetime(2027, 8, 31, 12, 0, tzinfo=UTC)
    context.ranking.expire_due(context.sessions)
    again = client.post(f"{path}/publish")
    assert again.json()["state"] == "published"
    assert again.json()["expires_on"] == "2028-02-29", "the last day of a shorter month"
    assert titles(client, there.profile) == ["Sturz Nachtdienst"]


def test_a_last_day_of_ones_own_is_kept_and_may_be_moved(
    context: Context, client: TestClient, there: There, clock: SettableClock
) -> None:
    own = stories.challenge(context, there.welfare, "Sturz", expires_on="2026-11-25")
    path = f"{API}/challenges/{own['id']}"
    assert client.get(path).json()["expires_on"] == "2026-11-25"
    past = client.patch(path, json={"expires_on": "2026-11-22"}, headers={"If-Match": '"1"'})
    assert_problem(past, 422, "malformed-input", "expires_on")
    moved = client.patch(path, json={"expires_on": "2026-12-31"}, headers={"If-Match": '"1"'})
    assert moved.json()["expires_on"] == "2026-12-31"
    clock.moment = datetime(2026, 12, 1, tzinfo=UTC)
    context.ranking.expire_due(context.sessions)
    assert client.get(path).json()["state"] == "published"
    emptied = client.patch(path, json={"expires_on": None}, headers={"If-Match": '"2"'})
    assert emptied.json()["expires_on"] == "2027-06-01"


def test_a_challenge_that_was_paused_beyond_its_last_day_is_resumed_for_six_months(
    context: Context, client: TestClient, there: There, clock: SettableClock
) -> None:
    path = f"{API}/challenges/{there.challenge}"
    assert client.post(f"{path}/pause").status_code == 200
    clock.moment += timedelta(days=400)
    context.ranking.expire_due(context.sessions)
    assert client.get(path).json()["state"] == "paused"
    resumed = client.post(f"{path}/resume").json()
    assert resumed["state"] == "published"
    assert resumed["expires_on"] > clock.today().isoformat()


def test_a_draft_does_not_expire(context: Context, client: TestClient, there: There, clock: SettableClock) -> None:
    clock.moment += timedelta(days=400)
    context.ranking.expire_due(context.sessions)
    assert client.get(f"{API}/challenges/{there.draft}").json()["state"] == "draft"
    published = client.post(f"{API}/challenges/{there.draft}/publish").json()
    assert published["expires_on"] > clock.today().isoformat()
