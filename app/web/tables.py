"""Tables of figures as pages show them: cells are texts in the reader's language already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from babel.dates import format_timedelta
from babel.numbers import format_percent

from app.vocabulary import Language
from app.web.i18n import N_, locale_of, shown_number
from app.web.view import View


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a heading for each row. `heads` has one text more than a row has figures."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def number(view: View, value: float | None, digits: int = 3) -> str:
    """Return a figure as people write it; one that does not exist is said to be missing."""
    if value is None:
        return view.gettext(N_("keine Angabe"))
    return str(shown_number(round(value, digits), view.language))


def share(view: View, value: float | None) -> str:
    """Return a share in percent."""
    if value is None:
        return view.gettext(N_("keine Angabe"))
    return str(format_percent(value, "#,##0.#\N{NO-BREAK SPACE}%", locale=locale_of(view.language)))


def shown_duration(seconds: float, language: Language) -> str:
    """Return a time span in its largest unit, as "3 Minuten"."""
    return str(format_timedelta(timedelta(seconds=max(seconds, 1)), threshold=1.5, locale=locale_of(language)))
