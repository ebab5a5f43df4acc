"""Matches as pages show them: partner, band, reason, criteria; the weakest are left out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.matches.schemas import CriterionRead, HiddenByRead, MatchRead, StandingRead
from app.web import bands
from matching.calibration import Band
from matching.texts import Side


@dataclass(frozen=True, slots=True)
class Pair:
    """What the list's own text says beside what the partner's says."""

    own: str
    partner: str


@dataclass(frozen=True, slots=True)
class Card:
    """One partner of a list."""

    rank: int
    band: Band
    partner: Any
    name: str
    text: str
    href: str
    reason: str
    met: tuple[str, ...]
    open: tuple[str, ...]
    evidence: tuple[Pair, ...]
    standing: StandingRead | None = None
    full: bool = False
    hidden_by: HiddenByRead | None = None

    @property
    def badge(self) -> str:
        """Return KERN's kind of badge for the band."""
        return bands.BADGES[self.band]

    @property
    def band_label(self) -> str:
        """Return the band in German."""
        return bands.LABELS[self.band]


def pair_address(challenge_id: int, profile_id: int, side: Side) -> str:
    """Return the address of a pair, as one side looks at it."""
    return f"/challenges/{challenge_id}/matches/{profile_id}?side={side.value}"


@dataclass(frozen=True, slots=True)
class NextStep:
    """One of the reader's own texts that may fit the text they read: what it is called, and the pair of both."""

    title: str
    language: str
    href: str


def cards(matches: Iterable[MatchRead], partners: Side) -> list[Card]:
    """Return the cards of a list whose partners are on a side, best first."""
    found = []
    for match in matches:
        partner = match.profile if partners is Side.PROFILE else match.challenge
        if match.band is not None and partner is not None:
            found.append(_card(match, match.band, partners, partner))
    return found


def _card(match: MatchRead, band: Band, partners: Side, partner: Any) -> Card:
    is_profile = partners is Side.PROFILE
    return Card(
        rank=match.rank or 0,
        band=band,
        partner=partner,
        name=partner.name if is_profile else partner.title,
        text=partner.offer if is_profile else "",
        href=f"/profiles/{partner.id}" if is_profile else f"/challenges/{partner.id}",
        reason=match.reason,
        met=labels_of(match.criteria, "met"),
        open=labels_of(match.criteria, "open"),
        evidence=evidence_of(match, partners),
        standing=match.standing,
        full=bool(match.full),
        hidden_by=match.hidden_by,
    )


def evidence_of(match: MatchRead, partners: Side) -> tuple[Pair, ...]:
    """Return what speaks for a match, the list's own text first; `partners` is the side of the list's partners."""
    return tuple(
        Pair(pair.challenge.text, pair.profile.text)
        if partners is Side.PROFILE
        else Pair(pair.profile.text, pair.challenge.text)
        for pair in match.evidence
    )


def labels_of(criteria: Iterable[CriterionRead], status: str) -> tuple[str, ...]:
    """Return what the criteria of one status are called, each once."""
    return tuple(dict.fromkeys(criterion.label for criterion in criteria if criterion.status == status))
