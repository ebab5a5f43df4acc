"""How the pairs of a list stand: what both sides said, whom a decline hides, which startups are full."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.decisions import effects, repository
from app.decisions.effects import HiddenBy
from app.models import Decision
from app.rules import Rules
from app.vocabulary import DecisionState, PairState
from matching.texts import Side


@dataclass(frozen=True, slots=True)
class Standing:
    """How one pair stands, as the side sees it whose list it is."""

    state: PairState
    decision_id: int | None = None
    introduction_id: int | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListView:
    """What an organisation sees of its list besides the matches, by partner."""

    standings: Mapping[int, Standing] = field(default_factory=dict)
    hidden: Mapping[int, HiddenBy] = field(default_factory=dict)
    full: frozenset[int] = frozenset()

    def is_free(self, partner_id: int) -> bool:
        """Tell whether a partner is one to turn to next: shown, not full, and nothing was said yet."""
        return partner_id not in self.hidden and partner_id not in self.full and partner_id not in self.standings


NOTHING_SAID = ListView()
"""What readers see who are not of the organisation."""


def view_of(session: Session, rules: Rules, side: Side, text: Any, partners: Mapping[int, Any]) -> ListView:
    """Return how the list of a text stands for its organisation. partners: {id: row} of the list."""
    standings = {
        partner_id: standing
        for partner_id, standing in _standings(session, side, text.id).items()
        if partner_id in partners
    }
    under_way = {PairState.WAITING, PairState.ASKED, PairState.INTRODUCED}
    kept = frozenset(partner for partner, standing in standings.items() if standing.state in under_way)
    declines = repository.declines_of(session, text.organisation_id, side)
    hidden = effects.hidden_partners(side, text, partners, declines, kept)
    return ListView(standings, hidden, _full(session, rules, side, text, partners))


def _standings(session: Session, side: Side, text_id: int) -> dict[int, Standing]:
    name = "profile_id" if side is Side.CHALLENGE else "challenge_id"
    found: dict[int, Standing] = {}
    for decision in repository.of_text(session, side, text_id):
        partner_id = getattr(decision, name)
        standing = _standing(side, decision)
        if standing is not None:
            found[partner_id] = standing
        elif decision.state is DecisionState.TAKEN_BACK and (decision.side is side or decision.answers_id is not None):
            found.pop(partner_id, None)
    for partner_id, number in repository.introductions_of_text(session, side, text_id).items():
        found[partner_id] = Standing(PairState.INTRODUCED, introduction_id=number)
    return found


def _standing(side: Side, decision: Decision) -> Standing | None:
    """Return what one decision means for a side; None for what changes nothing for it."""
    own = {
        DecisionState.OPEN: PairState.WAITING,
        DecisionState.STANDING: PairState.DECLINED,
        DecisionState.DECLINED: PairState.WAS_DECLINED,
        DecisionState.EXPIRED: PairState.EXPIRED,
    }
    if decision.side is side:
        state = own.get(decision.state)
    else:
        state = PairState.ASKED if decision.state is DecisionState.OPEN else None
    return None if state is None else Standing(state, decision.id, expires_at=decision.expires_at)


def _full(session: Session, rules: Rules, side: Side, text: Any, partners: Mapping[int, Any]) -> frozenset[int]:
    """Return the partners that can't be asked because no pilot slot is free."""
    if side is Side.PROFILE:
        taken = repository.slots_taken(session, [text.id]).get(text.id, 0)
        return frozenset(partners) if taken >= rules.slots_of(text.free_pilot_slots) else frozenset()
    taken_by = repository.slots_taken(session, list(partners))
    return frozenset(
        partner_id
        for partner_id, profile in partners.items()
        if taken_by.get(partner_id, 0) >= rules.slots_of(profile.free_pilot_slots)
    )
