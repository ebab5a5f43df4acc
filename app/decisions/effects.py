"""What a decline does to the lists of the organisation that declined. Pure functions of plain rows.

Where the declined partner itself is hidden, and which other partners go with it because they have what was declined:

    reason           welfare hides the startup in    and startups, that ...
    wrong_field      the list of this challenge      share no field of action with the challenge, in this list
    wrong_region     the list of this challenge      do not come to the region of the challenge, in this list
    too_small        all lists of the organisation   -
    too_early        all lists                       state no higher maturity than the declined one, in this list
    no_capacity      the list of this challenge      -
    data_protection  all lists                       have all the gaps the declined one has, in all lists
    cost             the list of this challenge      state the same or a higher price band, in this list
    already_solved   the list of this challenge      -
    other            the list of this challenge      -

    reason           a startup hides the challenge, and challenges that ...
    wrong_field      share no field of action with its profile
    wrong_region     lie in a region its profile does not name
    too_small        state no more sites than the declined one
    data_protection  touch at least the same kinds of personal data
    cost             state the same or a lower budget band
    all others       -

Gaps in data protection: no hosting in the EU (or none stated), no processing contract (AVV). A startup without a gap
takes nobody with it. Who states nothing about a maturity, a price, sites or a budget is never hidden for it: silence
is an open question, not a shortcoming.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.vocabulary import Band, DecisionReason, Region
from matching.texts import Side

EVERYWHERE = frozenset({DecisionReason.TOO_SMALL, DecisionReason.TOO_EARLY, DecisionReason.DATA_PROTECTION})
"""Reasons about a startup as such: it is hidden in all lists of the organisation."""
_BANDS = {band.value: place for place, band in enumerate(Band)}
_WITHOUT_PLACE = frozenset({Region.NATIONWIDE.value, Region.REMOTE.value})
_IN_THE_EU = frozenset({"germany", "eu", "on_premises"})


@dataclass(frozen=True, slots=True)
class Decline:
    """One decline that stands: of `partner` for `text`, the decider's own; both as rows or schemas."""

    decision_id: int
    reason: DecisionReason
    text: Any
    partner: Any


@dataclass(frozen=True, slots=True)
class HiddenBy:
    """Which decline hides a partner; taking that back shows it again."""

    decision_id: int
    reason: DecisionReason


def hidden_partners(
    side: Side, text: Any, partners: Mapping[int, Any], declines: Iterable[Decline], kept: frozenset[int]
) -> dict[int, HiddenBy]:
    """Return {partner: decline that hides it} for the list of a text, by all declines of its organisation.

    side: that of `text`. kept: partners a conversation is under way with, or that have asked; no reason of another
    decline hides those. The oldest decline that hides a partner is named.
    """
    hidden: dict[int, HiddenBy] = {}
    for decline in sorted(declines, key=lambda one: one.decision_id):
        here = decline.text.id == text.id
        for partner_id, partner in partners.items():
            if partner_id in hidden:
                continue
            itself = partner_id == decline.partner.id and (here or decline.reason in EVERYWHERE)
            if itself or (partner_id not in kept and _goes_along(side, decline, text, partner, here=here)):
                hidden[partner_id] = HiddenBy(decline.decision_id, decline.reason)
    return hidden


def _goes_along(side: Side, decline: Decline, text: Any, partner: Any, *, here: bool) -> bool:
    if side is Side.PROFILE:
        has_the_same = _CHALLENGES_ALONG.get(decline.reason)
        return has_the_same is not None and has_the_same(text, decline.partner, partner)
    everywhere = decline.reason is DecisionReason.DATA_PROTECTION
    also = _PROFILES_ALONG.get(decline.reason)
    return also is not None and (here or everywhere) and also(text, decline.partner, partner)


Comparison = Callable[[Any, Any, Any], bool]
"""(own text, declined partner, other partner) -> whether the other has what was declined."""


def _shares_no_field(text: Any, _declined: Any, partner: Any) -> bool:
    return not set(text.fields_of_action) & set(partner.fields_of_action)


def _does_not_come(text: Any, _declined: Any, partner: Any) -> bool:
    served = set(partner.regions)
    return str(text.region) not in served | _WITHOUT_PLACE and not served & _WITHOUT_PLACE


def _lies_elsewhere(text: Any, _declined: Any, partner: Any) -> bool:
    served = set(text.regions)
    return str(partner.region) not in served | _WITHOUT_PLACE and not served & _WITHOUT_PLACE


def _is_no_riper(_text: Any, declined: Any, partner: Any) -> bool:
    return _is_at_most(partner.maturity, declined.maturity)


def _has_the_same_gaps(_text: Any, declined: Any, partner: Any) -> bool:
    gaps = _gaps(declined)
    return bool(gaps) and gaps <= _gaps(partner)


def _costs_as_much(_text: Any, declined: Any, partner: Any) -> bool:
    return _is_at_most(_place(declined.price_band), _place(partner.price_band))


def _pays_no_more(_text: Any, declined: Any, partner: Any) -> bool:
    return _is_at_most(_place(partner.budget_band), _place(declined.budget_band))


def _is_no_larger(_text: Any, declined: Any, partner: Any) -> bool:
    return _is_at_most(partner.number_of_sites, declined.number_of_sites)


def _touches_the_same_data(_text: Any, declined: Any, partner: Any) -> bool:
    touched = set(declined.personal_data) - {"none"}
    return bool(touched) and touched <= set(partner.personal_data)


_PROFILES_ALONG: Mapping[DecisionReason, Comparison] = {
    DecisionReason.WRONG_FIELD: _shares_no_field,
    DecisionReason.WRONG_REGION: _does_not_come,
    DecisionReason.TOO_EARLY: _is_no_riper,
    DecisionReason.DATA_PROTECTION: _has_the_same_gaps,
    DecisionReason.COST: _costs_as_much,
}
_CHALLENGES_ALONG: Mapping[DecisionReason, Comparison] = {
    DecisionReason.WRONG_FIELD: _shares_no_field,
    DecisionReason.WRONG_REGION: _lies_elsewhere,
    DecisionReason.TOO_SMALL: _is_no_larger,
    DecisionReason.DATA_PROTECTION: _touches_the_same_data,
    DecisionReason.COST: _pays_no_more,
}


def _gaps(profile: Any) -> frozenset[str]:
    hosting = None if profile.hosting is None else str(profile.hosting)
    found = set() if hosting in _IN_THE_EU else {"hosting"}
    if "avv" not in {str(paper) for paper in profile.data_protection_papers}:
        found.add("avv")
    return frozenset(found)


def _place(band: Any) -> int | None:
    return None if band is None else _BANDS[str(band)]


def _is_at_most(value: int | None, limit: int | None) -> bool:
    return value is not None and limit is not None and value <= limit
