"""A challenge in, ranked startups out; a profile in, ranked challenges out."""

from fastapi.testclient import TestClient

from app.challenges.schemas import EXAMPLE as CHALLENGE
from app.profiles.schemas import EXAMPLE as PROFILE


def organisation(client: TestClient, kind: str, name: str = "Haus") -> int:
    response = client.post("/api/v1/organisations", json={"name": name, "kind": kind})
    assert response.status_code == 201, response.text
    return response.json()["id"]


def test_both_sides_read_the_same_match(client: TestClient) -> None:
    welfare, startup, other = (
        organisation(client, "welfare"),
        organisation(client, "startup"),
        organisation(client, "startup", "Anderes"),
    )
    challenge = client.post("/api/v1/challenges", json=CHALLENGE | {"organisation_id": welfare})
    assert challenge.status_code == 201, challenge.text
    assert challenge.headers["location"] == f"/api/v1/challenges/{challenge.json()['id']}"
    profile = client.post("/api/v1/profiles", json=PROFILE | {"organisation_id": startup})
    assert profile.status_code == 201, profile.text
    unrelated = PROFILE | {
        "organisation_id": other,
        "name": "Ackerblick",
        "offer": "Drohnen zählen Rüben.",
        "problem_solved": "Landwirte wissen nicht, wie viele Rüben auf dem Feld stehen.",
        "capabilities": "Flug, Bilder, Zählung.",
    }
    assert client.post("/api/v1/profiles", json=unrelated).status_code == 201

    found = client.get(f"/api/v1/challenges/{challenge.json()['id']}/matches").json()["items"]
    assert [match["profile"]["name"] for match in found] == ["Leisewacht", "Ackerblick"]
    assert found[0]["fit"] > found[1]["fit"]
    assert found[0]["band"] in {"very_good", "good", "possible"}
    assert found[0]["signals"] is None
    assert {criterion["key"]: criterion["status"] for criterion in found[0]["criteria"]} == {
        "capacity": "met",
        "region": "met",
        "hosting": "met",
    }
    (back,) = client.get(f"/api/v1/profiles/{profile.json()['id']}/matches").json()["items"]
    assert back["fit"] == found[0]["fit"]
    assert back["challenge"]["title"] == CHALLENGE["title"]

    preview = client.post(
        "/api/v1/preview",
        json={"side": "challenge", "content": {k: v for k, v in CHALLENGE.items() if k != "organisation_id"}},
    )
    assert preview.status_code == 200, preview.text
    assert [m["fit"] for m in preview.json()["items"]] == [m["fit"] for m in found]
