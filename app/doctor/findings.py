"""What a check found, and what to do about it, in German and English."""

from enum import StrEnum
from typing import NamedTuple

from app.errors import AppError
from app.vocabulary import Language


class Status(StrEnum):
    """How bad it is: `fail` keeps Passgenau from starting, `warn` does not."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Words(NamedTuple):
    """The same sentence in both languages."""

    de: str
    en: str

    def in_language(self, language: Language) -> str:
        """Return the sentence in one language."""
        return self.de if language is Language.GERMAN else self.en


class Finding(NamedTuple):
    """The result of one check. `name` is stable and part of the JSON output."""

    name: str
    status: Status
    found: Words
    advice: Words | None = None


def ok(name: str, de: str, en: str | None = None) -> Finding:
    """Return a finding that needs nothing; `en` may be left out where there are no words, only values."""
    return Finding(name, Status.OK, Words(de, en or de))


def warn(name: str, found: Words, advice: Words) -> Finding:
    """Return a finding somebody should know."""
    return Finding(name, Status.WARN, found, advice)


def fail(name: str, found: Words, advice: Words) -> Finding:
    """Return a finding that keeps Passgenau from starting."""
    return Finding(name, Status.FAIL, found, advice)


def failed_with(name: str, error: AppError) -> Finding:
    """Return the finding for an error that the start would end with; its text says what to do."""
    german, english = error.text(Language.GERMAN), error.text(Language.ENGLISH)
    return fail(name, Words(german[0], english[0]), Words(german[1], english[1]))
