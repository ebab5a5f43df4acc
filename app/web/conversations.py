"""What waits for an answer, and the talks that came of it: contact data, messages, how far it has come."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.api.dependencies import (
    ContextDep,
    Cursor,
    ReadDecisions,
    ReadIntroductions,
    ReadSessionDep,
    Words,
    WriteIntroductions,
)
from app.api.paths import Id
from app.api.problem_details import keep_refusal
from app.auth.actor import Actor
from app.context import Context
from app.decisions import policies, reading, repository
from app.decisions.schemas import DecisionRead
from app.errors import FieldError, MalformedInput, ThreadClosed, WrongStep
from app.idempotency import make_receipt
from app.introductions import service
from app.introductions.schemas import IntroductionSummary, MessageWrite, StatusWrite
from app.pagination import Page
from app.vocabulary import DecisionState, IntroductionStatus
from app.web.forms import SHOWN_IN_FORMS, Ask, BoundForm, Field, Form, SentDep, parse
from app.web.i18n import N_
from app.web.labels import options
from app.web.view import View, ViewDep
from matching.texts import Side

router = APIRouter(include_in_schema=False)

AT_MOST = 50
ON_A_PAGE = 20

MESSAGE = Form(
    (
        Field(
            "body",
            Ask.AREA,
            N_("Ihre Nachricht"),
            N_("Höchstens 5.000 Zeichen. Die andere Seite bekommt eine Mail, dass etwas da ist."),
            required=True,
            rows=8,
        ),
    )
)
STATUS = Form(
    (
        Field("status", Ask.CHOICE, N_("Wie weit sind Sie?"), required=True, options=options(IntroductionStatus)),
        Field("happened_on", Ask.DATE, N_("Seit wann?"), N_("Ohne Angabe: heute.")),
        Field("note", Ask.TEXT, N_("Ein Satz dazu"), N_("Beide Seiten lesen ihn.")),
        Field(
            "end",
            Ask.YES,
            N_("Ja, das Gespräch ist beendet"),
            N_("Nur für „Beendet“: Danach schreibt hier niemand mehr, auf beiden Seiten. Es bleibt dabei."),
        ),
    )
)

NOT_SURE = FieldError(
    "end",
    "end_not_confirmed",
    "Setzen Sie das Häkchen, wenn das Gespräch wirklich beendet ist.",
    "Tick the box if the talk is really over.",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One decision with the names of its pair."""

    decision: DecisionRead
    title: str
    language: str
    partner: str
    href: str


@dataclass(frozen=True, slots=True)
class Talk:
    """One introduction with the names of its pair."""

    introduction: IntroductionSummary
    title: str
    language: str
    partner: str


@router.get("/conversations", operation_id="show_conversations")
def show_conversations(
    view: ViewDep, session: ReadSessionDep, actor: ReadDecisions, q: Words = "", cursor: Cursor = None
) -> Response:
    """Show what waits for an answer, and all talks; where these are many, one finds some by words."""
    words = " ".join(q.split())
    if words:
        page = service.list_introductions(session, actor, status=None, words=words, limit=ON_A_PAGE, cursor=cursor)
        return _list(view, session, actor, page, words=words, searches=True)
    waiting, asked = open_interests(session, actor)
    declined = reading.list_decisions(session, actor, state=DecisionState.STANDING, limit=AT_MOST, cursor=None).rows
    own_declines = [_row(session, one, own=True) for one in declined if policies.may_decide(actor, one.organisation_id)]
    page = service.list_introductions(session, actor, status=None, limit=ON_A_PAGE, cursor=cursor)
    searches = bool(cursor or page.next_cursor)
    return _list(view, session, actor, page, searches=searches, waiting=waiting, asked=asked, declined=own_declines)


def _list(
    view: View,
    session: Session,
    actor: Actor,
    page: Page[IntroductionSummary],
    *,
    searches: bool,
    words: str = "",
    waiting: Sequence[Row] = (),
    asked: Sequence[Row] = (),
    declined: Sequence[Row] = (),
) -> Response:
    return view.render(
        "conversations.html",
        waiting=waiting,
        asked=asked,
        declined=declined,
        talks=[_talk(session, actor, one) for one in page.rows],
        next_cursor=page.next_cursor,
        words=words,
        searches=searches,
    )


def open_interests(session: Session, actor: Actor) -> tuple[list[Row], list[Row]]:
    """Return the interests that wait for an answer of the caller's organisations, and those of their own."""
    waiting: list[Row] = []
    asked: list[Row] = []
    for decision in reading.list_decisions(session, actor, state=DecisionState.OPEN, limit=AT_MOST, cursor=None).rows:
        own = policies.may_decide(actor, decision.organisation_id)
        (asked if own else waiting).append(_row(session, decision, own=own))
    return waiting, asked


def _row(session: Session, decision: DecisionRead, *, own: bool) -> Row:
    pair = repository.get_pair(session, decision.challenge_id, decision.profile_id)
    assert pair is not None  # noqa: S101  a decision goes with its texts
    side = Side(decision.side) if own else Side(decision.side).other
    href = f"/challenges/{decision.challenge_id}/matches/{decision.profile_id}?side={side.value}"
    return Row(decision, pair.challenge.title, pair.challenge.language.value, _partner(pair, side), href)


