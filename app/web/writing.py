"""A new challenge: one text first, then what can be proposed from it, then a look at it all, then published.

Every step is stored, so that nothing is lost when a session ends, a window is closed or a server restarts. Forms carry
the version they were made from: when a colleague has saved since, both versions are shown side by side.
"""

import secrets
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.api.dependencies import ContextDep, ReadChallenges, ReadSessionDep, WriteChallenges, WritePreviews
from app.api.paths import Id
from app.api.problem_details import keep_refusal
from app.auth.actor import Actor
from app.challenges import proposals, unfinished
from app.challenges.schemas import ChallengeContent, ChallengeCreate
from app.challenges.unfinished import Unfinished
from app.context import Context
from app.errors import FieldError, Forbidden, MalformedInput, NotFound, SavedMeanwhile
from app.organisations.schemas import OrganisationRead
from app.organisations.service import read_organisation
from app.vocabulary import Region, Role
from app.web import previews
from app.web.challenge_form import FULL, GROUPS, TEXT, to_content
from app.web.conflicts import find_differences
from app.web.forms import Ask, BoundForm, Field, Form, FormPage, Sent, SentDep, error_text, parse, submit
from app.web.i18n import N_
from app.web.view import View, ViewDep
from matching.language import detect_language

router = APIRouter(include_in_schema=False, prefix="/challenges")

LEAST_KEPT = 20
"""Characters after which a text is kept by itself."""
NAMED = 80
"""Characters that name a text without a title."""
DISCARD = FormPage(
    N_("Angefangenen Text verwerfen"),
    N_("Endgültig verwerfen"),
    Form(()),
    (N_("Alles, was hier geschrieben ist, wird gelöscht. Das lässt sich nicht rückgängig machen."),),
    danger=True,
)


def _organisations(session: Session, actor: Actor) -> list[OrganisationRead]:
    """Return the welfare organisations somebody writes for. Raises `Forbidden` where there is none."""
    ids = [grant.organisation_id for grant in actor.grants if grant.role is Role.WELFARE_STAFF]
    found = [read_organisation(session, actor, one) for one in ids if one is not None]
    if not found:
        raise Forbidden
    return found


def _first_form(organisations: list[OrganisationRead], asked: Form = TEXT) -> Form:
    owner = Field(
        "organisation_id",
        Ask.HIDDEN if len(organisations) == 1 else Ask.CHOICE,
        N_("Für welche Organisation?"),
        required=True,
        options=[(str(one.id), one.name) for one in organisations],
    )
    return Form((owner, *asked.fields, Field("unfinished", Ask.HIDDEN, "")))


@router.get("/new", operation_id="show_new_challenge")
def show_new_challenge(view: ViewDep, session: ReadSessionDep, actor: ReadChallenges) -> Response:
    """Ask for one text; the preview stands beside it."""
    organisations = _organisations(session, actor)
    form = _first_form(organisations).blank({"organisation_id": organisations[0].id})
    return view.render("challenge_new.html", form=form, version="", token=_token())


def _token(sent: Sent | None = None) -> str:
    """Return what a form sends along, so that it begins one challenge however often it is sent."""
    return (sent.one("token") if sent is not None else "") or secrets.token_urlsafe(16)


def _begun(context: Context, actor: Actor, kept: Any, sent: Sent) -> int | None:
    """Return the unfinished challenge a form goes on with: the one it names, or the one it has begun before."""
    if str(kept or "").isdecimal():
        return int(kept)
    with context.sessions.read() as session:
        return unfinished.find_begun(session, actor, sent.one("token"), context.clock.now())


