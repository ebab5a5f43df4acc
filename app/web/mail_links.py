"""Pages that links in mails lead to; nobody has to sign in for them.

Opening one changes nothing, for mail servers and programs open links on their own. What it is for happens when its
button is pressed.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app.alerts.unsubscribe import unsubscribe
from app.api.dependencies import ContextDep, ReadPublic, WriteLinks
from app.outcomes import service as outcomes
from app.outcomes.schemas import OutcomeGiven
from app.vocabulary import OutcomeAnswer
from app.web.forms import Ask, Field, Form, FormPage, SentDep, parse
from app.web.i18n import N_
from app.web.labels import options
from app.web.view import ViewDep

router = APIRouter(include_in_schema=False)

Token = Annotated[str, Query(max_length=120)]
Answer = Annotated[str, Query(max_length=20)]

OUTCOME = FormPage(
    N_("Was ist daraus geworden?"),
    N_("Antwort senden"),
    Form((Field("answer", Ask.CHOICE, N_("Ihre Antwort"), required=True, options=options(OutcomeAnswer)),)),
    (N_("Ihre Antwort zählt nur in Summen, die Netzwerke sehen. Der Link gilt einmal."),),
)
UNSUBSCRIBE = FormPage(
    N_("Keine solchen Mails mehr"),
    N_("Abbestellen"),
    Form(()),
    (
        N_(
            "Sie bekommen dann keine Mails dieser Art mehr. In Ihrem Konto können Sie sie jederzeit wieder einschalten."
        ),
        N_("Ihr Zugang und Ihre Texte bleiben, wie sie sind."),
    ),
)


@router.get("/outcome", operation_id="show_outcome")
def show_outcome(view: ViewDep, _actor: ReadPublic, token: Token = "", answer: Answer = "") -> Response:
    """Ask what became of an introduction; the link in the mail brings the answer along."""
    return OUTCOME.show(view, {"answer": answer}, token=token)


@router.post("/outcome", operation_id="submit_outcome")
def submit_outcome(view: ViewDep, sent: SentDep, context: ContextDep, _actor: WriteLinks) -> Response:
    """Store the answer, once."""

    def use(values: dict[str, Any]) -> Response:
        outcomes.answer(context, parse(OutcomeGiven, values | {"token": sent.one("token")}))
        return view.redirect("/thanks", "outcome-given")

    return OUTCOME.submit(view, sent, use, token=sent.one("token"))


@router.get("/unsubscribe", operation_id="show_unsubscribing")
def show_unsubscribing(view: ViewDep, _actor: ReadPublic, token: Token = "") -> Response:
    """Ask whether mails are really not wanted any more."""
    return UNSUBSCRIBE.show(view, token=token)


@router.post("/unsubscribe", operation_id="submit_unsubscribing")
def submit_unsubscribing(view: ViewDep, sent: SentDep, context: ContextDep, _actor: WriteLinks) -> Response:
    """End the alerts the link is for."""

    def use(_values: dict[str, Any]) -> Response:
        unsubscribe(context, sent.one("token"))
        return view.redirect("/thanks", "unsubscribed")

    return UNSUBSCRIBE.submit(view, sent, use, token=sent.one("token"))


@router.get("/thanks", operation_id="show_thanks")
def show_thanks(view: ViewDep, _actor: ReadPublic) -> Response:
    """Say thank you."""
    return view.render("thanks.html")
