"""One challenge and one profile: why they fit, how the pair stands, and saying yes or no."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app import rulebook
from app.api.dependencies import ContextDep, ReadDecisions, ReadSessionDep, WriteDecisions
from app.api.paths import Id
from app.api.problem_details import keep_refusal
from app.auth.actor import Actor
from app.context import Context
from app.decisions import policies, reading, repository, service
from app.decisions.repository import Pair
from app.decisions.schemas import DecisionRead, DecisionWrite
from app.decisions.view import Standing, view_of
from app.errors import (
    AlreadyDecided,
    AlreadyIntroduced,
    AppError,
    AskAgainLater,
    FieldError,
    Forbidden,
    MalformedInput,
    NotFound,
    NotPublished,
    TooManyOpenInterests,
)
from app.matches.schemas import MatchExplanation
from app.matches.service import explain_match
from app.vocabulary import DecisionAnswer, DecisionReason, DecisionState, PairState
from app.web.cards import Pair as Evidence
from app.web.cards import evidence_of, labels_of
from app.web.forms import SHOWN_IN_FORMS, Ask, BoundForm, Field, Form, Sent, SentDep, parse
from app.web.i18n import N_
from app.web.labels import options
from app.web.marking import MarkedField, mark_text
from app.web.view import View, ViewDep
from matching.texts import Side

router = APIRouter(include_in_schema=False)

DECLINE = Form(
    (
        Field("reason", Ask.CHOICE, N_("Warum passt es nicht?"), required=True, options=options(DecisionReason)),
        Field(
            "note",
            Ask.AREA,
            N_("Ein Satz dazu"),
            N_("Hat die andere Seite angefragt, liest sie ihn. Höchstens 500 Zeichen."),
            rows=4,
        ),
    )
)
HIDDEN = tuple(Field(name, Ask.HIDDEN, "") for name in ("answer", "side", "back"))
ASKED = Form((*HIDDEN, *DECLINE.fields))

SAID = (*repository.CURRENT, DecisionState.AGREED)

SideCode = Annotated[Literal["challenge", "profile"] | None, Query()]


@dataclass(frozen=True, slots=True)
class WhyNotAsk:
    """Why no interest can be shown in a pair right now: not_listed, full, unanswered, taken_back; until which day."""

    code: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class PairPage:
    """What the page of a pair shows to one of its sides."""

    side: Side
    own: Any
    partner: Any
    explained: MatchExplanation | None
    """None while a text pauses: whoever was asked may still say no."""
    standing: Standing | None
    full: bool
    draft: str = ""
    """A polite decline: ready to be sent by who was asked, in the other side's place for who got no answer."""
    answer: DecisionRead | None = None
    """The no of the other side to an interest, with its reason."""
    why_not_ask: WhyNotAsk | None = None

    @property
    def is_asked(self) -> bool:
        """Tell whether the other side waits for an answer."""
        return self.standing is not None and self.standing.state is PairState.ASKED

    @property
    def is_waited_for(self) -> bool:
        """Tell whether one of the two sides waits for the other."""
        return self.standing is not None and self.standing.state in {PairState.ASKED, PairState.WAITING}

    @property
    def may_ask(self) -> bool:
        """Tell whether an interest can be shown or agreed to."""
        return self.explained is not None and self.why_not_ask is None

    @property
    def may_decline(self) -> bool:
        """Tell whether there is something to say no to."""
        return self.why_not_ask is None or self.why_not_ask.code != "not_listed"

    @property
    def address(self) -> str:
        """Return the address of the page."""
        challenge, profile = (self.own, self.partner) if self.side is Side.CHALLENGE else (self.partner, self.own)
        return f"/challenges/{challenge.id}/matches/{profile.id}"

    @property
    def partner_address(self) -> str:
        """Return the address of the partner's text."""
        return f"/{self.side.other.value}s/{self.partner.id}"

    @property
    def list_address(self) -> str:
        """Return the address of the list the partner stands in."""
        return f"/{self.side.value}s/{self.own.id}/matches"

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Return what speaks for the pair, in both texts."""
        return evidence_of(self.explained.match, self.side.other) if self.explained else ()

    @property
    def marked_own(self) -> list[MarkedField]:
        """Return one's own text with the places marked that speak for the pair."""
        return self._marked(self.side, self.own)

    @property
    def marked_partner(self) -> list[MarkedField]:
        """Return the other text with the places marked that speak for the pair."""
        return self._marked(self.side.other, self.partner)

    def _marked(self, side: Side, text: Any) -> list[MarkedField]:
        found = self.explained.match.evidence if self.explained else []
        return mark_text(side, text, [one.challenge if side is Side.CHALLENGE else one.profile for one in found])

    @property
    def met(self) -> tuple[str, ...]:
        """Return what the criteria that are met are called."""
        return labels_of(self.explained.match.criteria, "met") if self.explained else ()

    @property
    def open(self) -> tuple[str, ...]:
        """Return what the criteria nobody knows about are called."""
        return labels_of(self.explained.match.criteria, "open") if self.explained else ()

    @property
    def failed(self) -> tuple[str, ...]:
        """Return what the criteria that are not met are called."""
        return labels_of(self.explained.match.criteria, "failed") if self.explained else ()


