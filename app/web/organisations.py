"""Pages of an organisation: its details, its people, invitations, its data."""

import json
import secrets
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Response

from app import versions
from app.accounts import invitations, membership
from app.accounts.schemas import InvitationNew
from app.api.dependencies import (
    ContextDep,
    ReadOrganisations,
    ReadSessionDep,
    WriteMembers,
    WriteOrganisations,
)
from app.api.paths import Id
from app.auth.actor import Actor
from app.context import Context
from app.errors import FieldError, MalformedInput, PreconditionFailed
from app.idempotency import make_receipt
from app.organisations import closing, policies, repository, service
from app.organisations.schemas import OrganisationPatch, OrganisationRead
from app.vocabulary import DataProtectionRegime, Region
from app.web.conflicts import Difference, show_both
from app.web.forms import Ask, BoundForm, Field, Form, FormPage, Sent, SentDep, parse, submit
from app.web.i18n import N_
from app.web.labels import options
from app.web.view import View, ViewDep

router = APIRouter(include_in_schema=False, prefix="/organisations/{organisation_id}")

NAME_DIFFERS = FieldError(
    "name",
    "name_differs",
    "Das ist nicht der Name dieser Organisation. Er steht oben auf der Seite.",
    "This is not the name of this organisation. It stands at the top of the page.",
)
INVITE = Form(
    (
        Field("email", Ask.EMAIL, N_("E-Mail-Adresse"), required=True, autocomplete="off"),
        Field("manager", Ask.YES, N_("Darf die Organisation mitleiten (einladen, Angaben ändern)")),
    )
)
ERASE = FormPage(
    N_("Organisation löschen"),
    N_("Organisation endgültig löschen"),
    Form(
        (
            Field(
                "name",
                Ask.TEXT,
                N_("Name der Organisation"),
                N_("Tippen Sie ihn ab, damit nichts aus Versehen gelöscht wird."),
                required=True,
                autocomplete="off",
            ),
        )
    ),
    (
        N_("Die Organisation, alle ihre Texte und alle Zugehörigkeiten werden sofort und für immer gelöscht."),
        N_("Wollen Sie vorher alle Daten herunterladen? Gehen Sie zurück, dort ist der Knopf."),
    ),
    danger=True,
)
REMOVE = FormPage(
    N_("Person aus der Organisation entfernen"),
    N_("Entfernen"),
    Form(()),
    (
        N_("Die Person ist sofort überall abgemeldet und sieht nichts mehr von Ihrer Organisation."),
        N_("Was sie geschrieben hat, bleibt. Zurück kommt sie nur mit einer neuen Einladung."),
    ),
    danger=True,
)
LEAVE = FormPage(
    N_("Organisation verlassen"),
    N_("Verlassen"),
    Form(()),
    (
        N_("Sie sind sofort überall abgemeldet und sehen nichts mehr von dieser Organisation."),
        N_("Was Sie geschrieben haben, bleibt ihr. Zurück kommen Sie nur mit einer neuen Einladung."),
    ),
    danger=True,
)


def version_tag(sent: Sent) -> str:
    """Return the ETag of the version a form was made from; one that fits nothing where the form sent none."""
    return versions.etag(sent.version)


@router.get("", operation_id="show_organisation")
def show_organisation(
    organisation_id: Id, view: ViewDep, context: ContextDep, session: ReadSessionDep, actor: ReadOrganisations
) -> Response:
    """Show an organisation; to its members also who belongs to it."""
    organisation = service.read_organisation(session, actor, organisation_id)
    session.close()
    return _page(view, context, actor, organisation)


def _page(view: View, context: Context, actor: Actor, organisation: OrganisationRead, status: int = 200) -> Response:
    return view.render("organisation.html", status, form=INVITE.blank(), **_values(context, actor, organisation))


