"""The texts of mails, in German and English, and the messages made of them."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from app.vocabulary import Language, MailTemplate


@dataclass(frozen=True, slots=True)
class Words:
    """Subject, text, and the path a link leads to; {link}, {token} and {lines} are filled in."""

    subject: str
    body: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What is different in each mail of a template.

    subject: empty for that of the template. unsubscribe, one_click: where one click ends such mails, empty where
    nothing is to be ended. reply_to: who reads an answer, empty for nobody.
    """

    subject: str
    lines: str
    unsubscribe: str = ""
    one_click: str = ""
    reply_to: str = ""


_UNSUBSCRIBE = {
    Language.GERMAN: "\n\nSolche Mails abbestellen: {address}",
    Language.ENGLISH: "\n\nUnsubscribe from such mails: {address}",
}
_SIGNATURE = {
    Language.GERMAN: "\n\nPassgenau\nDiese Mail wurde automatisch verschickt; Antworten liest niemand.\n",
    Language.ENGLISH: "\n\nPassgenau\nThis mail was sent automatically; nobody reads answers.\n",
}

_ANSWERED = {
    Language.GERMAN: "\n\nPassgenau\nEine Antwort auf diese Mail geht an: {address}\n",
    Language.ENGLISH: "\n\nPassgenau\nAn answer to this mail goes to: {address}\n",
}

TEXTS: dict[MailTemplate, dict[Language, Words]] = {
    MailTemplate.CONFIRM_EMAIL: {
        Language.GERMAN: Words(
            "Bitte bestätigen Sie Ihre E-Mail-Adresse",
            "Guten Tag,\n\nbitte bestätigen Sie mit diesem Link, dass die Adresse Ihre ist. Er gilt 60 Minuten:\n\n{link}\n\n"
            "Für Programme, das Token allein: {token}\n\nSie haben das nicht veranlasst? Dann müssen Sie nichts tun.",
            "/confirm-email",
        ),
        Language.ENGLISH: Words(
            "Please confirm your e-mail address",
            "Hello,\n\nplease confirm with this link that the address is yours. It works for 60 minutes:\n\n{link}\n\n"
            "For programs, the token alone: {token}\n\nYou did not ask for this? Then there is nothing to do.",
            "/confirm-email",
        ),
    },
    MailTemplate.RESET_PASSWORD: {
        Language.GERMAN: Words(
            "Neues Passwort setzen",
            "Guten Tag,\n\nmit diesem Link setzen Sie ein neues Passwort. Er gilt 30 Minuten und einmal:\n\n{link}\n\n"
            "Für Programme, das Token allein: {token}\n\nSie haben das nicht veranlasst? Dann bleibt alles, wie es ist.",
            "/reset-password",
        ),
        Language.ENGLISH: Words(
            "Set a new password",
            "Hello,\n\nset a new password with this link. It works for 30 minutes, once:\n\n{link}\n\n"
            "For programs, the token alone: {token}\n\nYou did not ask for this? Then everything stays as it is.",
            "/reset-password",
        ),
    },
    MailTemplate.INVITATION: {
        Language.GERMAN: Words(
            "Einladung zu Passgenau",
            "Guten Tag,\n\nSie sind eingeladen, bei Passgenau mitzuarbeiten. Nehmen Sie mit diesem Link an; er gilt "
            "sieben Tage:\n\n{link}\n\nFür Programme, das Token allein: {token}\n\n"
            "Die Einladung sagt Ihnen nichts? Dann müssen Sie nichts tun.",
            "/invitation",
        ),
        Language.ENGLISH: Words(
            "Invitation to Passgenau",
            "Hello,\n\nyou are invited to work in Passgenau. Accept with this link; it works for seven days:\n\n{link}\n\n"
            "For programs, the token alone: {token}\n\nThis means nothing to you? Then there is nothing to do.",
            "/invitation",
        ),
    },
    MailTemplate.ALREADY_REGISTERED: {
        Language.GERMAN: Words(
            "Sie haben schon ein Konto",
            "Guten Tag,\n\njemand wollte sich mit Ihrer Adresse registrieren; für sie gibt es schon ein Konto. Waren Sie das, "
            "dann melden Sie sich einfach an. Ein vergessenes Passwort setzen Sie auf der Anmeldeseite neu.",
        ),
        Language.ENGLISH: Words(
            "You have an account already",
            "Hello,\n\nsomebody tried to register with your address, which has an account already. If it was you, simply "
            "sign in. A forgotten password can be reset on the sign-in page.",
        ),
    },
    MailTemplate.PASSWORD_CHANGED: {
        Language.GERMAN: Words(
            "Ihr Passwort wurde geändert",
            "Guten Tag,\n\nIhr Passwort wurde eben geändert; alle anderen Anmeldungen sind beendet. Waren Sie das nicht, "
            "dann setzen Sie auf der Anmeldeseite sofort ein neues.",
        ),
        Language.ENGLISH: Words(
            "Your password was changed",
            "Hello,\n\nyour password has just been changed; all other sessions have ended. If it was not you, set a new "
            "one on the sign-in page at once.",
        ),
    },
    MailTemplate.SECOND_FACTOR_REMOVED: {
        Language.GERMAN: Words(
            "Ihr zweiter Faktor wurde entfernt",
            "Guten Tag,\n\ndie Verwaltung hat den zweiten Faktor Ihres Kontos entfernt; alle Anmeldungen sind beendet. Zum "
            "Anmelden genügt jetzt das Passwort. Einen neuen zweiten Faktor richten Sie unter „Mein Konto“ ein.\n\n"
            "Sie haben darum nicht gebeten? Dann setzen Sie auf der Anmeldeseite sofort ein neues Passwort und sagen Sie "
            "der Verwaltung Bescheid.",
        ),
        Language.ENGLISH: Words(
            "Your second factor was removed",
            "Hello,\n\nthe administration has removed the second factor of your account; all sessions have ended. Your "
            "password is now enough to sign in. Set up a new second factor under 'My account'.\n\n"
            "You did not ask for this? Then set a new password on the sign-in page at once and tell the administration.",
        ),
    },
    MailTemplate.ORGANISATION_VERIFIED: {
        Language.GERMAN: Words(
            "Ihre Organisation ist bestätigt",
            "Guten Tag,\n\nIhre Organisation ist jetzt bestätigt und kann veröffentlichen. Ihre Entwürfe warten auf Sie.",
        ),
        Language.ENGLISH: Words(
            "Your organisation is verified",
            "Hello,\n\nyour organisation is verified now and can publish. Your drafts are waiting for you.",
        ),
    },
    MailTemplate.ALERT: {
        Language.GERMAN: Words("Neues bei Passgenau", "Guten Tag,\n\n{lines}"),
        Language.ENGLISH: Words("News from Passgenau", "Hello,\n\n{lines}"),
    },
    MailTemplate.DIGEST: {
        Language.GERMAN: Words("Neues bei Passgenau", "Guten Tag,\n\ndas ist neu:\n\n{lines}"),
        Language.ENGLISH: Words("News from Passgenau", "Hello,\n\nthis is new:\n\n{lines}"),
    },
    MailTemplate.OUTCOME: {
        Language.GERMAN: Words(
            "Was ist daraus geworden?",
            "Guten Tag,\n\n{lines}\n\nEin Klick genügt, ohne Anmeldung; der Link gilt 30 Tage und einmal.\n\n"
            "Wir haben miteinander gesprochen: {link}&answer=talked\n"
            "Es gibt einen Pilotversuch: {link}&answer=pilot\n"
            "Es gibt einen Vertrag: {link}&answer=contract\n"
            "Es ist nichts daraus geworden: {link}&answer=ended\n\n"
            "Ihre Antwort zählt nur in Summen, die Netzwerke sehen.",
            "/outcome",
        ),
        Language.ENGLISH: Words(
            "What has become of it?",
            "Hello,\n\n{lines}\n\nOne click is enough, without signing in; the link works for 30 days, once.\n\n"
            "We have talked: {link}&answer=talked\n"
            "There is a pilot: {link}&answer=pilot\n"
            "There is a contract: {link}&answer=contract\n"
            "Nothing has come of it: {link}&answer=ended\n\n"
            "Your answer counts in sums only, which networks see.",
            "/outcome",
        ),
    },
    MailTemplate.BARRIER_REPORT: {
        Language.GERMAN: Words(
            "Barriere bei Passgenau",
            "Guten Tag,\n\njemand ist bei Passgenau auf eine Barriere gestoßen und hat Ihnen über die Erklärung zur "
            "Barrierefreiheit geschrieben.\n\n{lines}",
        ),
        Language.ENGLISH: Words(
            "A barrier in Passgenau",
            "Hello,\n\nsomebody met a barrier in Passgenau and wrote to you from the accessibility statement.\n\n{lines}",
        ),
    },
}


