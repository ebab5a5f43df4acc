"""Use cases of introductions: read, write to each other, say how far it has come."""

from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import errors, idempotency
from app.alerts.tell import News, tell
from app.auth.actor import Actor
from app.auth.identify import refresh
from app.context import Context, Ground
from app.introductions import first_message, policies, repository
from app.introductions.schemas import (
    Contact,
    IntroductionRead,
    IntroductionSummary,
    MessageRead,
    MessageWrite,
    StatusWrite,
    StepRead,
)
from app.matches.explaining import Explainer
from app.models import Challenge, Introduction, IntroductionStep, Message, Organisation, Profile
from app.pagination import Page
from app.vocabulary import AlertKind, IntroductionStatus
from matching.texts import Side

NOUN = "introduction"
FOLLOWS = {
    IntroductionStatus.TALKING: (IntroductionStatus.PILOT, IntroductionStatus.CONTRACT, IntroductionStatus.ENDED),
    IntroductionStatus.PILOT: (IntroductionStatus.CONTRACT, IntroductionStatus.ENDED),
    IntroductionStatus.CONTRACT: (IntroductionStatus.ENDED,),
    IntroductionStatus.ENDED: (),
}
"""Which status follows on which."""


def read_introduction(context: Context, session: Session, actor: Actor, introduction_id: int) -> IntroductionRead:
    """Return an introduction with contact data. Raises `NotFound`."""
    return _read(context, session, actor, _get(session, actor, introduction_id))


def is_contact(session: Session, actor: Actor, introduction_id: int) -> bool:
    """Tell whether the other side reaches the caller. Raises `NotFound`."""
    introduction = _get(session, actor, introduction_id)
    return actor.user_id in {introduction.welfare_contact_id, introduction.startup_contact_id} - {None}


def list_introductions(
    session: Session,
    actor: Actor,
    *,
    status: IntroductionStatus | None,
    limit: int,
    cursor: str | None,
    words: str = "",
) -> Page[IntroductionSummary]:
    """Return the introductions of the caller's organisations, newest first; words as the repository takes them."""
    page = repository.page(session, actor, status=status, words=words, limit=limit, cursor=cursor)
    return Page([IntroductionSummary.model_validate(row) for row in page.rows], page.next_cursor)


def list_messages(
    session: Session, actor: Actor, introduction_id: int, *, limit: int, cursor: str | None
) -> Page[MessageRead]:
    """Return the thread, newest first. Raises `NotFound`."""
    _get(session, actor, introduction_id)
    page = repository.thread(session, introduction_id, limit=limit, cursor=cursor)
    names = repository.names(session, [row.author_id for row in page.rows])
    return Page([_read_message(row, names) for row in page.rows], page.next_cursor)


def send_message(
    ground: Ground,
    actor: Actor,
    introduction_id: int,
    wanted: MessageWrite,
    receipt: idempotency.Receipt | None = None,
) -> MessageRead:
    """Write to the other side, which gets a mail without the text. Raises `NotFound`, `ThreadClosed`."""
    try:
        return _send(ground, actor, introduction_id, wanted, receipt)
    except IntegrityError:
        # Two posts with one key raced on PostgreSQL: the other one has committed, its answer is ours.
        return _send(ground, actor, introduction_id, wanted, receipt)


def _send(
    ground: Ground,
    actor: Actor,
    introduction_id: int,
    wanted: MessageWrite,
    receipt: idempotency.Receipt | None,
) -> MessageRead:
    now = ground.clock.now()
    with ground.sessions.write() as session:
        actor = refresh(session, actor)
        introduction = _get(session, actor, introduction_id, lock=True)
        if (answer := idempotency.find_answer(session, receipt, now)) is not None:
            return _read_again(session, answer["message"])
        _refuse_ended(introduction)
        side = policies.side_of(actor, introduction)
        message = Message(
            introduction_id=introduction_id, side=side, author_id=actor.user_id, body=wanted.body, sent_at=now
        )
        session.add(message)
        session.flush()
        _tell_the_other(session, introduction, side, AlertKind.MESSAGE, message.id, ground)
        _record(ground, session, actor, introduction, "introduction.message_sent")
        # Words between two people lie in the thread only, so the receipt holds the number.
        idempotency.store_answer(session, receipt, {"message": message.id}, now)
        return _read_again(session, message.id)


def set_status(context: Context, actor: Actor, introduction_id: int, wanted: StatusWrite) -> IntroductionRead:
    """Say how far it has come; the other side gets a mail. Raises `NotFound`, `ThreadClosed`, `WrongStep`."""
    now = context.clock.now()
    with context.sessions.write() as session:
        actor = refresh(session, actor)
        introduction = _open(session, actor, introduction_id)
        _check_step(introduction, wanted, now.date())
        side = policies.side_of(actor, introduction)
        introduction.status = wanted.status
        step = IntroductionStep(
            introduction_id=introduction_id,
            status=wanted.status,
            happened_on=wanted.happened_on or now.date(),
            note=wanted.note,
            side=side,
            author_id=actor.user_id,
            created_at=now,
        )
        session.add(step)
        if wanted.status is IntroductionStatus.ENDED:
            introduction.ended_at = now
            # What has ended is known: nobody is asked again what became of it.
            for question in repository.unasked_outcomes(session, introduction_id):
                session.delete(question)
        session.flush()
        _tell_the_other(session, introduction, side, AlertKind.STATUS, step.id, context)
        _record(context, session, actor, introduction, "introduction.status_changed")
        return _read(context, session, actor, introduction)


