"""What can be proposed from a few sentences, so that staff confirm instead of filling in. Pure functions.

split_text        title, problem and wish out of one text
propose_fields    fields of action, from those of the startups that fit
next_hint         the one thing that would make the matches better
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

TITLE_LENGTH = 90
ENOUGH_CHARACTERS = 160
"""A problem shorter than this rarely tells who has it, how often, and what it costs."""
LEAST_SHARE = 0.3
"""Part of the weight of the best startups that a field needs to be proposed."""

# A sentence ends with its mark and white space before a capital or a quote; abbreviations (z. B., Nr. 3) don't.
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ„\"(])")
_ABBREVIATIONS = frozenset(
    ("z.", "B.", "d.", "h.", "ca.", "bzw.", "Nr.", "Abs.", "u.", "a.", "e.", "V.", "Dr.", "St.", "Std.")
)
_WISH = re.compile(
    r"\b(wir (?:wünschen|möchten|brauchen|suchen|hätten gern|wollen|benötigen)|soll(?:en|te|ten)?\b"
    r"|(?:brauchen|suchen|wünschen|möchten) wir|we (?:need|want|wish|would like|are looking)|should\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SplitText:
    """One text taken apart; `wish` is empty where no sentence says what is wanted."""

    title: str
    problem: str
    wish: str


class Hint(StrEnum):
    """What to add next."""

    MORE = "more"
    HOW_OFTEN = "how_often"
    WISH = "wish"
    FIELDS = "fields"
    SETTING = "setting"
    MUST_HAVES = "must_haves"
    SYSTEMS = "systems"


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, in order and as they were written."""
    found: list[str] = []
    for part in _SENTENCE_END.split(" ".join(text.split())):
        if found and found[-1].rsplit(" ", 1)[-1] in _ABBREVIATIONS:
            found[-1] += " " + part
        elif part:
            found.append(part)
    return found


def split_text(text: str) -> SplitText:
    """Take one text apart: sentences that say what is wanted are the wish, the others the problem."""
    parts = sentences(text)
    wishes = [part for part in parts if _WISH.search(part)]
    others = [part for part in parts if part not in wishes]
    if not others:
        others, wishes = parts, []
    problem = " ".join(others) if wishes else text.strip()
    return SplitText(_title(others[0] if others else ""), problem, " ".join(wishes))


def _title(sentence: str) -> str:
    """Return the first sentence without its end mark, cut at a word where it is long."""
    title = sentence.rstrip(" .!?")
    if len(title) <= TITLE_LENGTH:
        return title
    return title[:TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def propose_fields(partners: Iterable[tuple[float, Sequence[str]]], most: int = 2) -> list[str]:
    """Return the fields of action that the best startups have in common.

    partners: (fit, fields) of each, best first. A startup's weight is its fit, shared among its fields.
    """
    weights: dict[str, float] = defaultdict(float)
    total = 0.0
    for fit, fields in partners:
        total += fit
        for code in fields:
            weights[code] += fit / len(fields)
    ordered = sorted(weights, key=lambda code: (-weights[code], code))
    return [code for code in ordered[:most] if total and weights[code] >= LEAST_SHARE * total]


def next_hint(content: dict[str, object], *, musts_found: bool = False) -> Hint | None:
    """Return the one thing that would help most next, None when nothing is missing that usually matters.

    The order is that of what staff leave out and startups then ask for. Only what is in `content` is asked for.
    musts_found: the text itself names must-haves, so that nobody has to ask for some. Whoever answered what comes
    after them has none.
    """
    problem, wish = str(content.get("problem") or ""), str(content.get("wish") or "")
    if len(problem) + len(wish) < ENOUGH_CHARACTERS:
        return Hint.MORE
    if not (wish or _WISH.search(problem)):
        return Hint.WISH
    if not any(letter.isdigit() for letter in problem):
        return Hint.HOW_OFTEN
    for name, hint in (
        ("fields_of_action", Hint.FIELDS),
        ("setting", Hint.SETTING),
        ("must_haves", Hint.MUST_HAVES),
        ("existing_systems", Hint.SYSTEMS),
    ):
        passed_over = hint is Hint.MUST_HAVES and (musts_found or bool(content.get("existing_systems")))
        if name in content and not content[name] and not passed_over:
            return hint
    return None
