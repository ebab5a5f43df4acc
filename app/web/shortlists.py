"""The shortlist of a challenge: startups to remember, with notes that colleagues share."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.api.dependencies import ContextDep, ReadMatches, ReadSessionDep, WriteChallenges
from app.api.paths import Id
from app.api.problem_details import keep_refusal
from app.auth.actor import Actor
from app.challenges import service as challenges
from app.context import Context
from app.errors import NotFound, ShortlistFull
from app.shortlist import service
from app.shortlist.service import NoteWrite
from app.web.forms import Ask, Field, Form, FormPage, Sent, SentDep, error_text, parse, submit
from app.web.i18n import N_
from app.web.view import View, ViewDep

router = APIRouter(include_in_schema=False, prefix="/challenges/{challenge_id}/shortlist")

NOTE = Form(
    (
        Field("note", Ask.AREA, N_("Notiz"), N_("Ihre Kolleginnen und Kollegen lesen sie, das Startup nicht."), rows=2),
        Field("from", Ask.HIDDEN, ""),
    )
)

REMOVE = FormPage(
    N_("Von der Merkliste nehmen"),
    N_("Von der Liste nehmen"),
    Form(()),
    (N_("Die Notiz dazu wird gelöscht. Das lässt sich nicht rückgängig machen."),),
    danger=True,
)


@router.get("", operation_id="show_shortlist")
def show_shortlist(
    challenge_id: Id, view: ViewDep, context: ContextDep, session: ReadSessionDep, actor: ReadMatches
) -> Response:
    """Show the startups somebody of the organisation wanted to remember."""
    return _page(view, context, session, actor, challenge_id)


def _page(
    view: View,
    context: Context,
    session: Session,
    actor: Actor,
    challenge_id: int,
    *,
    full: str = "",
    status: int = 200,
) -> Response:
    entries = service.read(context, session, actor, challenge_id)
    challenge = challenges.read_challenge(session, actor, challenge_id)
    forms = [NOTE.blank({"note": entry.note}) for entry in entries]
    rows = list(zip(entries, forms, strict=True))
    return view.render("shortlist.html", status, challenge=challenge, rows=rows, full=full)


@router.post("/{profile_id}", operation_id="submit_shortlist_entry")
def submit_shortlist_entry(
    challenge_id: Id, profile_id: Id, view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteChallenges
) -> Response:
    """Remember a startup, or keep a note about it."""

    def use(values: dict[str, Any]) -> Response:
        wanted = parse(NoteWrite, {"note": values["note"]}) if "note" in sent.values else None
        try:
            service.put(context, actor, challenge_id, profile_id, wanted)
        except ShortlistFull as error:
            if wanted is not None:
                raise
            # Nothing was typed that could be lost: the list itself is where one makes room.
            keep_refusal(view.request, error)
            with context.sessions.read() as session:
                full = error_text(view, error)[1]
                return _page(view, context, session, actor, challenge_id, full=full, status=error.status)
        return _done(view, challenge_id, sent)

    return submit(view, NOTE, sent, "shortlist_note.html", use, back=f"/challenges/{challenge_id}/shortlist")


@router.get("/{profile_id}/remove", operation_id="show_shortlist_removal")
def show_shortlist_removal(
    challenge_id: Id,
    profile_id: Id,
    view: ViewDep,
    context: ContextDep,
    session: ReadSessionDep,
    actor: ReadMatches,
) -> Response:
    """Say what goes with an entry that has a note, or that can't be put there again for now."""
    for entry in service.read(context, session, actor, challenge_id):
        if entry.profile_id == profile_id:
            unseen = view.gettext(N_("Ein Startup, das gerade nicht sichtbar ist"))
            name = entry.profile.name if entry.profile else unseen
            about = f"{name}: {entry.note}" if entry.note else name
            return replace(REMOVE, about=about, back=f"/challenges/{challenge_id}/shortlist").show(view)
    raise NotFound


@router.post("/{profile_id}/remove", operation_id="submit_shortlist_removal")
def submit_shortlist_removal(
    challenge_id: Id, profile_id: Id, view: ViewDep, context: ContextDep, actor: WriteChallenges
) -> Response:
    """Take a startup off the list."""
    service.remove(context, actor, challenge_id, profile_id)
    return view.redirect(f"/challenges/{challenge_id}/shortlist", "unlisted")


def _done(view: View, challenge_id: int, sent: Sent) -> Response:
    if sent.one("from") == "list":
        return view.redirect(f"/challenges/{challenge_id}/matches", "shortlisted")
    return view.redirect(
        f"/challenges/{challenge_id}/shortlist", "note-saved" if "note" in sent.values else "shortlisted"
    )
