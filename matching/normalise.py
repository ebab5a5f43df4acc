"""The form of a text that is encoded and counted: what differs only on the surface becomes the same.

Pasted text carries invisible characters; some people write in capitals, without umlauts or with gendered forms; a
paragraph is pasted twice. None of it changes the need, and all of it changes what a tokenizer makes of a text. The
stored text stays as it was written; offsets are into that, never into this form. How much each step saves is in
docs/trust.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Final

_HIDDEN: Final = dict.fromkeys(
    [
        *map(ord, "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\ufe0f\ufeff"),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
    ]
)
"""Characters that are drawn as nothing: soft hyphens, zero-width characters, marks of direction."""
_SPACES: Final = re.compile(r"\s+")
_WORD: Final = re.compile(r"[^\W\d_]+")

_GENDERED: Final = re.compile(r"\b([^\W\d_]{3,}?)(?:[:*_·]|/-?)(in(?:nen)?)\b", re.IGNORECASE)
_INNER_CAPITAL: Final = re.compile(r"\b([^\W\d_]{3,}[a-zäöüß])I(n(?:nen)?)\b")
_DROPS_ENDING: Final = ("er", "or", "är", "eur", "ent", "ant", "ist")

_SPELLED_OUT: Final = re.compile(
    r"\b(?:fuer|ueber\w*|koenn\w*|muess\w*|moecht\w*|wuerd\w*|waer\w*|buero\w*|pflegekraeft\w*|kraefte|aelter\w*|"
    r"taeglich|noetig|verfueg\w*|unterstuetz\w*|moeglich\w*|naechst\w*|zurueck|angehoerig\w*|spaet\w*|frueh\w*|haeuf\w*|"
    r"gehoer\w*|fuehr\w*|erklaer\w*|loes\w*|beduerf\w*|gespraech\w*|raeum\w*|stuerz\w*|schueler\w*|traeger\w*|fuenf|zwoelf)\b",
    re.IGNORECASE,
)
_UMLAUTS: Final = re.compile(r"[äöüßÄÖÜ]")
_PAIR: Final = re.compile(
    r"(?<![aeouäöqAEOQ])(?<!\bz)ue(?!ll)|(?<=[fmhFMH])ue(?=ll)|(?<![iI])ae(?!l\b|r?o)|oe(?!sie|xist)", re.IGNORECASE
)
_GERMAN: Final = re.compile(r"\b(?:der|die|das|und|mit|nicht|ist|wir|ein|eine|auf|von)\b", re.IGNORECASE)
_ENGLISH: Final = re.compile(r"\b(?:the|and|of|to|with|not|is|we|a|on|from|for)\b", re.IGNORECASE)
_SENTENCE_START: Final = re.compile(r"^\w|(?<=[.!?] )\w")
_LOOKED_AT: Final = 2000
_ENOUGH: Final = 3
_OF_PAIR: Final = {"ae": "ä", "oe": "ö", "ue": "ü", "Ae": "Ä", "Oe": "Ö", "Ue": "Ü", "AE": "Ä", "OE": "Ö", "UE": "Ü"}

_SHOUTED: Final = 0.7
"""Share of capitals from which a text counts as written in capitals."""
_LONG_CAPITALS: Final = re.compile(r"\b[A-ZÄÖÜ]{7,}\b")
_SMALL_WORDS: Final = (
    "a aber alle als also am an and any are as at auch auf aus be bei beim bis but by can da damit dann das "
    "dass dem den der des die dies diese dieser do does durch ein eine einem einen einer eines er es für from "
    "gegen haben hat have he her his i ich ihr ihre im immer in ins is ist it its jede jeden kann kein keine "
    "keinen man mehr mit my nach nicht nichts no noch not nur ob oder of ohne on only or our schon sehr sein "
    "seit sich sie sind so soll sollen that the their them there these they this to über um und uns unser "
    "unsere unter us vom von vor war was we weil wenn werden who wie will wir wird with without wo would "
    "wünschen you your zu zum zur zwischen"
)
_SMALL: Final = frozenset(_SMALL_WORDS.split())
_ENDS_SENTENCE: Final = re.compile(r"(?<=[.!?…;])\s+|\n+")
_LEAST_REPEATED: Final = 12
_PILE: Final = 12
"""Words in a row without a function word that are no prose any more."""
_DISTINCT: Final = 0.8
_LEAST_SHOUTED: Final = 25
_ABBREVIATED: Final = 3
_MOST_OF_A_WORD: Final = 6
"""How often a word counts at most in a text; more is stuffing, and no text needs more to say what it is about."""


def normalise(text: str) -> str:
    """Give the form a text is encoded and counted in; a well-written text stays as it is but for white space."""
    text = unicodedata.normalize("NFKC", text).translate(_HIDDEN)
    text = _without_lists(_without_repeats(text))
    text = _SPACES.sub(" ", text).strip()
    text = _GENDERED.sub(_plain_form, text)
    text = _INNER_CAPITAL.sub(_plain_form, text)
    text = _calm(text)
    return _with_umlauts(text)


def _without_repeats(text: str) -> str:
    """Drop sentences that stood before in the same words."""
    seen: set[str] = set()
    kept: list[str] = []
    at = 0
    for end in [*(match.end() for match in _ENDS_SENTENCE.finditer(text)), len(text)]:
        sentence = text[at:end]
        at = end
        key = " ".join(sentence.casefold().split()).rstrip(".!?…; ")
        if len(key) >= _LEAST_REPEATED and key in seen:
            continue
        seen.add(key)
        kept.append(sentence)
    return "".join(kept)


def _without_lists(text: str) -> str:
    """Shorten runs of words that no function word holds together, and drop those that repeat themselves.

    Prose has a function word every third word; a pile of key words has none and says nothing that prose does not.
    """
    kept: list[str] = []
    at = 0
    for end in [*(match.end() for match in _ENDS_SENTENCE.finditer(text)), len(text)]:
        kept.append(_shortened(text[at:end]))
        at = end
    shorter = "".join(kept)
    return shorter if _WORD.search(shorter) else text


def _shortened(sentence: str) -> str:
    runs: list[list[re.Match[str]]] = [[]]
    for match in _WORD.finditer(sentence):
        if match.group().lower() in _SMALL:
            runs.append([])
        else:
            runs[-1].append(match)
    for run in reversed(runs):
        if len(run) < _PILE:
            continue
        distinct = {match.group().casefold() for match in run}
        keep = 0 if len(distinct) < _DISTINCT * len(run) else _PILE
        start = run[keep - 1].end() if keep else run[0].start()
        sentence = sentence[:start] + sentence[run[-1].end() :]
    return sentence


def _calm(text: str) -> str:
    """Write capitals small: all words of a text in capitals, single long words in one that isn't."""
    letters = [character for character in text if character.isalpha()]
    capitals = sum(map(str.isupper, letters))
    if len(letters) < _LEAST_SHOUTED or capitals < _SHOUTED * len(letters):
        return _LONG_CAPITALS.sub(lambda match: match.group().capitalize(), text)
    if len(_ENGLISH.findall(text[:_LOOKED_AT])) > len(_GERMAN.findall(text[:_LOOKED_AT])):
        return _SENTENCE_START.sub(lambda match: match.group().upper(), text.lower())
    # Nouns are most of what is left without function words, and German writes them with a capital.
    calm = _WORD.sub(lambda match: _calm_word(match.group()), text)
    return calm[:1].upper() + calm[1:]


