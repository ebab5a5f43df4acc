"""Jinja2: escapes everything, knows the language, fails loudly on a name that is not there."""

from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.matches.labels import requirement
from app.vocabulary import Language
from app.web import labels
from app.web.i18n import shown_date, shown_languages, shown_moment, shown_number, translations

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment(language: Language) -> Environment:
    """Return the templates in one language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    texts = translations(language)
    install = getattr(made, "install_gettext_translations")  # noqa: B009  the extension adds it at run time
    install(texts, newstyle=True)
    made.filters["date"] = partial(shown_date, language=language)
    made.filters["moment"] = partial(shown_moment, language=language)
    made.filters["number"] = partial(shown_number, language=language)
    made.filters["requirement"] = lambda must: requirement(must["kind"], must.get("value"), language)
    made.filters["languages"] = partial(shown_languages, language=language)
    made.filters["maturity"] = lambda level: texts.gettext(labels.maturity(level))
    made.filters["label"] = lambda code, kind="": texts.gettext(labels.label(code, kind))
    made.filters["labels"] = lambda codes, kind="": ", ".join(texts.gettext(labels.label(code, kind)) for code in codes)
    return made