def _talk(session: Session, actor: Actor, introduction: IntroductionSummary) -> Talk:
    pair = repository.get_pair(session, introduction.challenge_id, introduction.profile_id)
    assert pair is not None  # noqa: S101  an introduction goes with its texts
    is_welfare = actor.is_member(pair.challenge.organisation_id)
    side = Side.CHALLENGE if is_welfare else Side.PROFILE
    return Talk(introduction, pair.challenge.title, pair.challenge.language.value, _partner(pair, side))


def _partner(pair: repository.Pair, side: Side) -> str:
    """Return what the other side is called, as mails do."""
    return pair.profile.name if side is Side.CHALLENGE else pair.challenge.organisation.name


@router.get("/introductions/{introduction_id}", operation_id="show_introduction")
def show_introduction(
    introduction_id: Id,
    view: ViewDep,
    context: ContextDep,
    session: ReadSessionDep,
    actor: ReadIntroductions,
    cursor: Cursor = None,
) -> Response:
    """One talk: who can be reached, what was written, how far it has come."""
    return _page(view, context, session, actor, introduction_id, cursor=cursor)


@router.post("/introductions/{introduction_id}/messages", operation_id="submit_message")
def submit_message(
    introduction_id: Id, view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteIntroductions
) -> Response:
    """Write to the other side; sent twice, the same form writes once."""
    try:
        body: MessageWrite = parse(MessageWrite, MESSAGE.read(sent))
        receipt = make_receipt(actor, f"send_message {introduction_id}", sent.key, body.model_dump(mode="json"))
        service.send_message(context, actor, introduction_id, body, receipt)
    except SHOWN_IN_FORMS as error:
        keep_refusal(view.request, error)
        message = MESSAGE.again(view, sent, error)
        with context.sessions.read() as session:
            return _page(view, context, session, actor, introduction_id, message=message, status=error.status)
    return view.redirect(f"/introductions/{introduction_id}", "message-sent")


@router.post("/introductions/{introduction_id}/status", operation_id="submit_introduction_status")
def submit_introduction_status(
    introduction_id: Id, view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteIntroductions
) -> Response:
    """Say how far it has come."""
    wanted: StatusWrite | None = None
    try:
        values = STATUS.read(sent)
        sure = values.pop("end")
        wanted = parse(StatusWrite, values)
        # Ending is for good and for both sides: choosing it in a list is done too easily.
        if values["status"] == IntroductionStatus.ENDED and not sure:
            raise MalformedInput(fields=(NOT_SURE,))
        service.set_status(context, actor, introduction_id, wanted)
    except SHOWN_IN_FORMS as error:
        with context.sessions.read() as session:
            is_late = isinstance(error, WrongStep | ThreadClosed)
            if is_late and wanted and _said_before(context, session, actor, introduction_id, wanted):
                return view.redirect(f"/introductions/{introduction_id}", "saved")
            keep_refusal(view.request, error)
            step = STATUS.again(view, sent, error)
            return _page(view, context, session, actor, introduction_id, step=step, status=error.status)
    return view.redirect(f"/introductions/{introduction_id}", "saved")


def _said_before(context: Context, session: Session, actor: Actor, introduction_id: int, wanted: StatusWrite) -> bool:
    """Tell whether the last step is just what somebody says now: a second click leads where the first did."""
    read = service.read_introduction(context, session, actor, introduction_id)
    last = read.steps[-1]
    same_day = wanted.happened_on in {None, last.happened_on}
    return (last.status, last.note, last.side) == (wanted.status, wanted.note, read.side) and same_day


@router.post("/introductions/{introduction_id}/contact", operation_id="submit_contact")
def submit_contact(introduction_id: Id, view: ViewDep, context: ContextDep, actor: WriteIntroductions) -> Response:
    """Become the person the other side reaches."""
    service.take_over_contact(context, actor, introduction_id)
    return view.redirect(f"/introductions/{introduction_id}", "contact-taken-over")


def _page(
    view: View,
    context: Context,
    session: Session,
    actor: Actor,
    introduction_id: int,
    *,
    message: BoundForm | None = None,
    step: BoundForm | None = None,
    cursor: str | None = None,
    status: int = 200,
) -> Response:
    read = service.read_introduction(context, session, actor, introduction_id)
    steps = STATUS.choosing("status", options(IntroductionStatus, read.next_statuses))
    thread = service.list_messages(session, actor, introduction_id, limit=ON_A_PAGE, cursor=cursor)
    values: dict[str, Any] = {
        "talk": read,
        "is_contact": service.is_contact(session, actor, introduction_id),
        "messages": thread.rows,
        "next_cursor": thread.next_cursor,
        "message": message or MESSAGE.blank({"body": read.first_message}),
        "step": steps.blank() if step is None else replace(step, form=steps),
        # What was written while the other side ended the talk is not lost: it is shown to be copied.
        "unsent": message["body"].value if message is not None and not read.next_statuses else "",
        "wrong": next((form for form in (message, step) if form is not None), STATUS.blank()),
        # Sent along with the message, so that a second click on the button sends nothing again.
        "token": secrets.token_urlsafe(16),
    }
    return view.render("introduction.html", status, **values)
