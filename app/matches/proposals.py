"""Must-haves that the text of a challenge seems to make, for a person to confirm."""

from typing import Any

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.errors import Forbidden, NotFound
from app.matches import labels, match_repository
from app.matches.schemas import ProposedMustHave, ProposedMustHaves, SpanRead
from app.matches.sides import TABLES
from app.matches.texts import facets
from app.publishing import policies
from app.vocabulary import Language
from matching.criteria import asked_requirements
from matching.needs import propose_must_haves
from matching.texts import Side


def proposals_for(session: Session, actor: Actor, challenge_id: int, language: Language) -> ProposedMustHaves:
    """Return what a stored challenge could have as must-haves. Raises `NotFound`, `Forbidden`."""
    row = match_repository.text_of(session, Side.CHALLENGE, challenge_id)
    if row is None or not policies.may_read(actor, Side.CHALLENGE, row.organisation, row.state.value):
        raise NotFound
    if not policies.may_write(actor, row.organisation_id):
        raise Forbidden
    return ProposedMustHaves(items=proposals_in(row, language))


def proposals_in(content: Any, language: Language) -> list[ProposedMustHave]:
    """Return the must-haves a row or schema seems to make and doesn't have yet."""
    known = set(asked_requirements(facets(Side.CHALLENGE, content)))
    fields = [(name, getattr(content, name) or "") for name in TABLES[Side.CHALLENGE].text_fields]
    return [
        ProposedMustHave.model_validate(
            {
                "must_have": {"kind": found.kind} | ({} if found.value is None else {"value": found.value}),
                "label": labels.requirement(found.kind, found.value, language),
                "source": SpanRead(
                    field=found.field,
                    start=found.start,
                    end=found.end,
                    text=dict(fields)[found.field][found.start : found.end],
                ),
            }
        )
        for found in propose_must_haves(fields)
        if (found.kind, found.value) not in known
    ]
