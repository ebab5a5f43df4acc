"""A first message that is nearly ready: what it is about, what speaks for it, what is open. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.vocabulary import Language
from matching.criteria import Status, check
from matching.texts import Side

LONGEST_QUOTE = 200


@dataclass(frozen=True, slots=True)
class _Words:
    greeting: str
    about: dict[Side, str]
    speaks_for: str
    need: str
    offer: str
    checked: str
    open_questions: str
    next_step: str


_WORDS = {
    Language.GERMAN: _Words(
        greeting="Guten Tag,",
        about={
            Side.CHALLENGE: "schön, dass Sie mit uns über „{title}“ sprechen möchten.",
            Side.PROFILE: "schön, dass Sie mit uns ({name}) über „{title}“ sprechen möchten.",
        },
        speaks_for="Das spricht für ein Gespräch:",
        need="Bedarf",
        offer="Angebot",
        checked="Erfüllt: {keys}.",
        open_questions="Diese Fragen sind noch offen:",
        next_step="Passt Ihnen in den nächsten zwei Wochen ein Gespräch von 30 Minuten? Nennen Sie gern zwei Termine.",
    ),
    Language.ENGLISH: _Words(
        greeting="Hello,",
        about={
            Side.CHALLENGE: "we are glad that you would like to talk to us about “{title}”.",
            Side.PROFILE: "we ({name}) are glad that you would like to talk to us about “{title}”.",
        },
        speaks_for="This speaks for a conversation:",
        need="Need",
        offer="Offer",
        checked="Met: {keys}.",
        open_questions="These questions are still open:",
        next_step="Would a conversation of 30 minutes in the next two weeks suit you? Please name two dates.",
    ),
}

LABELS: dict[str, tuple[str, str]] = {
    "capacity": ("freie Plätze", "free slots"),
    "region": ("Region", "region"),
    "on_site": ("Einsatz vor Ort", "work on site"),
    "hosting": ("Ort der Daten", "place of the data"),
    "data_protection_paper": ("Datenschutz-Unterlagen", "data-protection papers"),
    "data_protection_regime": ("kirchlicher oder staatlicher Datenschutz", "data-protection law"),
    "language": ("Sprache", "language"),
    "offline": ("Betrieb ohne Netz", "use without a network"),
    "accessibility": ("Barrierefreiheit", "accessibility"),
    "max_price_band": ("Preis", "price"),
    "min_maturity": ("Reife", "maturity"),
    "non_profit": ("Gemeinnützigkeit", "non-profit status"),
}
"""What a criterion is called in a sentence; `other` has its own words."""


def compose(
    side: Side,
    challenge: Any,
    profile: Any,
    facets: tuple[dict[str, Any], dict[str, Any]],
    evidence: Sequence[tuple[str, str]],
) -> str:
    """Return the first message one side could send, in the language of the other side's text.

    facets: (of the challenge, of the profile), as criteria read them. evidence: (need, offer) quotes that belong
    together, best first.
    """
    language = (profile if side is Side.CHALLENGE else challenge).language
    words, place = _WORDS[language], 0 if language is Language.GERMAN else 1
    results = check(*facets)
    named = {
        status: [LABELS[result.key][place] for result in results if result.status is status and result.key in LABELS]
        for status in (Status.MET, Status.OPEN)
    }
    others = [str(must["text"]) for must in facets[0]["must_haves"] if must["kind"] == "other"]
    lines = [words.greeting, "", words.about[side].format(title=challenge.title, name=profile.name), ""]
    lines += [words.speaks_for]
    lines += [f"– {words.need}: {_quote(need)}\n  {words.offer}: {_quote(offer)}" for need, offer in evidence]
    if named[Status.MET]:
        lines.append("– " + words.checked.format(keys=", ".join(dict.fromkeys(named[Status.MET]))))
    if questions := [*dict.fromkeys(named[Status.OPEN]), *others]:
        lines += ["", words.open_questions, *(f"– {question}" for question in questions)]
    return "\n".join([*lines, "", words.next_step])


def _quote(text: str) -> str:
    """Return the beginning of a text on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_QUOTE else flat[:LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"
