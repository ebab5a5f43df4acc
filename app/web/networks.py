"""The networks and who coordinates them, for admins."""

import secrets
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from sqlalchemy.orm import Session

from app.accounts import administration, invitations, repository
from app.accounts.schemas import CoordinatorInvitation, InvitationRead
from app.api.dependencies import ContextDep, ReadAdministration, ReadSessionDep, WriteAdministration
from app.api.paths import Id
from app.errors import FieldError, MalformedInput, NotFound
from app.idempotency import make_receipt
from app.organisations import repository as organisations
from app.web.forms import Ask, Field, Form, FormPage, SentDep, parse, submit
from app.web.i18n import N_
from app.web.view import ViewDep

router = APIRouter(include_in_schema=False, prefix="/networks")

Slug = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9-]+$")]

INVITE = Form(
    (
        Field("network", Ask.CHOICE, N_("Netzwerk"), required=True),
        Field("email", Ask.EMAIL, N_("E-Mail-Adresse"), required=True, autocomplete="off"),
    )
)
NO_NETWORK = FieldError("network", "enum", "Bitte etwas aus der Liste auswählen.", "Please choose one from the list.")
DISMISS = FormPage(
    N_("Koordination beenden"),
    N_("Koordination beenden"),
    Form(()),
    (
        N_("Die Person ist sofort überall abgemeldet und sieht nichts mehr von den Mitgliedern des Netzwerks."),
        N_("Zurück geht es nur mit einer neuen Einladung."),
    ),
    danger=True,
    back="/networks",
)


def _values(session: Session) -> dict[str, Any]:
    """Return what the page shows, and the form with the networks to choose from."""
    networks = organisations.networks(session)
    people: dict[int, list[Any]] = {network.id: [] for network in networks}
    for grant in repository.coordinators(session):
        people[grant.network_id or 0].append(grant.user)
    invited: dict[int, list[Any]] = {network.id: [] for network in networks}
    for link in repository.open_coordinator_invitations(session):
        invited[link.network_id or 0].append(InvitationRead.model_validate(link))
    return {
        "networks": [(network, people[network.id], invited[network.id]) for network in networks],
        "token": secrets.token_urlsafe(16),
    }


def _invitation(session: Session) -> Form:
    return INVITE.choosing("network", [(network.slug, network.name) for network in organisations.networks(session)])


@router.get("", operation_id="show_networks")
def show_networks(view: ViewDep, session: ReadSessionDep, _actor: ReadAdministration) -> Response:
    """All networks with their coordinators."""
    return view.render("networks.html", form=_invitation(session).blank(), **_values(session))


@router.post("/coordinators", operation_id="submit_coordinator_invitation")
def submit_coordinator_invitation(
    view: ViewDep, sent: SentDep, context: ContextDep, session: ReadSessionDep, actor: WriteAdministration
) -> Response:
    """Invite somebody to coordinate a network."""
    form, shown = _invitation(session), _values(session)
    session.close()

    def use(values: dict[str, Any]) -> Response:
        network = values.pop("network")
        given: CoordinatorInvitation = parse(CoordinatorInvitation, values)
        if network not in {known.slug for known, *_people in shown["networks"]}:
            raise MalformedInput(fields=(NO_NETWORK,))
        receipt = make_receipt(actor, f"invite_coordinator {network}", sent.key, given.model_dump(mode="json"))
        invitations.invite_coordinator(context, actor, network, given.email, receipt)
        return view.redirect("/networks", "invited")

    return submit(view, form, sent, "networks.html", use, **shown)


@router.post("/{slug}/invitations/{invitation_id}/withdraw", operation_id="submit_coordinator_invitation_withdrawal")
def submit_coordinator_invitation_withdrawal(
    slug: Slug, invitation_id: Id, view: ViewDep, context: ContextDep, actor: WriteAdministration
) -> Response:
    """Take an invitation back."""
    invitations.withdraw_coordinator_invitation(context, actor, slug, invitation_id)
    return view.redirect("/networks", "invitation-withdrawn")


@router.get("/{slug}/coordinators/{user_id}/dismiss", operation_id="show_coordinator_dismissal")
def show_coordinator_dismissal(
    slug: Slug, user_id: Id, view: ViewDep, session: ReadSessionDep, _actor: ReadAdministration
) -> Response:
    """Say what dismissing means, for whom."""
    network = organisations.network_by_slug(session, slug)
    if network is None or repository.coordinatorship(session, network.id, user_id) is None:
        raise NotFound
    name = repository.person(session, user_id).name
    return replace(DISMISS, about=f"{name}, {network.name}").show(view)


@router.post("/{slug}/coordinators/{user_id}/dismiss", operation_id="submit_coordinator_dismissal")
def submit_coordinator_dismissal(
    slug: Slug, user_id: Id, view: ViewDep, context: ContextDep, actor: WriteAdministration
) -> Response:
    """End somebody's coordinating of a network."""
    administration.dismiss_coordinator(context, actor, slug, user_id)
    return view.redirect("/networks", "coordinator-dismissed")
