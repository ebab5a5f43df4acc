"""The sentences of alerts, in German and English."""

from dataclasses import dataclass
from datetime import date

from app.vocabulary import AlertKind, Language


@dataclass(frozen=True, slots=True)
class Line:
    """Subject and text; {challenge}, {profile}, {partner}, {until} and {expires} are filled in."""

    subject: str
    body: str


_DE, _EN = Language.GERMAN, Language.ENGLISH

SUBJECT_OF_MANY = {_DE: "{count} Neuigkeiten bei Passgenau", _EN: "{count} news from Passgenau"}

OUTCOME_LINE = {
    _DE: Line(
        "Was ist aus dem Kontakt mit „{partner}“ geworden?",
        "vor {day} Tagen haben Sie und „{partner}“ zu „{challenge}“ Kontakt aufgenommen. Was ist daraus geworden?",
    ),
    _EN: Line(
        "What has become of the contact with “{partner}”?",
        "{day} days ago you and “{partner}” got in touch about “{challenge}”. What has become of it?",
    ),
}

LINES: dict[AlertKind, dict[Language, Line]] = {
    AlertKind.NEW_MATCH: {
        _DE: Line("Neue Passung mit „{partner}“", "Für „{challenge}“ gibt es eine neue gute Passung: „{partner}“."),
        _EN: Line("New match with “{partner}”", "There is a good new match for “{challenge}”: “{partner}”."),
    },
    AlertKind.FIRST_MATCH: {
        _DE: Line(
            "Jetzt passt etwas: „{partner}“",
            "Bisher passte nichts gut zu „{challenge}“. Jetzt gibt es eine gute Passung: „{partner}“.",
        ),
        _EN: Line(
            "Now something fits: “{partner}”",
            "So far nothing fitted “{challenge}” well. Now there is a good match: “{partner}”.",
        ),
    },
    AlertKind.INTEREST: {
        _DE: Line(
            "„{partner}“ möchte mit Ihnen sprechen",
            "„{partner}“ hat Interesse an einem Gespräch über „{challenge}“. Bitte antworten Sie bis {until}, "
            "auch mit einem Nein: ein Klick genügt. Kontaktdaten sieht die andere Seite erst, wenn auch Sie zusagen.",
        ),
        _EN: Line(
            "“{partner}” would like to talk to you",
            "“{partner}” is interested in a conversation about “{challenge}”. Please answer by {until}, also with a "
            "no: one click is enough. The other side sees contact data only once you agree as well.",
        ),
    },
    AlertKind.REMINDER: {
        _DE: Line(
            "„{partner}“ wartet auf Ihre Antwort",
            "„{partner}“ wartet auf eine Antwort zu „{challenge}“. Die Anfrage gilt noch bis {until}; eine höfliche "
            "Absage liegt fertig bereit.",
        ),
        _EN: Line(
            "“{partner}” is waiting for your answer",
            "“{partner}” is waiting for an answer about “{challenge}”. The interest is open until {until}; a polite "
            "decline is there, ready to be sent.",
        ),
    },
    AlertKind.AGREED: {
        _DE: Line(
            "„{partner}“ hat zugesagt",
            "„{partner}“ möchte auch über „{challenge}“ sprechen. Die Kontaktdaten und eine vorbereitete erste "
            "Nachricht finden Sie hier:",
        ),
        _EN: Line(
            "“{partner}” has agreed",
            "“{partner}” would like to talk about “{challenge}” as well. Contact data and a prepared first message "
            "are here:",
        ),
    },
    AlertKind.DECLINED: {
        _DE: Line(
            "„{partner}“ hat abgesagt",
            "„{partner}“ hat zu „{challenge}“ abgesagt. Der Grund und die nächste gute Passung stehen hier:",
        ),
        _EN: Line(
            "“{partner}” has declined",
            "“{partner}” has declined for “{challenge}”. The reason and the next good match are here:",
        ),
    },
    AlertKind.EXPIRED: {
        _DE: Line(
            "Keine Antwort von „{partner}“",
            "„{partner}“ hat auf Ihre Anfrage zu „{challenge}“ nicht geantwortet; sie ist abgelaufen. Das liegt nicht "
            "an Ihnen. Die nächste gute Passung steht hier:",
        ),
        _EN: Line(
            "No answer from “{partner}”",
            "“{partner}” has not answered your interest for “{challenge}”; it has expired. It is not about you. The "
            "next good match is here:",
        ),
    },
    AlertKind.MESSAGE: {
        _DE: Line("Neue Nachricht von „{partner}“", "„{partner}“ hat Ihnen zu „{challenge}“ geschrieben:"),
        _EN: Line("New message from “{partner}”", "“{partner}” has written to you about “{challenge}”:"),
    },
    AlertKind.STATUS: {
        _DE: Line("Neuer Stand mit „{partner}“", "„{partner}“ hat den Stand zu „{challenge}“ geändert:"),
        _EN: Line("New status with “{partner}”", "“{partner}” has changed the status of “{challenge}”:"),
    },
    AlertKind.PROFILE_UNCONFIRMED: {
        _DE: Line(
            "Stimmt Ihr Profil „{profile}“ noch?",
            "Ihr Profil „{profile}“ wurde seit 166 Tagen nicht bestätigt. Ein Klick genügt, wenn alles noch stimmt; "
            "in zwei Wochen rutscht es sonst in den Listen nach hinten.",
        ),
        _EN: Line(
            "Is your profile “{profile}” still right?",
            "Your profile “{profile}” was not confirmed for 166 days. One click is enough if everything is still "
            "right; otherwise it moves to the end of lists in two weeks.",
        ),
    },
    AlertKind.PROFILE_SINKS: {
        _DE: Line(
            "Ihr Profil „{profile}“ steht jetzt hinten",
            "Ihr Profil „{profile}“ wurde seit 180 Tagen nicht bestätigt und steht jetzt am Ende der Listen. In zwei "
            "Wochen pausiert es. Ein Klick bringt es zurück:",
        ),
        _EN: Line(
            "Your profile “{profile}” stands at the end now",
            "Your profile “{profile}” was not confirmed for 180 days and stands at the end of lists now. In two weeks "
            "it pauses. One click brings it back:",
        ),
    },
    AlertKind.PROFILE_PAUSED: {
        _DE: Line(
            "Ihr Profil „{profile}“ pausiert",
            "Ihr Profil „{profile}“ wurde seit 194 Tagen nicht bestätigt und pausiert jetzt. Setzen Sie es fort, wenn "
            "alles noch stimmt:",
        ),
        _EN: Line(
            "Your profile “{profile}” is paused",
            "Your profile “{profile}” was not confirmed for 194 days and is paused now. Resume it if everything is "
            "still right:",
        ),
    },
    AlertKind.CHALLENGE_EXPIRES: {
        _DE: Line(
            "„{challenge}“ läuft bald ab",
            "Ihre Herausforderung „{challenge}“ läuft am {expires} ab. Verlängern Sie sie, wenn sie noch offen ist:",
        ),
        _EN: Line(
            "“{challenge}” expires soon",
            "Your challenge “{challenge}” expires on {expires}. Extend it if it is still open:",
        ),
    },
    AlertKind.CHALLENGE_EXPIRED: {
        _DE: Line(
            "„{challenge}“ ist abgelaufen",
            "Ihre Herausforderung „{challenge}“ ist abgelaufen. Veröffentlichen Sie sie neu, oder sagen Sie, dass sie "
            "gelöst ist:",
        ),
        _EN: Line(
            "“{challenge}” has expired",
            "Your challenge “{challenge}” has expired. Publish it again, or say that it is solved:",
        ),
    },
}


def day_of(day: date, language: Language) -> str:
    """Write a day as people of a language do.

    >>> day_of(date(2026, 11, 5), Language.GERMAN)
    '05.11.2026'
    """
    return f"{day:%d.%m.%Y}" if language is _DE else f"{day.day} {day:%B %Y}"
