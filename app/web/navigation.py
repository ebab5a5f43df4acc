"""Which pages the menu shows to whom."""

from dataclasses import dataclass

from app.auth.actor import Actor
from app.vocabulary import OrganisationKind, Role
from app.web.i18n import N_


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `current` tells that it leads to where the reader is."""

    href: str
    text: str
    current: bool


_FOR_ROLE = {
    Role.WELFARE_STAFF: (
        ("/challenges", N_("Herausforderungen")),
        ("/startups", N_("Startups finden")),
        ("/conversations", N_("Gespräche")),
    ),
    Role.STARTUP_MEMBER: (
        ("/profile", N_("Unser Angebot")),
        ("/browse", N_("Herausforderungen finden")),
        ("/conversations", N_("Gespräche")),
    ),
    Role.NETWORK_COORDINATOR: (
        ("/verification", N_("Organisationen bestätigen")),
        ("/reports", N_("Bericht")),
    ),
    Role.ADMIN: (
        ("/verification", N_("Organisationen bestätigen")),
        ("/users", N_("Personen")),
        ("/rescoring", N_("Neuberechnung")),
        ("/reports", N_("Bericht")),
        ("/operation", N_("Betrieb")),
        ("/audit", N_("Protokoll")),
    ),
}

OF_NETWORK = {
    OrganisationKind.WELFARE: ("/browse", N_("Herausforderungen im Netzwerk")),
    OrganisationKind.STARTUP: ("/startups", N_("Startups im Netzwerk")),
}
"""What coordinators look at: what the members of such a network publish."""


def entries(actor: Actor, path: str) -> list[Entry]:
    """Return the menu of a reader, without repeats."""
    found: dict[str, str] = {}
    for grant in actor.grants:
        for href, text in _FOR_ROLE[grant.role]:
            found.setdefault(href, text)
        if grant.network_kind is not None:
            found.setdefault(*OF_NETWORK[grant.network_kind])
    for grant in actor.grants:
        if grant.organisation_id is not None:
            found.setdefault(f"/organisations/{grant.organisation_id}", N_("Organisation"))
    return [Entry(href, text, path == href or path.startswith(f"{href}/")) for href, text in found.items()]
