"""Must-haves: which profiles can't be matched with a challenge, and how each requirement stands.

Every requirement that a challenge can make is one bit. A challenge has the bits it asks for; a profile has the bits
it states to meet and those it states to fail. A pair is eligible unless an asked bit is failed, so one AND of two
words decides it, for a block of challenges against all profiles at once. What a profile doesn't say is open: it
neither meets nor fails.

Where a startup works: a challenge in a Land is met by a profile that names the Land or "bundesweit" and, unless
somebody has to come on site, by "remote". A challenge that is "bundesweit" or "remote" is met by nationwide or remote
profiles and open for regional ones. With the must-have on_site a profile that only works remotely fails.

A profile states things in its fields and in its prose. `statements` holds what `matching.statements` read there; a
field goes before prose, and prose fills what the fields leave open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.gazetteer import LANGUAGE_CODES
from matching.lexicon import SETTINGS, Requirement
from matching.needs import read_must_have
from matching.statements import Statement

Fields = Mapping[str, Any]

LANDS: Final = (
    "baden-wuerttemberg", "bayern", "berlin", "brandenburg", "bremen", "hamburg", "hessen",
    "mecklenburg-vorpommern", "niedersachsen", "nordrhein-westfalen", "rheinland-pfalz", "saarland", "sachsen",
    "sachsen-anhalt", "schleswig-holstein", "thueringen",
)  # fmt: skip
NATIONWIDE: Final = "bundesweit"
REMOTE: Final = "remote"
REGIONS: Final = (*LANDS, NATIONWIDE, REMOTE)
PRICE_BANDS: Final = ("free", "up_to_1000", "up_to_5000", "up_to_20000", "up_to_50000", "over_50000")
_HOSTING_MEETS: Final = {
    "germany": ("germany", "on_premises"),
    "eu": ("germany", "eu", "on_premises"),
    "on_premises": ("on_premises",),
}
_LISTED: Final = {
    "data_protection_paper": ("data_protection_papers", ("avv", "dsfa")),
    "data_protection_regime": ("data_protection_regimes", ("dsgvo", "kdg", "dsg_ekd")),
    "language": ("languages", LANGUAGE_CODES),
}
TECHNOLOGIES: Final = (
    "camera", "audio_recording", "location_tracking", "machine_translation", "artificial_intelligence",
    "automated_decision", "own_smartphone", "consumer_messenger", "us_services", "performance_monitoring",
)  # fmt: skip
LABOUR_RULES: Final = ("avr", "tvoed")
LEGAL_FORMS: Final = ("gmbh", "ggmbh", "ug", "gug", "ag", "ev", "eg", "stiftung", "gbr", "sole_trader")
_LEGAL_FORM: Final = re.compile(
    r"\b(?:(?P<ggmbh>ggmbh|gemeinnützige gmbh)|(?P<gug>gug|gemeinnützige ug)|(?P<gmbh>gmbh)|(?P<ug>ug)|(?P<ag>ag|se)|"
    r"(?P<ev>e\. ?v\.?|ev|verein)|(?P<eg>eg|e\. ?g\.?|genossenschaft)|(?P<stiftung>stiftung|foundation)|"
    r"(?P<gbr>gbr|ohg)|(?P<sole_trader>einzelunternehme\w+|sole trader|freiberufl\w+))(?!\w)",
    re.IGNORECASE,
)
_MATURITIES: Final = tuple(range(1, 10))


class Status(IntEnum):
    """How one requirement stands for one pair."""

    NOT_ASKED = 0
    OPEN = 1
    MET = 2
    FAILED = 3


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One requirement of a challenge and what a profile says to it.

    key: kind of the must-have, or "region" or "capacity". asked and stated are codes of the fields, None where nothing
    is said. source: the statement in the profile's prose that decides, None when a field does or nothing is said.
    words: a must-have in free words that was understood as this requirement, or was not ("other").
    """

    key: str
    status: Status
    asked: str | int | None
    stated: str | int | bool | tuple[str, ...] | None
    source: Statement | None = None
    words: str | None = None


