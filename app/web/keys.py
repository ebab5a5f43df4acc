"""Where somebody is signed in, and their keys for programs."""

import secrets
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Response

from app.accounts import api_tokens, sign_in
from app.accounts.schemas import TokenNew
from app.api.dependencies import ContextDep, ReadAccount, WriteAccount
from app.api.paths import Id
from app.auth.permissions import SCOPES, Permission
from app.errors import NotFound
from app.idempotency import make_receipt
from app.web.forms import Ask, Field, Form, FormPage, SentDep, parse, submit
from app.web.i18n import N_
from app.web.labels import options
from app.web.view import ViewDep

router = APIRouter(include_in_schema=False, prefix="/account")

TOKEN = Form(
    (
        Field("name", Ask.TEXT, N_("Wofür ist der Schlüssel?"), N_("Zum Beispiel: unsere Website"), required=True),
        Field(
            "scopes",
            Ask.CHOICES,
            N_("Was darf das Programm?"),
            required=True,
            options=options(Permission, SCOPES),
        ),
        Field("days", Ask.NUMBER, N_("Wie viele Tage gilt er?"), N_("Höchstens 365."), required=True),
    )
)

REVOKE = FormPage(
    N_("Zugangsschlüssel ungültig machen"),
    N_("Ungültig machen"),
    Form(()),
    (N_("Programme mit diesem Schlüssel kommen sofort nicht mehr hinein. Einen neuen können Sie jederzeit erzeugen."),),
    danger=True,
    back="/account/tokens",
)


@router.get("/sessions", operation_id="show_sessions")
def show_sessions(view: ViewDep, context: ContextDep, actor: ReadAccount) -> Response:
    """List the browsers that are signed in."""
    return view.render("sessions.html", sessions=sign_in.list_sessions(context, actor))


@router.post("/sessions/{session_id}/end", operation_id="submit_session_end")
def submit_session_end(session_id: Id, view: ViewDep, context: ContextDep, actor: WriteAccount) -> Response:
    """Sign another browser out."""
    sign_in.end_session(context, actor, session_id)
    return view.redirect("/account/sessions", "session-ended")


@router.get("/tokens", operation_id="show_tokens")
def show_tokens(view: ViewDep, context: ContextDep, actor: ReadAccount) -> Response:
    """List the keys for programs."""
    tokens = api_tokens.list_tokens(context, actor)
    return view.render("tokens.html", tokens=tokens, made=None, form=TOKEN.blank({"days": 90}), nonce=_nonce())


@router.post("/tokens", operation_id="submit_token")
def submit_token(view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteAccount) -> Response:
    """Make a key. It is shown this once, so this page is no redirect."""

    def use(values: dict[str, Any]) -> Response:
        given: TokenNew = parse(TokenNew, values)
        # Reloading this page sends the form again: that must not make a second key.
        receipt = make_receipt(actor, "submit_token", sent.key, given.model_dump(mode="json"))
        made = api_tokens.create_token_once(context, actor, given, receipt)
        if made is None:
            return view.redirect("/account/tokens")
        tokens = api_tokens.list_tokens(context, actor)
        return view.render("tokens.html", tokens=tokens, made=made, form=TOKEN.blank({"days": 90}), nonce=_nonce())

    tokens = api_tokens.list_tokens(context, actor)
    return submit(view, TOKEN, sent, "tokens.html", use, tokens=tokens, made=None, nonce=_nonce())


def _nonce() -> str:
    """Return what tells one form from the next."""
    return secrets.token_urlsafe(16)


@router.get("/tokens/{token_id}/revoke", operation_id="show_token_revocation")
def show_token_revocation(token_id: Id, view: ViewDep, context: ContextDep, actor: ReadAccount) -> Response:
    """Say what ending a key means."""
    names = [f"{one.name} ({one.prefix}…)" for one in api_tokens.list_tokens(context, actor) if one.id == token_id]
    if not names:
        raise NotFound
    return replace(REVOKE, about=names[0]).show(view)


@router.post("/tokens/{token_id}/revoke", operation_id="submit_token_revocation")
def submit_token_revocation(token_id: Id, view: ViewDep, context: ContextDep, actor: WriteAccount) -> Response:
    """End a key at once."""
    api_tokens.revoke_token(context, actor, token_id)
    return view.redirect("/account/tokens", "token-revoked")
