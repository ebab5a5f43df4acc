"""What all errors have in common, and those that belong to no part of the service."""

from dataclasses import dataclass
from typing import ClassVar

from app.vocabulary import Language


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: `field` as a dotted path, messages that say what to do."""

    field: str
    code: str
    de: str
    en: str

    def message(self, language: Language) -> str:
        """Return the message in one language."""
        return self.de if language is Language.GERMAN else self.en


class AppError(Exception):
    """Base of all expected errors. Keyword arguments fill the placeholders of the texts.

    `code` is stable and part of the problem type; `de` and `en` are (title, detail).
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal-error"
    # The action under which the audit trail keeps that somebody was refused; None: not kept.
    audited: ClassVar[str | None] = None
    de: ClassVar[tuple[str, str]] = ("Interner Fehler", "Bitte versuchen Sie es später noch einmal.")
    en: ClassVar[tuple[str, str]] = ("Internal error", "Please try again later.")

    def __init__(self, *, fields: tuple[FieldError, ...] = (), **values: object) -> None:
        self.fields = fields
        self.values = values
        super().__init__(self.text(Language.ENGLISH)[1])

    def text(self, language: Language) -> tuple[str, str]:
        """Return (title, detail) in one language."""
        title, detail = self.de if language is Language.GERMAN else self.en
        return title, detail.format(**self.values)


class NotFound(AppError):
    """There is no such thing, or the reader may not know that there is."""

    status = 404
    code = "not-found"
    de = ("Nicht gefunden", "Unter dieser Adresse gibt es nichts (mehr). Prüfen Sie die Nummer.")
    en = ("Not found", "There is nothing at this address (any more). Check the number.")


class Conflict(AppError):
    """The state of the object does not allow it."""

    status = 409
    code = "conflict"
    de = ("Geht im jetzigen Zustand nicht", "Laden Sie die Daten neu und versuchen Sie es noch einmal.")
    en = ("Not possible in this state", "Reload the data and try again.")


class MalformedInput(AppError):
    """Something sent can't be read or breaks a rule of its field; `fields` tells which and what to do."""

    status = 422
    code = "malformed-input"
    de = (
        "Eingabe unvollständig oder falsch",
        "Bitte korrigieren Sie die genannten Felder und senden Sie noch einmal.",
    )
    en = ("Input incomplete or wrong", "Please correct the fields named and send again.")


class ServiceUnavailable(AppError):
    """Something the service needs is away; the same request may work soon."""

    status = 503
    code = "service-unavailable"
    retry_after: ClassVar[int] = 5
    de = (
        "Gerade nicht erreichbar",
        "Der Dienst ist gerade nicht bereit. Versuchen Sie es in wenigen Sekunden noch einmal.",
    )
    en = ("Not reachable right now", "The service is not ready right now. Try again in a few seconds.")


class StartError(AppError):
    """A process can't start; the command line prints it and ends with status 1."""

    status = 503
    code = "start-error"
