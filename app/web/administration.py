"""Pages of admins: people, the audit trail."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from app.accounts import administration, repository
from app.accounts.people import read_person
from app.accounts.schemas import PersonRead
from app.api.dependencies import ContextDep, Cursor, ReadAdministration, ReadSessionDep, Words, WriteAdministration
from app.api.paths import Id
from app.audit import repository as trail
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
REMOVE_FACTOR = FormPage(
    N_("Zweiten Faktor entfernen"),
    N_("Zweiten Faktor entfernen"),
    Form(()),
    (
        N_("Nur, wenn die Authenticator-App weg ist: Zum Anmelden genügt danach das Passwort."),
        N_("Rufen Sie die Person vorher an. Eine Mail allein zeigt nicht, dass die Bitte von ihr kommt."),
        N_("Alle ihre Anmeldungen enden, und sie bekommt eine Mail."),
    ),
    danger=True,
    back="/users",
)


@router.get("/users", operation_id="show_users")
def show_users(
    view: ViewDep, session: ReadSessionDep, _actor: ReadAdministration, q: Words = "", cursor: Cursor = None
) -> Response:
    """All people, newest first; by words of the name or the address."""
    words = " ".join(q.split())
    page = repository.people(session, words=words, limit=ON_A_PAGE, cursor=cursor)
    rows = [read_person(user) for user in page.rows]
    return view.render("users.html", rows=rows, next_cursor=page.next_cursor, words=words)


@router.post("/users/{user_id}/steps/{step}", operation_id="submit_user_step")
def submit_user_step(
    user_id: Id,
    step: Literal["deactivate", "reactivate", "make-admin", "dismiss-admin", "remove-second-factor"],
    view: ViewDep,
    context: ContextDep,
    actor: WriteAdministration,
) -> Response:
    """Close or open an account, make somebody an admin or end that, let somebody in whose authenticator app is gone."""
    if step == "remove-second-factor":
        administration.remove_second_factor(context, actor, user_id)
        return view.redirect("/users", "persons-factor-removed")
    if step in {"deactivate", "reactivate"}:
        administration.set_active(context, actor, user_id, active=step == "reactivate")
    else:
        administration.set_admin(context, actor, user_id, admin=step == "make-admin")
    return view.redirect("/users", "user-changed")


@router.get("/users/{user_id}/steps/remove-second-factor", operation_id="show_second_factor_removal")
def show_second_factor_removal(
    user_id: Id, view: ViewDep, session: ReadSessionDep, actor: ReadAdministration
) -> Response:
    """Say what it means to remove somebody's second factor."""
    return _about(REMOVE_FACTOR, administration.read_with_second_factor(session, actor, user_id)).show(view)


def _about(page: FormPage, person: PersonRead) -> FormPage:
    return replace(page, about=f"{person.name}, {person.email}")


@router.get("/users/{user_id}/erase", operation_id="show_user_erasure")
def show_user_erasure(user_id: Id, view: ViewDep, session: ReadSessionDep, _actor: ReadAdministration) -> Response:
    """Say what erasing means."""
    return _about(ERASE, read_person(repository.person(session, user_id))).show(view)


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
