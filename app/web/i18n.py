"""German and English pages. The sources are German; `translations/en/messages.po` has the English texts.

The catalogue is read as it is, so that nothing has to be compiled at set-up. `scripts/translations` collects new texts.
"""

import gettext
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from fastapi import Request

from app.api.languages import preferred_language
from app.vocabulary import Language

CATALOGUE = Path(__file__).parent / "translations" / "en" / "messages.po"
COOKIE = "passgenau-language"
PARAMETER = "lang"
_ZONE = ZoneInfo("Europe/Berlin")


def N_(text: str) -> str:  # noqa: N802  gettext's name for texts that are translated later
    """Mark a text for the catalogue."""
    return text


class PoTranslations(gettext.NullTranslations):
    """The texts of a .po file."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        with file.open("rb") as lines:
            catalogue = read_po(lines, locale="en")
        self._texts: dict[str, str] = {}
        self._plurals: dict[str, tuple[str, ...]] = {}
        for message in catalogue:
            if isinstance(message.id, tuple) and isinstance(message.string, tuple):
                if all(message.string):
                    self._plurals[message.id[0]] = message.string
            elif isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string:
                self._texts[message.id] = message.string

    def gettext(self, message: str) -> str:
        """Return the English text, the German one where there is none."""
        return self._texts.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the text for a number of things."""
        one, many = self._plurals.get(msgid1, (msgid1, msgid2))
        return one if n == 1 else many


@cache
def translations(language: Language) -> gettext.NullTranslations:
    """Return the texts of a language."""
    return gettext.NullTranslations() if language is Language.GERMAN else PoTranslations(CATALOGUE)


def chosen_language(request: Request) -> Language:
    """Return the language of a page: asked for in its address, chosen before, or preferred by the browser."""
    for chosen in (request.query_params.get(PARAMETER), request.cookies.get(COOKIE)):
        if chosen in {"de", "en"}:
            return Language(chosen)
    return preferred_language(request.headers.get("accept-language"))


def locale_of(language: Language) -> str:
    """Return the locale by which numbers and days are written."""
    return "de_DE" if language is Language.GERMAN else "en_GB"


def shown_date(value: date | datetime | str, language: Language) -> str:
    """Return a day as people write it; moments count by German time."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = value.astimezone(_ZONE)
    return str(format_date(value, "medium", locale=locale_of(language)))


def shown_number(value: object, language: Language) -> object:
    """Return a number as people write it; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return str(format_decimal(value, locale=locale_of(language)))


def shown_languages(codes: Iterable[str], language: Language) -> str:
    """Return what languages are called, from their two letters."""
    names = Locale.parse(locale_of(language)).languages
    return ", ".join(str(names.get(code, code)) for code in codes)


def shown_moment(value: datetime | str, language: Language) -> str:
    """Return a day and time as people write it, in German time."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return str(format_datetime(value.astimezone(_ZONE), "d. MMM y, HH:mm", locale=locale_of(language)))
