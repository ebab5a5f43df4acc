"""From the fields of a challenge or a profile to one text and its passages, with offsets.

The stored text is never changed: passages and parts are character ranges of `Text.whole`, so that a page can
highlight them. What the encoder reads is `encoding_form` of such a range.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from matching.language import detect_language
from matching.normalise import normalise

COMPOSITION_VERSION = 2
"""Raised whenever `compose` or `encoding_form` changes; part of every encoder fingerprint and text hash."""

MAX_PASSAGES = 12
_PASSAGE_MIN = 200
_PASSAGE_MAX = 350
_ABBREVIATIONS = frozenset(
    ("abs", "art", "bspw", "bzw", "ca", "co", "dr", "e.g", "evtl", "ggf", "i.e", "inkl", "mind", "mr", "mrs", "nr")
)

_BREAK = re.compile(r"[.!?…:;]+[\"'”“»)\]]*\s+|\s*\n\s*")
_LONGEST_WORD = 40
_LAST_WORD = re.compile(r"[^\s(\"'„“»]+$")


class Side(StrEnum):
    """Which side of a match a text is on."""

    CHALLENGE = "challenge"
    PROFILE = "profile"

    @property
    def other(self) -> Side:
        """The side this one is matched with."""
        return Side.PROFILE if self is Side.CHALLENGE else Side.CHALLENGE


@dataclass(frozen=True, slots=True)
class Part:
    """Where one field stands in `Text.whole`: characters `start` up to, not including, `end`."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    """A composed text.

    `whole` is the stored text; `parts` and `passages` are character ranges of it. Passages are in order, do not
    overlap and cover every word; a short text has one passage, the whole.
    """

    side: Side
    language: str
    whole: str
    parts: tuple[Part, ...]
    passages: tuple[tuple[int, int], ...]

    def passage_texts(self) -> list[str]:
        """Return the exact substrings of `whole` that are its passages."""
        return [self.whole[start:end] for start, end in self.passages]


def compose(side: Side, fields: Sequence[tuple[str, str]], language: str | None = None) -> Text:
    """Join the non-empty fields by newlines, in the order given, and cut the result into passages.

    `language` is "de" or "en"; it is detected from the joined text when None. Raises ValueError for another
    language.
    """
    if language not in (None, "de", "en"):
        raise ValueError(f"language must be 'de', 'en' or None, not {language!r}")
    parts: list[Part] = []
    pieces: list[str] = []
    at = 0
    for name, text in fields:
        if not text.strip():
            continue
        parts.append(Part(name, at, at + len(text)))
        pieces.append(text)
        at += len(text) + 1
    whole = "\n".join(pieces)
    return Text(side, language or detect_language(whole), whole, tuple(parts), split_passages(whole))


def text_hash(text: Text) -> str:
    """SHA-256 (hex) over side, composition version and text: equal hashes need no second encoding."""
    head = f"{text.side.value}\n{COMPOSITION_VERSION}\n"
    return hashlib.sha256((head + text.whole).encode("utf-8", "surrogatepass")).hexdigest()


def encoding_form(text: str) -> str:
    """Give what the encoder reads and n-grams are counted in: see `matching.normalise`."""
    return normalise(text)


def split_passages(whole: str) -> tuple[tuple[int, int], ...]:
    """Group sentences to passages of about 200 to 350 characters; at most `MAX_PASSAGES` of a long text.

    Returns ranges without white space at their ends. Text of at most 350 characters is one passage.
    """
    start, end = _trimmed(whole, 0, len(whole))
    if end - start <= _PASSAGE_MAX:
        return ((start, end),)
    # Passages of a long text grow so that their number, and with it the cost of a text, stays bounded.
    most = max(_PASSAGE_MAX, math.ceil((end - start) * 1.6 / MAX_PASSAGES))
    least = most * _PASSAGE_MIN // _PASSAGE_MAX
    groups: list[tuple[int, int]] = []
    for piece_start, piece_end in _pieces(whole, start, end, most):
        if groups and (
            (groups[-1][1] - groups[-1][0] < least and piece_end - groups[-1][0] <= most)
            or (piece_end - piece_start < least // 3 and piece_end - groups[-1][0] <= most + least // 3)
        ):
            groups[-1] = (groups[-1][0], piece_end)
        else:
            groups.append((piece_start, piece_end))
    while len(groups) > MAX_PASSAGES:
        shortest = min(range(len(groups) - 1), key=lambda i: groups[i + 1][1] - groups[i][0])
        groups[shortest : shortest + 2] = [(groups[shortest][0], groups[shortest + 1][1])]
    return tuple(groups)


def _pieces(whole: str, start: int, end: int, most: int) -> list[tuple[int, int]]:
    """Sentences of `whole[start:end]`, those longer than `most` cut between words."""
    pieces: list[tuple[int, int]] = []
    for sentence_start, sentence_end in _sentences(whole, start, end):
        at = sentence_start
        while sentence_end - at > most:
            cut = whole.rfind(" ", at + most // 2, at + most)
            cut = at + most if cut < 0 else cut
            pieces.append(_trimmed(whole, at, cut))
            at = cut
        pieces.append(_trimmed(whole, at, sentence_end))
    return [(a, b) for a, b in pieces if b > a]


def _sentences(whole: str, start: int, end: int) -> list[tuple[int, int]]:
    """Ranges between sentence ends and line breaks; "z. B." and "Nr. 5" end no sentence."""
    sentences: list[tuple[int, int]] = []
    at = start
    for match in _BREAK.finditer(whole, start, end):
        if "\n" not in match.group() and not _ends_sentence(whole, at, match):
            continue
        sentences.append((at, match.end()))
        at = match.end()
    sentences.append((at, end))
    return sentences


def _ends_sentence(whole: str, at: int, match: re.Match[str]) -> bool:
    following = whole[match.end() : match.end() + 1]
    if match.group()[0] in ":;" or following.islower():
        return False
    if match.group()[0] != ".":
        return True
    word = _LAST_WORD.search(whole, max(at, match.start() - _LONGEST_WORD), match.start())
    return not (word and (len(word.group()) == 1 or word.group().isdigit() or word.group().lower() in _ABBREVIATIONS))


def _trimmed(whole: str, start: int, end: int) -> tuple[int, int]:
    while start < end and whole[start].isspace():
        start += 1
    while end > start and whole[end - 1].isspace():
        end -= 1
    return start, end
