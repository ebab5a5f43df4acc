"""German or English: the language a text is centred with.

Uses py3langid (a maintained fork of langid.py, Lui and Baldwin 2012, "langid.py: An Off-the-shelf Language
Identification Tool"), pinned to the two languages. Its model is an npz file; no pickle is read.
"""

from __future__ import annotations

import functools
from typing import Final, Literal

from py3langid.langid import MODEL_FILE, LanguageIdentifier

Language = Literal["de", "en"]

LANGUAGES: Final[tuple[Language, ...]] = ("de", "en")
"""Order of the language codes in every array: German is 0, English 1."""

_CERTAIN = 0.6
_ENOUGH = 2000  # characters; a sentence is enough, and an essay costs time


def detect_language(text: str) -> Language:
    """Language of `text`; German when it has no words or gives no clear sign (a name, a single loan word)."""
    language, probability = _identifier().classify(text[:_ENOUGH])
    return "en" if language == "en" and probability >= _CERTAIN else "de"


def language_code(language: str) -> int:
    """Index of a language in `LANGUAGES`. Raises ValueError for any other language."""
    if language == "de":
        return 0
    if language == "en":
        return 1
    raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}")


@functools.cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier
