"""Use cases about challenges that are still being written: begin, keep, finish, discard.

Keeping by itself leaves no audit event: it happens every few seconds, concerns text nobody else sees, and would drown
the trail. Everything somebody does by a click leaves one: begin, edit, finish, discard.

Colleagues may write the same one. Whoever changes it says which version they have seen, and nobody overwrites what they
have not seen; one's own older versions are no obstacle, or going back in the browser would be one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.trail import forget_object
from app.auth.actor import Actor
from app.auth.identify import refresh
from app.auth.keys import hash_token
from app.challenges import service, unfinished_repository
from app.challenges.schemas import ChallengeCreate
from app.context import Context
from app.errors import FieldError, Forbidden, MalformedInput, NotFound, SavedMeanwhile
from app.idempotency import Receipt, find_answer, make_receipt, store_answer
from app.models import Organisation, UnfinishedChallenge
from app.publishing import policies
from app.vocabulary import OrganisationKind, Region

NOUN = "unfinished_challenge"
LIMIT = 60_000
"""Characters that are kept: three times what a finished challenge may have."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A challenge as far as it is written: the values of its form."""

    id: int
    version: int
    organisation_id: int
    organisation: str
    verified: bool
    region: Region | None
    content: dict[str, Any]
    updated_at: datetime


def of_actor(session: Session, actor: Actor) -> Sequence[Unfinished]:
    """Return what the actor's organisations have begun, the last touched first."""
    return [_read(row) for row in unfinished_repository.of_actor(session, actor)]


def read(session: Session, actor: Actor, unfinished_id: int) -> Unfinished:
    """Return one. Raises `NotFound`."""
    return _read(_own(session, actor, unfinished_id))


def find_begun(session: Session, actor: Actor, token: str, now: datetime) -> int | None:
    """Return what a form with this token has begun and is still being written; None for no token."""
    answer = find_answer(session, _token_receipt(actor, token), now)
    row = unfinished_repository.get(session, answer["id"]) if answer is not None else None
    return row.id if row is not None and policies.may_write(actor, row.organisation_id) else None


def begin(context: Context, actor: Actor, organisation_id: int, content: dict[str, Any], token: str = "") -> Unfinished:
    """Keep the first words. Raises `NotFound`, `Forbidden`, `MalformedInput`.

    token: of the form they come from. Sent twice at once, it begins once.
    """
    try:
        return _begin(context, actor, organisation_id, content, token)
    except IntegrityError:
        # Two posts of one form raced on PostgreSQL: the other one has committed, its text is ours.
        return _begin(context, actor, organisation_id, content, token)


def _begin(context: Context, actor: Actor, organisation_id: int, content: dict[str, Any], token: str) -> Unfinished:
    kept = _keepable(content)
    now = context.clock.now()
    with context.sessions.write() as session:
        actor = refresh(session, actor)
        if (begun := find_begun(session, actor, token, now)) is not None:
            return _read(_own(session, actor, begun))
        organisation = session.get(Organisation, organisation_id)
        if organisation is None or organisation.kind is not OrganisationKind.WELFARE:
            raise NotFound
        if not policies.may_write(actor, organisation_id):
            raise Forbidden
        row = UnfinishedChallenge(
            organisation=organisation,
            content=kept,
            version=1,
            saved_by=actor.user_id,
            others_version=0,
            created_at=now,
            updated_at=now,
        )
        session.add(row)
        session.flush()
        _record(context, session, actor, row, "begun")
        _remember(session, actor, token, row.id, now)
        return _read(row)


def keep(
    context: Context, actor: Actor, unfinished_id: int, content: dict[str, Any], seen: int, *, by_itself: bool = False
) -> Unfinished:
    """Keep what was written since; what is not in `content` stays.

    Raises `NotFound`, `MalformedInput`, and `SavedMeanwhile` when somebody else saved after the version `seen`.
    by_itself: nobody asked for it, somebody is just typing.
    """
    kept = _keepable(content)
    with context.sessions.write() as session:
        actor = refresh(session, actor)
        row = _own(session, actor, unfinished_id, lock=True)
        _require_seen(row, actor, seen)
        if row.saved_by != actor.user_id:
            row.saved_by, row.others_version = actor.user_id, row.version
        row.content = row.content | kept
        row.version += 1
        row.updated_at = context.clock.now()
        session.flush()
        if not by_itself:
            _record(context, session, actor, row, "edited")
        return _read(row)


