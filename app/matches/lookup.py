"""Find texts of the other side by what they are called, to ask why they are in a list or not."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.context import Context
from app.matches import access, match_repository
from app.matches.schemas import MatchExplanation
from app.matches.service import explain_match
from app.publishing import policies
from app.vocabulary import Language
from matching.texts import Side

MOST = 5
"""Texts that are explained at once; who sees as many is asked to write more of the name."""
_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class Found:
    """Texts of the other side whose name fits, explained; `more` tells that there are others."""

    explained: tuple[MatchExplanation, ...]
    more: bool


def explain_by_name(
    context: Context, session: Session, actor: Actor, side: Side, text_id: int, name: str, language: Language
) -> Found:
    """Say of each text of the other side with such a name, title or organisation why it is in the list or not.

    An empty name finds nothing. Raises `NotFound`, `Forbidden`, `NotPublished`, `EncoderMismatch`,
    `ServiceUnavailable`.
    """
    access.published_of(session, actor, side, text_id)
    wanted = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    if not wanted:
        return Found((), more=False)
    rows = match_repository.partners_called(session, side.other, wanted, context.clock, limit=_CANDIDATES)
    ids = [row.id for row in rows if policies.may_read(actor, side.other, row.organisation, row.state.value)]
    explained = [
        explain_match(context, session, actor, side, text_id, partner_id, language) for partner_id in ids[:MOST]
    ]
    return Found(tuple(explained), more=len(ids) > MOST)