@router.get("/challenges/{challenge_id}/matches/{profile_id}", operation_id="show_pair")
def show_pair(
    challenge_id: Id,
    profile_id: Id,
    view: ViewDep,
    context: ContextDep,
    session: ReadSessionDep,
    actor: ReadDecisions,
    side: SideCode = None,
) -> Response:
    """Show why a pair is in the list, or why not, and ask for a decision."""
    page = _page(view, context, session, actor, challenge_id, profile_id, side)
    return _render(view, page, DECLINE.blank({"note": page.draft if page.is_asked else ""}))


@router.post("/challenges/{challenge_id}/matches/{profile_id}", operation_id="submit_decision")
def submit_decision(
    challenge_id: Id, profile_id: Id, view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteDecisions
) -> Response:
    """Say yes or no to a match."""
    try:
        wanted = _wanted(sent)
        decision = service.decide(context, actor, challenge_id, profile_id, wanted)
    except (*SHOWN_IN_FORMS, TooManyOpenInterests) as error:
        with context.sessions.read() as session:
            if (said := _said_before(session, actor, challenge_id, profile_id, sent, error)) is not None:
                return _done(view, sent, said)
            keep_refusal(view.request, error)
            page = _page(view, context, session, actor, challenge_id, profile_id, sent.one("side"))
            return _render(view, page, DECLINE.again(view, sent, error), error.status)
    return _done(view, sent, decision)


def _said_before(
    session: Session, actor: Actor, challenge_id: int, profile_id: int, sent: Sent, error: AppError
) -> DecisionRead | None:
    """Return what a side has said already, where it says the same again: a second click leads where the first did."""
    pair = repository.get_pair(session, challenge_id, profile_id)
    if not isinstance(error, AlreadyDecided | AlreadyIntroduced) or pair is None:
        return None
    wanted = _wanted(sent)
    for one in reversed(repository.of_pair(session, challenge_id, profile_id)):
        if one.side == wanted.side and one.state in SAID:
            same = (one.answer, one.reason, one.note) == (wanted.answer, wanted.reason, wanted.note)
            return reading.read(session, actor, one, pair) if same else None
    return None


@router.post("/decisions/{decision_id}/take-back", operation_id="submit_take_back")
def submit_take_back(decision_id: Id, view: ViewDep, context: ContextDep, actor: WriteDecisions) -> Response:
    """Undo an interest nobody answered yet, or a decline."""
    decision = service.take_back(context, actor, decision_id)
    return view.redirect(_list_of(decision), "taken-back")


