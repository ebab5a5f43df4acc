"""Polite declines that are ready to be sent: each fits into the note of a decision. Pure."""

from app.vocabulary import Language

_DECLINE = {
    Language.GERMAN: (
        "Guten Tag,\n\nvielen Dank für Ihr Interesse an einem Gespräch über „{title}“. Wir haben es geprüft und können "
        "uns im Moment nicht darauf einlassen. Das ist kein Urteil über Ihre Arbeit. Wir wünschen Ihnen viel Erfolg "
        "bei der Suche nach dem passenden Gegenüber.\n\nFreundliche Grüße\n{name}"
    ),
    Language.ENGLISH: (
        "Hello,\n\nthank you for your interest in a conversation about “{title}”. We have looked into it and can’t "
        "take it on at the moment. This says nothing about your work. We wish you every success in finding the right "
        "partner.\n\nKind regards\n{name}"
    ),
}


LONGEST_NAME = 100
"""Characters of a title and of a name in a draft, so that it is never longer than a note may be."""


def polite_decline(language: Language, title: str, name: str) -> str:
    """Return a decline in the name of an organisation, in the language of whoever asked."""
    return _DECLINE[language].format(title=_shortened(title), name=_shortened(name))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1].rstrip()}…"
