"""The same text as other people would paste it: what a ranking should not notice. Used to measure robustness."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_ROLES: Final = re.compile(
    r"\b(Bewohner|Mitarbeiter|Nutzer|Betreuer|Berater|Schüler|Lehrer|Helfer|Besucher|Teilnehmer|Pfleger|Leiter|Träger|"
    r"Anbieter|Dolmetscher|Vermieter|Spender|Fahrer|Azubi|Klient|Patient|Student|Praktikant)(e?n)?\b"
)
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_HIDDEN: Final = ("\u00ad", "\u200b", "\u2060", "\ufeff")
_EVERY: Final = 20
_ENGLISH_FRAME: Final = (
    "Dear colleagues, please find our text below and feel free to get back to us at any time.",
    "Many thanks in advance and kind regards from the whole team.",
)
_GERMAN_FRAME: Final = (
    "Liebe Kolleginnen und Kollegen, unten steht unser Text, melden Sie sich gern jederzeit.",
    "Vielen Dank im Voraus und herzliche Grüße vom ganzen Team.",
)
_ABBREVIATIONS: Final[Mapping[str, str]] = {
    "Zweites Buch Sozialgesetzbuch": "SGB II",
    "Fünftes Buch Sozialgesetzbuch": "SGB V",
    "Achtes Buch Sozialgesetzbuch": "SGB VIII",
    "Neuntes Buch Sozialgesetzbuch": "SGB IX",
    "Elftes Buch Sozialgesetzbuch": "SGB XI",
    "Zwölftes Buch Sozialgesetzbuch": "SGB XII",
    "Sozialgesetzbuch": "SGB",
    "Bundesteilhabegesetz": "BTHG",
    "Werkstatt für behinderte Menschen": "WfbM",
    "Werkstätten für behinderte Menschen": "WfbM",
    "Mitarbeitervertretung": "MAV",
    "Kindertagesstätte": "Kita",
    "Kindertagesstätten": "Kitas",
    "Offene Ganztagsschule": "OGS",
    "Allgemeiner Sozialer Dienst": "ASD",
    "Sozialpädagogische Familienhilfe": "SPFH",
    "Freiwilliges Soziales Jahr": "FSJ",
    "Bundesfreiwilligendienst": "BFD",
    "Betriebliches Eingliederungsmanagement": "BEM",
    "Betriebliches Gesundheitsmanagement": "BGM",
    "Qualitätsmanagement": "QM",
    "Pflegedienstleitung": "PDL",
    "Häusliche Krankenpflege": "HKP",
    "Medizinischer Dienst": "MD",
    "Arbeitsvertragsrichtlinien": "AVR",
    "Tarifvertrag für den öffentlichen Dienst": "TVöD",
    "Werkstätten-Mitwirkungsverordnung": "WMVO",
    "Gesetz über den Kirchlichen Datenschutz": "KDG",
    "Datenschutz-Grundverordnung": "DSGVO",
    "Auftragsverarbeitungsvertrag": "AVV",
    "Öffentlicher Nahverkehr": "ÖPNV",
    "Deutsches Rotes Kreuz": "DRK",
    "Arbeiterwohlfahrt": "AWO",
}
"""What the field writes out and abbreviates. Where two have the same short form, it is written out as the first."""
_WRITTEN_OUT: Final = {short: long for long, short in reversed(list(_ABBREVIATIONS.items()))}
_FORMS: Final = sorted([*_ABBREVIATIONS, *_WRITTEN_OUT], key=len, reverse=True)
_EITHER: Final = re.compile(rf"\b({'|'.join(map(re.escape, _FORMS))})\b")
_PADDING: Final = (
    "Über Rückmeldungen freuen wir uns jederzeit.",
    "Weitere Auskünfte geben wir gern am Telefon.",
    "Diese Angaben sind nach bestem Wissen gemacht.",
    "Wir sind ein Team mit langer Erfahrung.",
    "Termine sprechen wir gern gemeinsam ab.",
    "Die Räume sind gut mit Bus und Bahn zu erreichen.",
)


def capitals(text: str) -> str:
    """Write everything in capitals."""
    return text.upper()


def typos(text: str) -> str:
    """Swap, drop or double a letter in one of twenty words."""
    generator = np.random.default_rng(zlib.crc32(text.encode()))

    def spoil(match: re.Match[str]) -> str:
        word = match.group()
        if generator.integers(_EVERY):
            return word
        at = int(generator.integers(1, len(word) - 2))
        return (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        )[int(generator.integers(3))]

    return _WORD.sub(spoil, text)


def gendered(text: str) -> str:
    """Write roles of people with a colon."""
    return _ROLES.sub(lambda match: f"{match.group(1)}:innen", text)


def abbreviated(text: str) -> str:
    """Abbreviate what is written out, and write out what is abbreviated."""
    return _EITHER.sub(lambda found: _ABBREVIATIONS.get(found.group()) or _WRITTEN_OUT[found.group()], text)


def without_umlauts(text: str) -> str:
    """Spell umlauts out."""
    return text.translate(_UMLAUTS)


def repeated(text: str) -> str:
    """Paste the text three times."""
    return "\n".join([text] * 3)


def with_hidden_characters(text: str) -> str:
    """Put an invisible character into every second word."""
    count = 0

    def hide(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        word = match.group()
        return word if count % 2 else word[:3] + _HIDDEN[count // 2 % len(_HIDDEN)] + word[3:]

    return _WORD.sub(hide, text)


def mixed(text: str) -> str:
    """Frame the text with sentences in the other language."""
    german = len(re.findall(r"\b(?:der|die|das|und|nicht)\b", text)) > len(re.findall(r"\b(?:the|and|not|of)\b", text))
    before, after = _ENGLISH_FRAME if german else _GERMAN_FRAME
    return f"{before} {text} {after}"


def very_short(text: str) -> str:
    """Keep the first twelve words."""
    return " ".join(text.split()[:12])


def very_long(text: str) -> str:
    """Add as many empty phrases as there is text, three times over."""
    phrases: list[str] = []
    length = 0
    while length < 3 * len(text):
        phrases.append(f"{_PADDING[len(phrases) % len(_PADDING)][:-1]} ({len(phrases) + 1}).")
        length += len(phrases[-1])
    return f"{text} {' '.join(phrases)}"


def stuffed(text: str, keywords: str) -> str:
    """Add words that others look for, ten times over."""
    return f"{text} {' '.join([keywords] * 10)}"


VARIANTS: Final[Mapping[str, Callable[[str], str]]] = {
    "capitals": capitals,
    "typos": typos,
    "gendered": gendered,
    "abbreviated": abbreviated,
    "without_umlauts": without_umlauts,
    "repeated": repeated,
    "hidden_characters": with_hidden_characters,
    "mixed_language": mixed,
    "very_short": very_short,
    "very_long": very_long,
}
"""By name; the last two lose or bury what a text says and are only reported."""
