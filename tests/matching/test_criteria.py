from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.criteria import (
    PRICE_BANDS,
    REGIONS,
    Status,
    check,
    eligible,
    encode_challenge_facets,
    encode_profile_facets,
)

ON_SITE = {"kind": "on_site"}


def status(challenge: dict[str, Any], profile: dict[str, Any], key: str) -> Status:
    return next(result.status for result in check(challenge, profile) if result.key == key)


@pytest.mark.parametrize(
    ("region", "on_site", "regions", "expected"),
    [
        ("bayern", False, ["bayern", "hessen"], Status.MET),
        ("bayern", False, ["hessen"], Status.FAILED),
        ("bayern", False, ["bundesweit"], Status.MET),
        ("bayern", False, ["remote"], Status.MET),
        ("bayern", False, None, Status.OPEN),
        ("bayern", True, ["bayern"], Status.MET),
        ("bayern", True, ["hessen", "remote"], Status.FAILED),
        ("bayern", True, ["bundesweit"], Status.MET),
        ("bayern", True, ["remote"], Status.FAILED),
        ("bundesweit", False, ["bayern"], Status.OPEN),
        ("bundesweit", False, ["remote"], Status.MET),
        ("bundesweit", False, ["bundesweit"], Status.MET),
        ("bundesweit", True, ["bayern"], Status.OPEN),
        ("bundesweit", True, ["bayern", "bundesweit"], Status.MET),
        ("bundesweit", True, ["remote"], Status.FAILED),
        ("remote", False, ["bayern"], Status.OPEN),
        ("remote", False, ["remote"], Status.MET),
    ],
)
def test_region(region: str, on_site: bool, regions: list[str] | None, expected: Status) -> None:
    challenge = {"region": region, "must_haves": [ON_SITE] if on_site else []}
    assert status(challenge, {"regions": regions}, "region") is expected


def test_on_site_needs_somebody_who_comes() -> None:
    challenge = {"region": "remote", "must_haves": [ON_SITE]}
    assert status(challenge, {"regions": ["remote"]}, "on_site") is Status.FAILED
    assert status(challenge, {"regions": ["bayern", "remote"]}, "on_site") is Status.MET
    assert status(challenge, {}, "on_site") is Status.OPEN


@pytest.mark.parametrize(
    ("must", "profile", "expected"),
    [
        ({"kind": "hosting", "value": "germany"}, {"hosting": "germany"}, Status.MET),
        ({"kind": "hosting", "value": "germany"}, {"hosting": "on_premises"}, Status.MET),
        ({"kind": "hosting", "value": "germany"}, {"hosting": "eu"}, Status.FAILED),
        ({"kind": "hosting", "value": "eu"}, {"hosting": "germany"}, Status.MET),
        ({"kind": "hosting", "value": "eu"}, {"hosting": "outside_eu"}, Status.FAILED),
        ({"kind": "data_protection_paper", "value": "avv"}, {"data_protection_papers": ["avv"]}, Status.MET),
        ({"kind": "data_protection_paper", "value": "dsfa"}, {"data_protection_papers": ["avv"]}, Status.OPEN),
        ({"kind": "data_protection_paper", "value": "dsfa"}, {"data_protection_papers": []}, Status.OPEN),
        ({"kind": "data_protection_regime", "value": "kdg"}, {"data_protection_regimes": ["dsgvo"]}, Status.OPEN),
        ({"kind": "language", "value": "de"}, {"languages": ["en", "fr"]}, Status.FAILED),
        ({"kind": "language", "value": "de"}, {"languages": ["de"]}, Status.MET),
        ({"kind": "offline"}, {"offline_capable": False}, Status.FAILED),
        ({"kind": "offline"}, {"offline_capable": True}, Status.MET),
        ({"kind": "accessibility"}, {"accessibility": "full"}, Status.MET),
        ({"kind": "accessibility"}, {"accessibility": "partial"}, Status.OPEN),
        ({"kind": "accessibility"}, {"accessibility": "none"}, Status.FAILED),
        ({"kind": "max_price_band", "value": "up_to_5000"}, {"price_band": "up_to_1000"}, Status.MET),
        ({"kind": "max_price_band", "value": "up_to_5000"}, {"price_band": "up_to_5000"}, Status.MET),
        ({"kind": "max_price_band", "value": "up_to_5000"}, {"price_band": "up_to_20000"}, Status.FAILED),
        ({"kind": "min_maturity", "value": 7}, {"maturity": 6}, Status.FAILED),
        ({"kind": "min_maturity", "value": 7}, {"maturity": 9}, Status.MET),
        ({"kind": "non_profit"}, {"non_profit": True}, Status.MET),
        ({"kind": "other", "text": "Siegel"}, {"non_profit": True}, Status.OPEN),
    ],
)
def test_must_haves(must: dict[str, Any], profile: dict[str, Any], expected: Status) -> None:
    challenge = {"must_haves": [must]}
    assert status(challenge, profile, must["kind"]) is expected
    if expected is not Status.OPEN:
        assert status(challenge, {}, must["kind"]) is Status.OPEN


