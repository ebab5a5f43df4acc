"""Use cases of a text: submit, edit, publish or withdraw, delete.

Each goes the same way: read and check in a session that is closed again; encode, which takes most of the time;
then one write transaction that checks again and stores text, vectors and matches together.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app import errors, idempotency, versions
from app.audit.trail import differences, forget_object
from app.auth.actor import Actor
from app.auth.identify import refresh
from app.context import Context
from app.matches.ranking import CorpusWriter, PreparedText
from app.models import Organisation
from app.organisations import policies as organisation_policies
from app.publishing import policies
from app.publishing.kinds import Kind, Row, Step
from app.validation import malformed
from app.vocabulary import ChallengeState

PUBLISHED = ChallengeState.PUBLISHED.value
DRAFT = ChallengeState.DRAFT.value

Cause = Callable[[Session], None]


def no_cause(_session: Session) -> None:
    """Do nothing besides storing the text."""


def submit(
    context: Context,
    kind: Kind,
    actor: Actor,
    organisation_id: int,
    content: BaseModel,
    *,
    publish: bool,
    receipt: idempotency.Receipt | None,
    cause: Cause = no_cause,
) -> dict[str, Any]:
    """Store a new text, and rank it when `publish` is set. Returns the JSON of the stored text.

    cause: done in the same transaction, for instance away with what the text was written in.
    """
    now = context.clock.now()
    kind.check_content(content, content.model_fields_set, now.date())
    with context.sessions.read() as session:
        if (answer := idempotency.find_answer(session, receipt, now)) is not None:
            return answer
        _check_new(session, kind, actor, organisation_id, publish=publish)
    prepared = context.ranking.prepare(kind.side, content, encode=publish)
    try:
        return _store(
            context, kind, actor, organisation_id, content, prepared, publish=publish, receipt=receipt, cause=cause
        )
    except IntegrityError:
        # On PostgreSQL two posts with one key, or two profiles of one startup, can pass the checks side by side;
        # the database lets one of them in. The second look finds the stored answer or names the conflict.
        return _store(
            context, kind, actor, organisation_id, content, prepared, publish=publish, receipt=receipt, cause=cause
        )


def _store(
    context: Context,
    kind: Kind,
    actor: Actor,
    organisation_id: int,
    content: BaseModel,
    prepared: PreparedText,
    *,
    publish: bool,
    receipt: idempotency.Receipt | None,
    cause: Cause,
) -> dict[str, Any]:
    now = context.clock.now()
    with context.sessions.write() as session, _writer(context, session, needed=publish) as writer:
        if (answer := idempotency.find_answer(session, receipt, now)) is not None:
            return answer
        organisation = _check_new(session, kind, refresh(session, actor), organisation_id, publish=publish)
        cause(session)
        row = new_row(context, kind, organisation, content, prepared, publish=publish)
        session.add(row)
        session.flush()
        if writer is not None:
            writer.enter(kind.side, row, prepared)
        record(context, session, kind, actor, row, "published" if publish else "drafted", {})
        answer = kind.read.model_validate(row).model_dump(mode="json")
        idempotency.store_answer(session, receipt, answer, now)
        return answer


def new_row(
    context: Context,
    kind: Kind,
    organisation: Organisation,
    content: BaseModel,
    prepared: PreparedText,
    *,
    publish: bool,
) -> Row:
    """Return the row of a new text, not yet in a session."""
    now = context.clock.now()
    row = kind.model(organisation=organisation, version=1, created_at=now, updated_at=now)
    _fill(kind, row, content, prepared)
    kind.complete(row, now.date())
    row.state = kind.steps["publish"].to if publish else DRAFT  # type: ignore[assignment]
    row.published_at = now if publish else None
    return row


def edit(
    context: Context, kind: Kind, actor: Actor, text_id: int, changes: dict[str, Any], if_match: str | None
) -> dict[str, Any]:
    """Change fields of a text; a published one is ranked again. Returns its JSON."""
    with context.sessions.read() as session:
        row = _writable(session, kind, actor, text_id)
        versions.require_match(row.version, if_match)
        content = _merged(kind, row, changes)
        version, encode = row.version, row.state == PUBLISHED
        known = context.ranking.known_hashes(session, kind.side, text_id) if encode else None
    kind.check_content(content, changes.keys(), context.clock.today())
    prepared = context.ranking.prepare(kind.side, content, encode=encode, known_hashes=known)
    with context.sessions.write() as session, _writer(context, session, needed=encode) as writer:
        row = _writable(session, kind, refresh(session, actor), text_id, lock=True)
        versions.check_match(row.version, versions.etag(version))
        if row.state not in kind.editable:
            raise kind.wrong_state(row.state.value, kind.editable)
        before = _values(kind, row)
        _fill(kind, row, content, prepared)
        kind.complete(row, context.clock.today())
        _touch(context, row)
        session.flush()
        if writer is not None:
            writer.leave(kind.side, text_id)
            writer.enter(kind.side, row, prepared)
        record(context, session, kind, actor, row, "edited", before)
        return kind.read.model_validate(row).model_dump(mode="json")


def take_step(
    context: Context, kind: Kind, actor: Actor, text_id: int, name: str, if_match: str | None
) -> dict[str, Any]:
    """Take a transition by its name, for instance `publish` or `pause`. Returns the JSON of the text."""
    try:
        return _take_step(context, kind, actor, text_id, kind.steps[name], if_match)
    except errors.PreconditionFailed:
        if if_match is not None:
            raise
        # Who names no version means the text as it is: it changed between the two looks at it.
        return _take_step(context, kind, actor, text_id, kind.steps[name], if_match)


def _take_step(
    context: Context, kind: Kind, actor: Actor, text_id: int, step: Step, if_match: str | None
) -> dict[str, Any]:
    with context.sessions.read() as session:
        row = _writable(session, kind, actor, text_id)
        versions.check_match(row.version, if_match)
        _check_step(kind, row, step)
        publish, withdraw = step.to == PUBLISHED, row.state == PUBLISHED
        _check_verified(row.organisation, publish=publish)
        version, content = row.version, kind.content.model_validate(row, from_attributes=True, extra="ignore")
        known = context.ranking.known_hashes(session, kind.side, text_id) if publish else None
    prepared = context.ranking.prepare(kind.side, content, encode=publish, known_hashes=known)
    with context.sessions.write() as session, _writer(context, session, needed=publish or withdraw) as writer:
        row = _writable(session, kind, refresh(session, actor), text_id, lock=True)
        versions.check_match(row.version, versions.etag(version))
        _check_verified(row.organisation, publish=publish)
        before = _values(kind, row)
        row.state = step.to  # type: ignore[assignment]
        _touch(context, row)
        if publish:
            row.published_at = context.clock.now()
            kind.complete(row, context.clock.today())
        session.flush()
        if writer is not None and withdraw:
            writer.leave(kind.side, text_id)
        elif writer is not None:
            writer.enter(kind.side, row, prepared)
        record(context, session, kind, actor, row, step.to, before)
        return kind.read.model_validate(row).model_dump(mode="json")


def delete(context: Context, kind: Kind, actor: Actor, text_id: int, if_match: str | None) -> None:
    """Delete a text with everything that was made from it."""
    with context.sessions.write() as session, context.ranking.writer(session) as writer:
        row = _writable(session, kind, refresh(session, actor), text_id, lock=True)
        versions.check_match(row.version, if_match)
        remove(context, session, writer, kind, row)
        context.trail.record(
            session,
            actor,
            context.clock.now(),
            f"{kind.noun}.deleted",
            kind.noun,
            text_id,
            organisation_id=row.organisation_id,
        )


def remove(context: Context, session: Session, writer: CorpusWriter, kind: Kind, row: Row) -> None:
    """Take a text out of the corpus and the database, in a transaction that records why."""
    del context
    if row.state == PUBLISHED:
        writer.leave(kind.side, row.id)
    writer.forget(kind.side, row.id)
    forget_object(session, kind.noun, row.id)
    session.delete(row)
    session.flush()


def withdraw(context: Context, session: Session, writer: CorpusWriter, kind: Kind, row: Row) -> None:
    """Pause a published text because its organisation may not publish any more."""
    row.state = "paused"  # type: ignore[assignment]
    _touch(context, row)
    session.flush()
    writer.leave(kind.side, row.id)


def record(
    context: Context, session: Session, kind: Kind, actor: Actor, row: Row, what: str, before: dict[str, Any]
) -> None:
    """Write the audit event of a change; `before` are the values it started from, empty for a new text."""
    context.trail.record(
        session,
        actor,
        context.clock.now(),
        f"{kind.noun}.{what}",
        kind.noun,
        row.id,
        organisation_id=row.organisation_id,
        changes=differences(before, _values(kind, row)),
    )


def read(session: Session, kind: Kind, actor: Actor, text_id: int) -> dict[str, Any]:
    """Return the JSON of one text. Raises `NotFound`."""
    return kind.read.model_validate(readable(session, kind, actor, text_id)).model_dump(mode="json")


def readable(session: Session, kind: Kind, actor: Actor, text_id: int) -> Row:
    """Return a text the actor may read. Raises `NotFound`, for a stranger as for a missing one."""
    row = _get(session, kind, text_id)
    if not policies.may_read(actor, kind.side, row.organisation, row.state.value):
        raise errors.NotFound
    return row


def _writable(session: Session, kind: Kind, actor: Actor, text_id: int, *, lock: bool = False) -> Row:
    row = _get(session, kind, text_id, lock=lock)
    if policies.may_write(actor, row.organisation_id):
        return row
    if policies.may_read(actor, kind.side, row.organisation, row.state.value):
        raise errors.Forbidden
    raise errors.NotFound


def _check_new(session: Session, kind: Kind, actor: Actor, organisation_id: int, *, publish: bool) -> Organisation:
    organisation = session.get(Organisation, organisation_id)
    if organisation is None or not organisation_policies.may_read(actor, organisation):
        raise _unknown_organisation()
    if not policies.may_write(actor, organisation_id):
        raise errors.Forbidden
    kind.check_owner(session, organisation)
    _check_verified(organisation, publish=publish)
    return organisation


def _check_verified(organisation: Organisation, *, publish: bool) -> None:
    if publish and not organisation.verified:
        raise errors.OrganisationNotVerified


def _values(kind: Kind, row: Row) -> dict[str, Any]:
    """Return what the audit trail compares: everything that was written, and the state."""
    content = kind.content.model_validate(row, from_attributes=True, extra="ignore").model_dump(mode="json")
    return content | {"state": str(row.state)}


@contextmanager
def _writer(context: Context, session: Session, *, needed: bool) -> Iterator[CorpusWriter | None]:
    """Take the lock of the corpus first, so that all transactions take their locks in the same order."""
    if not needed:
        yield None
        return
    with context.ranking.writer(session) as writer:
        yield writer


def _get(session: Session, kind: Kind, text_id: int, *, lock: bool = False) -> Row:
    query = select(kind.model).where(kind.model.id == text_id).options(joinedload(kind.model.organisation))
    row: Any = session.scalar(query.with_for_update(of=kind.model) if lock else query)
    if row is None:
        raise errors.NotFound
    found: Row = row
    return found


def _unknown_organisation() -> errors.MalformedInput:
    return errors.MalformedInput(
        fields=(
            errors.FieldError(
                "organisation_id",
                "unknown_organisation",
                "Diese Organisation gibt es nicht. GET /organisations zeigt alle.",
                "There is no such organisation. GET /organisations lists them.",
            ),
        )
    )


def _merged(kind: Kind, row: Row, changes: dict[str, Any]) -> BaseModel:
    """Validate the row's content with the changes applied; a changed text gets its language detected again."""
    if row.state not in kind.editable:
        raise kind.wrong_state(row.state.value, kind.editable)
    now = kind.content.model_validate(row, from_attributes=True, extra="ignore").model_dump(mode="json")
    if "language" not in changes and any(now.get(name) != value for name, value in changes.items()):
        now["language"] = None
    emptied = {
        name: field.get_default(call_default_factory=True)
        for name, field in kind.content.model_fields.items()
        if name in changes and changes[name] is None and not field.is_required()
    }
    try:
        return kind.content.model_validate(now | changes | emptied)
    except ValidationError as error:
        raise malformed(error) from None


def _check_step(kind: Kind, row: Row, step: Step) -> None:
    if row.state not in step.allowed_from:
        raise kind.wrong_state(row.state.value, step.allowed_from)


def _fill(kind: Kind, row: Row, content: BaseModel, prepared: PreparedText) -> None:
    for name in type(content).model_fields:
        setattr(row, name, getattr(content, name))
    for name in ("must_haves",):
        if hasattr(row, name):
            setattr(row, name, content.model_dump(mode="json")[name])
    row.language = prepared.text.language  # type: ignore[assignment]
    kind.derive(row)


def _touch(context: Context, row: Row) -> None:
    row.version += 1
    row.updated_at = context.clock.now()
