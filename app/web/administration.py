"""Pages of coordinators and admins: verification, people, the audit trail."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from app.accounts import administration, repository
from app.accounts.people import read_person
from app.api.dependencies import (
    ContextDep,
    Cursor,
    ReadAdministration,
    ReadOrganisations,
    ReadSessionDep,
    WriteAdministration,
    WriteOrganisations,
)
from app.api.paths import Id
from app.audit import repository as trail
from app.auth.actor import Actor
from app.errors import Forbidden
from app.organisations import repository as organisations
from app.organisations import verification
from app.organisations.schemas import OrganisationRead
from app.privacy import erasure
from app.web import event_words
from app.web.event_words import event_options
from app.web.forms import Form, FormPage
from app.web.i18n import N_
from app.web.view import ViewDep

router = APIRouter(include_in_schema=False)

ON_A_PAGE = 25
ERASE = FormPage(
    N_("Person löschen"),
    N_("Endgültig löschen"),
    Form(()),
    (N_("Das Konto und alle Angaben über diese Person werden sofort und für immer gelöscht."),),
    danger=True,
    back="/users",
)


@router.get("/verification", operation_id="show_verification")
def show_verification(
    view: ViewDep, session: ReadSessionDep, actor: ReadOrganisations, cursor: Cursor = None
) -> Response:
    """Organisations that wait to be verified, and those of one's network that are."""
    _require_verifier(actor)
    page = organisations.page_of_unverified(session, actor, limit=ON_A_PAGE, cursor=cursor)
    rows = [OrganisationRead.model_validate(row) for row in page.rows]
    return view.render("verification.html", rows=rows, next_cursor=page.next_cursor)


def _require_verifier(actor: Actor) -> None:
    if not (actor.is_admin or actor.networks):
        raise Forbidden


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


@router.get("/users", operation_id="show_users")
def show_users(view: ViewDep, session: ReadSessionDep, _actor: ReadAdministration, cursor: Cursor = None) -> Response:
    """All people, newest first."""
    page = repository.people(session, limit=ON_A_PAGE, cursor=cursor)
    return view.render("users.html", rows=[read_person(user) for user in page.rows], next_cursor=page.next_cursor)


@router.post("/users/{user_id}/steps/{step}", operation_id="submit_user_step")
def submit_user_step(
    user_id: Id,
    step: Literal["deactivate", "reactivate", "make-admin", "dismiss-admin"],
    view: ViewDep,
    context: ContextDep,
    actor: WriteAdministration,
) -> Response:
    """Close or open an account, make somebody an admin or end that."""
    if step in {"deactivate", "reactivate"}:
        administration.set_active(context, actor, user_id, active=step == "reactivate")
    else:
        administration.set_admin(context, actor, user_id, admin=step == "make-admin")
    return view.redirect("/users", "user-changed")


@router.get("/users/{user_id}/erase", operation_id="show_user_erasure")
def show_user_erasure(user_id: Id, view: ViewDep, session: ReadSessionDep, _actor: ReadAdministration) -> Response:
    """Say what erasing means."""
    repository.person(session, user_id)
    return ERASE.show(view)


@router.post("/users/{user_id}/erase", operation_id="submit_user_erasure")
def submit_user_erasure(user_id: Id, view: ViewDep, context: ContextDep, actor: WriteAdministration) -> Response:
    """Erase a person who asked for it, for good."""
    erasure.erase_person(context, actor, user_id)
    return view.redirect("/users", "user-erased")


@router.get("/audit", operation_id="show_audit")
def show_audit(
    view: ViewDep,
    session: ReadSessionDep,
    _actor: ReadAdministration,
    action: Annotated[str, Query(max_length=60, pattern=r"^[a-z_.]*$")] = "",
    actor_id: Annotated[str, Query(max_length=9, pattern=r"^[0-9]*$")] = "",
    organisation_id: Annotated[str, Query(max_length=9, pattern=r"^[0-9]*$")] = "",
    cursor: Cursor = None,
) -> Response:
    """Search the audit trail."""
    page = trail.page(
        session,
        action=action or None,
        actor_id=int(actor_id) if actor_id else None,
        organisation_id=int(organisation_id) if organisation_id else None,
        limit=ON_A_PAGE,
        cursor=cursor,
    )
    return view.render(
        "audit.html",
        rows=[trail.read_event(event) for event in page.rows],
        next_cursor=page.next_cursor,
        events=event_options(view, action),
        names=event_words,
        asked={"action": action, "actor_id": actor_id, "organisation_id": organisation_id},
    )