def _calm_word(word: str) -> str:
    small = word.lower()
    if small in _SMALL:
        return small
    return word if len(word) <= _ABBREVIATED else small.capitalize()


def _plain_form(match: re.Match[str]) -> str:
    """Make "Bewohner" of "Bewohner:innen" and of "BewohnerInnen", and "Kolleginnen" where the stem is no word."""
    stem, ending = match.group(1), match.group(2).lower()
    if stem.lower().endswith(_DROPS_ENDING):
        plural = stem.lower().endswith(("ent", "ant", "ist")) and ending.endswith("nen")
        return stem + ("en" if plural else "")
    return stem + ("i" if ending.startswith("n") else "") + ending


def _with_umlauts(text: str) -> str:
    """Write umlauts in German text that has none because it spells them out."""
    if _UMLAUTS.search(text) or not (_SPELLED_OUT.search(text) or _seems_spelled_out(text)):
        return text
    return _PAIR.sub(lambda match: _OF_PAIR.get(match.group(), match.group()), text)


def _seems_spelled_out(text: str) -> bool:
    """Tell whether German text of some length has pairs of vowels and no umlaut at all."""
    german = len(_GERMAN.findall(text[:_LOOKED_AT]))
    return german >= _ENOUGH and len(_PAIR.findall(text[:_LOOKED_AT])) >= _ENOUGH


def capped(counts: Counter[str]) -> Counter[str]:
    """Count no word more than a text needs."""
    return Counter({word: min(count, _MOST_OF_A_WORD) for word, count in counts.items()})
