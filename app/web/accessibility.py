"""The accessibility statement, and the form by which people tell of barriers."""

import secrets
from typing import Any

from fastapi import APIRouter, Response

from app.api.dependencies import ContextDep, ReadPublic, VisitorDep, WriteFeedback
from app.api.own_path import own_path
from app.barriers.schemas import LONGEST_PAGE, BarrierReportWrite
from app.barriers.service import report_barrier
from app.errors import NoOperatorAddress
from app.web.forms import Ask, Field, Form, SentDep, parse, submit
from app.web.i18n import N_
from app.web.view import View, ViewDep

router = APIRouter(include_in_schema=False)

ARBITRATION = (
    "Schlichtungsstelle nach dem Behindertengleichstellungsgesetz (§ 16 BGG)",
    "bei dem Beauftragten der Bundesregierung für die Belange von Menschen mit Behinderungen",
    "Mauerstraße 53, 10117 Berlin",
    "030 18 527-2805",
)
"""Where the federal arbitration service is reached; its name is German in all languages."""
ARBITRATION_SITE = "www.schlichtungsstelle-bgg.de"
ARBITRATION_MAIL = "info@schlichtungsstelle-bgg.de"
BARRIER = Form(
    (
        Field(
            "text",
            Ask.AREA,
            N_("Was geht nicht?"),
            N_("Was wollten Sie tun, und was ist passiert? Höchstens 5.000 Zeichen."),
            required=True,
            rows=8,
        ),
        Field(
            "page",
            Ask.TEXT,
            N_("Auf welcher Seite?"),
            N_("Die Adresse der Seite, oder wie sie heißt."),
        ),
        Field(
            "email",
            Ask.EMAIL,
            N_("Ihre E-Mail-Adresse"),
            N_("Nur, wenn Sie eine Antwort möchten. Wir nutzen sie für nichts anderes."),
            autocomplete="email",
        ),
    )
)


@router.get("/accessibility", operation_id="show_accessibility")
def show_accessibility(view: ViewDep, _actor: ReadPublic, page: str = "") -> Response:
    """Show the accessibility statement; `page` is where somebody came from."""
    known = {"page": page[:LONGEST_PAGE]} if page and own_path(page) == page else {}
    return view.render("accessibility.html", form=BARRIER.blank(known), **_values(view))


@router.post("/accessibility", operation_id="submit_barrier_report")
def submit_barrier_report(
    view: ViewDep, sent: SentDep, context: ContextDep, visitor: VisitorDep, actor: WriteFeedback
) -> Response:
    """Send the operator what somebody wrote about a barrier."""
    if not view.request.app.state.operator.email:
        raise NoOperatorAddress

    def use(values: dict[str, Any]) -> Response:
        report_barrier(context, actor, parse(BarrierReportWrite, values), visitor, sent.key)
        return view.redirect("/accessibility", "barrier-reported")

    return submit(view, BARRIER, sent, "accessibility.html", use, **_values(view, sent.one("token")))


def _values(view: View, token: str = "") -> dict[str, Any]:
    """Return whom one can write to, and what tells a second click on the button from a second report."""
    return {
        "operator": view.request.app.state.operator,
        "token": token or secrets.token_urlsafe(16),
        "arbitration": ARBITRATION,
        "arbitration_site": ARBITRATION_SITE,
        "arbitration_mail": ARBITRATION_MAIL,
    }
