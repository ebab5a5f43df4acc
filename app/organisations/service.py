"""Use cases about networks and organisations."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import idempotency, versions
from app.audit.trail import differences, forget_object
from app.auth.actor import Actor
from app.auth.identify import refresh
from app.context import Ground
from app.errors import (
    FieldError,
    Forbidden,
    IdentityFixed,
    MalformedInput,
    NotFound,
    OrganisationInUse,
    WrongNetworkKind,
)
from app.models import Network, Organisation
from app.organisations import policies, repository
from app.organisations.schemas import OrganisationContent, OrganisationCreate, OrganisationPatch, OrganisationRead
from app.vocabulary import OrganisationKind

NOUN = "organisation"


def create_organisation(
    ground: Ground,
    actor: Actor,
    draft: OrganisationCreate,
    receipt: idempotency.Receipt | None = None,
) -> OrganisationRead:
    """Store a new organisation, verified by whoever creates it. Raises `MalformedInput`, `WrongNetworkKind`."""
    if not policies.may_create(actor):
        raise Forbidden
    try:
        return _create(ground, actor, draft, receipt)
    except IntegrityError:
        # Two posts with one key raced on PostgreSQL: the other one has committed, its answer is ours.
        return _create(ground, actor, draft, receipt)


def _create(
    ground: Ground, actor: Actor, draft: OrganisationCreate, receipt: idempotency.Receipt | None
) -> OrganisationRead:
    now = ground.clock.now()
    with ground.sessions.write() as session:
        if (answer := idempotency.find_answer(session, receipt, now)) is not None:
            return OrganisationRead.model_validate(answer)
        if not policies.may_create(refresh(session, actor)):
            raise Forbidden
        organisation = add_organisation(session, draft, now, verified=True)
        _record(ground, session, actor, organisation, "created", {})
        read = OrganisationRead.model_validate(organisation)
        idempotency.store_answer(session, receipt, read.model_dump(mode="json"), now)
        return read


def add_organisation(session: Session, draft: OrganisationContent, now: datetime, *, verified: bool) -> Organisation:
    """Store an organisation in a transaction that records why."""
    organisation = Organisation(
        **draft.model_dump(exclude={"network"}),
        network=_network_for(session, draft.network, draft.kind),
        verified=verified,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(organisation)
    session.flush()
    return organisation


def edit_organisation(
    ground: Ground,
    actor: Actor,
    organisation_id: int,
    patch: OrganisationPatch,
    if_match: str | None,
) -> OrganisationRead:
    """Change fields. Raises `NotFound`, `PreconditionRequired`, `PreconditionFailed`, as registering does."""
    changes = patch.model_dump(exclude_unset=True)
    if changes.get("name", "") is None:
        raise MalformedInput(
            fields=(FieldError("name", "missing", "Der Name darf nicht leer sein.", "The name must not be empty."),)
        )
    with ground.sessions.write() as session:
        actor = refresh(session, actor)
        organisation = _editable(session, actor, organisation_id)
        versions.require_match(organisation.version, if_match)
        before = _values(organisation)
        asked = changes.get("name", organisation.name), changes.get("network", _slug(organisation))
        if asked != (organisation.name, _slug(organisation)) and not policies.may_edit_identity(actor, organisation):
            raise IdentityFixed
        if "network" in changes:
            organisation.network = _network_for(session, changes.pop("network"), organisation.kind)
        for name, value in changes.items():
            setattr(organisation, name, value)
        organisation.version += 1
        organisation.updated_at = ground.clock.now()
        session.flush()
        _record(ground, session, actor, organisation, "edited", before)
        return OrganisationRead.model_validate(organisation)


def delete_organisation(ground: Ground, actor: Actor, organisation_id: int, if_match: str | None) -> None:
    """Delete an organisation without texts, and all memberships. Raises `OrganisationInUse` while it has some."""
    with ground.sessions.write() as session:
        actor = refresh(session, actor)
        # Locked, so that nobody adds a text between the count and the deletion, which would take it along.
        organisation = _editable(session, actor, organisation_id)
        versions.check_match(organisation.version, if_match)
        if texts := repository.count_texts(session, organisation_id):
            raise OrganisationInUse(texts=texts)
        forget_object(session, NOUN, organisation_id)
        ground.trail.record(
            session,
            actor,
            ground.clock.now(),
            "organisation.deleted",
            NOUN,
            organisation_id,
            organisation_id=organisation_id,
        )
        session.delete(organisation)
        session.flush()


def read_organisation(session: Session, actor: Actor, organisation_id: int) -> OrganisationRead:
    """Return one organisation. Raises `NotFound`."""
    return OrganisationRead.model_validate(_get(session, actor, organisation_id))


def editable_organisation(session: Session, actor: Actor, organisation_id: int) -> OrganisationRead:
    """Return an organisation the actor may change. Raises `NotFound`, `Forbidden`."""
    organisation = _get(session, actor, organisation_id)
    if not policies.may_edit(actor, organisation):
        raise Forbidden
    return OrganisationRead.model_validate(organisation)


def may_edit_identity(session: Session, actor: Actor, organisation_id: int) -> bool:
    """Tell whether the actor may change name and network."""
    return policies.may_edit_identity(actor, _get(session, actor, organisation_id))


def may_verify(session: Session, actor: Actor, organisation_id: int) -> bool:
    """Tell whether the actor may verify it, or take that back."""
    return policies.may_verify(actor, _get(session, actor, organisation_id))


def _get(session: Session, actor: Actor, organisation_id: int, *, lock: bool = False) -> Organisation:
    organisation = repository.get(session, actor, organisation_id, lock=lock)
    if organisation is None:
        raise NotFound
    return organisation


def _editable(session: Session, actor: Actor, organisation_id: int) -> Organisation:
    organisation = _get(session, actor, organisation_id, lock=True)
    if not policies.may_edit(actor, organisation):
        raise Forbidden
    return organisation


def _slug(organisation: Organisation) -> str | None:
    return organisation.network.slug if organisation.network else None


def _values(organisation: Organisation) -> dict[str, Any]:
    read = OrganisationRead.model_validate(organisation).model_dump(mode="json")
    return {name: value for name, value in read.items() if name not in {"id", "version", "created_at", "updated_at"}}


def _record(
    ground: Ground, session: Session, actor: Actor, organisation: Organisation, what: str, before: dict[str, Any]
) -> None:
    ground.trail.record(
        session,
        actor,
        ground.clock.now(),
        f"organisation.{what}",
        NOUN,
        organisation.id,
        organisation_id=organisation.id,
        changes=differences(before, _values(organisation)),
    )


def _network_for(session: Session, slug: str | None, kind: OrganisationKind) -> Network | None:
    if slug is None:
        return None
    network = repository.network_by_slug(session, slug)
    if network is None:
        known = ", ".join(network.slug for network in repository.networks(session))
        raise MalformedInput(
            fields=(
                FieldError(
                    "network",
                    "unknown_network",
                    f"Wählen Sie eines von: {known}.",
                    f"Choose one of: {known}.",
                ),
            )
        )
    if network.kind != kind:
        raise WrongNetworkKind(network=network.name, kind=network.kind.value)
    return network
