"""Every text of every page is there in English."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.vocabulary import Language
from app.web.i18n import CATALOGUE, translations
from app.web.templating import TEMPLATES, environment

METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("templates/**.html", "jinja2")]
OPTIONS = {pattern: {"trimmed": "true"} for pattern, _ in METHODS}
KEYWORDS: dict[str, object] = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}


def texts_of_pages() -> set[object]:
    root = Path(CATALOGUE).parents[2]
    return {
        message
        for _, _, message, _, _ in extract_from_dir(str(root), METHODS, OPTIONS, KEYWORDS)  # type: ignore[arg-type]
    }


def test_no_translation_is_missing_and_none_is_left_over() -> None:
    with CATALOGUE.open("rb") as lines:
        catalogue = {message.id: message.string for message in read_po(lines, locale="en") if message.id}
    texts = texts_of_pages()
    assert len(texts) > 500
    assert texts - catalogue.keys() == set(), "run scripts/translations and translate what is empty"
    assert catalogue.keys() - texts == set(), "run scripts/translations: these are in no page any more"
    untranslated = [
        text for text, english in catalogue.items() if not (all(english) if isinstance(english, tuple) else english)
    ]
    assert untranslated == []


def test_placeholders_are_the_same_in_both_languages() -> None:
    with CATALOGUE.open("rb") as lines:
        for message in read_po(lines, locale="en"):
            pairs = (
                zip(message.id, message.string, strict=True)
                if isinstance(message.id, tuple)
                else [(message.id, message.string)]
            )
            for german, english in pairs:
                assert sorted(re.findall(r"%\(\w+\)s", str(german))) == sorted(re.findall(r"%\(\w+\)s", str(english)))


def test_no_template_has_text_that_is_not_marked() -> None:
    """German words between tags, outside of what is translated; Leichte Sprache is German on purpose."""
    for file in TEMPLATES.glob("*.html"):
        if file.name == "leichte_sprache.html":
            continue
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", file.read_text("utf-8"), flags=re.DOTALL)
        bare = re.sub(r"<[^>]*>|[\w-]+=\"[^\"]*\"", "\n", bare)
        words = [line.strip() for line in bare.splitlines() if re.search(r"[A-Za-zÄÖÜäöüß]{3,}", line)]
        allowed = {"Passgenau", "– Passgenau", "English", "Deutsch", "Leichte Sprache"}
        assert set(words) <= allowed, (file.name, words)


def test_staff_read_no_words_of_the_trade() -> None:
    """Plain words: none of these belongs on a page for people."""
    spoken = " ".join(str(text) for text in texts_of_pages())
    assert not re.search(r"\b(embedding|score|NLP|Cosinus|Vektor|Ranking|Token|KI)\b", spoken, re.IGNORECASE)


def test_every_template_can_be_read_in_both_languages() -> None:
    for language in Language:
        for file in TEMPLATES.glob("*.html"):
            environment(language).get_template(file.name)
    assert translations(Language.ENGLISH).gettext("Anmelden") == "Sign in"
    assert (
        translations(Language.ENGLISH).ngettext("%(num)s Vorschlag", "%(num)s Vorschläge", 2) == "%(num)s suggestions"
    )
