"""Searches that a person keeps, below the lists they are made on."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from pydantic import AfterValidator, Field, model_validator

from app.api.dependencies import ContextDep, WriteAccount
from app.api.paths import Id
from app.api.problem_details import keep_refusal
from app.auth.actor import Actor
from app.context import Context
from app.errors import SavedSearchesFull
from app.fields import StrictModel, clean_text
from app.searches import service
from app.searches.service import Search
from app.vocabulary import FieldOfAction, Language, Region
from app.web import forms
from app.web.forms import Ask, Form, SentDep, error_text, parse
from app.web.i18n import N_
from app.web.view import View, ViewDep
from matching.texts import Side

router = APIRouter(include_in_schema=False, prefix="/searches")

LISTS = {Side.CHALLENGE: "/browse", Side.PROFILE: "/startups"}
"""Where one looks for texts of a side."""

ASKED = Form(
    tuple(forms.Field(name, Ask.HIDDEN, "") for name in ("side", "q", "field_of_action", "region", "language"))
)


class SearchWrite(StrictModel):
    """A search as its list sends it."""

    side: Side
    q: Annotated[str, Field(max_length=100), AfterValidator(clean_text)] | None = None
    field_of_action: FieldOfAction | None = None
    region: Region | None = None
    language: Language | None = None

    @model_validator(mode="after")
    def _asks_for_something(self) -> "SearchWrite":
        if not any((self.q, self.field_of_action, self.region, self.language)):
            raise ValueError("a search without words and filters is the whole list")
        return self


def address(search: Search) -> str:
    """Give the page that shows what a search finds."""
    asked = {
        "q": search.words,
        "field_of_action": search.field_of_action,
        "region": search.region,
        "language": search.language,
    }
    return f"{LISTS[search.side]}?{urlencode({name: str(value) for name, value in asked.items() if value})}"


@router.post("", operation_id="submit_search")
def submit_search(view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteAccount) -> Response:
    """Keep a search."""
    wanted: SearchWrite = parse(SearchWrite, ASKED.read(sent))
    search = Search(wanted.side, wanted.q or "", wanted.field_of_action, wanted.region, wanted.language)
    try:
        service.keep(context, actor, search)
    except SavedSearchesFull as error:
        return _full(view, context, actor, search.side, error)
    return view.redirect(address(search), "search-kept")


def _full(view: View, context: Context, actor: Actor, side: Side, error: SavedSearchesFull) -> Response:
    """Lead to the searches that somebody keeps, where one can be forgotten."""
    keep_refusal(view.request, error)
    with context.sessions.read() as session:
        side = side if service.kept(context, session, actor, side) else side.other
    title, detail = error_text(view, error)
    lead = (view.gettext(N_("Meine Suchen ansehen")), f"{LISTS[side]}#kept")
    return view.render(
        "error.html", error.status, title=title, detail=detail, number="", problems=(), without="", back="", lead=lead
    )


@router.post("/{search_id}/remove", operation_id="submit_search_removal")
def submit_search_removal(search_id: Id, view: ViewDep, context: ContextDep, actor: WriteAccount) -> Response:
    """Let go of a search."""
    return view.redirect(LISTS[service.forget(context, actor, search_id)], "search-forgotten")
