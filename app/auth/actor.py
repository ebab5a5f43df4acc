"""Who is acting, and what they have been granted."""

from dataclasses import dataclass, field

from app.auth.permissions import Permission
from app.vocabulary import ActorKind, OrganisationKind, Role

MEMBER_ROLES = {OrganisationKind.WELFARE: Role.WELFARE_STAFF, OrganisationKind.STARTUP: Role.STARTUP_MEMBER}
"""The role that members of each kind of organisation have."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One role: in an organisation, in a network, or everywhere.

    verified: of the organisation; network_kind: whose network it is.
    """

    role: Role
    organisation_id: int | None = None
    network_id: int | None = None
    manager: bool = False
    verified: bool = False
    network_kind: OrganisationKind | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A caller with everything that policies look at; policies never ask the database.

    `scopes` restricts what an API token may do; None: no restriction.
    """

    kind: ActorKind
    user_id: int | None = None
    grants: tuple[Grant, ...] = ()
    scopes: frozenset[Permission] | None = None
    session_id: int | None = None
    token_id: int | None = None
    lacks_second_factor: bool = False
    organisations: frozenset[int] = field(init=False)
    networks: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        """Collect where the roles are."""
        members = {grant.organisation_id for grant in self.grants if grant.organisation_id is not None}
        coordinated = {grant.network_id for grant in self.grants if grant.network_id is not None}
        object.__setattr__(self, "organisations", frozenset(members))
        object.__setattr__(self, "networks", frozenset(coordinated))

    @property
    def key(self) -> str:
        """Name the caller for idempotency keys: one person's keys are not another's."""
        return f"{self.kind.value}:{self.user_id or 0}"

    @property
    def is_known(self) -> bool:
        """Tell whether this is anybody at all."""
        return self.kind is not ActorKind.ANONYMOUS

    @property
    def is_trusted(self) -> bool:
        """Tell whether this is the command line or the service itself, which may do everything."""
        return self.kind in {ActorKind.OPERATOR, ActorKind.SERVICE}

    @property
    def is_admin(self) -> bool:
        """Tell whether the caller administers the service."""
        return self.is_trusted or any(grant.role is Role.ADMIN for grant in self.grants)

    def is_member(self, organisation_id: int) -> bool:
        """Tell whether the caller belongs to an organisation."""
        return organisation_id in self.organisations

    def manages(self, organisation_id: int) -> bool:
        """Tell whether the caller is a manager of an organisation."""
        return any(grant.organisation_id == organisation_id and grant.manager for grant in self.grants)

    def coordinates(self, network_id: int | None) -> bool:
        """Tell whether the caller coordinates a network."""
        return network_id is not None and network_id in self.networks


ANONYMOUS = Actor(ActorKind.ANONYMOUS)
"""Nobody known."""
OPERATOR = Actor(ActorKind.OPERATOR)
"""Whoever may run commands on the machine."""
SERVICE = Actor(ActorKind.SERVICE)
"""The service itself: expiry, retention, mails."""
