"""What a challenge demands: must-haves read from words, for a person to confirm.

`read_must_have` takes a requirement somebody wrote down as one ("Hosting in Deutschland oder eigener Server").
`propose_must_haves` looks for demands in the running text of a challenge ("Muss in Deutschland liegen") and gives the
span that makes each, so that a page can ask: is this a must-have?
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from matching import gazetteer, lexicon
from matching.lexicon import TOPICS, Requirement, Topic, pattern
from matching.statements import BAND_LIMITS, is_negated, sentences

_DEMAND: Final = pattern(
    r"(?:\bm[uü](?:ss|ß)\w*|\bdarf\b|\bdürfen\b|\bwichtig\b|\bzwingend\b|\bunbedingt\b|\bbedingung\b|\bnur\b|"
    r"\bbrauch\w+|\bsoll\w*|\bohne\b|\bkein\w*|\bmust\b|\bneeds? to\b|\bhas to\b|\bhave to\b|\bonly\b|\bwithout\b|"
    r"\bno\b|"
    r"\brequire\w*|\bimportant\b|\bshould\b|\bnot\b|\bnicht\b)"
)
_TODAY: Final = frozenset({"tried_before", "existing_systems"})
"""Fields that tell what there is, not what is wanted."""
_ON_SITE: Final = pattern(r"(?:\bvor ort\b|\bon[- ]site\b|\bin person\b|\bpräsenz\w*)")
_NON_PROFIT: Final = pattern(r"\b(?:gemeinnützig\w*|non-?profit)\b")
_LEVEL: Final = re.compile(r"\bTRL\s*:?\s*([1-9])\b", re.IGNORECASE)
_MOST: Final = re.compile(
    r"(?:höchstens|maximal|nicht mehr als|bis zu|at most|no more than|up to|"
    r"max\.?)\s+(?:€\s?)?(\d{1,3}(?:[.,]\d{3})+|\d{1,6})\s*"
    r"(?:€|euros?|eur)?[^.;]{0,20}?\b(?:im jahr|jährlich|pro jahr|per year|a year|yearly)",
    re.IGNORECASE,
)
_FOR: Final = pattern(r"\b(?:für|for)\b[^.;]{0,40}$")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A must-have that a challenge seems to make: characters `start` to `end` of `field` say so."""

    kind: str
    value: str | int | None
    field: str
    start: int
    end: int


@functools.lru_cache(maxsize=4096)
def read_must_have(text: str) -> tuple[Requirement, ...]:
    """Give the requirements in one must-have in free words, in order; none when it isn't understood."""
    return tuple(dict.fromkeys(_demanded(text, confirmed=True)))


def propose_must_haves(fields: Sequence[tuple[str, str]]) -> list[Proposal]:
    """Demands in the fields (name, text) of a challenge, each requirement once, in the order they stand there."""
    found: dict[Requirement, Proposal] = {}
    for field, text in fields:
        if field in _TODAY:
            continue
        for start, end in sentences(text):
            sentence = text[start:end]
            if not _DEMAND.search(sentence):
                continue
            for requirement in _demanded(sentence, confirmed=False):
                found.setdefault(requirement, Proposal(*requirement, field, start, end))
    return list(found.values())


def _demanded(text: str, *, confirmed: bool) -> Iterator[Requirement]:
    """Yield the requirements a text makes. confirmed: all of it is one demand, so that naming a thing asks for it."""
    for topic in TOPICS:
        if topic.anything.search(text) and _asks_for(text, topic):
            yield topic.requirement
    yield from _places(text)
    if confirmed or re.search(r"sprach|language|speak|auf \w+isch|in \w+isch", text, re.IGNORECASE):
        for code, words in gazetteer.LANGUAGES.items():
            if any(not is_negated(text, *match.span()) for match in words.finditer(text)):
                yield "language", code
    if confirmed:
        yield from _settings(text)
        if _NON_PROFIT.search(text):
            yield "non_profit", None
        if _ON_SITE.search(text):
            yield "on_site", None
            yield from (("region_on_site", land) for land, words in gazetteer.LANDS.items() if words.search(text))
    yield from _numbers(text)


def _numbers(text: str) -> Iterator[Requirement]:
    if level := _LEVEL.search(text):
        yield "min_maturity", int(level.group(1))
    if price := _MOST.search(text):
        amount = int(re.sub(r"\D", "", price.group(1)))
        yield "max_price_band", next((band for band, limit in BAND_LIMITS.items() if limit >= amount), "over_50000")


def _asks_for(text: str, topic: Topic) -> bool:
    if topic.asks.search(text):
        return True
    named = [is_negated(text, *match.span()) for match in topic.named.finditer(text)]
    if topic.unwanted:
        return any(named) or bool(topic.meets.search(text))
    return any(not negated for negated in named) or bool(topic.meets.search(text))


def _places(text: str) -> Iterator[Requirement]:
    """Where data must lie; a stricter place goes before a wider one."""
    if gazetteer.ON_PREMISES.search(text) and not gazetteer.GERMAN_PLACE.search(text):
        yield "hosting", "on_premises"
    if not gazetteer.WHERE_DATA_LIE.search(text) and not re.search(r"\blieg\w*|\bstay", text, re.IGNORECASE):
        return
    if _wanted(text, gazetteer.GERMAN_PLACE):
        yield "hosting", "germany"
    elif _wanted(text, gazetteer.EU_PLACE):
        yield "hosting", "eu"


def _wanted(text: str, places: re.Pattern[str]) -> bool:
    return any(
        not is_negated(text, *match.span()) and not gazetteer.is_language(match, text)
        for match in places.finditer(text)
    )


def _settings(text: str) -> Iterator[Requirement]:
    for setting, words in lexicon.SETTINGS.items():
        for match in words.finditer(text):
            before = text[: match.start()]
            if _FOR.search(before) and not lexicon.NOT_ONLY.search(before[-40:]):
                yield "setting", setting
                break
