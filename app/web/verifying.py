"""Pages of coordinators and admins about organisations: verify them, take that back, find one."""

from dataclasses import replace
from typing import Any, Literal

from fastapi import APIRouter, Response

from app.api.dependencies import ContextDep, Cursor, ReadOrganisations, ReadSessionDep, Words, WriteOrganisations
from app.api.paths import Id
from app.auth.actor import Actor
from app.errors import Forbidden
from app.organisations import repository, verification
from app.organisations.schemas import OrganisationRead
from app.pagination import Page
from app.web.forms import Form, FormPage
from app.web.i18n import N_
from app.web.view import ViewDep

router = APIRouter(include_in_schema=False)

ON_A_PAGE = 25
NEWEST = 10
"""Verified organisations below those that wait."""
State = Literal["", "verified", "waiting"]
STATES = [("verified", N_("bestätigt")), ("waiting", N_("noch nicht bestätigt"))]
WITHDRAW = FormPage(
    N_("Bestätigung zurücknehmen"),
    N_("Bestätigung zurücknehmen"),
    Form(()),
    (
        N_("Alles, was die Organisation veröffentlicht hat, wird sofort pausiert, und sie veröffentlicht nichts mehr."),
        N_("Wird sie später wieder bestätigt, setzt sie jeden Text selbst fort."),
    ),
    danger=True,
)


@router.get("/verification", operation_id="show_verification")
def show_verification(
    view: ViewDep, session: ReadSessionDep, actor: ReadOrganisations, cursor: Cursor = None
) -> Response:
    """Organisations that wait to be verified, and the newest of one's network that are."""
    _require_verifier(actor)
    waiting = repository.page_to_verify(session, actor, verified=False, limit=ON_A_PAGE, cursor=cursor)
    verified = repository.page_to_verify(session, actor, verified=True, limit=NEWEST, cursor=None)
    return view.render(
        "verification.html", rows=_read(waiting), verified=_read(verified), next_cursor=waiting.next_cursor
    )


@router.get("/organisations", operation_id="show_organisations")
def show_organisations(
    view: ViewDep,
    session: ReadSessionDep,
    actor: ReadOrganisations,
    q: Words = "",
    state: State = "",
    cursor: Cursor = None,
) -> Response:
    """All organisations, for coordinators those of their networks; by words of the name and state."""
    _require_verifier(actor)
    verified = {"verified": True, "waiting": False}.get(state)
    words = " ".join(q.split())
    page = repository.page_to_verify(session, actor, verified=verified, words=words, limit=ON_A_PAGE, cursor=cursor)
    return view.render(
        "organisations.html", rows=_read(page), next_cursor=page.next_cursor, words=words, state=state, states=STATES
    )


def _require_verifier(actor: Actor) -> None:
    if not (actor.is_admin or actor.networks):
        raise Forbidden


def _read(page: Page[Any]) -> list[OrganisationRead]:
    return [OrganisationRead.model_validate(row) for row in page.rows]


@router.get("/verification/{organisation_id}/withdraw", operation_id="show_verification_withdrawal")
def show_verification_withdrawal(
    organisation_id: Id, view: ViewDep, session: ReadSessionDep, actor: ReadOrganisations
) -> Response:
    """Say what it means to take a verification back."""
    organisation = verification.read_to_verify(session, actor, organisation_id)
    return replace(WITHDRAW, about=organisation.name, back=f"/organisations/{organisation_id}").show(view)


@router.post("/verification/{organisation_id}/{step}", operation_id="submit_verification")
def submit_verification(
    organisation_id: Id,
    step: Literal["verify", "withdraw"],
    view: ViewDep,
    context: ContextDep,
    actor: WriteOrganisations,
) -> Response:
    """Verify an organisation, or take that back."""
    if step == "verify":
        verification.verify_organisation(context, actor, organisation_id)
        return view.redirect("/verification", "verified")
    verification.withdraw_verification(context, actor, organisation_id)
    return view.redirect(f"/organisations/{organisation_id}", "verification-withdrawn")
