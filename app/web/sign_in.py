"""Pages for people who are not signed in yet: sign in, register, mailed links."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.accounts import invitations, recovery, registration
from app.accounts import sign_in as service
from app.accounts.schemas import InvitationAccept, MailedToken, NewPasswordByLink, Registration, ResetRequest, SignIn
from app.api.cookies import drop_session_cookie, set_session_cookie
from app.api.dependencies import ContextDep, ReadPublic, ReadSessionDep, VisitorDep, WriteSignIn
from app.api.own_path import own_path
from app.errors import NotSignedIn
from app.organisations import repository
from app.vocabulary import OrganisationKind, Region
from app.web import i18n
from app.web.forms import CONTROL, Ask, Field, Form, FormPage, Sent, SentDep, error_text, parse, submit
from app.web.i18n import N_
from app.web.labels import options
from app.web.view import View, ViewDep

router = APIRouter(include_in_schema=False)
SECRET = ("password", "code")
"""Ends of names of fields whose values go nowhere but to the service."""

NEW_PASSWORD = Field(
    "password",
    Ask.PASSWORD,
    N_("Passwort"),
    N_("Mindestens 8 Zeichen. Gut sind zum Beispiel vier zufällige Wörter."),
    required=True,
    autocomplete="new-password",
)
SIGN_IN = Form(
    (
        Field("email", Ask.EMAIL, N_("E-Mail-Adresse"), required=True, autocomplete="username"),
        Field("password", Ask.PASSWORD, N_("Passwort"), required=True, autocomplete="current-password"),
        Field(
            "code",
            Ask.CODE,
            N_("Code der Authenticator-App"),
            N_("Sechs Ziffern. Jeder Code gilt einmal."),
            autocomplete="one-time-code",
        ),
    )
)
_ORGANISATION = ("organisation_name", "kind", "network", "region")
FORGOT = FormPage(
    N_("Neues Passwort setzen"),
    N_("Link anfordern"),
    Form((Field("email", Ask.EMAIL, N_("E-Mail-Adresse"), required=True, autocomplete="email"),)),
    (N_("Wir schicken Ihnen einen Link, mit dem Sie ein neues Passwort setzen."),),
)
RESET = FormPage(N_("Neues Passwort setzen"), N_("Passwort speichern"), Form((NEW_PASSWORD,)))
CONFIRM = FormPage(
    N_("E-Mail-Adresse bestätigen"),
    N_("Ja, die Adresse ist meine"),
    Form(()),
    (N_("Mit einem Klick bestätigen Sie, dass die E-Mail-Adresse Ihre ist."),),
)
INVITATION = FormPage(
    N_("Einladung annehmen"),
    N_("Einladung annehmen"),
    Form(
        (
            Field("name", Ask.TEXT, N_("Ihr Name"), autocomplete="name"),
            Field(
                "password",
                Ask.PASSWORD,
                N_("Passwort"),
                N_("Mindestens 8 Zeichen. Gut sind zum Beispiel vier zufällige Wörter."),
                autocomplete="new-password",
            ),
        )
    ),
    (
        N_("Sie sind eingeladen, bei Passgenau mitzuarbeiten."),
        N_("Haben Sie schon ein Konto mit dieser E-Mail-Adresse? Dann lassen Sie beide Felder leer."),
    ),
)


def ask_to_sign_in(view: View, error: NotSignedIn, sent: Sent | None) -> Response:
    """Return the sign-in page instead of one that needs it; what was typed is handed on.

    After a page that was asked for it leads there, after a form with words to where the form was sent, after a mere
    button to the page it stands on: nothing happens that somebody can't see.
    """
    title, detail = error_text(view, error)
    values = {"next": view.here()}
    if sent is not None and view.request.method == "POST" and (kept := _kept(sent)):
        values = {"next": view.request.url.path, "carried": json.dumps(kept, ensure_ascii=False)}
    shown = _sign_in_values(view, values) | {"title": title, "detail": detail}
    return view.render("sign_in.html", error.status, form=SIGN_IN.blank(), **shown)


def _kept(sent: Sent) -> dict[str, list[str]]:
    """Return what was sent if there are words in it; passwords and codes are asked again."""
    values = {name: many for name, many in sent.values.items() if not name.endswith(SECRET)}
    typed = any(one.strip() for name, many in values.items() if name not in CONTROL for one in many)
    return dict(values) if typed else {}


@router.get("/sign-in", operation_id="show_sign_in")
def show_sign_in(view: ViewDep, _actor: ReadPublic) -> Response:
    """Ask for e-mail and password."""
    # Only where to go on comes from an address, never what to send there: somebody else may have written it.
    values = {"next": view.request.query_params.get("next", "")}
    return view.render("sign_in.html", form=SIGN_IN.blank(), **_sign_in_values(view, values))


@router.post("/sign-in", operation_id="submit_sign_in")
def submit_sign_in(
    view: ViewDep, sent: SentDep, context: ContextDep, visitor: VisitorDep, _actor: WriteSignIn
) -> Response:
    """Sign in, then go on where somebody was."""

    def use(values: dict[str, Any]) -> Response:
        opened = service.sign_in(context, parse(SignIn, values), visitor)
        target = own_path(sent.one("next"))
        if carried := _carried(sent.one("carried")):
            response: Response = view.render("go_on.html", target=target, carried=carried)
        else:
            response = view.redirect(target)
        set_session_cookie(response, context.security, opened.cookie)
        view.set_choice(response, i18n.COOKIE, opened.seen.person.locale.value)
        return response

    values = {"next": sent.one("next"), "carried": sent.one("carried")}
    return submit(view, SIGN_IN, sent, "sign_in.html", use, **_sign_in_values(view, values))


def _sign_in_values(view: View, given: Mapping[str, str]) -> dict[str, Any]:
    carried = given.get("carried", "")
    return {
        "target": own_path(given.get("next")),
        "carried": carried,
        "fields": _carried(carried),
        "title": "",
        "detail": "",
        "has_provider": view.request.app.state.provider is not None,
    }


def _carried(text: str) -> list[tuple[str, str]]:
    """Return the fields of the form that met an ended session, as they were typed."""
    try:
        values = json.loads(text or "{}")
    except ValueError:
        return []
    if not isinstance(values, dict):
        return []
    return [(str(name), str(one)) for name, many in values.items() if isinstance(many, list) for one in many]


@router.post("/sign-out", operation_id="submit_sign_out")
def submit_sign_out(view: ViewDep, context: ContextDep, actor: WriteSignIn) -> Response:
    """Sign out; whoever is signed out already is told the same."""
    if actor.is_known:
        service.sign_out(context, actor)
    response = view.redirect("/sign-in", "signed-out")
    drop_session_cookie(response, context.security)
    return response


def _registration(session: Session) -> FormPage:
    networks = [(network.slug, network.name) for network in repository.networks(session)]
    fields = (
        Field("organisation_name", Ask.TEXT, N_("Name der Organisation"), required=True, autocomplete="organization"),
        Field("kind", Ask.CHOICE, N_("Art der Organisation"), required=True, options=options(OrganisationKind)),
        Field(
            "network",
            Ask.CHOICE,
            N_("Verband oder Netzwerk"),
            N_("Wenn Ihre Organisation zu einem gehört: Es kann Sie am schnellsten bestätigen."),
            options=networks,
        ),
        Field("region", Ask.CHOICE, N_("Bundesland"), options=options(Region)),
        Field("name", Ask.TEXT, N_("Ihr Name"), required=True, autocomplete="name"),
        Field("email", Ask.EMAIL, N_("Ihre E-Mail-Adresse"), required=True, autocomplete="email"),
        NEW_PASSWORD,
    )
    return FormPage(
        N_("Organisation registrieren"),
        N_("Registrieren"),
        Form(fields),
        (
            N_("Sie registrieren Ihre Organisation und sich selbst als Leitung. Danach laden Sie andere ein."),
            N_("Ihr Netzwerk oder die Verwaltung prüft die Angaben. Schreiben können Sie sofort."),
        ),
    )


@router.get("/register", operation_id="show_registration")
def show_registration(view: ViewDep, session: ReadSessionDep, _actor: ReadPublic) -> Response:
    """Ask for an organisation and its first manager."""
    return _registration(session).show(view)


@router.post("/register", operation_id="submit_registration")
def submit_registration(
    view: ViewDep,
    sent: SentDep,
    context: ContextDep,
    session: ReadSessionDep,
    visitor: VisitorDep,
    _actor: WriteSignIn,
) -> Response:
    """Register; a mail asks to confirm the address."""
    page = _registration(session)
    session.close()

    def use(values: dict[str, Any]) -> Response:
        person = {name: values[name] for name in ("name", "email", "password")} | {"locale": view.language.value}
        organisation = {
            name.removeprefix("organisation_"): values[name] for name in _ORGANISATION if values[name] is not None
        }
        registration.register(context, parse(Registration, {"person": person, "organisation": organisation}), visitor)
        return view.redirect("/mail-sent")

    return page.submit(view, sent, use)


@router.get("/mail-sent", operation_id="show_mail_sent")
def show_mail_sent(view: ViewDep, _actor: ReadPublic) -> Response:
    """Say that a mail is on its way; the same whether there is somebody to send it to."""
    return view.render("mail_sent.html")


@router.get("/confirm-email", operation_id="show_email_confirmation")
def show_email_confirmation(view: ViewDep, _actor: ReadPublic, token: str = "") -> Response:
    """Ask for one click: mail scanners open links, but send no forms."""
    return CONFIRM.show(view, token=token)


@router.post("/confirm-email", operation_id="submit_email_confirmation")
def submit_email_confirmation(
    view: ViewDep, sent: SentDep, context: ContextDep, visitor: VisitorDep, _actor: WriteSignIn
) -> Response:
    """Confirm an address."""

    def use(_values: dict[str, Any]) -> Response:
        service.admit(context, "link", None, visitor)
        registration.confirm_email(context, parse(MailedToken, {"token": sent.one("token")}).token)
        return view.redirect("/sign-in", "email-confirmed")

    return CONFIRM.submit(view, sent, use, token=sent.one("token"))


@router.get("/forgot-password", operation_id="show_forgotten_password")
def show_forgotten_password(view: ViewDep, _actor: ReadPublic) -> Response:
    """Ask where to send a link."""
    return FORGOT.show(view)


@router.post("/forgot-password", operation_id="submit_forgotten_password")
def submit_forgotten_password(
    view: ViewDep, sent: SentDep, context: ContextDep, visitor: VisitorDep, _actor: WriteSignIn
) -> Response:
    """Send a link for a new password."""

    def use(values: dict[str, Any]) -> Response:
        recovery.request_reset(context, parse(ResetRequest, values).email, visitor)
        return view.redirect("/mail-sent")

    return FORGOT.submit(view, sent, use)


@router.get("/reset-password", operation_id="show_password_reset")
def show_password_reset(view: ViewDep, _actor: ReadPublic, token: str = "") -> Response:
    """Ask for a new password."""
    return RESET.show(view, token=token)


@router.post("/reset-password", operation_id="submit_password_reset")
def submit_password_reset(
    view: ViewDep, sent: SentDep, context: ContextDep, visitor: VisitorDep, _actor: WriteSignIn
) -> Response:
    """Set a new password with the mailed link."""

    def use(values: dict[str, Any]) -> Response:
        given = parse(NewPasswordByLink, values | {"token": sent.one("token")})
        recovery.reset_password(context, given, visitor)
        return view.redirect("/sign-in", "password-reset")

    return RESET.submit(view, sent, use, token=sent.one("token"))


@router.get("/invitation", operation_id="show_invitation")
def show_invitation(view: ViewDep, _actor: ReadPublic, token: str = "") -> Response:
    """Ask who was invited."""
    return INVITATION.show(view, token=token)


@router.post("/invitation", operation_id="submit_invitation")
def submit_invitation(
    view: ViewDep, sent: SentDep, context: ContextDep, visitor: VisitorDep, _actor: WriteSignIn
) -> Response:
    """Join an organisation or a network."""

    def use(values: dict[str, Any]) -> Response:
        given = values | {"token": sent.one("token"), "locale": view.language.value}
        invitations.accept_invitation(context, parse(InvitationAccept, given), visitor)
        return view.redirect("/sign-in", "invitation-accepted")

    return INVITATION.submit(view, sent, use, token=sent.one("token"))
