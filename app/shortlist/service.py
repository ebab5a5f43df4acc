"""Use cases of shortlists. Only the challenge's organisation sees and changes one; the startups learn nothing of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.trail import forget_object
from app.auth.actor import Actor
from app.auth.identify import refresh
from app.context import Context
from app.errors import NotFound, ShortlistFull
from app.fields import StrictModel, optional_text
from app.matches import access, match_repository
from app.matches.text_filter import TextFilter
from app.models import Challenge, ShortlistEntry
from app.publishing import policies
from app.shortlist import repository
from matching.texts import Side

NOUN = "shortlist_entry"
MOST = 50


class NoteWrite(StrictModel):
    """What an organisation notes about a startup."""

    note: optional_text(1000, "A note that colleagues read.") = None  # type: ignore[valid-type]


@dataclass(frozen=True, slots=True)
class Remembered:
    """One startup. profile: None while it is not shown to anybody, because it paused or is full."""

    profile_id: int
    profile: Any
    note: str
    updated_at: datetime


def read(context: Context, session: Session, actor: Actor, challenge_id: int) -> list[Remembered]:
    """Return the shortlist of a challenge. Raises `NotFound`."""
    _own(session, actor, challenge_id)
    rows = repository.entries(session, challenge_id)
    shown = match_repository.partners(
        session, Side.PROFILE, [row.profile_id for row in rows], TextFilter(), context.clock
    )
    return [Remembered(row.profile_id, shown.get(row.profile_id), row.note, row.updated_at) for row in rows]


def remembered(session: Session, challenge_id: int) -> set[int]:
    """Return the numbers of the profiles on a shortlist."""
    return {row.profile_id for row in repository.entries(session, challenge_id)}


def put(context: Context, actor: Actor, challenge_id: int, profile_id: int, wanted: NoteWrite | None) -> None:
    """Remember a startup, or change the note about one. Raises `NotFound`, `ShortlistFull`."""
    now = context.clock.now()
    with context.sessions.write() as session:
        actor = refresh(session, actor)
        challenge = _own(session, actor, challenge_id, lock=True)
        row = repository.get(session, challenge_id, profile_id, lock=True)
        note = (wanted.note or "") if wanted is not None else ""
        if row is None:
            if len(repository.entries(session, challenge_id)) >= MOST:
                raise ShortlistFull(limit=MOST)
            access.partner_of(session, actor, Side.PROFILE, profile_id, context.clock)
            row = ShortlistEntry(
                organisation_id=challenge.organisation_id,
                challenge_id=challenge_id,
                profile_id=profile_id,
                note=note,
                user_id=actor.user_id,
                created_at=now,
                updated_at=now,
            )
            session.add(row)
            session.flush()
            _record(context, session, actor, row, "added")
        elif wanted is not None and row.note != note:
            row.note, row.user_id, row.updated_at = note, actor.user_id, now
            _record(context, session, actor, row, "noted")


def remove(context: Context, actor: Actor, challenge_id: int, profile_id: int) -> None:
    """Take a startup off the list. Raises `NotFound`."""
    with context.sessions.write() as session:
        actor = refresh(session, actor)
        _own(session, actor, challenge_id)
        row = repository.get(session, challenge_id, profile_id, lock=True)
        if row is None:
            raise NotFound
        _record(context, session, actor, row, "removed")
        session.delete(row)
        forget_object(session, NOUN, row.id)


def _own(session: Session, actor: Actor, challenge_id: int, *, lock: bool = False) -> Challenge:
    """Return a challenge the actor writes. What belongs to others looks like what does not exist."""
    challenge = session.get(Challenge, challenge_id, with_for_update=True if lock else None)
    if challenge is None or not policies.may_write(actor, challenge.organisation_id):
        raise NotFound
    return challenge


def _record(context: Context, session: Session, actor: Actor, row: ShortlistEntry, what: str) -> None:
    context.trail.record(
        session, actor, context.clock.now(), f"{NOUN}.{what}", NOUN, row.id, organisation_id=row.organisation_id
    )
