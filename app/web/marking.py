"""A text as it is stored, with the places marked that speak for a match."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.matches.schemas import SpanRead
from app.web.challenge_form import FULL as CHALLENGE
from app.web.profile_form import FULL as PROFILE
from matching.texts import Side

LABELS: Mapping[Side, Mapping[str, str]] = {
    side: {asked.name: asked.label for asked in form.fields}
    for side, form in ((Side.CHALLENGE, CHALLENGE), (Side.PROFILE, PROFILE))
}
ALWAYS: Mapping[Side, tuple[str, ...]] = {
    Side.CHALLENGE: ("problem", "wish"),
    Side.PROFILE: ("offer", "problem_solved", "capabilities"),
}
"""Fields that are shown even where nothing in them is marked."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a field; `number` is that of the evidence they belong to, 0 for none."""

    text: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class MarkedField:
    """One field: what it is called, in German, and all its pieces in their order."""

    label: str
    pieces: tuple[Piece, ...]


def mark_text(side: Side, text: Any, spans: Iterable[SpanRead]) -> list[MarkedField]:
    """Return the fields of a text, main ones first, with the spans marked by their numbers from 1 on."""
    numbered = list(enumerate(spans, start=1))
    marked = [span.field for _, span in numbered]
    names = dict.fromkeys((*ALWAYS[side], *(name for name in LABELS[side] if name in marked)))
    return [
        MarkedField(LABELS[side][name], tuple(_pieces(value, [one for one in numbered if one[1].field == name])))
        for name in names
        if (value := getattr(text, name))
    ]


def _pieces(value: str, spans: list[tuple[int, SpanRead]]) -> Iterator[Piece]:
    at = 0
    for number, span in sorted(spans, key=lambda one: one[1].start):
        # Where two overlap, the first one has the characters both want.
        start = max(span.start, at)
        if start < span.end:
            if at < start:
                yield Piece(value[at:start])
            yield Piece(value[start : span.end], number)
            at = span.end
    if at < len(value):
        yield Piece(value[at:])