_BITS: Final[dict[Requirement, int]] = {
    requirement: bit
    for bit, requirement in enumerate(
        [
            ("capacity", None),
            ("on_site", None),
            *(("region", region) for region in REGIONS),
            *(("region_on_site", region) for region in (*LANDS, NATIONWIDE)),
            *(("hosting", place) for place in _HOSTING_MEETS),
            *((key, value) for key, (_, values) in _LISTED.items() for value in values),
            ("offline", None),
            ("accessibility", None),
            ("non_profit", None),
            ("end_to_end_encryption", None),
            ("anonymous_use", None),
            ("no_training", None),
            *(("without", technology) for technology in TECHNOLOGIES),
            *(("setting", setting) for setting in SETTINGS),
            *(("labour_rules", rules) for rules in LABOUR_RULES),
            *(("legal_form", form) for form in LEGAL_FORMS),
            *(("max_price_band", band) for band in PRICE_BANDS),
            *(("min_maturity", level) for level in _MATURITIES),
        ]
    )
}
WORDS: Final = -(-len(_BITS) // 64)
"""Number of 64-bit words that hold one bit for each requirement."""


@dataclass(frozen=True, slots=True, eq=False)
class Facets:
    """Requirement bits of n texts, each (n, WORDS) uint64.

    Challenges use `asked`, profiles `met` and `failed`; the arrays a side doesn't use are zero.
    """

    asked: NDArray[np.uint64]
    met: NDArray[np.uint64]
    failed: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.asked)

    @classmethod
    def none(cls, count: int) -> Facets:
        """`count` texts that ask for nothing and state nothing."""
        return cls(*(np.zeros((count, WORDS), np.uint64) for _ in range(3)))

    @classmethod
    def concatenate(cls, facets: Sequence[Facets]) -> Facets:
        """Join the texts of all `facets`, in order."""
        if not facets:
            return cls.none(0)
        return cls(
            np.concatenate([f.asked for f in facets]),
            np.concatenate([f.met for f in facets]),
            np.concatenate([f.failed for f in facets]),
        )

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Facets:
        """Return the texts with the given row numbers."""
        return Facets(self.asked[rows], self.met[rows], self.failed[rows])


def encode_challenge_facets(challenges: Iterable[Fields]) -> Facets:
    """Facets of challenges from their fields: region, must_haves, minimum_maturity. Other keys are ignored."""
    rows = [_mask(asked_requirements(challenge)) for challenge in challenges]
    asked = _words(rows)
    return Facets(asked, np.zeros_like(asked), np.zeros_like(asked))


def encode_profile_facets(profiles: Iterable[Fields]) -> Facets:
    """Facets of profiles from their fields; absent, None or an empty list means "not said"."""
    met: list[int] = []
    failed: list[int] = []
    for profile in profiles:
        stated = dict(_stated(profile))
        met.append(_mask(key for key, holds in stated.items() if holds))
        failed.append(_mask(key for key, holds in stated.items() if not holds))
    met_words = _words(met)
    return Facets(np.zeros_like(met_words), met_words, _words(failed))


def eligible(challenges: Facets, profiles: Facets) -> NDArray[np.bool_]:
    """(c, p) bool: False where a profile states that it fails something the challenge asks for."""
    if len(profiles) < len(challenges):
        return _compatible(profiles.failed, challenges.asked).T
    return _compatible(challenges.asked, profiles.failed)