def _values(context: Context, actor: Actor, organisation: OrganisationRead) -> dict[str, Any]:
    manages = policies.may_manage_members(actor, organisation.id)
    sees = policies.may_see_members(actor, organisation.id)
    with context.sessions.read() as session:
        names = {network.slug: network.name for network in repository.networks(session)}
        verifies = service.may_verify(session, actor, organisation.id)
    return {
        "organisation": organisation,
        "network": names.get(organisation.network or ""),
        "manages": manages,
        "verifies": verifies,
        "exports": policies.may_export(actor, organisation.id),
        "members": membership.list_members(context, actor, organisation.id) if sees else None,
        # Sent along with an invitation, so that a second click sends no second mail.
        "token": secrets.token_urlsafe(16),
        "invitations": invitations.list_invitations(context, actor, organisation.id) if manages else [],
    }


def _details(session: ReadSessionDep, organisation: OrganisationRead, *, identity: bool) -> FormPage:
    networks = [(network.slug, network.name) for network in repository.networks(session)]
    who = (
        Field("name", Ask.TEXT, N_("Name der Organisation"), required=True, autocomplete="organization"),
        Field("network", Ask.CHOICE, N_("Verband oder Netzwerk"), options=networks),
    )
    more = (
        Field("region", Ask.CHOICE, N_("Bundesland"), options=options(Region)),
        Field("legal_form", Ask.TEXT, N_("Rechtsform"), N_("Zum Beispiel: e. V., gGmbH")),
        Field(
            "data_protection_regime",
            Ask.CHOICE,
            N_("Welches Datenschutzrecht gilt?"),
            options=options(DataProtectionRegime),
        ),
    )
    return FormPage(
        N_("Angaben der Organisation"),
        N_("Speichern"),
        Form((*who, *more) if identity else more),
        () if identity else (N_("Name und Netzwerk einer bestätigten Organisation ändert nur die Verwaltung."),),
        back=f"/organisations/{organisation.id}",
    )


@router.get("/edit", operation_id="show_organisation_form")
def show_organisation_form(
    organisation_id: Id, view: ViewDep, session: ReadSessionDep, actor: ReadOrganisations
) -> Response:
    """Change the details."""
    organisation = service.editable_organisation(session, actor, organisation_id)
    page = _details(session, organisation, identity=service.may_edit_identity(session, actor, organisation_id))
    return page.show(view, organisation.model_dump(mode="json"), version=str(organisation.version))


@router.post("/edit", operation_id="submit_organisation_form")
def submit_organisation_form(
    organisation_id: Id,
    view: ViewDep,
    sent: SentDep,
    context: ContextDep,
    session: ReadSessionDep,
    actor: WriteOrganisations,
) -> Response:
    """Store the details."""
    organisation = service.editable_organisation(session, actor, organisation_id)
    page = _details(session, organisation, identity=service.may_edit_identity(session, actor, organisation_id))
    session.close()

    def use(values: dict[str, Any]) -> Response:
        patch = parse(OrganisationPatch, values)
        service.edit_organisation(context, actor, organisation_id, patch, version_tag(sent))
        return view.redirect(page.back, "organisation-saved")

    try:
        return page.submit(view, sent, use, version=sent.one("version"))
    except PreconditionFailed as error:
        with context.sessions.read() as again:
            stored = service.editable_organisation(again, actor, organisation_id)

        def show(form: BoundForm, status: int, differences: list[Difference]) -> Response:
            hidden = {"version": str(stored.version)}
            return view.render("form.html", status, page=page, form=form, hidden=hidden, differences=differences)

        return show_both(view, page.form, sent, error, stored.model_dump(mode="json"), show)


@router.post("/invitations", operation_id="submit_member_invitation")
def submit_member_invitation(
    organisation_id: Id, view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteMembers
) -> Response:
    """Invite a colleague."""

    def use(values: dict[str, Any]) -> Response:
        given: InvitationNew = parse(InvitationNew, values)
        receipt = make_receipt(actor, f"invite_member {organisation_id}", sent.key, given.model_dump(mode="json"))
        invitations.invite_member(context, actor, organisation_id, given, receipt)
        return view.redirect(f"/organisations/{organisation_id}", "invited")

    with context.sessions.read() as session:
        organisation = service.read_organisation(session, actor, organisation_id)
    return submit(view, INVITE, sent, "organisation.html", use, **_values(context, actor, organisation))


