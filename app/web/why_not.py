"""Why is somebody not in a list? Whoever misses a name asks for it."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.api.dependencies import ContextDep, ReadMatches, ReadSessionDep
from app.api.paths import Id
from app.auth.actor import Actor
from app.challenges import service as challenges
from app.context import Context
from app.decisions import policies
from app.matches.lookup import explain_by_name
from app.matches.schemas import MatchExplanation
from app.profiles import service as profiles
from app.web.forms import Ask, Field, Form
from app.web.i18n import N_
from app.web.view import View, ViewDep
from matching.texts import Side

router = APIRouter(include_in_schema=False)

MAX_LENGTH = 200
BY_NAME = {
    Side.CHALLENGE: Form(
        (
            Field(
                "name",
                Ask.TEXT,
                N_("Name des Startups oder des Angebots"),
                N_("Wir sagen Ihnen, warum es nicht in der Liste steht. Ein Teil des Namens genügt."),
                required=True,
                autocomplete="off",
            ),
        )
    ),
    Side.PROFILE: Form(
        (
            Field(
                "name",
                Ask.TEXT,
                N_("Überschrift oder Organisation"),
                N_("Wir sagen Ihnen, warum sie nicht in der Liste steht. Ein Teil der Überschrift genügt."),
                required=True,
                autocomplete="off",
            ),
        )
    ),
}
"""What is asked in the list of a side."""

Name = Annotated[str, Query(max_length=MAX_LENGTH)]


@dataclass(frozen=True, slots=True)
class Answer:
    """Why one text of the other side is in the list or not."""

    title: str
    partner: Any
    message: str
    href: str


def _answer(text_id: int, match: MatchExplanation, side: Side, *, decides: bool) -> Answer:
    """Return what is said of one partner; the page of the pair is for those who decide, the text for all others."""
    found = match.match
    if side is Side.CHALLENGE:
        assert found.profile is not None  # noqa: S101  the list of a challenge holds profiles
        partner: Any = found.profile
        title, pair = partner.name, f"/challenges/{text_id}/matches/{partner.id}"
    else:
        assert found.challenge is not None  # noqa: S101  the list of a profile holds challenges
        partner = found.challenge
        title, pair = partner.title, f"/challenges/{partner.id}/matches/{text_id}"
    text = f"/{side.other.value}s/{partner.id}"
    return Answer(title, partner, match.message, f"{pair}?side={side.value}" if decides else text)


def _page(
    view: View, context: Context, session: Session, actor: Actor, side: Side, text_id: int, name: str
) -> Response:
    found = explain_by_name(context, session, actor, side, text_id, name, view.language)
    read = challenges.read_challenge if side is Side.CHALLENGE else profiles.read_profile
    text = read(session, actor, text_id)
    decides = policies.may_decide(actor, text["organisation"]["id"])
    return view.render(
        "why_not.html",
        side=side,
        text=text,
        name=name.strip(),
        field_of_name=BY_NAME[side].blank({"name": name})["name"],
        answers=[_answer(text_id, one, side, decides=decides) for one in found.explained],
        more=found.more,
    )


@router.get("/challenges/{challenge_id}/why-not", operation_id="show_challenge_why_not")
def show_challenge_why_not(
    challenge_id: Id, view: ViewDep, context: ContextDep, session: ReadSessionDep, actor: ReadMatches, name: Name = ""
) -> Response:
    """Say why startups of some name are not in the list of a challenge."""
    return _page(view, context, session, actor, Side.CHALLENGE, challenge_id, name)


@router.get("/profiles/{profile_id}/why-not", operation_id="show_profile_why_not")
def show_profile_why_not(
    profile_id: Id, view: ViewDep, context: ContextDep, session: ReadSessionDep, actor: ReadMatches, name: Name = ""
) -> Response:
    """Say why challenges of some title are not in the list of a profile."""
    return _page(view, context, session, actor, Side.PROFILE, profile_id, name)