def discard(context: Context, actor: Actor, unfinished_id: int, seen: int) -> None:
    """Throw it away. Raises `NotFound`, `SavedMeanwhile`."""
    with context.sessions.write() as session:
        actor = refresh(session, actor)
        row = _own(session, actor, unfinished_id, lock=True)
        _require_seen(row, actor, seen)
        _record(context, session, actor, row, "discarded")
        _remove(session, unfinished_id)


def finish(context: Context, actor: Actor, read: Unfinished, challenge: ChallengeCreate, seen: int) -> dict[str, Any]:
    """Make the challenge of what was read; both happen in one transaction, and twice is once.

    Raises what `submit_challenge` raises, and `SavedMeanwhile`.
    """

    def replace(session: Session) -> None:
        row = unfinished_repository.get(session, read.id, lock=True)
        if row is None:
            raise NotFound
        _require_seen(row, actor, seen)
        if row.version != read.version:
            raise SavedMeanwhile
        _remove(session, read.id)

    return service.submit_challenge(context, actor, challenge, _receipt(actor, read.id), cause=replace)


def find_finished(session: Session, actor: Actor, unfinished_id: int, now: datetime) -> dict[str, Any] | None:
    """Return the challenge that the actor has made of it already: a form sent twice gets the same answer."""
    return find_answer(session, _receipt(actor, unfinished_id), now)


def _receipt(actor: Actor, unfinished_id: int) -> Receipt | None:
    return make_receipt(actor, "finish_challenge", f"unfinished-{unfinished_id}", {"id": unfinished_id})


def _token_receipt(actor: Actor, token: str) -> Receipt | None:
    return make_receipt(actor, "begin_challenge", hash_token(token) if token else None, {})


def _remember(session: Session, actor: Actor, token: str, number: int, now: datetime) -> None:
    """Store what the form has begun; one whose text is finished or discarded begins others as often as it is sent."""
    receipt = _token_receipt(actor, token)
    if find_answer(session, receipt, now) is None:
        store_answer(session, receipt, {"id": number}, now)


def _remove(session: Session, unfinished_id: int) -> None:
    if not unfinished_repository.remove(session, unfinished_id):
        raise NotFound
    forget_object(session, NOUN, unfinished_id)


def _own(session: Session, actor: Actor, unfinished_id: int, *, lock: bool = False) -> UnfinishedChallenge:
    row = unfinished_repository.get(session, unfinished_id, lock=lock)
    if row is None or not policies.may_write(actor, row.organisation_id):
        raise NotFound
    return row


def _require_seen(row: UnfinishedChallenge, actor: Actor, seen: int) -> None:
    """Raise `SavedMeanwhile` when somebody else than the actor has saved a version after the one that was seen."""
    own = row.saved_by is not None and row.saved_by == actor.user_id
    if seen < (row.others_version if own else row.version):
        raise SavedMeanwhile


def _keepable(content: dict[str, Any]) -> dict[str, Any]:
    """Return the values as both databases can store them. Raises `MalformedInput` for far too much."""
    total = sum(len(value) for value in content.values() if isinstance(value, str))
    if total > LIMIT:
        raise MalformedInput(
            fields=(
                FieldError(
                    "problem",
                    "texts_too_long",
                    f"Alle Texte zusammen dürfen {LIMIT} Zeichen haben, es sind {total}. Bitte kürzen.",
                    f"All texts together may have {LIMIT} characters, these have {total}. Please shorten.",
                ),
            )
        )
    # PostgreSQL's JSON has no NUL, and UTF-8 no lone surrogates.
    return {
        name: value.replace("\0", "").encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for name, value in content.items()
    }


def _read(row: UnfinishedChallenge) -> Unfinished:
    return Unfinished(
        id=row.id,
        version=row.version,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name,
        verified=row.organisation.verified,
        region=row.organisation.region,
        content=row.content,
        updated_at=row.updated_at,
    )


def _record(context: Context, session: Session, actor: Actor, row: UnfinishedChallenge, what: str) -> None:
    context.trail.record(
        session,
        actor,
        context.clock.now(),
        f"{NOUN}.{what}",
        NOUN,
        row.id,
        organisation_id=row.organisation_id,
    )