@router.post("/invitations/{invitation_id}/withdraw", operation_id="submit_invitation_withdrawal")
def submit_invitation_withdrawal(
    organisation_id: Id, invitation_id: Id, view: ViewDep, context: ContextDep, actor: WriteMembers
) -> Response:
    """Take an invitation back."""
    invitations.withdraw_invitation(context, actor, organisation_id, invitation_id)
    return view.redirect(f"/organisations/{organisation_id}", "invitation-withdrawn")


@router.post("/members/{user_id}/manager", operation_id="submit_manager")
def submit_manager(
    organisation_id: Id, user_id: Id, view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteMembers
) -> Response:
    """Make a member a manager, or end that."""
    membership.set_manager(context, actor, organisation_id, user_id, manager=sent.one("confirm") == "yes")
    return view.redirect(f"/organisations/{organisation_id}", "member-changed")


@router.get("/members/{user_id}/remove", operation_id="show_member_removal")
def show_member_removal(
    organisation_id: Id, user_id: Id, view: ViewDep, context: ContextDep, actor: ReadOrganisations
) -> Response:
    """Say what leaving means, for whom."""
    member = membership.removable_member(context, actor, organisation_id, user_id)
    back = f"/organisations/{organisation_id}"
    if user_id != actor.user_id:
        return replace(REMOVE, about=member.name, back=back).show(view)
    with context.sessions.read() as session:
        organisation = service.read_organisation(session, actor, organisation_id)
    return replace(LEAVE, about=organisation.name, back=back).show(view)


@router.post("/members/{user_id}/remove", operation_id="submit_member_removal")
def submit_member_removal(
    organisation_id: Id, user_id: Id, view: ViewDep, context: ContextDep, actor: WriteMembers
) -> Response:
    """Take somebody out of the organisation, or leave it."""
    membership.remove_member(context, actor, organisation_id, user_id)
    # Whoever leaves is signed out by it, and lands on the sign-in page.
    return view.redirect(f"/organisations/{organisation_id}", "member-removed")


@router.get("/export", operation_id="download_organisation")
def download_organisation(organisation_id: Id, context: ContextDep, actor: ReadOrganisations) -> Response:
    """Everything stored about the organisation, as a file."""
    data = closing.export_organisation(context, actor, organisation_id)
    return Response(
        json.dumps(data, ensure_ascii=False, indent=2),
        media_type="application/json",
        headers={
            "Content-Disposition": 'attachment; filename="passgenau-organisation.json"',
            "Cache-Control": "no-store",
        },
    )


@router.get("/erase", operation_id="show_organisation_erasure")
def show_organisation_erasure(
    organisation_id: Id, view: ViewDep, session: ReadSessionDep, actor: ReadOrganisations
) -> Response:
    """Say what erasing means."""
    return _erasure(service.editable_organisation(session, actor, organisation_id)).show(view)


def _erasure(organisation: OrganisationRead) -> FormPage:
    return replace(ERASE, about=organisation.name, back=f"/organisations/{organisation.id}")


@router.post("/erase", operation_id="submit_organisation_erasure")
def submit_organisation_erasure(
    organisation_id: Id,
    view: ViewDep,
    sent: SentDep,
    context: ContextDep,
    session: ReadSessionDep,
    actor: WriteOrganisations,
) -> Response:
    """Erase the organisation, for good, once somebody has typed its name."""
    organisation = service.editable_organisation(session, actor, organisation_id)
    session.close()

    def use(values: dict[str, Any]) -> Response:
        if _plain(values["name"]) != _plain(organisation.name):
            raise MalformedInput(fields=(NAME_DIFFERS,))
        closing.erase_organisation(context, actor, organisation_id)
        return view.redirect("/", "deleted")

    return _erasure(organisation).submit(view, sent, use)


def _plain(name: str) -> str:
    """Return a name without what people mistype: spaces and capitals."""
    return " ".join(name.split()).casefold()
