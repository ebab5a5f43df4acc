"""What readers can check: evidence, criteria, why something is missing, whether anything fits, who shares a need."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from tests import stories
from tests.problems import assert_problem

API = "/api/v1"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def listing(client: TestClient, side: str, text_id: int, **headers: str) -> Any:
    return client.get(f"{API}/{side}/{text_id}/matches", headers=headers).json()


@pytest.fixture
def challenge(context: Context) -> dict[str, Any]:
    welfare = stories.organisation(context, "welfare")
    return stories.challenge(
        context,
        welfare,
        "Sturz Sensor Nachtdienst",
        wish="Die Nachtwache soll Stürze sofort bemerken. Die Daten müssen in Deutschland liegen.",
        must_haves=[{"kind": "hosting", "value": "germany"}, {"kind": "other", "text": "keine Kameras"}],
    )


def test_evidence_stands_in_the_stored_fields_and_the_reason_is_made_of_it(
    context: Context, client: TestClient, challenge: dict[str, Any]
) -> None:
    profile = stories.profile(context, "Sturz Sensor Boden", capabilities="Wir melden Stürze. Gehostet in Mainz.")
    (item,) = listing(client, "challenges", challenge["id"])["items"]
    assert item["evidence"]
    assert item["shared_terms"]
    for pair in item["evidence"] + item["shared_terms"]:
        for stored, span in ((challenge, pair["challenge"]), (profile, pair["profile"])):
            assert stored[span["field"]][span["start"] : span["end"]] == span["text"]
    criteria = {one["key"]: one for one in item["criteria"]}
    assert criteria["hosting"]["status"] == "met"
    assert criteria["hosting"]["label"] == "Speicherort in Deutschland"
    source = criteria["hosting"]["statement"]
    assert source["text"] == profile["capabilities"][source["start"] : source["end"]] == "Gehostet in Mainz."
    assert (criteria["without"]["status"], criteria["without"]["words"]) == ("open", "keine Kameras")
    assert "Erfüllt: Region" in item["reason"] or "erfüllt: Region" in item["reason"]
    assert "offen: steht nicht im Profil: ohne Kamera" in item["reason"]
    (english,) = listing(client, "challenges", challenge["id"], **{"Accept-Language": "en"})["items"]
    assert "open: the profile doesn't say: without cameras" in english["reason"]
    (mirrored,) = listing(client, "profiles", profile["id"])["items"]
    assert mirrored["evidence"] == item["evidence"]


def test_a_profile_whose_prose_fails_a_must_have_is_left_out_and_one_can_ask_why(
    context: Context, client: TestClient, challenge: dict[str, Any]
) -> None:
    good = stories.profile(context, "Sturz Sensor Boden")
    bad = stories.profile(context, "Sturz Sensor Nacht", capabilities="Sturz Sensor. Die Server stehen in Virginia.")
    assert [item["profile"]["id"] for item in listing(client, "challenges", challenge["id"])["items"]] == [good["id"]]
    path = f"{API}/challenges/{challenge['id']}/matches"
    why = client.get(f"{path}/{bad['id']}").json()
    assert (why["listed"], why["because"], why["rank"]) == (False, "fails_must_haves", None)
    assert why["message"].endswith("Speicherort in Deutschland.")
    (failed,) = (one for one in why["match"]["criteria"] if one["status"] == "failed")
    assert failed["statement"]["text"] == "Die Server stehen in Virginia."
    there = client.get(f"{path}/{good['id']}").json()
    assert (there["listed"], there["because"], there["rank"]) == (True, "listed", 1)
    mirrored = client.get(f"{API}/profiles/{bad['id']}/matches/{challenge['id']}").json()
    assert mirrored["because"] == "fails_must_haves"
    assert_problem(client.get(f"{path}/999"), 404, "not-found")
    client.post(f"{API}/profiles/{good['id']}/pause")
    assert_problem(client.get(f"{path}/{good['id']}"), 404, "not-found")


def test_changing_the_prose_changes_who_is_eligible(
    context: Context, client: TestClient, challenge: dict[str, Any]
) -> None:
    profile = stories.profile(context, "Sturz Sensor Boden", exclusions="Unsere Server stehen in Oregon.")
    assert listing(client, "challenges", challenge["id"])["items"] == []
    edited = client.patch(f"{API}/profiles/{profile['id']}", json={"exclusions": None}, headers={"If-Match": '"1"'})
    assert edited.status_code == 200
    assert len(listing(client, "challenges", challenge["id"])["items"]) == 1


def test_when_nothing_fits_the_answer_says_so_and_names_the_closest(
    context: Context, client: TestClient, challenge: dict[str, Any]
) -> None:
    empty = listing(client, "challenges", challenge["id"])["verdict"]
    assert empty == {"suitable": False, "message": "Heute kein passendes Startup.", "near_miss": None}
    bad = stories.profile(context, "Sturz Sensor Nacht", hosting="outside_eu")
    verdict = listing(client, "challenges", challenge["id"])["verdict"]
    assert not verdict["suitable"]
    miss = verdict["near_miss"]
    assert (miss["profile"]["id"], miss["lacks"]) == (bad["id"], "must_haves")
    assert [one["key"] for one in miss["failed"]] == ["hosting"]
    assert [one["key"] for one in miss["open"]] == ["without"]
    of_profile = listing(client, "profiles", bad["id"])["verdict"]
    assert of_profile["message"] == "Heute keine passende Herausforderung."
    assert of_profile["near_miss"]["challenge"]["id"] == challenge["id"]
    filtered = client.get(f"{API}/challenges/{challenge['id']}/matches", params={"region": "bayern"}).json()
    assert filtered["verdict"] is None


def test_a_preview_proposes_must_haves_and_knows_a_near_miss(context: Context, client: TestClient) -> None:
    stories.profile(context, "Sturz Sensor Nacht", hosting="outside_eu")
    content = stories.CHALLENGE_CONTENT | {"wish": "Sturz Sensor. Ohne Kamera muss es gehen."}
    answer = client.post(f"{API}/preview", json={"side": "challenge", "content": content}).json()
    assert [one["must_have"] for one in answer["proposed_must_haves"]] == [{"kind": "without", "value": "camera"}]
    assert answer["proposed_must_haves"][0]["source"]["text"] == "Ohne Kamera muss es gehen."
    assert answer["verdict"]["near_miss"]["lacks"] == "must_haves"


def test_proposals_of_a_stored_challenge_leave_out_what_is_confirmed(
    client: TestClient, challenge: dict[str, Any]
) -> None:
    path = f"{API}/challenges/{challenge['id']}"
    assert client.get(f"{path}/must-have-proposals").json() == {"items": []}
    client.patch(path, json={"must_haves": []}, headers={"If-Match": '"1"'})
    (proposed,) = client.get(f"{path}/must-have-proposals").json()["items"]
    assert proposed["must_have"] == {"kind": "hosting", "value": "germany"}
    assert proposed["label"] == "Speicherort in Deutschland"
    source = proposed["source"]
    assert challenge[source["field"]][source["start"] : source["end"]] == source["text"]


def test_challenges_with_the_same_need_are_offered_to_other_organisations_only(
    context: Context, client: TestClient, challenge: dict[str, Any]
) -> None:
    offer = stories.profile(context, "Sturz Sensor Boden")
    same = {"wish": challenge["wish"]}
    twin = stories.challenge(
        context, stories.organisation(context, "welfare", "Haus B"), "Sturz Sensor Nachtdienst", **same
    )
    stories.challenge(context, challenge["organisation"]["id"], "Sturz Sensor Nachtdienst", **same)
    stories.challenge(context, stories.organisation(context, "welfare", "Haus C"), "Küche Tablet Sprache")
    paused = stories.challenge(
        context, stories.organisation(context, "welfare", "Haus D"), "Sturz Sensor Nachtdienst", **same
    )
    client.post(f"{API}/challenges/{paused['id']}/pause")
    path = f"{API}/challenges/{challenge['id']}/similar"
    (item,) = client.get(path).json()["items"]
    assert item["challenge"]["id"] == twin["id"]
    assert item["likeness"] is None, "a raw number is for admins who ask"
    (debugged,) = client.get(path, params={"signals": "true"}).json()["items"]
    assert 0 < debugged["likeness"] <= 1
    assert [one["id"] for one in item["shared_offers"]] == [offer["id"]]
