"""Use cases about networks and organisations."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import idempotency, versions
from app.auth.actor import Actor
from app.clock import Clock
from app.db.session import Sessions
from app.errors import FieldError, MalformedInput, NotFound, OrganisationInUse, WrongNetworkKind
from app.models import Network, Organisation
from app.organisations import repository
from app.organisations.schemas import OrganisationCreate, OrganisationPatch, OrganisationRead
from app.vocabulary import OrganisationKind


def register_organisation(
    sessions: Sessions,
    clock: Clock,
    actor: Actor,
    draft: OrganisationCreate,
    receipt: idempotency.Receipt | None = None,
) -> OrganisationRead:
    """Store a new organisation. Raises `MalformedInput` for an unknown network, `WrongNetworkKind`."""
    del actor
    try:
        return _register(sessions, clock, draft, receipt)
    except IntegrityError:
        # Two posts with one key raced on PostgreSQL: the other one has committed, its answer is ours.
        return _register(sessions, clock, draft, receipt)


def _register(
    sessions: Sessions, clock: Clock, draft: OrganisationCreate, receipt: idempotency.Receipt | None
) -> OrganisationRead:
    now = clock.now()
    with sessions.write() as session:
        if (answer := idempotency.find_answer(session, receipt, now)) is not None:
            return OrganisationRead.model_validate(answer)
        values = draft.model_dump(exclude={"network"})
        network = _network_for(session, draft.network, draft.kind)
        organisation = Organisation(
            **values, network=network, verified=False, version=1, created_at=now, updated_at=now
        )
        session.add(organisation)
        session.flush()
        read = OrganisationRead.model_validate(organisation)
        idempotency.store_answer(session, receipt, read.model_dump(mode="json"), now)
        return read


def edit_organisation(
    sessions: Sessions,
    clock: Clock,
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
    with sessions.write() as session:
        organisation = _get(session, actor, organisation_id, lock=True)
        versions.require_match(organisation.version, if_match)
        if "network" in changes:
            organisation.network = _network_for(session, changes.pop("network"), organisation.kind)
        for name, value in changes.items():
            setattr(organisation, name, value)
        organisation.version += 1
        organisation.updated_at = clock.now()
        session.flush()
        return OrganisationRead.model_validate(organisation)


def delete_organisation(sessions: Sessions, actor: Actor, organisation_id: int, if_match: str | None) -> None:
    """Delete an organisation without texts. Raises `OrganisationInUse` while it has some."""
    with sessions.write() as session:
        # Locked, so that nobody adds a text between the count and the deletion, which would take it along.
        organisation = _get(session, actor, organisation_id, lock=True)
        versions.check_match(organisation.version, if_match)
        if texts := repository.count_texts(session, organisation_id):
            raise OrganisationInUse(texts=texts)
        session.delete(organisation)
        session.flush()


def read_organisation(session: Session, actor: Actor, organisation_id: int) -> OrganisationRead:
    """Return one organisation. Raises `NotFound`."""
    return OrganisationRead.model_validate(_get(session, actor, organisation_id))


def _get(session: Session, actor: Actor, organisation_id: int, *, lock: bool = False) -> Organisation:
    organisation = repository.get(session, actor, organisation_id, lock=lock)
    if organisation is None:
        raise NotFound
    return organisation


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