@router.post("/new", operation_id="submit_new_challenge")
def submit_new_challenge(
    view: ViewDep, sent: SentDep, context: ContextDep, session: ReadSessionDep, actor: WriteChallenges
) -> Response:
    """Keep the text with everything that can be proposed from it, and go on to the details."""
    organisations = _organisations(session, actor)
    session.close()

    def use(values: dict[str, Any]) -> Response:
        if len(values["problem"].strip()) < LEAST_KEPT:
            raise _too_short()
        organisation = _owner(organisations, values["organisation_id"])
        content = _proposed(view, context, actor, values["problem"], organisation)
        kept = _begun(context, actor, values["unfinished"], sent)
        row: Unfinished | None = None
        if kept is not None:
            try:
                row = unfinished.keep(context, actor, kept, content, sent.version)
            except SavedMeanwhile as error:
                return _both(view, context, actor, kept, content, error, "")
            except NotFound:
                # Finished or discarded meanwhile: these words are the first of another one.
                row = None
        if row is None:
            row = unfinished.begin(context, actor, organisation.id, content, sent.one("token"))
        return view.redirect(f"/challenges/unfinished/{row.id}")

    shown = {"version": sent.version or "", "token": _token(sent)}
    return submit(view, _first_form(organisations), sent, "challenge_new.html", use, **shown)


def _too_short() -> MalformedInput:
    return MalformedInput(
        fields=(
            FieldError(
                "problem",
                "too_little",
                "Bitte schreiben Sie mindestens einen Satz.",
                "Please write at least one sentence.",
            ),
        )
    )


def _owner(organisations: list[OrganisationRead], chosen: Any) -> OrganisationRead:
    for organisation in organisations:
        if str(organisation.id) == str(chosen):
            return organisation
    raise Forbidden


def _proposed(view: View, context: Context, actor: Actor, text: str, organisation: OrganisationRead) -> dict[str, Any]:
    """Return the values of the form as far as they can be proposed from one text."""
    split = proposals.split_text(text)
    region = {"region": organisation.region.value} if organisation.region else {}
    content = {"title": split.title, "problem": split.problem, "wish": split.wish} | region
    try:
        matches = previews.challenge_matches(context, actor, content, view.language).items
    except (Forbidden, MalformedInput):
        return content
    return content | {"fields_of_action": previews.proposed_fields(matches)}


@router.post("/preview", operation_id="preview_challenge_page")
def preview_challenge_page(view: ViewDep, sent: SentDep, context: ContextDep, actor: WritePreviews) -> Response:
    """Show the part of the page beside the text; nothing is stored."""
    form = Form((*FULL.fields, Field("organisation_id", Ask.HIDDEN, ""), Field("unfinished", Ask.HIDDEN, "")))
    values = form.read(sent, only_sent=True)
    part = previews.of_challenge(view, context, actor, values, _region(context, actor, values.get("organisation_id")))
    return view.render("_preview.html", part=part)


def _region(context: Context, actor: Actor, organisation_id: Any) -> Region | None:
    """Return where an organisation of the actor is at home."""
    number = next((one for one in actor.organisations if str(one) == str(organisation_id)), None)
    if number is None:
        return None
    with context.sessions.read() as session:
        return read_organisation(session, actor, number).region


@router.post("/autosave", operation_id="autosave_challenge")
def autosave_challenge(view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteChallenges) -> Response:
    """Keep what is written while somebody types; answers with the part of the form that says so."""
    form = Form((*FULL.fields, Field("organisation_id", Ask.HIDDEN, ""), Field("unfinished", Ask.HIDDEN, "")))
    values = form.read(sent, only_sent=True)
    owner = str(values.pop("organisation_id", "") or "")
    kept = _begun(context, actor, values.pop("unfinished", ""), sent)
    row: Unfinished | None = None
    if kept is not None:
        try:
            row = unfinished.keep(context, actor, kept, values, sent.version, by_itself=True)
        except SavedMeanwhile as error:
            keep_refusal(view.request, error)
            said = error_text(view, error)
            return view.render("_autosaved.html", error.status, refused=said, unfinished=kept, version=sent.version)
        except NotFound as error:
            # A colleague was faster; an error page would be no part of the form.
            keep_refusal(view.request, error)
            gone = {"unfinished": kept, "version": sent.version, "gone": True}
            return view.render("_autosaved.html", error.status, **gone)
    elif owner.isdecimal() and len(str(values.get("problem") or "")) >= LEAST_KEPT:
        row = unfinished.begin(context, actor, int(owner), values, sent.one("token"))
    return view.render("_autosaved.html", row=row)