def compose(
    template: MailTemplate,
    languages: tuple[Language, ...],
    *,
    sender: str,
    recipient: str,
    now: datetime,
    public_url: str,
    token: str | None = None,
    content: Content | None = None,
) -> EmailMessage:
    """Return a mail in one language or, where the reader's is unknown, in several one below the other.

    `content` belongs to templates with lines; mail programs offer its one click as a button (RFC 8058).

    Raises `ValueError` for an address with line breaks, which could add headers.
    """
    words = [TEXTS[template][language] for language in languages]
    filled = []
    for language, text in zip(languages, words, strict=True):
        link = f"{public_url}{text.path}?token={token}" if token else ""
        body = text.body.format(link=link, token=token, lines=content.lines if content else "")
        if content is not None and content.unsubscribe:
            body += _UNSUBSCRIBE[language].format(address=content.unsubscribe)
        if content is not None and content.reply_to:
            filled.append(body + _ANSWERED[language].format(address=content.reply_to))
        else:
            filled.append(body + _SIGNATURE[language])
    message = EmailMessage()
    message["Subject"] = (content.subject if content else "") or " / ".join(text.subject for text in words)
    if content is not None and content.reply_to:
        message["Reply-To"] = content.reply_to
    if content is not None and content.one_click:
        message["List-Unsubscribe"] = f"<{content.one_click}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["From"] = sender
    message["To"] = recipient
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain="passgenau")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n---\n\n".join(filled))
    return message
