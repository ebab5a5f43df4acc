"""Pages of capability profiles: one's own, anybody's, writing and changing one."""

from dataclasses import replace
from functools import partial
from typing import Any, Literal

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.api.dependencies import (
    ContextDep,
    ReadProfiles,
    ReadSessionDep,
    WritePreviews,
    WriteProfiles,
)
from app.api.paths import Id
from app.auth.actor import Actor
from app.challenges import repository as challenges
from app.context import Context
from app.errors import Forbidden
from app.organisations.service import read_organisation
from app.profiles import repository, service
from app.profiles.schemas import ProfileCreate, ProfileRead
from app.publishing import policies
from app.vocabulary import ProfileState, Role
from app.web import previews
from app.web.cards import NextStep, pair_address
from app.web.forms import Ask, Field, Form, FormPage, SentDep, parse, submit
from app.web.i18n import N_
from app.web.profile_form import FULL, GROUPS, to_content, to_values
from app.web.texts import Editor, require_writer
from app.web.view import ViewDep
from matching.texts import Side

router = APIRouter(include_in_schema=False)

OFFERED = 20
"""Own challenges that a page offers to go on with."""
STEPS = {
    "publish": (service.publish_profile, "published"),
    "pause": (service.pause_profile, "paused"),
    "resume": (service.resume_profile, "resumed"),
}
DELETE = FormPage(
    N_("Angebotsprofil löschen"),
    N_("Endgültig löschen"),
    Form(()),
    (N_("Das Angebotsprofil und seine Passungen werden gelöscht. Das lässt sich nicht rückgängig machen."),),
    danger=True,
)


@router.get("/profile", operation_id="show_own_profiles")
def show_own_profiles(view: ViewDep, session: ReadSessionDep, actor: ReadProfiles) -> Response:
    """Show the profiles of the reader's startups; usually one."""
    rows = [ProfileRead.model_validate(row) for row in repository.of_actor(session, actor)]
    if len(rows) == 1:
        return view.redirect(f"/profiles/{rows[0].id}")
    return view.render("own_profiles.html", rows=rows, writes=not _has_all_profiles(session, actor))