@router.get("/unfinished/{unfinished_id}", operation_id="show_unfinished_challenge")
def show_unfinished_challenge(
    unfinished_id: Id, view: ViewDep, context: ContextDep, session: ReadSessionDep, actor: ReadChallenges
) -> Response:
    """Show the details, with what was proposed filled in."""
    if (done := unfinished.find_finished(session, actor, unfinished_id, context.clock.now())) is not None:
        return view.redirect(f"/challenges/{done['id']}")
    row = unfinished.read(session, actor, unfinished_id)
    return _details(view, 200, FULL.blank(row.content), row)


def _details(view: View, status: int, form: BoundForm, row: Unfinished, **values: Any) -> Response:
    shown = {"version": row.version, "differences": ()} | values
    return view.render("challenge_details.html", status, form=form, groups=GROUPS, row=row, **shown)


def _both(
    view: View,
    context: Context,
    actor: Actor,
    unfinished_id: int,
    written: dict[str, Any],
    error: SavedMeanwhile,
    step: str,
) -> Response:
    """Show what somebody has written beside what a colleague has saved; on to the next step if that is the same."""
    keep_refusal(view.request, error)
    with context.sessions.read() as session:
        row = unfinished.read(session, actor, unfinished_id)
    mine, theirs = FULL.blank(row.content | written), FULL.blank(row.content)
    differences = find_differences(view, mine, theirs)
    if not differences:
        return view.redirect(f"/challenges/unfinished/{unfinished_id}{step}")
    return _details(view, error.status, mine.with_error(view, error), row, differences=differences)


@router.post("/unfinished/{unfinished_id}", operation_id="submit_unfinished_challenge")
def submit_unfinished_challenge(
    unfinished_id: Id,
    view: ViewDep,
    sent: SentDep,
    context: ContextDep,
    session: ReadSessionDep,
    actor: WriteChallenges,
) -> Response:
    """Keep the details; when they are complete, go on to the last look."""
    try:
        row = unfinished.read(session, actor, unfinished_id)
    except NotFound as error:
        return _gone(view, session, actor, sent, error)
    session.close()
    form = Form((*FULL.fields, Field("unfinished", Ask.HIDDEN, "")))

    def use(values: dict[str, Any]) -> Response:
        values.pop("unfinished")
        try:
            unfinished.keep(context, actor, unfinished_id, values, sent.version)
        except SavedMeanwhile as error:
            return _both(view, context, actor, unfinished_id, values, error, "/check")
        _check(values)
        return view.redirect(f"/challenges/unfinished/{unfinished_id}/check")

    shown = {"version": sent.version, "differences": ()}
    return submit(view, form, sent, "challenge_details.html", use, groups=GROUPS, row=row, **shown)


def _gone(view: View, session: Session, actor: Actor, sent: Sent, error: NotFound) -> Response:
    """Show what somebody has written on a text that is finished or discarded: it can become another challenge.

    Whoever writes for nobody gets the error itself.
    """
    try:
        organisations = _organisations(session, actor)
    except Forbidden:
        raise error from None
    keep_refusal(view.request, error)
    form = _first_form(organisations, FULL).again(view, sent, None)
    form = replace(form, values=dict(form.values) | {"organisation_id": [str(organisations[0].id)], "unfinished": []})
    return view.render("challenge_gone.html", error.status, form=form, groups=GROUPS, token=_token())


@router.post("/unfinished", operation_id="submit_challenge_again")
def submit_challenge_again(
    view: ViewDep, sent: SentDep, context: ContextDep, session: ReadSessionDep, actor: WriteChallenges
) -> Response:
    """Begin another challenge with everything that was written on one that is gone."""
    organisations = _organisations(session, actor)
    session.close()

    def use(values: dict[str, Any]) -> Response:
        values.pop("unfinished")
        owner = _owner(organisations, values.pop("organisation_id"))
        begun = _begun(context, actor, "", sent)
        if begun is not None:
            row = unfinished.keep(context, actor, begun, values, sent.version)
        else:
            row = unfinished.begin(context, actor, owner.id, values, sent.one("token"))
        return view.redirect(f"/challenges/unfinished/{row.id}")

    shown = {"groups": GROUPS, "token": _token(sent)}
    return submit(view, _first_form(organisations, FULL), sent, "challenge_gone.html", use, **shown)


