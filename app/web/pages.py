"""All pages, and what they show when something fails."""

from fastapi import FastAPI, Request, Response

from app.api.problem_details import methods_at
from app.errors import AppError, Conflict, Gone, NotSignedIn
from app.web import (
    accessibility,
    account,
    administration,
    browsing,
    challenges,
    comparing,
    conversations,
    importing,
    information,
    keys,
    mail_links,
    matches,
    networks,
    operation,
    organisations,
    pairs,
    profiles,
    reports,
    rescoring,
    searches,
    shortlists,
    sign_in,
    verifying,
    why_not,
    writing,
)
from app.web.forms import Sent, error_text, field_message
from app.web.view import get_view

ROUTERS = (
    information.router,
    accessibility.router,
    sign_in.router,
    account.router,
    keys.router,
    organisations.router,
    writing.router,
    importing.router,
    matches.router,
    comparing.router,
    shortlists.router,
    why_not.router,
    pairs.router,
    conversations.router,
    mail_links.router,
    challenges.router,
    profiles.router,
    browsing.router,
    searches.router,
    administration.router,
    networks.router,
    verifying.router,
    rescoring.router,
    reports.router,
    operation.router,
)


def install(app: FastAPI) -> None:
    """Add the pages."""
    app.state.error_page = error_page
    for router in ROUTERS:
        app.include_router(router)


def error_page(request: Request, error: AppError) -> Response:
    """Return an error as a page; whoever is not signed in can do so there, and loses nothing they typed."""
    view = get_view(request)
    if isinstance(error, NotSignedIn):
        sent: Sent | None = getattr(request.state, "sent", None)
        return sign_in.ask_to_sign_in(view, error, sent)
    title, detail = error_text(view, error)
    number = getattr(request.state, "request_id", "")
    problems = [(problem.field, field_message(view, problem)) for problem in error.fields]
    # What is wrong stands in the address: the page without it is there.
    without = request.url.path if problems and request.method == "GET" and request.url.query else ""
    back = way_back(request) if isinstance(error, Conflict | Gone) else ""
    values = {"title": title, "detail": detail, "number": number, "problems": problems}
    return view.render("error.html", error.status, without=without, back=back, lead=None, **values)


def way_back(request: Request) -> str:
    """Return the page above an address, where one sees how things stand; reloading would send a form again."""
    path = request.url.path
    if path.startswith("/decisions/"):
        return "/conversations"
    while path := path.rpartition("/")[0]:
        if "GET" in methods_at(request.app, path):
            return path
    return ""