def _compatible(few: NDArray[np.uint64], many: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """(f, m) bool: True where two rows of words have no bit in common."""
    result = np.ones((len(few), len(many)), np.bool_)
    for word in range(WORDS):
        column = np.ascontiguousarray(many[:, word])
        if not column.any():
            continue
        # Row by row: the words of all texts stay in the processor's cache, a block of pairs would not.
        for row, bits in enumerate(few[:, word]):
            if bits:
                result[row] &= (column & bits) == 0
    return result


def check(challenge: Fields, profile: Fields) -> list[CriterionResult]:
    """Every requirement of a challenge with its status for a profile, in a fixed order; for the reader of a match."""
    stated = dict(_stated(profile))
    in_fields = dict(_stated_in_fields(profile))
    prose = {statement.requirement: statement for statement in _statements(profile)}
    others = [str(must.get("text", "")) for must in challenge.get("must_haves") or () if must["kind"] == "other"]
    words = {requirement: text for text in others for requirement in read_must_have(text)}
    results: list[CriterionResult] = []
    for requirement in asked_requirements(challenge):
        key, asked = requirement
        holds = stated.get(requirement)
        status = Status.OPEN if holds is None else Status.MET if holds else Status.FAILED
        if key == "capacity":
            status = Status.NOT_ASKED if holds is None else status
        shown = "region" if key == "region_on_site" else key
        source = None if holds is None or requirement in in_fields else prose.get(requirement)
        results.append(CriterionResult(shown, status, asked, _said(key, profile), source, words.get(requirement)))
    results.extend(
        CriterionResult("other", Status.OPEN, text, None, None, text) for text in others if not read_must_have(text)
    )
    return results


def unmet(results: Sequence[CriterionResult]) -> list[CriterionResult]:
    """Pick the requirements a profile states to fail."""
    return [result for result in results if result.status is Status.FAILED]


def asked_requirements(challenge: Fields) -> list[Requirement]:
    """List the requirements of a challenge as (key, value), without duplicates. Raises ValueError for unknown ones.

    A must-have in free words counts as the requirements that `matching.needs` understands in it.
    """
    must_haves = [plain for must in challenge.get("must_haves") or () for plain in _understood(must)]
    kinds = {must["kind"] for must in must_haves}
    region = challenge.get("region")
    asked: list[Requirement] = [("capacity", None)]
    if region:
        asked.append(("region_on_site" if "on_site" in kinds and region != REMOTE else "region", region))
    maturity = challenge.get("minimum_maturity") or 0
    for must in must_haves:
        kind, value = must["kind"], must.get("value")
        if kind == "min_maturity":
            maturity = max(maturity, int(must["value"]))
        else:
            asked.append((kind, value))
    if maturity:
        asked.append(("min_maturity", maturity))
    if unknown := [requirement for requirement in asked if requirement not in _BITS]:
        raise ValueError(f"unknown requirement {unknown[0]!r}")
    return sorted(set(asked), key=_BITS.__getitem__)


def _understood(must: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Give a must-have as it is, or what is understood of one in free words: perhaps nothing."""
    if must["kind"] != "other":
        return (must,)
    return [{"kind": kind, "value": value} for kind, value in read_must_have(str(must.get("text", "")))]


def _stated(profile: Fields) -> Iterable[tuple[Requirement, bool]]:
    """Yield (requirement, whether the profile meets it) for everything the profile says something about."""
    for statement in _statements(profile):
        if statement.requirement in _BITS:
            yield statement.requirement, statement.holds
            if statement.kind == "region_on_site":
                yield ("region", statement.value), statement.holds
    # Later pairs replace earlier ones: a field goes before prose.
    yield from _stated_in_fields(profile)


def _statements(profile: Fields) -> list[Statement]:
    return [Statement.from_list(values) for values in profile.get("statements") or ()]


def _stated_in_fields(profile: Fields) -> Iterable[tuple[Requirement, bool]]:
    slots = profile.get("free_pilot_slots")
    if slots is not None:
        yield ("capacity", None), slots > 0
    yield from _stated_regions(frozenset(profile.get("regions") or ()))
    yield from _stated_lists(profile)
    yield from _stated_levels(profile)
    for key, field in (("offline", "offline_capable"), ("non_profit", "non_profit")):
        if (answer := profile.get(field)) is not None:
            yield (key, None), bool(answer)
    # "partial" says neither that a person can work with it nor that they can't.
    if (access := profile.get("accessibility")) in ("full", "none"):
        yield ("accessibility", None), access == "full"
    if (form := legal_form_of(profile.get("legal_form"))) is not None:
        yield from ((("legal_form", each), each == form) for each in LEGAL_FORMS)


def legal_form_of(text: str | None) -> str | None:
    """Code of a legal form as it is written in a profile, None for one that isn't known here."""
    match = _LEGAL_FORM.search(text) if text else None
    return match.lastgroup if match else None


def _stated_lists(profile: Fields) -> Iterable[tuple[Requirement, bool]]:
    if hosting := profile.get("hosting"):
        for place, meets in _HOSTING_MEETS.items():
            yield ("hosting", place), hosting in meets
    for key, (field, values) in _LISTED.items():
        if listed := profile.get(field):
            for value in values:
                # A list of languages is meant to be whole; papers and laws that are not listed can be asked for.
                if value in listed or key == "language":
                    yield (key, value), value in listed


def _stated_levels(profile: Fields) -> Iterable[tuple[Requirement, bool]]:
    if price := profile.get("price_band"):
        for band in PRICE_BANDS:
            yield ("max_price_band", band), PRICE_BANDS.index(price) <= PRICE_BANDS.index(band)
    if (maturity := profile.get("maturity")) is not None:
        for level in _MATURITIES:
            yield ("min_maturity", level), maturity >= level


def _stated_regions(regions: frozenset[str]) -> Iterable[tuple[Requirement, bool]]:
    if not regions:
        return
    nationwide, remote = NATIONWIDE in regions, REMOTE in regions
    comes_on_site = bool(regions - {REMOTE})
    yield ("on_site", None), comes_on_site
    for land in LANDS:
        yield ("region", land), land in regions or nationwide or remote
        yield ("region_on_site", land), land in regions or nationwide
    if nationwide or remote:
        yield ("region", NATIONWIDE), True
        yield ("region", REMOTE), True
    if nationwide or not comes_on_site:
        yield ("region_on_site", NATIONWIDE), nationwide


_FIELD_OF: Final = {
    "capacity": "free_pilot_slots",
    "region": "regions",
    "region_on_site": "regions",
    "on_site": "regions",
    "hosting": "hosting",
    "offline": "offline_capable",
    "accessibility": "accessibility",
    "non_profit": "non_profit",
    "max_price_band": "price_band",
    "min_maturity": "maturity",
    "legal_form": "legal_form",
    **{key: field for key, (field, _) in _LISTED.items()},
}


def _said(key: str, profile: Fields) -> str | int | bool | tuple[str, ...] | None:
    value = profile.get(_FIELD_OF.get(key, ""))
    if value is None or isinstance(value, (str, int, bool)):
        return value
    return tuple(value) or None


def _mask(requirements: Iterable[Requirement]) -> int:
    mask = 0
    for requirement in requirements:
        mask |= 1 << _BITS[requirement]
    return mask


def _words(masks: Sequence[int]) -> NDArray[np.uint64]:
    packed = b"".join(mask.to_bytes(8 * WORDS, "little") for mask in masks)
    return np.frombuffer(packed, "<u8").astype(np.uint64).reshape(len(masks), WORDS)