def test_a_full_profile_is_out_and_an_unknown_number_of_places_is_not_asked() -> None:
    assert status({}, {"free_pilot_slots": 0}, "capacity") is Status.FAILED
    assert status({}, {"free_pilot_slots": 2}, "capacity") is Status.MET
    assert status({}, {}, "capacity") is Status.NOT_ASKED


def test_the_stricter_maturity_counts() -> None:
    challenge = {"minimum_maturity": 4, "must_haves": [{"kind": "min_maturity", "value": 8}]}
    assert [(r.asked, r.stated) for r in check(challenge, {"maturity": 5}) if r.key == "min_maturity"] == [(8, 5)]


def test_asked_and_stated_values_are_shown() -> None:
    challenge = {
        "region": "berlin",
        "must_haves": [{"kind": "language", "value": "de"}, {"kind": "other", "text": "Logo"}],
    }
    results = {r.key: (r.status, r.asked, r.stated) for r in check(challenge, {"regions": ["berlin"], "languages": []})}
    assert results == {
        "capacity": (Status.NOT_ASKED, None, None),
        "region": (Status.MET, "berlin", ("berlin",)),
        "language": (Status.OPEN, "de", None),
        "other": (Status.OPEN, "Logo", None),
    }


def test_an_unknown_requirement_is_an_error() -> None:
    with pytest.raises(ValueError, match="moon"):
        encode_challenge_facets([{"region": "moon"}])


challenges = st.fixed_dictionaries(
    {"region": st.sampled_from(REGIONS)},
    optional={
        "minimum_maturity": st.integers(1, 9),
        "must_haves": st.lists(
            st.sampled_from(
                [
                    ON_SITE,
                    {"kind": "hosting", "value": "eu"},
                    {"kind": "hosting", "value": "germany"},
                    {"kind": "language", "value": "en"},
                    {"kind": "offline"},
                    {"kind": "accessibility"},
                    {"kind": "max_price_band", "value": "up_to_1000"},
                    {"kind": "min_maturity", "value": 5},
                    {"kind": "non_profit"},
                    {"kind": "data_protection_regime", "value": "kdg"},
                    {"kind": "other", "text": "?"},
                ]
            ),
            max_size=5,
        ),
    },
)
profiles = st.fixed_dictionaries(
    {"regions": st.lists(st.sampled_from(REGIONS), min_size=1, max_size=3)},
    optional={
        "hosting": st.sampled_from([None, "germany", "eu", "outside_eu", "on_premises"]),
        "languages": st.lists(st.sampled_from(["de", "en", "tr"])),
        "offline_capable": st.sampled_from([None, True, False]),
        "accessibility": st.sampled_from([None, "none", "partial", "full"]),
        "price_band": st.sampled_from([None, *PRICE_BANDS]),
        "maturity": st.one_of(st.none(), st.integers(1, 9)),
        "non_profit": st.sampled_from([None, True, False]),
        "free_pilot_slots": st.one_of(st.none(), st.integers(0, 3)),
        "data_protection_regimes": st.lists(st.sampled_from(["dsgvo", "kdg", "dsg_ekd"])),
    },
)


@given(st.lists(challenges, min_size=1, max_size=4), st.lists(profiles, min_size=1, max_size=6))
def test_the_mask_agrees_with_the_list_of_results(left: list[dict[str, Any]], right: list[dict[str, Any]]) -> None:
    mask = eligible(encode_challenge_facets(left), encode_profile_facets(right))
    expected = [[all(r.status is not Status.FAILED for r in check(c, p)) for p in right] for c in left]
    np.testing.assert_array_equal(mask, expected)


@given(st.lists(challenges, max_size=5), st.lists(profiles, max_size=5))
def test_facets_of_many_are_those_of_each(left: list[dict[str, Any]], right: list[dict[str, Any]]) -> None:
    for encode, rows in ((encode_challenge_facets, left), (encode_profile_facets, right)):
        together = encode(rows)
        assert len(together) == len(rows)
        for i, row in enumerate(rows):
            alone = encode([row])
            for name in ("asked", "met", "failed"):
                np.testing.assert_array_equal(getattr(together, name)[i], getattr(alone, name)[0])
