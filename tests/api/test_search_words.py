"""Lists of texts by the words in them, the same on both databases."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from tests import stories
from tests.api.conftest import API
from tests.problems import assert_problem


@pytest.fixture
def texts(context: Context) -> dict[str, int]:
    house = stories.organisation(context, "welfare", "Haus Ährenfeld")
    titles = ("Ärzte fehlen nachts", "Sturz im Dienst", "100% Ökostrom_Tarif")
    numbers = [
        stories.challenge(context, house, "Sensor Küche", title=title, region="bayern" if number else "hessen")["id"]
        for number, title in enumerate(titles)
    ]
    return dict(zip(("doctors", "fall", "power"), numbers, strict=True))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ärzte", {"doctors"}),
        ("ÄRZTE nachts", {"doctors"}),
        ("sturz", {"fall"}),
        ("Sturz küche", {"fall"}),
        ("Ärzte Sturz", set()),
        ("ährenfeld", {"doctors", "fall", "power"}),
        ("100%", {"power"}),
        ("%", None),
        ("strom_tarif", {"power"}),
        ("strom tarif", {"power"}),
        ("o_Tarif", set()),
        ("", {"doctors", "fall", "power"}),
    ],
)
def test_all_words_stand_in_the_text_or_the_name_of_its_organisation(
    client: TestClient, texts: dict[str, int], words: str, found: set[str] | None
) -> None:
    answer = client.get(f"{API}/challenges", params={"q": words})
    if found is None:
        assert_problem(answer, 422, "malformed-input", "q")
        return
    assert {item["id"] for item in answer.json()["items"]} == {texts[name] for name in found}


def test_words_and_filters_hold_together_and_pages_go_on(client: TestClient, texts: dict[str, int]) -> None:
    def numbers(**params: Any) -> list[int]:
        return [item["id"] for item in client.get(f"{API}/challenges", params=params).json()["items"]]

    assert numbers(q="küche", region="hessen") == [texts["doctors"]]
    first = client.get(f"{API}/challenges", params={"q": "küche", "limit": 2})
    rest = client.get(first.links["next"]["url"])
    assert [item["id"] for page in (first, rest) for item in page.json()["items"]] == numbers(q="küche")
    assert len(numbers(q="küche")) == 3


def test_profiles_are_found_by_what_they_can_and_who_they_are(client: TestClient, context: Context) -> None:
    startup = stories.organisation(context, "startup", "Leisewacht GmbH")
    number = stories.profile(context, "Sturzmatte Übergabe", startup)["id"]
    for words in ("leisewacht", "ÜBERGABE", "matte gmbh"):
        items = client.get(f"{API}/profiles", params={"q": words}).json()["items"]
        assert [item["id"] for item in items] == [number], words


@pytest.mark.parametrize("words", ["a\0b", "x" * 101, "a\u202eb"])
def test_words_that_are_none_are_refused(client: TestClient, words: str) -> None:
    assert_problem(client.get(f"{API}/challenges", params={"q": words}), 422, "malformed-input", "q")