def _startups(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Return the startups somebody writes for, those without a profile first: (id, name)."""
    taken = {row.organisation_id for row in repository.of_actor(session, actor)}
    ids = [grant.organisation_id for grant in actor.grants if grant.role is Role.STARTUP_MEMBER]
    found = [read_organisation(session, actor, one) for one in ids if one is not None]
    return [(str(one.id), one.name) for one in sorted(found, key=lambda one: one.id in taken)]


def _has_all_profiles(session: Session, actor: Actor) -> bool:
    return len(repository.of_actor(session, actor)) >= len(_startups(session, actor))


def _new_form(session: Session, actor: Actor) -> Form:
    startups = _startups(session, actor)
    if not startups:
        raise Forbidden
    ask = Ask.HIDDEN if len(startups) == 1 else Ask.CHOICE
    return Form((Field("organisation_id", ask, N_("Für welches Startup?"), options=startups), *FULL.fields))


@router.get("/profiles/new", operation_id="show_new_profile")
def show_new_profile(view: ViewDep, session: ReadSessionDep, actor: ReadProfiles) -> Response:
    """Describe what a startup can do."""
    form = _new_form(session, actor)
    if _has_all_profiles(session, actor):
        return view.redirect("/profile")
    owner = form.fields[0].options[0][0]
    publishes = _publishes(actor, form)
    return view.render(
        "profile_new.html", form=form.blank({"organisation_id": owner}), groups=GROUPS, publishes=publishes
    )


def _publishes(actor: Actor, form: Form) -> bool:
    """Tell whether one of the startups of a form is verified."""
    return any(policies.may_publish(actor, int(number)) for number, _ in form.fields[0].options)


@router.post("/profiles/new", operation_id="submit_new_profile")
def submit_new_profile(
    view: ViewDep, sent: SentDep, context: ContextDep, session: ReadSessionDep, actor: WriteProfiles
) -> Response:
    """Publish the profile, or store it as a draft."""
    form = _new_form(session, actor)
    session.close()

    def use(values: dict[str, Any]) -> Response:
        owner = str(values["organisation_id"] or "")
        state = "draft" if sent.one("step") == "draft" else "published"
        content = to_content(values) | {
            "organisation_id": int(owner) if owner.isdecimal() else owner,
            "state": state,
        }
        profile = service.submit_profile(context, actor, parse(ProfileCreate, content))
        if state == "draft":
            return view.redirect(f"/profiles/{profile['id']}", "drafted")
        return view.redirect(f"/profiles/{profile['id']}/matches", "published")

    return submit(view, form, sent, "profile_new.html", use, groups=GROUPS, publishes=_publishes(actor, form))


@router.post("/profiles/preview", operation_id="preview_profile_page")
def preview_profile_page(view: ViewDep, sent: SentDep, context: ContextDep, actor: WritePreviews) -> Response:
    """Show the challenges that would see the profile; nothing is stored."""
    form = Form((Field("organisation_id", Ask.HIDDEN, ""), *FULL.fields))
    values = to_content(form.read(sent, only_sent=True))
    return view.render("_preview.html", part=previews.of_profile(view, context, actor, values))


@router.get("/profiles/{profile_id}", operation_id="show_profile")
def show_profile(profile_id: Id, view: ViewDep, session: ReadSessionDep, actor: ReadProfiles) -> Response:
    """One profile."""
    text = service.read_profile(session, actor, profile_id)
    own = policies.may_write(actor, text["organisation"]["id"])
    reads_matches = policies.may_read_matches(actor, text["organisation"]["id"], text["state"])
    steps = [] if own or text["state"] != ProfileState.PUBLISHED else _next_steps(session, actor, profile_id)
    publishes = policies.may_publish(actor, text["organisation"]["id"])
    return view.render(
        "profile.html", text=text, own=own, reads_matches=reads_matches, publishes=publishes, steps=steps
    )


def _next_steps(session: Session, actor: Actor, profile_id: int) -> list[NextStep]:
    """Return the reader's published challenges, each with its pair: there staff decide."""
    return [
        NextStep(row.title, row.language.value, pair_address(row.id, profile_id, Side.CHALLENGE))
        for row in challenges.published_of_own(session, actor, OFFERED)
    ]


@router.get("/profiles/{profile_id}/edit", operation_id="show_profile_form")
def show_profile_form(profile_id: Id, view: ViewDep, context: ContextDep, actor: ReadProfiles) -> Response:
    """Change a profile."""
    return _editor(context, actor, profile_id).show(view, actor, groups=GROUPS)


@router.post("/profiles/{profile_id}/edit", operation_id="submit_profile_form")
def submit_profile_form(
    profile_id: Id, view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteProfiles
) -> Response:
    """Store the changes; a published profile is ranked again."""
    return _editor(context, actor, profile_id).submit(view, actor, sent, f"/profiles/{profile_id}", groups=GROUPS)


def _editor(context: Context, actor: Actor, profile_id: int) -> Editor:
    def load() -> dict[str, Any]:
        with context.sessions.read() as session:
            return service.read_profile(session, actor, profile_id)

    store = partial(service.edit_profile, context, actor, profile_id)
    return Editor("profile_edit.html", FULL, load, store, to_values, to_content)


@router.post("/profiles/{profile_id}/confirm", operation_id="submit_profile_confirmation")
def submit_profile_confirmation(profile_id: Id, view: ViewDep, context: ContextDep, actor: WriteProfiles) -> Response:
    """Say that a profile is still true; readers see when somebody last did."""
    today = context.clock.today().isoformat()
    service.edit_profile(context, actor, profile_id, {"last_confirmed": today}, "*")
    return view.redirect(f"/profiles/{profile_id}", "saved")


@router.post("/profiles/{profile_id}/steps/{step}", operation_id="submit_profile_step")
def submit_profile_step(
    profile_id: Id,
    step: Literal["publish", "pause", "resume"],
    view: ViewDep,
    context: ContextDep,
    actor: WriteProfiles,
) -> Response:
    """Take a profile to another state."""
    use_case, done = STEPS[step]
    use_case(context, actor, profile_id, None)
    return view.redirect(f"/profiles/{profile_id}", done)


@router.get("/profiles/{profile_id}/delete", operation_id="show_profile_deletion")
def show_profile_deletion(profile_id: Id, view: ViewDep, session: ReadSessionDep, actor: ReadProfiles) -> Response:
    """Say what deleting means."""
    text = service.read_profile(session, actor, profile_id)
    require_writer(actor, text)
    return replace(DELETE, about=text["name"], back=f"/profiles/{profile_id}").show(view)


@router.post("/profiles/{profile_id}/delete", operation_id="submit_profile_deletion")
def submit_profile_deletion(profile_id: Id, view: ViewDep, context: ContextDep, actor: WriteProfiles) -> Response:
    """Delete a profile."""
    service.delete_profile(context, actor, profile_id, None)
    return view.redirect("/profile", "deleted")
