"""What the prose of a profile states about requirements, with the span that says so.

The reader looks clause by clause. It prefers silence: what isn't said clearly stays open, because a wrong "fails"
hides an offer from everybody who asks. Fields that a startup filled in go before what its prose says
(`matching.criteria`). How often the reader is right is measured against filled-in fields in `docs/trust.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from matching import gazetteer, lexicon
from matching.lexicon import TOPICS, Requirement, Topic

READER_VERSION: Final = 1
"""Raised when the reader finds other statements; stored ones of another version are read again by a rescoring run."""

_SENTENCE_END: Final = re.compile(r"[.!?…;]+[\"'”“»)\]]*(?=\s|$)|\n+")
_ABBREVIATION: Final = re.compile(r"(?:\b\w|\b(?:ca|bzw|inkl|evtl|ggf|nr|abs|st|co))$", re.IGNORECASE)
_BOUNDARY: Final = re.compile(r"[,:–()]| - ")
_SHORT_PIECE: Final = 3  # words; a piece of an enumeration belongs to the verb that comes after
_FAR_BEFORE: Final = 60
_FAR_AFTER: Final = 110
_NEAR_WORDS: Final = 5
_IN_THE_HOUSE: Final[Requirement] = ("hosting", "on_premises")
_JUST_BEFORE: Final = re.compile(r"\b(?:nicht|not|n't|never|nie)\b[^,]{0,25}$", re.IGNORECASE)
_NEGATION: Final = re.compile(r"\b(?:nicht|kein\w*|not|no)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """A requirement that a text says an offer meets or fails: characters `start` to `end` of `field` say so."""

    kind: str
    value: str | int | None
    holds: bool
    field: str
    start: int
    end: int

    @property
    def requirement(self) -> Requirement:
        """Kind and value."""
        return self.kind, self.value

    def as_list(self) -> list[Any]:
        """For JSON."""
        return [self.kind, self.value, self.holds, self.field, self.start, self.end]

    @classmethod
    def from_list(cls, values: Sequence[Any]) -> Self:
        """Undo `as_list`."""
        return cls(*values)


def read_statements(fields: Sequence[tuple[str, str]]) -> list[Statement]:
    """Statements in the prose of a profile, at most one for each requirement.

    fields: (name, text) in the order they are read; an `exclusions` field says what an offer is not for. When clauses
    disagree, the one that fails the requirement counts.
    """
    found: dict[Requirement, Statement] = {}
    for field, text in fields:
        topics = [topic for topic in TOPICS if topic.anything.search(text)]
        for start, end in sentences(text):
            for requirement, holds in _read(text[start:end], topics, excluding=field == "exclusions"):
                known = found.get(requirement)
                if known is None or (known.holds and not holds and requirement != _IN_THE_HOUSE):
                    found[requirement] = Statement(*requirement, holds, field, start, end)
                elif requirement == _IN_THE_HOUSE and holds:
                    # One of several ways to run it suffices: "in Deutschland gehostet" elsewhere takes nothing back.
                    found[requirement] = Statement(*requirement, holds, field, start, end)
    return list(found.values())


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of sentences and of what semicolons part, without white space at their ends."""
    at = 0
    for match in _SENTENCE_END.finditer(text):
        if match.group()[0] == "." and _ABBREVIATION.search(text, at, match.start()):
            continue
        yield from _trimmed(text, at, match.end())
        at = match.end()
    yield from _trimmed(text, at, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        yield start, end


def _read(sentence: str, topics: Sequence[Topic], *, excluding: bool) -> Iterator[tuple[Requirement, bool]]:
    for topic in topics:
        holds = read_topic(sentence, topic)
        if holds is not None:
            yield topic.requirement, holds
    yield from _read_hosting(sentence)
    yield from _read_languages(sentence)
    yield from _read_regions(sentence)
    yield from _read_settings(sentence, excluding=excluding)
    yield from _read_numbers(sentence)


def read_topic(sentence: str, topic: Topic) -> bool | None:
    """Say whether a sentence states that the topic's requirement is met or failed; None: neither."""
    if topic.fails.search(sentence):
        return False
    if needed := topic.needs.search(sentence):
        return bool(_NEGATION.search(needed.group()))
    if topic.meets.search(sentence):
        return True
    answer: bool | None = None
    for match in topic.named.finditer(sentence):
        negated = is_negated(sentence, match.start(), match.end())
        if not negated and (not topic.plain or _is_beside_the_point(sentence, topic)):
            continue
        holds = negated if topic.unwanted else not negated
        answer = holds if answer is None else answer and holds
    return answer


def _is_beside_the_point(sentence: str, topic: Topic) -> bool:
    """Tell whether something unwanted is only an option, or a tool somebody holds."""
    if not topic.unwanted:
        return False
    passing = lexicon.IN_PASSING.get(topic.requirement)
    return bool(lexicon.OPTIONAL.search(sentence) or (passing and passing.search(sentence)))


def is_negated(sentence: str, start: int, end: int) -> bool:
    """Tell whether the words at `start` to `end` are negated, by a word before them or by the verb after them."""
    before = sentence[max(0, start - _FAR_BEFORE) : start]
    before = re.split(r"[,:–()]| - ", before)[-1]
    before = lexicon.NEW_THOUGHT.split(before)[-1]
    for match in lexicon.NOUN_NEGATION.finditer(before):
        between = before[match.end() :]
        if len(between.split()) <= _NEAR_WORDS and not lexicon.FINITE.search(between):
            return True
    if not lexicon.NOT_ONLY.search(before) and _JUST_BEFORE.search(before):
        return True
    return bool(_negation_after(_same_clause(sentence, end)))


def _same_clause(sentence: str, end: int) -> str:
    """Give what follows in the clause: up to the next comma, or over the commas of an enumeration."""
    rest = sentence[end : end + _FAR_AFTER]
    at, most = 0, 1
    for boundary in _BOUNDARY.finditer(rest):
        if len(rest[at : boundary.start()].split()) > most or boundary.group() == ":":
            return rest[: boundary.start()]
        at, most = boundary.end(), _SHORT_PIECE
    return rest


def _negation_after(clause: str) -> re.Match[str] | None:
    clause = lexicon.NEW_THOUGHT.split(clause)[0]
    finite = lexicon.FINITE.search(clause)
    if finite is not None:
        # "liegt vor und muss nicht angefragt werden": a new verb after "und" says something else.
        clause = clause[: finite.end()] + re.split(r"\b(?:und|and)\b", clause[finite.end() :])[0]
    return lexicon.LONG_NEGATION.search(clause)


def _read_hosting(sentence: str) -> Iterator[tuple[Requirement, bool]]:
    if not gazetteer.WHERE_DATA_LIE.search(sentence):
        return
    german, not_german = _places_of_data(sentence, gazetteer.GERMAN_PLACE)
    european, not_european = _places_of_data(sentence, gazetteer.EU_PLACE)
    far, _ = _places_of_data(sentence, gazetteer.FAR_PLACE)
    house = any(
        not is_negated(sentence, *match.span()) or "nicht" in match.group().lower()
        for match in gazetteer.ON_PREMISES.finditer(sentence)
    )
    if far:
        holds: dict[str, bool] = dict.fromkeys(("germany", "eu", "on_premises"), False)
    elif house or german:
        holds = {"germany": True, "eu": True, "on_premises": house}
    elif european:
        holds = {"germany": False, "eu": True, "on_premises": False}
    elif not_german or not_european:
        holds = dict.fromkeys(("germany", "eu") if not_european else ("germany",), False)
    else:
        return
    yield from ((("hosting", place), each) for place, each in holds.items())


def _places_of_data(sentence: str, places: re.Pattern[str]) -> tuple[bool, bool]:
    """Tell whether data are said to lie in one of the places, and whether they are said not to, or not yet."""
    there = [
        not is_negated(sentence, *match.span()) and not _is_planned(sentence, match.end())
        for match in places.finditer(sentence)
        if _is_place_of_data(sentence, match)
    ]
    return any(there), not all(there)


def _is_place_of_data(sentence: str, match: re.Match[str]) -> bool:
    near = sentence[max(0, match.start() - 90) : match.end() + 60]
    if not gazetteer.WHERE_DATA_LIE.search(near):
        return False
    if gazetteer.HAPPENS_THERE.search(sentence[max(0, match.start() - 30) : match.start()]):
        return False
    return not gazetteer.is_language(match, sentence)


def _is_planned(sentence: str, end: int) -> bool:
    return bool(re.search(r"roadmap|geplant|planned|künftig|no date", sentence[end : end + 50], re.IGNORECASE))


def _read_languages(sentence: str) -> Iterator[tuple[Requirement, bool]]:
    if not gazetteer.ANY_LANGUAGE.search(sentence) or not gazetteer.SPOKEN.search(sentence):
        return
    named = {code: list(words.finditer(sentence)) for code, words in gazetteer.LANGUAGES.items()}
    named = {code: matches for code, matches in named.items() if matches}
    spoken = {
        code: not any(
            is_negated(sentence, match.start(), match.end()) or _is_planned(sentence, match.end())
            for match in matches
            if not gazetteer.CLOSED_LIST.search(sentence)
        )
        for code, matches in named.items()
    }
    for code, holds in spoken.items():
        yield ("language", code), holds
    if gazetteer.CLOSED_LIST.search(sentence) and any(spoken.values()):
        yield from ((("language", code), False) for code in gazetteer.LANGUAGE_CODES if code not in named)


def _read_regions(sentence: str) -> Iterator[tuple[Requirement, bool]]:
    """Read a limit to some Länder; that an offer exists in a Land limits nothing."""
    limit = lexicon.LIMITED_TO.search(sentence)
    if limit is None or lexicon.NOT_ONLY.search(sentence):
        return
    after = sentence[limit.start() : limit.start() + 120]
    lands = {code for code, words in gazetteer.LANDS.items() if words.search(after)}
    if not lands or not re.search(r"\b(?:in|im|für|within|across)\b", after):
        return
    for land in gazetteer.LANDS:
        yield ("region_on_site", land), land in lands
    yield ("region_on_site", "bundesweit"), False


def _read_settings(sentence: str, *, excluding: bool) -> Iterator[tuple[Requirement, bool]]:
    if not lexicon.ANY_SETTING.search(sentence):
        return
    named = {setting: list(words.finditer(sentence)) for setting, words in lexicon.SETTINGS.items()}
    for setting, matches in named.items():
        for match in matches:
            if is_negated(sentence, match.start(), match.end()) or excluding:
                yield ("setting", setting), False
                break


_PRICE: Final = re.compile(
    r"(?:ab|from|at|kostet|kosten|starts? at|mindestens|at least)?\s*(?:€\s?)?(\d{1,3}(?:[.,\s]\d{3})+|"
    r"\d{1,6})(?:,\d\d|\.\d\d)?\s*"
    r"(?:€|euros?|eur)[^.;]{0,25}?\b(?:im jahr|jährlich|pro jahr|je jahr|per year|a year|yearly|annually)",
    re.IGNORECASE,
)
_FREE: Final = re.compile(r"kostenlos|kostenfrei|free of charge|\bfree\b|gratis|rabatt|discount|hälfte", re.IGNORECASE)
_LEVEL: Final = re.compile(r"\b(?:TRL|technologiereifegrad|technology readiness level)\s*:?\s*([1-9])\b", re.IGNORECASE)
BAND_LIMITS: Final = {"free": 0, "up_to_1000": 1000, "up_to_5000": 5000, "up_to_20000": 20_000, "up_to_50000": 50_000}
_LEVELS: Final = tuple(range(1, 10))


def _read_numbers(sentence: str) -> Iterator[tuple[Requirement, bool]]:
    """Read a yearly price, which says what bands are passed, and a readiness level."""
    if (price := _PRICE.search(sentence)) and not _FREE.search(sentence):
        amount = int(re.sub(r"\D", "", price.group(1)))
        for band, limit in BAND_LIMITS.items():
            if amount > limit:
                yield ("max_price_band", band), False
    if level := _LEVEL.search(sentence):
        for asked in _LEVELS:
            yield ("min_maturity", asked), int(level.group(1)) >= asked
