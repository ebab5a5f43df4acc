"""Pages that tell: start, how ranking works, privacy, imprint, Leichte Sprache, help."""

from fastapi import APIRouter, Response

from app.api.dependencies import ReadPublic, ReadSessionDep
from app.organisations import repository
from app.web import home
from app.web.view import ViewDep

router = APIRouter(include_in_schema=False)


@router.get("/", operation_id="show_start")
def show_start(view: ViewDep, session: ReadSessionDep, actor: ReadPublic) -> Response:
    """Show what the service is; for people who are signed in, what they can do next."""
    if actor.is_known:
        return view.render("home.html", tasks=home.tasks(session, actor))
    return view.render("start.html", networks=repository.networks(session))


@router.get("/how-ranking-works", operation_id="show_how_ranking_works")
def show_how_ranking_works(view: ViewDep, _actor: ReadPublic) -> Response:
    """Show how lists come about, and what they can't tell."""
    return view.render("how_ranking_works.html")


@router.get("/privacy", operation_id="show_privacy")
def show_privacy(view: ViewDep, _actor: ReadPublic) -> Response:
    """Show what is stored about people, and who sees what."""
    return view.render("privacy.html", operator=view.request.app.state.operator)


@router.get("/imprint", operation_id="show_imprint")
def show_imprint(view: ViewDep, _actor: ReadPublic) -> Response:
    """Show who runs the service."""
    return view.render("imprint.html", operator=view.request.app.state.operator)


@router.get("/leichte-sprache", operation_id="show_easy_language")
def show_easy_language(view: ViewDep, _actor: ReadPublic) -> Response:
    """Show the service in Leichte Sprache; German only, as its readers are."""
    return view.render("leichte_sprache.html")


@router.get("/help", operation_id="show_help")
def show_help(view: ViewDep, _actor: ReadPublic) -> Response:
    """Show answers to what people ask."""
    return view.render("help.html", operator=view.request.app.state.operator)
