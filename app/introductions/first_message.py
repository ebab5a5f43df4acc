"""A first message that is nearly ready: what it is about, what speaks for it, what is open. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.vocabulary import Language
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


def language_for(side: Side, challenge: Any, profile: Any) -> Language:
    """Return the language a side writes in: that of the other side's text."""
    language: Language = (profile if side is Side.CHALLENGE else challenge).language
    return language


def compose(
    side: Side,
    challenge: Any,
    profile: Any,
    *,
    evidence: Sequence[tuple[str, str]],
    met: Sequence[str],
    open_questions: Sequence[str],
) -> str:
    """Return the first message one side could send.

    evidence: (need, offer) quotes that belong together, best first. met, open_questions: requirements of the challenge
    as people read them, in the language of the message.
    """
    words = _WORDS[language_for(side, challenge, profile)]
    lines = [words.greeting, "", words.about[side].format(title=challenge.title, name=profile.name), ""]
    lines += [words.speaks_for]
    lines += [f"– {words.need}: {_quote(need)}\n  {words.offer}: {_quote(offer)}" for need, offer in evidence]
    if met:
        lines.append("– " + words.checked.format(keys=", ".join(dict.fromkeys(met))))
    if open_questions:
        lines += ["", words.open_questions, *(f"– {question}" for question in dict.fromkeys(open_questions))]
    return "\n".join([*lines, "", words.next_step])


def _quote(text: str) -> str:
    """Return the beginning of a text on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_QUOTE else flat[:LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"
