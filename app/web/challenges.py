"""Pages of challenges: one's own, one of them, changing it, taking it to another state."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Literal

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.api.dependencies import ContextDep, Cursor, ReadChallenges, ReadSessionDep, Words, WriteChallenges
from app.api.paths import Id
from app.auth.actor import Actor
from app.challenges import news_repository, repository, service, unfinished
from app.challenges.schemas import ChallengeRead
from app.context import Context
from app.matches.similar import same_need
from app.profiles import repository as profiles
from app.publishing import policies
from app.vocabulary import ChallengeState, ProfileState, Role
from app.web.cards import NextStep, pair_address
from app.web.challenge_form import FULL, GROUPS, not_shown, to_content, to_values
from app.web.forms import Form, FormPage, SentDep
from app.web.i18n import N_
from app.web.texts import Editor, require_writer
from app.web.view import ViewDep
from matching.texts import Side

router = APIRouter(include_in_schema=False, prefix="/challenges")

ON_A_PAGE = 20
NEW_FOR = timedelta(days=7)
"""How long a match is new, as in saved searches."""
STEPS = {
    "publish": (service.publish_challenge, "published"),
    "pause": (service.pause_challenge, "paused"),
    "resume": (service.resume_challenge, "resumed"),
    "solve": (service.mark_challenge_solved, "solved"),
    "close": (service.close_challenge, "closed"),
}
DELETE = FormPage(
    N_("Herausforderung löschen"),
    N_("Endgültig löschen"),
    Form(()),
    (N_("Die Herausforderung und ihre Passungen werden gelöscht. Das lässt sich nicht rückgängig machen."),),
    danger=True,
)
SOLVE = FormPage(
    N_("Ist die Herausforderung gelöst?"),
    N_("Ja, sie ist gelöst"),
    Form(()),
    (
        N_("Sie verschwindet dann aus allen Listen und bleibt gelöst: Ändern und veröffentlichen geht nicht mehr."),
        N_("Soll nur eine Weile niemand anfragen? Dann pausieren Sie sie."),
    ),
)
CLOSE = FormPage(
    N_("Ohne Lösung schließen?"),
    N_("Ja, schließen"),
    Form(()),
    (
        N_("Sie verschwindet dann aus allen Listen und bleibt geschlossen. Ändern geht danach nicht mehr."),
        N_("Soll nur eine Weile niemand anfragen? Dann pausieren Sie sie."),
    ),
)


@router.get("", operation_id="show_own_challenges")
def show_own_challenges(
    view: ViewDep,
    context: ContextDep,
    session: ReadSessionDep,
    actor: ReadChallenges,
    q: Words = "",
    cursor: Cursor = None,
) -> Response:
    """Show what the reader's organisations have written with its news, and have begun; by words where it is much."""
    words = " ".join(q.split())
    page = repository.page_of_own(session, actor, words=words, limit=ON_A_PAGE, cursor=cursor)
    news = news_repository.news_of(session, [row.id for row in page.rows], context.clock.now() - NEW_FOR)
    return view.render(
        "challenges.html",
        rows=[ChallengeRead.model_validate(row) for row in page.rows],
        news=news,
        next_cursor=page.next_cursor,
        words=words,
        searches=bool(words or cursor or page.next_cursor),
        unfinished=() if words else unfinished.of_actor(session, actor),
        writes=any(grant.role is Role.WELFARE_STAFF for grant in actor.grants),
    )


@router.get("/{challenge_id}", operation_id="show_challenge")
def show_challenge(
    challenge_id: Id, view: ViewDep, context: ContextDep, session: ReadSessionDep, actor: ReadChallenges
) -> Response:
    """One challenge; its own people also see who else has the same need."""
    text = service.read_challenge(session, actor, challenge_id)
    own = policies.may_write(actor, text["organisation"]["id"])
    steps = [] if own or text["state"] != ChallengeState.PUBLISHED else _next_steps(session, actor, challenge_id)
    values: dict[str, Any] = {
        "own": own,
        "reads_matches": policies.may_read_matches(actor, text["organisation"]["id"], text["state"]),
        "publishes": policies.may_publish(actor, text["organisation"]["id"]),
        "steps": steps,
        "alike": same_need(context, session, actor, challenge_id)
        if own and text["state"] == policies.PUBLISHED
        else [],
    }
    return view.render("challenge.html", text=text, **values)