def _wanted(sent: Sent) -> DecisionWrite:
    values = ASKED.read(sent)
    values.pop("back")
    if values["answer"] == DecisionAnswer.INTERESTED:
        values = {"answer": values["answer"], "side": values["side"]}
    elif values["answer"] == DecisionAnswer.NOT_INTERESTED and not values["reason"]:
        raise MalformedInput(fields=(FieldError("reason", "reason_missing", "Bitte ausfüllen.", "Please fill in."),))
    wanted: DecisionWrite = parse(DecisionWrite, values)
    return wanted


def _done(view: View, sent: Sent, decision: DecisionRead) -> Response:
    if sent.one("back") == "conversations":
        return view.redirect("/conversations", "declined")
    if decision.introduction_id is not None:
        return view.redirect(f"/introductions/{decision.introduction_id}", "agreed")
    interested = decision.answer is DecisionAnswer.INTERESTED
    return view.redirect(_list_of(decision), "interest-sent" if interested else "declined")


def _list_of(decision: DecisionRead) -> str:
    own = decision.challenge_id if decision.side == "challenge" else decision.profile_id
    return f"/{decision.side}s/{own}/matches"


def _page(
    view: View,
    context: Context,
    session: Session,
    actor: Actor,
    challenge_id: int,
    profile_id: int,
    wanted: str | None,
) -> PairPage:
    """Collect what a side sees of a pair. Raises `NotFound`, `Forbidden`, `NotPublished`."""
    pair = repository.get_pair(session, challenge_id, profile_id)
    if pair is None:
        raise NotFound
    side = _side(actor, pair, wanted)
    own, partner = pair.text(side), pair.text(side.other)
    decides = policies.may_decide(actor, own.organisation_id)
    listed = view_of(session, rulebook.current(session, context.rules), side, own, {partner.id: partner})
    page = PairPage(side, own, partner, None, listed.standings.get(partner.id), partner.id in listed.full)
    try:
        explained = explain_match(context, session, actor, side, own.id, partner.id, view.language)
    except (NotFound, NotPublished):
        if decides and page.is_waited_for:
            return _with_words(session, actor, pair, page)
        raise
    if not decides:
        raise Forbidden
    page = replace(page, explained=explained)
    return _with_words(session, actor, pair, replace(page, why_not_ask=_why_not_ask(context, session, pair, page)))


def _why_not_ask(context: Context, session: Session, pair: Pair, page: PairPage) -> WhyNotAsk | None:
    """Return what would refuse an interest, so that the page says it instead of offering a button that fails."""
    if page.is_asked or page.explained is None:
        return None
    if not page.explained.listed:
        return WhyNotAsk("not_listed")
    own = [one for one in repository.of_pair(session, pair.challenge.id, pair.profile.id) if one.side is page.side]
    repetition = service.find_repetition(own, context.clock.now())
    if repetition is not None:
        code = "unanswered" if isinstance(repetition, AskAgainLater) else "taken_back"
        return WhyNotAsk(code, date.fromisoformat(str(repetition.values["day"])))
    return WhyNotAsk("full") if page.full else None


def _with_words(session: Session, actor: Actor, pair: Pair, page: PairPage) -> PairPage:
    """Add what the other side said, or what can be said to it."""
    number = page.standing.decision_id if page.standing else None
    decision = repository.get(session, number) if number is not None else None
    if decision is None:
        return page
    answer = repository.answer_to(session, decision.id) if decision.state is DecisionState.DECLINED else None
    return replace(
        page,
        draft=reading.read(session, actor, decision, pair).draft or "",
        answer=reading.read(session, actor, answer, pair) if answer else None,
    )


def _side(actor: Actor, pair: Pair, wanted: str | None) -> Side:
    """Return the side somebody looks from: the one they ask for, else the one they belong to."""
    if wanted in set(Side):
        return Side(wanted)
    is_startup = actor.is_member(pair.profile.organisation_id) and not actor.is_member(pair.challenge.organisation_id)
    return Side.PROFILE if is_startup else Side.CHALLENGE


def _render(view: View, page: PairPage, form: BoundForm, status: int = 200) -> Response:
    return view.render("pair.html", status, page=page, form=form)
