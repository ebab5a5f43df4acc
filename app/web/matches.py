"""The lists of matches of a challenge or a profile: as page, to print, as CSV and XLSX."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy.orm import Session

from app.api.dependencies import ContextDep, Cursor, ReadMatches, ReadSessionDep
from app.api.paths import Id
from app.auth.actor import Actor
from app.challenges import service as challenges
from app.context import Context
from app.decisions import policies
from app.matches import service
from app.matches.match_repository import MatchFilter
from app.matches.schemas import MatchListing
from app.matches.text_filter import TextFilter
from app.organisations import repository as organisations
from app.profiles import service as profiles
from app.shortlist import service as shortlist
from app.vocabulary import FieldOfAction, Language, Region
from app.web import sheets
from app.web.cards import Card, cards
from app.web.labels import options
from app.web.view import View, ViewDep
from app.web.why_not import BY_NAME
from matching.texts import Side

router = APIRouter(include_in_schema=False)

ON_A_PAGE = 10
ALL = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of a list as they stand in its address; an empty one filters nothing."""

    field_of_action: str = ""
    region: str = ""
    language: str = ""
    network: str = ""
    hidden: str = ""
    """`shown`: also what declines hide. That filters nothing, so `is_any` leaves it out."""

    @property
    def is_any(self) -> bool:
        """Tell whether anything is filtered."""
        return any((self.field_of_action, self.region, self.language, self.network))

    def to_filter(self) -> MatchFilter:
        """Return the filter of the service; codes that are none filter nothing."""
        texts = TextFilter(
            _member(FieldOfAction, self.field_of_action),
            _member(Region, self.region),
            _member(Language, self.language),
            self.network or None,
        )
        return MatchFilter(texts, show_hidden=self.hidden == "shown")


def _member(vocabulary: Any, code: str) -> Any:
    return vocabulary(code) if code in set(vocabulary) else None


Short = Annotated[str, Query(max_length=40, pattern=r"^[a-z0-9_-]*$")]


def get_wanted(
    field_of_action: Short = "",
    region: Short = "",
    language: Short = "",
    network: Short = "",
    hidden: Literal["", "shown"] = "",
) -> Wanted:
    """Collect the filters of a list."""
    return Wanted(field_of_action, region, language, network, hidden)


WantedDep = Annotated[Wanted, Depends(get_wanted)]


@dataclass(frozen=True, slots=True)
class Listed:
    """A text and the part of its list that was asked for."""

    side: Side
    text: dict[str, Any]
    title: str
    cards: list[Card]
    listing: MatchListing


def _listed(
    view: View,
    context: Context,
    session: Session,
    actor: Actor,
    side: Side,
    text_id: int,
    wanted: MatchFilter,
    *,
    limit: int,
    cursor: str | None,
) -> Listed:
    listing = service.matches_of(
        context, session, actor, side, text_id, wanted, view.language, limit=limit, cursor=cursor
    )
    if side is Side.CHALLENGE:
        text = challenges.read_challenge(session, actor, text_id)
        title = text["title"]
    else:
        text = profiles.read_profile(session, actor, text_id)
        title = text["name"]
    return Listed(side, text, title, cards(listing.items, side.other), listing)


def _page(
    view: View,
    context: Context,
    session: Session,
    actor: Actor,
    side: Side,
    text_id: int,
    wanted: Wanted,
    cursor: str | None,
) -> Response:
    listed = _listed(view, context, session, actor, side, text_id, wanted.to_filter(), limit=ON_A_PAGE, cursor=cursor)
    networks = [
        (network.slug, network.name)
        for network in organisations.networks(session)
        if (network.kind.value == "startup") is (side is Side.CHALLENGE)
    ]
    choices = {
        "field_of_action": options(FieldOfAction),
        "region": options(Region),
        "language": options(Language),
        "network": networks,
    }
    decides = policies.may_decide(actor, listed.text["organisation"]["id"])
    today = context.clock.today()
    may_remember = side is Side.CHALLENGE and decides
    return view.render(
        "matches.html",
        listed=listed,
        wanted=wanted,
        choices=choices,
        today=today,
        decides=decides,
        may_remember=may_remember,
        remembered=shortlist.remembered(session, text_id) if may_remember else set(),
        by_name=BY_NAME[side].blank()["name"],
    )


@router.get("/challenges/{challenge_id}/matches", operation_id="show_challenge_matches")
def show_challenge_matches(
    challenge_id: Id,
    view: ViewDep,
    context: ContextDep,
    session: ReadSessionDep,
    actor: ReadMatches,
    wanted: WantedDep,
    cursor: Cursor = None,
) -> Response:
    """Show the startups that fit a challenge."""
    return _page(view, context, session, actor, Side.CHALLENGE, challenge_id, wanted, cursor)


@router.get("/profiles/{profile_id}/matches", operation_id="show_profile_matches")
def show_profile_matches(
    profile_id: Id,
    view: ViewDep,
    context: ContextDep,
    session: ReadSessionDep,
    actor: ReadMatches,
    wanted: WantedDep,
    cursor: Cursor = None,
) -> Response:
    """Show the challenges that fit a profile."""
    return _page(view, context, session, actor, Side.PROFILE, profile_id, wanted, cursor)


Write = Callable[[View, sheets.Sheet], Response]


def _download(
    view: View, context: Context, session: Session, actor: Actor, side: Side, text_id: int, wanted: Wanted, write: Write
) -> Response:
    listed = _listed(view, context, session, actor, side, text_id, wanted.to_filter(), limit=ALL, cursor=None)
    networks = {network.slug: network.name for network in organisations.networks(session)}
    today = context.clock.today()
    return write(view, sheets.of_matches(view, wanted, listed.title, listed.cards, today, networks))


def add_downloads(side: Side, noun: str) -> None:
    """Add the list of a side as CSV and XLSX: what is seen on the page is what is in the file."""
    for kind, write in (("csv", sheets.as_csv), ("xlsx", sheets.as_xlsx)):
        _add_download(side, noun, kind, write)


def _add_download(side: Side, noun: str, kind: str, write: Write) -> None:
    def download(
        text_id: Id, view: ViewDep, context: ContextDep, session: ReadSessionDep, actor: ReadMatches, wanted: WantedDep
    ) -> Response:
        return _download(view, context, session, actor, side, text_id, wanted, write)

    router.add_api_route(
        f"/{noun}s/{{text_id}}/matches.{kind}",
        download,
        methods=["GET"],
        operation_id=f"download_{noun}_matches_{kind}",
    )


add_downloads(Side.CHALLENGE, "challenge")
add_downloads(Side.PROFILE, "profile")