def take_over_contact(context: Context, actor: Actor, introduction_id: int) -> IntroductionRead:
    """Become the person the other side reaches, and let it see one's name and address.

    Raises `NotFound`, `ThreadClosed`, `Forbidden` for callers who are no person.
    """
    with context.sessions.write() as session:
        actor = refresh(session, actor)
        introduction = _open(session, actor, introduction_id)
        if actor.user_id is None:
            raise errors.Forbidden
        if policies.side_of(actor, introduction) is Side.CHALLENGE:
            introduction.welfare_contact_id = actor.user_id
        else:
            introduction.startup_contact_id = actor.user_id
        session.flush()
        _record(context, session, actor, introduction, "introduction.contact_changed")
        return _read(context, session, actor, introduction)


def _get(session: Session, actor: Actor, introduction_id: int, *, lock: bool = False) -> Introduction:
    introduction = repository.get(session, actor, introduction_id, lock=lock)
    if introduction is None:
        raise errors.NotFound
    return introduction


def _open(session: Session, actor: Actor, introduction_id: int) -> Introduction:
    """Return a locked introduction that has not ended."""
    introduction = _get(session, actor, introduction_id, lock=True)
    _refuse_ended(introduction)
    return introduction


def _refuse_ended(introduction: Introduction) -> None:
    if introduction.status is IntroductionStatus.ENDED:
        raise errors.ThreadClosed


def _check_step(introduction: Introduction, wanted: StatusWrite, today: date) -> None:
    allowed = FOLLOWS[introduction.status]
    if wanted.status not in allowed:
        names = ", ".join(status.value for status in allowed)
        raise errors.WrongStep(status=introduction.status.value, allowed=names)
    if wanted.happened_on is not None and wanted.happened_on > today:
        raise errors.MalformedInput(
            fields=(
                errors.FieldError(
                    "happened_on",
                    "in_the_future",
                    "Wählen Sie einen Tag bis heute, oder lassen Sie das Feld weg.",
                    "Choose a day up to today, or leave the field out.",
                ),
            )
        )


def _tell_the_other(
    session: Session, introduction: Introduction, side: Side, kind: AlertKind, number: int, ground: Ground
) -> None:
    if side is Side.CHALLENGE:
        organisation_id, contact = introduction.startup_id, introduction.startup_contact_id
    else:
        organisation_id, contact = introduction.welfare_id, introduction.welfare_contact_id
    news = News(kind, f"{kind.value}:{number}", organisation_id, introduction.challenge_id, introduction.profile_id)
    tell(session, news, ground.clock.now(), preferred=contact)


def _read(context: Context, session: Session, actor: Actor, introduction: Introduction) -> IntroductionRead:
    side = policies.side_of(actor, introduction)
    challenge, profile = repository.texts(session, introduction)
    written = repository.count_messages(session, introduction.id) > 0
    over = introduction.status is IntroductionStatus.ENDED
    prepared = None
    if not written and not over:
        prepared = _prepared(context, session, side, challenge, profile)
    summary = IntroductionSummary.model_validate(introduction).model_dump()
    return IntroductionRead(
        **summary,
        title=challenge.title,
        profile_name=profile.name,
        side=side.value,
        contacts=[] if over else _contacts(session, introduction),
        steps=[
            StepRead(
                status=step.status,
                happened_on=step.happened_on,
                note=step.note,
                side=None if step.side is None else step.side.value,
            )
            for step in repository.steps(session, introduction.id)
        ],
        next_statuses=list(FOLLOWS[introduction.status]),
        first_message=prepared,
    )


def _prepared(context: Context, session: Session, side: Side, challenge: Challenge, profile: Profile) -> str:
    """Return the first message of a side, with the evidence and the open questions of the match."""
    language = first_message.language_for(side, challenge, profile)
    explainer = Explainer(context, session, Side.CHALLENGE, challenge, language)
    explained = explainer.explain({profile.id: profile})[profile.id]
    quotes = [(pair.challenge.text, pair.profile.text) for pair in explained.evidence]
    named = {
        status: [one.label or one.words or "" for one in explained.criteria if one.status == status]
        for status in ("met", "open")
    }
    return first_message.compose(
        side,
        challenge,
        profile,
        evidence=quotes or [(challenge.problem, profile.offer)],
        met=named["met"],
        open_questions=named["open"],
    )


def _contacts(session: Session, introduction: Introduction) -> list[Contact]:
    """Return the people who agreed to be reached, as long as they belong to their organisation."""
    found = []
    for side, organisation_id, user_id in (
        (Side.CHALLENGE, introduction.welfare_id, introduction.welfare_contact_id),
        (Side.PROFILE, introduction.startup_id, introduction.startup_contact_id),
    ):
        user = repository.active_member(session, user_id, organisation_id)
        if user is not None:
            organisation = session.get_one(Organisation, organisation_id)
            found.append(Contact(side=side.value, organisation=organisation.name, name=user.name, email=user.email))
    return found


def _read_again(session: Session, message_id: int) -> MessageRead:
    message = session.get_one(Message, message_id)
    return _read_message(message, repository.names(session, [message.author_id]))


def _read_message(row: Message, names: dict[int, str]) -> MessageRead:
    return MessageRead(
        id=row.id,
        side=row.side.value,
        author=names.get(row.author_id or 0),
        body=row.body,
        sent_at=row.sent_at,
    )


def _record(ground: Ground, session: Session, actor: Actor, introduction: Introduction, action: str) -> None:
    own = introduction.welfare_id
    if policies.side_of(actor, introduction) is Side.PROFILE:
        own = introduction.startup_id
    ground.trail.record(session, actor, ground.clock.now(), action, NOUN, introduction.id, organisation_id=own)
