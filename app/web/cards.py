"""Matches as pages show them: partner, band, reason, criteria; the weakest are left out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.matches.schemas import MatchRead
from app.vocabulary import Language
from app.web import bands
from app.web.i18n import N_, translations
from app.web.labels import label
from matching.texts import Side

CRITERIA = {
    "on_site": N_("kommt vor Ort"),
    "hosting": N_("Ort der Daten"),
    "data_protection_paper": N_("Unterlagen zum Datenschutz"),
    "data_protection_regime": N_("Datenschutzrecht"),
    "language": N_("Sprache"),
    "offline": N_("geht ohne Internet"),
    "accessibility": N_("Barrierefreiheit"),
    "max_price_band": N_("Preis"),
    "min_maturity": N_("Reife"),
    "non_profit": N_("gemeinnützig"),
    "other": N_("Weiteres"),
    "region": N_("Region"),
    "region_on_site": N_("vor Ort in der Region"),
    "capacity": N_("freie Plätze für einen Test"),
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One requirement: what it is about, and what was asked."""

    name: str
    asked: str


@dataclass(frozen=True, slots=True)
class Card:
    """One partner of a list."""

    rank: int
    band: str
    partner: Any
    name: str
    text: str
    href: str
    reason: str
    met: tuple[Criterion, ...]
    open: tuple[Criterion, ...]
    failed: tuple[Criterion, ...]

    @property
    def badge(self) -> str:
        """Return KERN's kind of badge for the band."""
        return bands.BADGES[self.band]

    @property
    def band_label(self) -> str:
        """Return the band in German."""
        return bands.LABELS[self.band]


def cards(matches: Iterable[MatchRead], partners: Side, language: Language) -> list[Card]:
    """Return the cards of a list whose partners are on a side, best first."""
    found = []
    for match in matches:
        band = bands.band(match)
        partner = match.profile if partners is Side.PROFILE else match.challenge
        if band is not None and partner is not None:
            found.append(_card(match, band, partner, language))
    return found


def _card(match: MatchRead, band: str, partner: Any, language: Language) -> Card:
    is_profile = hasattr(partner, "offer")
    return Card(
        rank=match.rank,
        band=band,
        partner=partner,
        name=partner.name if is_profile else partner.title,
        text=partner.offer if is_profile else "",
        href=f"/profiles/{partner.id}" if is_profile else f"/challenges/{partner.id}",
        reason=_reason(match, language),
        met=_criteria(match, "met", language),
        open=_criteria(match, "open", language),
        failed=_criteria(match, "failed", language),
    )


def _reason(match: MatchRead, language: Language) -> str:
    """Return the sentence that says why, once matches bring one."""
    reason = getattr(match, "reason", None)
    if isinstance(reason, dict):
        reason = reason.get(language.value)
    return reason if isinstance(reason, str) else ""


def _criteria(match: MatchRead, status: str, language: Language) -> tuple[Criterion, ...]:
    texts = translations(language)
    return tuple(
        Criterion(
            texts.gettext(CRITERIA.get(criterion.key.split(":")[0], criterion.key)),
            "" if criterion.asked in {None, True} else texts.gettext(label(str(criterion.asked))),
        )
        for criterion in match.criteria
        if criterion.status == status
    )
