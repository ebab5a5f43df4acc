"""Matches of a text that is still being written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.auth.actor import Actor
from app.challenges import proposals
from app.challenges.schemas import ChallengeContent
from app.context import Context
from app.errors import Forbidden, MalformedInput
from app.matches import service
from app.matches.schemas import ChallengePreview, MatchRead, PreviewListing, ProfilePreview
from app.profiles.schemas import ProfileContent
from app.vocabulary import FieldOfAction, Language, Region
from app.web.cards import Card, cards
from app.web.challenge_form import to_content
from app.web.forms import parse
from app.web.view import View
from matching.texts import Side

SHOWN = 5
LOOKED_AT = 20
LEAST = 25
"""Characters a text needs before a preview makes sense."""


@dataclass(frozen=True, slots=True)
class PreviewPart:
    """What stands beside the text: cards, or why there are none."""

    state: str
    cards: tuple[Card, ...] = ()
    hint: str = ""
    fields: tuple[str, ...] = ()
    """Fields of action that the text seems to be about, where none is chosen yet."""
    musts: tuple[str, ...] = ()
    """Must-haves that the text seems to name, where they are not chosen yet."""
    first: bool = False
    """The first step, which asks for nothing but one text."""


def of_challenge(
    view: View, context: Context, actor: Actor, values: Mapping[str, Any], region: Region | None = None
) -> PreviewPart:
    """Return the startups that fit a challenge as far as it is written.

    region: that of its organisation, where the form does not ask for one yet.
    """
    if len(str(values.get("problem") or "").strip()) < LEAST:
        return PreviewPart("short")
    try:
        placed = values if region is None or values.get("region") else {**values, "region": region.value}
        listing = challenge_matches(context, actor, placed, view.language)
    except Forbidden:
        return PreviewPart("unverified", hint=_hint(values, musts_found=False))
    except MalformedInput:
        return PreviewPart("unreadable")
    found = tuple(cards(listing.items, Side.PROFILE)[:SHOWN])
    musts = tuple(dict.fromkeys(one.label for one in listing.proposed_must_haves))
    return PreviewPart(
        state="found" if found else "none",
        cards=found,
        hint=_hint(values, musts_found=bool(musts)),
        fields=() if values.get("fields_of_action") else tuple(proposed_fields(listing.items)),
        musts=musts,
        first=_is_first(values),
    )


def _is_first(values: Mapping[str, Any]) -> bool:
    """Tell whether the form asks for one text only; that of the details always sends a region."""
    return "region" not in values


def _hint(values: Mapping[str, Any], *, musts_found: bool) -> str:
    # Browsers leave out what is not ticked, so that what the form asks for does not always stand in what it sends.
    content = {"fields_of_action": []} | to_content(values)
    if _is_first(values):
        content = {name: content.get(name) for name in ("problem", "wish")}
    hint = proposals.next_hint(content, musts_found=musts_found)
    return hint.value if hint else ""


def challenge_matches(context: Context, actor: Actor, values: Mapping[str, Any], language: Language) -> PreviewListing:
    """Rank the startups for a challenge as far as it is written. Raises `Forbidden`, `MalformedInput`."""
    given = {name: value for name, value in to_content(values).items() if value not in (None, "", [])}
    split = proposals.split_text(str(values.get("problem") or ""))
    if "wish" not in given:
        given["problem"] = split.problem
    # What is not written yet is taken from the text itself, so that the least that can be said is ranked already, and
    # as it will be once the proposals of the next page are taken.
    filled = {
        "title": split.title,
        "wish": split.wish or split.title,
        "fields_of_action": [FieldOfAction.HEALTH.value],
        "region": Region.NATIONWIDE.value,
    } | given
    content: ChallengeContent = parse(ChallengeContent, filled)
    # What nobody has said is asked of no startup.
    unsaid: dict[str, Any] = {
        name: value for name, value in (("fields_of_action", []), ("region", None)) if name not in given
    }
    content = content.model_copy(update=unsaid)
    body = ChallengePreview.model_construct(side="challenge", content=content, limit=LOOKED_AT)
    return service.preview(context, actor, body, language)


def proposed_fields(matches: list[MatchRead]) -> list[str]:
    """Return the fields of action that the best startups have in common."""
    return proposals.propose_fields(
        (match.fit, [code.value for code in match.profile.fields_of_action])
        for match in matches[:SHOWN]
        if match.profile is not None
    )


def of_profile(view: View, context: Context, actor: Actor, values: Mapping[str, Any]) -> PreviewPart:
    """Return the challenges that would see a profile as far as it is written."""
    written = " ".join(str(values.get(name) or "") for name in ("offer", "problem_solved", "capabilities")).strip()
    if len(written) < LEAST:
        return PreviewPart("short")
    given = {name: value for name, value in values.items() if value not in (None, "", [])}
    filled = {
        "name": "…a",
        "offer": written[:400],
        "problem_solved": written[:6000],
        "capabilities": written[:4000],
        "fields_of_action": [FieldOfAction.HEALTH.value],
        "regions": [Region.NATIONWIDE.value],
    } | given
    try:
        content: ProfileContent = parse(ProfileContent, filled)
        if "fields_of_action" not in given:
            content = content.model_copy(update={"fields_of_action": []})
        if "regions" not in given:
            content = content.model_copy(update={"regions": []})
        body = ProfilePreview.model_construct(side="profile", content=content, limit=LOOKED_AT)
        matches = service.preview(context, actor, body, view.language).items
    except Forbidden:
        return PreviewPart("unverified")
    except MalformedInput:
        return PreviewPart("unreadable")
    found = tuple(cards(matches, Side.CHALLENGE)[:SHOWN])
    return PreviewPart("found" if found else "none", found)
