"""Use cases of decisions: say yes or no to a match, take it back, read what was said."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import errors, rulebook
from app.alerts.tell import News, tell
from app.auth.actor import Actor
from app.auth.identify import refresh
from app.context import Ground
from app.decisions import policies, reading, repository
from app.decisions.repository import Pair
from app.decisions.schemas import DecisionRead, DecisionWrite
from app.introductions import opening
from app.matches import expiry, listing
from app.models import Decision
from app.publishing import policies as publishing
from app.vocabulary import AlertKind, ChallengeState, DecisionAnswer, DecisionState, ProfileState
from matching.texts import Side

NOUN = "decision"
ASKED_AGAIN_AFTER = timedelta(days=30)
"""An interest that nobody answered may be repeated after that: earlier it would only press the other side."""
TAKEN_BACK_AT_MOST = 2
"""How often a side takes an interest in a pair back within that time: each one has sent the other side a mail."""


def decide(ground: Ground, actor: Actor, challenge_id: int, profile_id: int, wanted: DecisionWrite) -> DecisionRead:
    """Say yes or no to a match for one side. A yes to an open interest opens the introduction.

    Raises `NotFound`, `Forbidden`, `NotPublished`, `MatchGone`, `NotAMatch`, `AlreadyDecided`, `AlreadyIntroduced`,
    `PartnerDeclined`, `InterestExpired`, `AskAgainLater`, `TakenBackTooOften`, `NoFreeSlots`, `TooManyOpenInterests`.
    """
    try:
        return _decide(ground, actor, challenge_id, profile_id, wanted)
    except IntegrityError:
        # Two tabs at once passed the checks on PostgreSQL: the second look finds what the other one decided.
        return _decide(ground, actor, challenge_id, profile_id, wanted)


def _decide(ground: Ground, actor: Actor, challenge_id: int, profile_id: int, wanted: DecisionWrite) -> DecisionRead:
    side = Side(wanted.side)
    with ground.sessions.write() as session:
        actor = refresh(session, actor)
        pair = _locked_pair(session, actor, side, challenge_id, profile_id)
        before = repository.of_pair(session, challenge_id, profile_id)
        declined = wanted.answer is DecisionAnswer.NOT_INTERESTED
        asked = any(one.side is not side and one.state is DecisionState.OPEN for one in before)
        _check_published(ground, pair, side, known=bool(before), answers_no=declined and asked)
        if (introduction := repository.introduction_of(session, challenge_id, profile_id)) is not None:
            raise errors.AlreadyIntroduced(introduction_id=introduction.id)
        own = [one for one in before if one.side is side]
        current = next((one for one in own if one.state in repository.CURRENT), None)
        if current is not None:
            raise errors.AlreadyDecided(decision_id=current.id)
        theirs = next((one for one in before if one.side is not side and one.state in repository.CURRENT), None)
        decision = _new(ground, session, actor, pair, side, wanted)
        if declined:
            _decline(ground, session, decision, theirs)
            action = "decision.declined"
        elif theirs is not None:
            _agree(ground, session, pair, decision, theirs)
            action = "introduction.opened"
        else:
            _ask(ground, session, pair, decision, own)
            action = "decision.interested"
        _record(ground, session, actor, decision, action)
        return reading.read(session, actor, decision, pair)


def take_back(ground: Ground, actor: Actor, decision_id: int) -> DecisionRead:
    """Undo an interest that nobody answered yet, or a decline that stands.

    Raises `NotFound`, `Forbidden`, `InterestExpired`, `NotToBeTakenBack`.
    """
    now = ground.clock.now()
    with ground.sessions.write() as session:
        actor = refresh(session, actor)
        known = repository.get(session, decision_id)
        pair = repository.lock_pair(session, known.challenge_id, known.profile_id) if known else None
        if known is None or pair is None:
            raise errors.NotFound
        session.refresh(known)
        if not policies.may_read(actor, known, pair.organisation(known.side.other).id):
            raise errors.NotFound
        if not policies.may_decide(actor, known.organisation_id):
            raise errors.Forbidden
        if known.state not in repository.CURRENT:
            raise errors.NotToBeTakenBack(state=known.state.value)
        _refuse_overdue(ground, known)
        known.state, known.ended_at = DecisionState.TAKEN_BACK, now
        session.flush()
        _record(ground, session, actor, known, "decision.taken_back")
        return reading.read(session, actor, known, pair)


def _locked_pair(session: Session, actor: Actor, side: Side, challenge_id: int, profile_id: int) -> Pair:
    """Return the pair for somebody who may decide for a side. Raises `NotFound`, `Forbidden`."""
    pair = repository.lock_pair(session, challenge_id, profile_id)
    if pair is None:
        raise errors.NotFound
    if policies.may_decide(actor, pair.organisation(side).id):
        return pair
    both = ((Side.CHALLENGE, pair.challenge), (Side.PROFILE, pair.profile))
    if all(publishing.may_read(actor, one, text.organisation, text.state.value) for one, text in both):
        raise errors.Forbidden
    raise errors.NotFound


def _check_published(ground: Ground, pair: Pair, side: Side, *, known: bool, answers_no: bool) -> None:
    """Raise unless both texts are published. Of a text nothing was ever said about a stranger learns nothing.

    answers_no: a no to whoever asked, which also a side may say that pauses.
    """
    today = ground.clock.today()
    over = pair.challenge.state is ChallengeState.PUBLISHED and expiry.is_over(pair.challenge, today)
    paused = {
        Side.CHALLENGE: answers_no and pair.challenge.state is ChallengeState.PAUSED,
        Side.PROFILE: answers_no and pair.profile.state is ProfileState.PAUSED,
    }
    shown = {
        Side.CHALLENGE: pair.challenge.state is ChallengeState.PUBLISHED and not over,
        Side.PROFILE: pair.profile.state is ProfileState.PUBLISHED,
    }
    if not (shown[side] or paused[side]):
        raise errors.NotPublished(state="expired" if side is Side.CHALLENGE and over else pair.text(side).state.value)
    if not (shown[side.other] or paused[side.other]):
        raise errors.MatchGone if known else errors.NotFound


def _new(ground: Ground, session: Session, actor: Actor, pair: Pair, side: Side, wanted: DecisionWrite) -> Decision:
    """Return a decision that is in no state yet, with what the list of its side shows of the pair right now."""
    place = listing.place_of(session, ground.clock, side, pair.text(side).id, pair.text(side.other).id)
    return Decision(
        challenge_id=pair.challenge.id,
        profile_id=pair.profile.id,
        side=side,
        organisation_id=pair.organisation(side).id,
        decided_by=actor.user_id,
        answer=wanted.answer,
        reason=wanted.reason,
        note=wanted.note,
        generation_id=place.generation_id if place else None,
        rank=place.rank if place else None,
        fit=place.fit if place else None,
        decided_at=ground.clock.now(),
    )


def _ask(ground: Ground, session: Session, pair: Pair, decision: Decision, own: list[Decision]) -> None:
    now, rules = ground.clock.now(), rulebook.current(session, ground.rules)
    if decision.rank is None:
        raise errors.NotAMatch
    if (repetition := find_repetition(own, now)) is not None:
        raise repetition
    slots = rules.slots_of(pair.profile.free_pilot_slots)
    if repository.slots_taken(session, [pair.profile.id]).get(pair.profile.id, 0) >= slots:
        raise errors.NoFreeSlots(slots=slots)
    if repository.count_open(session, decision.organisation_id) >= rules.open_interests:
        raise errors.TooManyOpenInterests(limit=rules.open_interests)
    decision.state = DecisionState.OPEN
    decision.remind_at, decision.expires_at = now + rules.reminded_after, now + rules.interest_lasts
    session.add(decision)
    session.flush()
    tell(session, news_of(AlertKind.INTEREST, decision, pair.organisation(decision.side.other).id), now)


def find_repetition(own: Sequence[Decision], now: datetime) -> errors.AskAgainLater | errors.TakenBackTooOften | None:
    """Return why a side may not ask yet: nobody answered it lately, or it took its interest back again and again."""
    recent = [
        (one.ended_at + ASKED_AGAIN_AFTER, one.state)
        for one in own
        if one.answer is DecisionAnswer.INTERESTED and one.ended_at is not None
    ]
    unanswered = [again for again, state in recent if state is DecisionState.EXPIRED and now < again]
    if unanswered:
        return errors.AskAgainLater(day=f"{max(unanswered):%Y-%m-%d}")
    taken_back = sorted(again for again, state in recent if state is DecisionState.TAKEN_BACK and now < again)
    if len(taken_back) >= TAKEN_BACK_AT_MOST:
        return errors.TakenBackTooOften(times=len(taken_back), day=f"{taken_back[-TAKEN_BACK_AT_MOST]:%Y-%m-%d}")
    return None


def _agree(ground: Ground, session: Session, pair: Pair, decision: Decision, theirs: Decision) -> None:
    if theirs.state is DecisionState.STANDING:
        raise errors.PartnerDeclined
    _refuse_overdue(ground, theirs)
    now = ground.clock.now()
    theirs.state = decision.state = DecisionState.AGREED
    theirs.ended_at = decision.ended_at = now
    decision.answers_id = theirs.id
    session.add(decision)
    session.flush()
    opening.open_introduction(session, pair, {one.side: one.decided_by for one in (theirs, decision)}, now)
    tell(session, news_of(AlertKind.AGREED, theirs, theirs.organisation_id), now, preferred=theirs.decided_by)


def _decline(ground: Ground, session: Session, decision: Decision, theirs: Decision | None) -> None:
    now = ground.clock.now()
    asked = theirs is not None and theirs.state is DecisionState.OPEN
    if not asked and decision.rank is None:
        raise errors.NotAMatch
    if theirs is not None and asked:
        _refuse_overdue(ground, theirs)
        theirs.state, theirs.ended_at = DecisionState.DECLINED, now
        decision.answers_id = theirs.id
    decision.state = DecisionState.STANDING
    session.add(decision)
    session.flush()
    if theirs is not None and asked:
        tell(session, news_of(AlertKind.DECLINED, theirs, theirs.organisation_id), now, preferred=theirs.decided_by)


def _refuse_overdue(ground: Ground, interest: Decision) -> None:
    """Raise `InterestExpired` for one whose last day is over, though nobody has ended it yet."""
    if interest.expires_at is not None and interest.expires_at <= ground.clock.now():
        raise errors.InterestExpired(day=f"{interest.expires_at:%Y-%m-%d}")


def news_of(kind: AlertKind, interest: Decision, organisation_id: int) -> News:
    """Return what an organisation is told about an interest."""
    return News(kind, f"{kind.value}:{interest.id}", organisation_id, interest.challenge_id, interest.profile_id)


def _record(ground: Ground, session: Session, actor: Actor, decision: Decision, action: str) -> None:
    ground.trail.record(
        session,
        actor,
        ground.clock.now(),
        action,
        NOUN,
        decision.id,
        organisation_id=decision.organisation_id,
    )