def _check(values: dict[str, Any]) -> ChallengeContent:
    content: ChallengeContent = parse(ChallengeContent, to_content(values))
    return content


@router.get("/unfinished/{unfinished_id}/check", operation_id="show_challenge_check")
def show_challenge_check(
    unfinished_id: Id, view: ViewDep, context: ContextDep, session: ReadSessionDep, actor: ReadChallenges
) -> Response:
    """Everything once more, with the startups it would find, before it is published.

    Whoever goes back here after publishing is led to what it has become.
    """
    if (done := unfinished.find_finished(session, actor, unfinished_id, context.clock.now())) is not None:
        return view.redirect(f"/challenges/{done['id']}")
    row = unfinished.read(session, actor, unfinished_id)
    session.close()
    return _check_page(view, context, actor, row)


def _check_page(view: View, context: Context, actor: Actor, row: Unfinished, changed: str = "") -> Response:
    try:
        content = _check(row.content)
    except MalformedInput as error:
        return _details(view, 422, FULL.blank(row.content).with_error(view, error), row)
    part = previews.of_challenge(view, context, actor, row.content)
    shown = content.model_dump(mode="json")
    shown["language"] = shown["language"] or detect_language(f"{content.title}. {content.problem}")
    status = 409 if changed else 200
    return view.render("challenge_check.html", status, row=row, content=shown, part=part, changed=changed)


@router.post("/unfinished/{unfinished_id}/publish", operation_id="submit_challenge_publication")
def submit_challenge_publication(
    unfinished_id: Id, view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteChallenges
) -> Response:
    """Make it a challenge: published, or a draft where the organisation is not verified yet."""
    with context.sessions.read() as session:
        if (done := unfinished.find_finished(session, actor, unfinished_id, context.clock.now())) is not None:
            return _finished(view, done)
        row = unfinished.read(session, actor, unfinished_id)
    state = "draft" if sent.one("step") == "draft" else "published"
    content = to_content(row.content) | {"organisation_id": row.organisation_id, "state": state}
    try:
        challenge = unfinished.finish(context, actor, row, parse(ChallengeCreate, content), sent.version)
    except MalformedInput:
        return _check_page(view, context, actor, row)
    except SavedMeanwhile as error:
        keep_refusal(view.request, error)
        with context.sessions.read() as session:
            row = unfinished.read(session, actor, unfinished_id)
        return _check_page(view, context, actor, row, error_text(view, error)[0])
    return _finished(view, challenge)


def _finished(view: View, challenge: dict[str, Any]) -> Response:
    if challenge["state"] == "draft":
        return view.redirect(f"/challenges/{challenge['id']}", "drafted")
    return view.redirect(f"/challenges/{challenge['id']}/matches", "published")


@router.get("/unfinished/{unfinished_id}/discard", operation_id="show_unfinished_discard")
def show_unfinished_discard(
    unfinished_id: Id,
    view: ViewDep,
    session: ReadSessionDep,
    actor: ReadChallenges,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """Say what discarding means. version: the one that was seen before coming here."""
    row = unfinished.read(session, actor, unfinished_id)
    words = " ".join((row.content.get("title") or row.content.get("problem") or "").split())
    about = words[:NAMED] + (" …" if len(words) > NAMED else "")
    page = replace(DISCARD, about=about, back=f"/challenges/unfinished/{unfinished_id}")
    return page.show(view, version=str(version or row.version))


@router.post("/unfinished/{unfinished_id}/discard", operation_id="submit_unfinished_discard")
def submit_unfinished_discard(
    unfinished_id: Id, view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteChallenges
) -> Response:
    """Throw away what was begun, unless somebody has just gone on with it."""
    try:
        unfinished.discard(context, actor, unfinished_id, sent.version)
    except SavedMeanwhile as error:
        keep_refusal(view.request, error)
        with context.sessions.read() as session:
            row = unfinished.read(session, actor, unfinished_id)
        again = view.gettext(N_("Es ist noch da. Sehen Sie nach, bevor Sie es verwerfen."))
        form = replace(FULL.blank(row.content), title=error_text(view, error)[0], general=(again,))
        return _details(view, error.status, form, row)
    return view.redirect("/challenges", "discarded")
