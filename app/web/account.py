"""One's own account: name, language, password, address, second factor, data."""

import json
from typing import Any

import segno
from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app import versions
from app.accounts import administration, recovery, repository, second_factor
from app.accounts.people import read_person
from app.accounts.schemas import (
    EmailChange,
    PasswordAgain,
    PasswordChange,
    PersonPatch,
    PersonRead,
    TotpCode,
    TotpSetup,
)
from app.alerts.schemas import AlertSettingsWrite
from app.alerts.service import change_alert_settings, read_alert_settings
from app.api.cookies import drop_session_cookie, set_session_cookie
from app.api.dependencies import ContextDep, ReadAccount, ReadSessionDep, VisitorDep, WriteAccount
from app.auth.actor import Actor
from app.context import Context
from app.errors import PreconditionFailed
from app.privacy import erasure, export
from app.vocabulary import AlertMode, Language
from app.web import i18n
from app.web.conflicts import Difference, show_both
from app.web.forms import Ask, BoundForm, Field, Form, FormPage, SentDep, parse, submit
from app.web.i18n import N_
from app.web.labels import options
from app.web.sign_in import NEW_PASSWORD
from app.web.view import ViewDep

router = APIRouter(include_in_schema=False, prefix="/account")

PRESENT = Field("password", Ask.PASSWORD, N_("Ihr jetziges Passwort"), required=True, autocomplete="current-password")
PERSON = Form(
    (
        Field(
            "name",
            Ask.TEXT,
            N_("Ihr Name"),
            N_("So sehen Ihre Kolleginnen und Kollegen Sie."),
            True,
            autocomplete="name",
        ),
        Field("locale", Ask.CHOICE, N_("Sprache"), required=True, options=options(Language)),
    )
)
PASSWORD = FormPage(
    N_("Passwort ändern"),
    N_("Passwort ändern"),
    Form(
        (
            PRESENT,
            Field(
                "new_password",
                Ask.PASSWORD,
                N_("Neues Passwort"),
                NEW_PASSWORD.hint,
                required=True,
                autocomplete="new-password",
            ),
        )
    ),
    (N_("Alle anderen Anmeldungen werden dabei beendet."),),
    back="/account",
)
EMAIL = FormPage(
    N_("E-Mail-Adresse ändern"),
    N_("Adresse ändern"),
    Form((Field("email", Ask.EMAIL, N_("Neue E-Mail-Adresse"), required=True, autocomplete="email"), PRESENT)),
    (N_("Die neue Adresse gilt, sobald Sie den Link in der Mail öffnen, die wir dorthin schicken."),),
    back="/account",
)
BEGIN = FormPage(
    N_("Zweiten Faktor einrichten"),
    N_("Weiter"),
    Form((PRESENT,)),
    (N_("Sie brauchen eine Authenticator-App auf dem Handy. Bei jeder Anmeldung fragen wir dann einen Code ab."),),
    back="/account",
)
REMOVE = FormPage(
    N_("Zweiten Faktor ausschalten"),
    N_("Ausschalten"),
    Form((PRESENT,)),
    (N_("Zum Anmelden genügt danach das Passwort. Verwalten geht nur mit zweitem Faktor."),),
    danger=True,
    back="/account",
)
CODE = Form(
    (
        Field(
            "code",
            Ask.CODE,
            N_("Code der Authenticator-App"),
            N_("Sechs Ziffern. Jeder Code gilt einmal."),
            required=True,
            autocomplete="one-time-code",
        ),
    )
)
MAILS = FormPage(
    N_("Mails"),
    N_("Speichern"),
    Form(
        (
            Field(
                "matches",
                Ask.CHOICE,
                N_("Neue gute Passungen"),
                N_("Wenn etwas Neues gut oder sehr gut zu Ihren Texten passt."),
                required=True,
                options=options(AlertMode),
            ),
            Field(
                "conversations",
                Ask.CHOICE,
                N_("Gespräche"),
                N_("Anfragen, Antworten, Nachrichten und was bald abläuft."),
                required=True,
                options=options(AlertMode),
            ),
        )
    ),
    (N_("In Mails steht, worum es geht, aber nie der Name einer Person oder eine Nachricht."),),
    back="/account",
)
ERASE = FormPage(
    N_("Konto löschen"),
    N_("Konto endgültig löschen"),
    Form((PRESENT,)),
    (
        N_("Ihr Konto und alle Angaben über Sie werden sofort und für immer gelöscht."),
        N_("Texte Ihrer Organisation bleiben: Sie gehören der Organisation."),
    ),
    danger=True,
    back="/account",
)


def _me(session: Session, actor: Actor) -> PersonRead:
    return read_person(repository.person(session, actor.user_id or 0))


@router.get("", operation_id="show_account")
def show_account(view: ViewDep, session: ReadSessionDep, actor: ReadAccount) -> Response:
    """Everything about one's account, with the ways to change it."""
    person = _me(session, actor)
    return view.render("account.html", person=person, form=PERSON.blank(person.model_dump(mode="json")))


@router.post("", operation_id="submit_person")
def submit_person(
    view: ViewDep, sent: SentDep, context: ContextDep, session: ReadSessionDep, actor: WriteAccount
) -> Response:
    """Change one's name or language."""
    person = _me(session, actor)
    session.close()

    def use(values: dict[str, Any]) -> Response:
        tag = versions.etag(sent.version)
        saved = administration.edit_person(context, actor, parse(PersonPatch, values), tag)
        response = view.redirect("/account", "person-saved")
        view.set_choice(response, i18n.COOKIE, saved.locale.value)
        return response

    def show(form: BoundForm, status: int, differences: list[Difference]) -> Response:
        return view.render("account.html", status, form=form, person=_now(context, actor), differences=differences)

    try:
        return submit(view, PERSON, sent, "account.html", use, person=person, version=sent.one("version"))
    except PreconditionFailed as error:
        stored = _now(context, actor).model_dump(mode="json")
        return show_both(view, PERSON, sent, error, stored, show)


