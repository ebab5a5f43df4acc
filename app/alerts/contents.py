"""What alert mails say, put together when they are sent: text and address lie nowhere.

A mail names the challenge, the other organisation and the day until which something is awaited. It holds no name of a
person, no address and no word of a message or note: mailboxes are read by deputies and lie on other people's servers.
"""

from sqlalchemy.orm import Session

from app.alerts import repository
from app.alerts.lines import LINES, OUTCOME_LINE, SUBJECT_OF_MANY, day_of
from app.alerts.topics import topic_of
from app.alerts.unsubscribe import ALL, PAGE, PATH, make_token
from app.context import Ground
from app.mail.messages import Content
from app.models import Alert, Challenge, Introduction, MailOutbox, Organisation, Profile, User
from app.vocabulary import AlertKind, AlertMode, AlertTopic, Language, MailTemplate
from matching.texts import Side

ABOUT_A_PAIR = frozenset({AlertKind.INTEREST, AlertKind.REMINDER, AlertKind.NEW_MATCH, AlertKind.FIRST_MATCH})
AWAITED = frozenset({AlertKind.INTEREST, AlertKind.REMINDER})
"""What asks for an answer by a day."""
NEXT_BEST = frozenset({AlertKind.DECLINED, AlertKind.EXPIRED})
"""What leads on to the list, where the next good match stands."""
TEMPLATES = frozenset({MailTemplate.ALERT, MailTemplate.DIGEST, MailTemplate.OUTCOME})


def content_of(ground: Ground, session: Session, mail: MailOutbox, user: User) -> Content | None:
    """Return what a mail says to its reader; None when there is nothing (any more) to say.

    Nothing is said to somebody who unsubscribed meanwhile, or about an organisation they have left.
    """
    wanted = {topic for topic, mode in repository.modes(session, user.id).items() if mode is not AlertMode.OFF}
    if mail.template is MailTemplate.OUTCOME:
        return _outcome(ground, session, mail, user) if AlertTopic.CONVERSATIONS in wanted else None
    members = repository.memberships(session, user.id)
    alerts = [
        alert
        for alert in repository.alerts_of_mail(session, mail.id)
        if topic_of(alert.kind) in wanted and alert.organisation_id in members
    ]
    texts = [text for alert in alerts if (text := _text(ground, session, alert, user.locale)) is not None]
    if not texts:
        return None
    subject = texts[0][0] if len(texts) == 1 else SUBJECT_OF_MANY[user.locale].format(count=len(texts))
    topics = {topic_of(alert.kind) for alert in alerts}
    scope = ALL if len(topics) > 1 else topics.pop().value
    return Content(subject, "\n\n".join(body for _, body in texts), *_addresses(ground, user.id, scope))


def _text(ground: Ground, session: Session, alert: Alert, language: Language) -> tuple[str, str] | None:
    """Return (subject, text) of one alert; None for one whose text is gone, or that nobody waits for any more."""
    challenge = session.get(Challenge, alert.challenge_id) if alert.challenge_id else None
    profile = session.get(Profile, alert.profile_id) if alert.profile_id else None
    last = repository.last_day_of_interest(session, alert) if alert.kind in AWAITED else None
    if alert.kind in AWAITED and last is None:
        return None
    words = LINES[alert.kind][language]
    partner = ""
    if challenge is not None and profile is not None:
        is_welfare = challenge.organisation_id == alert.organisation_id
        partner = profile.name if is_welfare else session.get_one(Organisation, challenge.organisation_id).name
    values = {
        "challenge": _on_one_line(challenge.title) if challenge else "",
        "profile": _on_one_line(profile.name) if profile else "",
        "partner": _on_one_line(partner),
        "until": day_of(last.date(), language) if last else "",
        "expires": day_of(challenge.expires_on, language) if challenge else "",
    }
    address = f"{ground.security.public_url}{_path(session, alert)}"
    return words.subject.format(**values), f"{words.body.format(**values)}\n{address}"


def _path(session: Session, alert: Alert) -> str:
    """Return the page an alert leads to."""
    introduced = alert.kind in {AlertKind.AGREED, AlertKind.MESSAGE, AlertKind.STATUS}
    if introduced:
        return f"/introductions/{repository.introduction_of(session, alert)}"
    challenge = session.get(Challenge, alert.challenge_id) if alert.challenge_id else None
    is_welfare = challenge is not None and challenge.organisation_id == alert.organisation_id
    if alert.kind in ABOUT_A_PAIR:
        side = Side.CHALLENGE if is_welfare else Side.PROFILE
        return f"/challenges/{alert.challenge_id}/matches/{alert.profile_id}?side={side.value}"
    own = f"/challenges/{alert.challenge_id}" if is_welfare else f"/profiles/{alert.profile_id}"
    return f"{own}/matches" if alert.kind in NEXT_BEST else own


def _outcome(ground: Ground, session: Session, mail: MailOutbox, user: User) -> Content | None:
    asked = repository.outcome_asked_by(session, mail)
    if asked is None:
        return None
    introduction = session.get_one(Introduction, asked.introduction_id)
    challenge = session.get_one(Challenge, introduction.challenge_id)
    profile = session.get_one(Profile, introduction.profile_id)
    partner = profile.name
    if asked.side is Side.PROFILE:
        partner = session.get_one(Organisation, introduction.welfare_id).name
    words = OUTCOME_LINE[user.locale]
    values = {"day": asked.day, "challenge": _on_one_line(challenge.title), "partner": _on_one_line(partner)}
    return Content(
        words.subject.format(**values),
        words.body.format(**values),
        *_addresses(ground, user.id, AlertTopic.CONVERSATIONS.value),
    )


def _addresses(ground: Ground, user_id: int, scope: str) -> tuple[str, str]:
    """Return where a person ends alerts, and where a mail program does it for them."""
    token = make_token(ground.security.keys, user_id, scope)
    return f"{ground.security.public_url}{PAGE}?token={token}", f"{ground.security.public_url}{PATH}?token={token}"


def _on_one_line(text: str) -> str:
    """Return a text that can stand in a subject."""
    return " ".join(text.split())
