"""Store many texts at once: all or nothing, encoded in one go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.auth.actor import OPERATOR, Actor
from app.auth.identify import refresh
from app.context import Context
from app.errors import Forbidden, OrganisationNotVerified
from app.matches.ranking import PreparedText
from app.matches.texts import compose_text
from app.models import Organisation
from app.publishing import policies
from app.publishing.kinds import Kind, Row
from app.publishing.service import new_row, record
from matching.encoder import Encoder
from matching.texts import Text

ENCODED_AT_ONCE = 64

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class NewText:
    """A text to be stored and published; `organisation` finds or makes its organisation in the session."""

    kind: Kind
    organisation: Callable[[Session], Organisation]
    content: BaseModel


def no_progress(_what: str, _done: int, _total: int) -> None:
    """Show nothing."""


def submit_many(
    context: Context,
    texts: Sequence[NewText],
    *,
    before: Callable[[Session], Any] = lambda _: None,
    progress: Progress = no_progress,
    encoder: Encoder | None = None,
    actor: Actor = OPERATOR,
) -> list[int]:
    """Publish all texts in one transaction; returns their ids in order. When one can't be stored, none is.

    `before` runs first in the transaction. encoder: as for `LiveRanking.prepare_many`. Raises `Forbidden` where the
    actor does not write for one of the organisations.
    """
    prepared = prepare_many(context, texts, progress, encoder)
    ids: list[int] = []
    with context.sessions.write() as session, context.ranking.writer(session) as writer:
        before(session)
        actor = refresh(session, actor)
        for done, (text, ready) in enumerate(zip(texts, prepared, strict=True), 1):
            organisation = text.organisation(session)
            if not policies.may_write(actor, organisation.id):
                raise Forbidden
            text.kind.check_owner(session, organisation)
            if not organisation.verified:
                raise OrganisationNotVerified
            row: Row = new_row(context, text.kind, organisation, text.content, ready, publish=True)
            session.add(row)
            session.flush()
            writer.enter(text.kind.side, row, ready)
            record(context, session, text.kind, actor, row, "published", {})
            ids.append(row.id)
            progress("rank", done, len(texts))
    return ids


def prepare_many(
    context: Context, texts: Sequence[NewText], progress: Progress, encoder: Encoder | None = None
) -> list[PreparedText]:
    """Compose and encode texts, some dozens at a time."""
    composed: list[Text] = [compose_text(text.kind.side, text.content) for text in texts]
    prepared: list[PreparedText] = []
    for start in range(0, len(composed), ENCODED_AT_ONCE):
        part = composed[start : start + ENCODED_AT_ONCE]
        prepared.extend(context.ranking.prepare_many(part, encoder))
        progress("encode", len(prepared), len(composed))
    return prepared
