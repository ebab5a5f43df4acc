"""The shortlist of a challenge: startups to remember, with notes that colleagues share."""

from typing import Any

from fastapi import APIRouter, Response

from app.api.dependencies import ContextDep, ReadMatches, ReadSessionDep, WriteChallenges
from app.api.paths import Id
from app.challenges import service as challenges
from app.shortlist import service
from app.shortlist.service import NoteWrite
from app.web.forms import Ask, Field, Form, Sent, SentDep, parse, submit
from app.web.i18n import N_
from app.web.view import View, ViewDep

router = APIRouter(include_in_schema=False, prefix="/challenges/{challenge_id}/shortlist")

NOTE = Form(
    (
        Field("note", Ask.AREA, N_("Notiz"), N_("Ihre Kolleginnen und Kollegen lesen sie, das Startup nicht."), rows=2),
        Field("from", Ask.HIDDEN, ""),
    )
)


@router.get("", operation_id="show_shortlist")
def show_shortlist(
    challenge_id: Id, view: ViewDep, context: ContextDep, session: ReadSessionDep, actor: ReadMatches
) -> Response:
    """Show the startups somebody of the organisation wanted to remember."""
    entries = service.read(context, session, actor, challenge_id)
    challenge = challenges.read_challenge(session, actor, challenge_id)
    forms = [NOTE.blank({"note": entry.note}) for entry in entries]
    return view.render("shortlist.html", challenge=challenge, rows=list(zip(entries, forms, strict=True)))


@router.post("/{profile_id}", operation_id="submit_shortlist_entry")
def submit_shortlist_entry(
    challenge_id: Id, profile_id: Id, view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteChallenges
) -> Response:
    """Remember a startup, or keep a note about it."""

    def use(values: dict[str, Any]) -> Response:
        wanted = parse(NoteWrite, {"note": values["note"]}) if "note" in sent.values else None
        service.put(context, actor, challenge_id, profile_id, wanted)
        return _done(view, challenge_id, sent)

    return submit(view, NOTE, sent, "shortlist_note.html", use, back=f"/challenges/{challenge_id}/shortlist")


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