def _now(context: Context, actor: Actor) -> PersonRead:
    with context.sessions.read() as session:
        return _me(session, actor)


@router.get("/password", operation_id="show_password")
def show_password(view: ViewDep, _actor: ReadAccount) -> Response:
    """Ask for the present and the new password."""
    return PASSWORD.show(view)


@router.post("/password", operation_id="submit_password")
def submit_password(
    view: ViewDep, sent: SentDep, context: ContextDep, visitor: VisitorDep, actor: WriteAccount
) -> Response:
    """Set a new password."""

    def use(values: dict[str, Any]) -> Response:
        cookie = recovery.change_password(context, actor, parse(PasswordChange, values), visitor)
        response = view.redirect("/account", "password-changed")
        set_session_cookie(response, context.security, cookie)
        return response

    return PASSWORD.submit(view, sent, use)


@router.get("/email", operation_id="show_email")
def show_email(view: ViewDep, _actor: ReadAccount) -> Response:
    """Ask for the new address."""
    return EMAIL.show(view)


@router.post("/email", operation_id="submit_email")
def submit_email(
    view: ViewDep, sent: SentDep, context: ContextDep, visitor: VisitorDep, actor: WriteAccount
) -> Response:
    """Have a new address confirmed."""

    def use(values: dict[str, Any]) -> Response:
        recovery.change_email(context, actor, parse(EmailChange, values), visitor)
        return view.redirect("/account", "email-requested")

    return EMAIL.submit(view, sent, use)


@router.get("/second-factor", operation_id="show_second_factor")
def show_second_factor(view: ViewDep, session: ReadSessionDep, actor: ReadAccount) -> Response:
    """Begin to set up a second factor, or switch it off."""
    return (REMOVE if _me(session, actor).second_factor else BEGIN).show(view)


@router.post("/second-factor", operation_id="submit_second_factor")
def submit_second_factor(
    view: ViewDep,
    sent: SentDep,
    context: ContextDep,
    session: ReadSessionDep,
    visitor: VisitorDep,
    actor: WriteAccount,
) -> Response:
    """Show the secret for the app, or switch the second factor off."""
    active = _me(session, actor).second_factor
    session.close()

    def begin(values: dict[str, Any]) -> Response:
        password = parse(PasswordAgain, values).password
        setup = second_factor.begin(context, actor, password, visitor)
        return view.render("second_factor.html", form=CODE.blank(), setup=setup, picture=_picture(setup))

    def remove(values: dict[str, Any]) -> Response:
        password = parse(PasswordAgain, values).password
        cookie = second_factor.remove(context, actor, password, visitor)
        response = view.redirect("/account", "second-factor-removed")
        set_session_cookie(response, context.security, cookie)
        return response

    return REMOVE.submit(view, sent, remove) if active else BEGIN.submit(view, sent, begin)


def _picture(setup: TotpSetup) -> str:
    picture: str = segno.make(setup.uri, error="m").svg_data_uri(scale=4, border=2, light="#fff")
    return picture


@router.post("/second-factor/confirm", operation_id="submit_second_factor_code")
def submit_second_factor_code(
    view: ViewDep, sent: SentDep, context: ContextDep, visitor: VisitorDep, actor: WriteAccount
) -> Response:
    """Switch the second factor on with its first code."""

    def use(values: dict[str, Any]) -> Response:
        cookie = second_factor.confirm(context, actor, parse(TotpCode, values).code, visitor)
        response = view.redirect("/account", "second-factor-added")
        set_session_cookie(response, context.security, cookie)
        return response

    return submit(view, CODE, sent, "second_factor.html", use, setup=None, picture="")


@router.get("/export", operation_id="download_account")
def download_account(session: ReadSessionDep, actor: ReadAccount) -> Response:
    """Everything stored about the reader, as a file."""
    data = export.export_person(session, actor.user_id or 0)
    return Response(
        json.dumps(data, ensure_ascii=False, indent=2),
        media_type="application/json",
        headers={
            "Content-Disposition": 'attachment; filename="passgenau-account.json"',
            "Cache-Control": "no-store",
        },
    )


@router.get("/erase", operation_id="show_erasure")
def show_erasure(view: ViewDep, _actor: ReadAccount) -> Response:
    """Say what erasing means, and ask for the password."""
    return ERASE.show(view)


@router.post("/erase", operation_id="submit_erasure")
def submit_erasure(
    view: ViewDep, sent: SentDep, context: ContextDep, visitor: VisitorDep, actor: WriteAccount
) -> Response:
    """Erase the account, for good."""

    def use(values: dict[str, Any]) -> Response:
        password = parse(PasswordAgain, values).password
        erasure.erase_person(context, actor, recovery.check_password(context, actor, password, visitor))
        response = view.redirect("/sign-in", "erased")
        drop_session_cookie(response, context.security)
        return response

    return ERASE.submit(view, sent, use)


@router.get("/mails", operation_id="show_mail_settings")
def show_mail_settings(view: ViewDep, context: ContextDep, actor: ReadAccount) -> Response:
    """How often one is told."""
    return MAILS.show(view, read_alert_settings(context, actor).model_dump(mode="json"))


@router.post("/mails", operation_id="submit_mail_settings")
def submit_mail_settings(view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteAccount) -> Response:
    """Choose how often one is told."""

    def use(values: dict[str, Any]) -> Response:
        change_alert_settings(context, actor, parse(AlertSettingsWrite, values))
        return view.redirect("/account", "mails-saved")

    return MAILS.submit(view, sent, use)