def _next_steps(session: Session, actor: Actor, challenge_id: int) -> list[NextStep]:
    """Return the reader's published profiles, each with its pair: there a startup decides."""
    return [
        NextStep(row.name, row.language.value, pair_address(challenge_id, row.id, Side.PROFILE))
        for row in profiles.of_actor(session, actor)
        if row.state is ProfileState.PUBLISHED
    ]


@router.get("/{challenge_id}/edit", operation_id="show_challenge_form")
def show_challenge_form(challenge_id: Id, view: ViewDep, context: ContextDep, actor: ReadChallenges) -> Response:
    """Change a challenge."""
    return _editor(context, actor, challenge_id).show(view, actor, groups=GROUPS)


@router.post("/{challenge_id}/edit", operation_id="submit_challenge_form")
def submit_challenge_form(
    challenge_id: Id, view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteChallenges
) -> Response:
    """Store the changes; a published challenge is ranked again."""
    done = f"/challenges/{challenge_id}"
    return _editor(context, actor, challenge_id).submit(view, actor, sent, done, groups=GROUPS)


def _editor(context: Context, actor: Actor, challenge_id: int) -> Editor:
    def load() -> dict[str, Any]:
        with context.sessions.read() as session:
            return service.read_challenge(session, actor, challenge_id)

    def content(values: dict[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
        changed = to_content(values, not_shown(stored), stored["minimum_maturity"])
        # A last day that is over already stays as it is, unless somebody chooses another.
        return {name: value for name, value in changed.items() if name != "expires_on" or value != stored[name]}

    store = partial(service.edit_challenge, context, actor, challenge_id)
    return Editor("challenge_edit.html", FULL, load, store, to_values, content)


@router.post("/{challenge_id}/steps/{step}", operation_id="submit_challenge_step")
def submit_challenge_step(
    challenge_id: Id,
    step: Literal["publish", "pause", "resume", "solve", "close"],
    view: ViewDep,
    context: ContextDep,
    actor: WriteChallenges,
) -> Response:
    """Take a challenge to another state."""
    use_case, done = STEPS[step]
    use_case(context, actor, challenge_id, None)
    return view.redirect(f"/challenges/{challenge_id}", done)


@router.get("/{challenge_id}/steps/solve", operation_id="show_challenge_solving")
def show_challenge_solving(challenge_id: Id, view: ViewDep, session: ReadSessionDep, actor: ReadChallenges) -> Response:
    """Say what solving means: it can't be undone."""
    return _asked(SOLVE, session, actor, challenge_id).show(view)


@router.get("/{challenge_id}/steps/close", operation_id="show_challenge_closing")
def show_challenge_closing(challenge_id: Id, view: ViewDep, session: ReadSessionDep, actor: ReadChallenges) -> Response:
    """Say what closing means: it can't be undone."""
    return _asked(CLOSE, session, actor, challenge_id).show(view)


@router.get("/{challenge_id}/delete", operation_id="show_challenge_deletion")
def show_challenge_deletion(
    challenge_id: Id, view: ViewDep, session: ReadSessionDep, actor: ReadChallenges
) -> Response:
    """Say what deleting means."""
    return _asked(DELETE, session, actor, challenge_id).show(view)


def _asked(page: FormPage, session: Session, actor: Actor, challenge_id: int) -> FormPage:
    """Return a page that asks whether something shall become of a challenge; it names it."""
    text = service.read_challenge(session, actor, challenge_id)
    require_writer(actor, text)
    return replace(page, about=text["title"], back=f"/challenges/{challenge_id}")


@router.post("/{challenge_id}/delete", operation_id="submit_challenge_deletion")
def submit_challenge_deletion(challenge_id: Id, view: ViewDep, context: ContextDep, actor: WriteChallenges) -> Response:
    """Delete a challenge."""
    service.delete_challenge(context, actor, challenge_id, None)
    return view.redirect("/challenges", "deleted")
