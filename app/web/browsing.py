"""Looking around in what was published: challenges, and startups, by words and filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from app.api.dependencies import ContextDep, Cursor, ReadChallenges, ReadProfiles, ReadSessionDep, Words
from app.auth.actor import Actor
from app.challenges import repository as challenges
from app.challenges.schemas import ChallengeRead
from app.pagination import Page
from app.profiles import repository as profiles
from app.profiles.schemas import ProfileRead
from app.publishing.policies import may_browse
from app.searches import service as searches
from app.searches.service import COUNTED, Kept, Search
from app.vocabulary import ChallengeState, FieldOfAction, Language, OrganisationKind, ProfileState, Region
from app.web.i18n import N_
from app.web.labels import options
from app.web.matches import Wanted, WantedDep
from app.web.navigation import OF_NETWORK
from app.web.searches import address
from app.web.view import View, ViewDep
from matching.texts import Side

router = APIRouter(include_in_schema=False)

ON_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Found:
    """One text in the list."""

    href: str
    title: str
    language: str
    organisation: str
    sentence: str
    fields: Any
    regions: Any


@dataclass(frozen=True, slots=True)
class Texts:
    """What a page says. Texts are German and translated when shown."""

    title: str
    heading: str
    nobody: str


CHALLENGES = Texts(
    N_("Herausforderungen finden"),
    N_("Was gerade gebraucht wird"),
    N_(
        "Hier ist noch nichts zu sehen. Herausforderungen sehen Sie, sobald Ihre Organisation bestätigt ist und andere "
        "etwas veröffentlicht haben."
    ),
)
STARTUPS = Texts(
    N_("Startups finden"),
    N_("Was Startups anbieten"),
    N_(
        "Hier ist noch nichts zu sehen. Angebote sehen Sie, sobald Ihre Organisation bestätigt ist und Startups etwas "
        "veröffentlicht haben."
    ),
)


NOBODY_YET = N_("Hier ist noch nichts zu sehen. Sobald jemand aus Ihrem Netzwerk etwas veröffentlicht, steht es hier.")
OTHER_NETWORK = {
    Side.CHALLENGE: N_("Herausforderungen schreiben Wohlfahrtsorganisationen. Zu Ihrem Netzwerk gehören Startups."),
    Side.PROFILE: N_("Angebote schreiben Startups. Zu Ihrem Netzwerk gehören Wohlfahrtsorganisationen."),
}
"""What coordinators read where their network has nothing."""


@router.get("/browse", operation_id="show_published_challenges")
def show_published_challenges(
    view: ViewDep,
    context: ContextDep,
    session: ReadSessionDep,
    actor: ReadChallenges,
    wanted: WantedDep,
    q: Words = "",
    cursor: Cursor = None,
) -> Response:
    """All published challenges the reader may see, newest first."""
    search = _search(Side.CHALLENGE, wanted, q)
    page = challenges.page(
        session, actor, state=ChallengeState.PUBLISHED, wanted=search.texts, limit=ON_A_PAGE, cursor=cursor
    )
    rows = [ChallengeRead.model_validate(row) for row in page.rows]
    found = [
        Found(
            f"/challenges/{row.id}",
            row.title,
            row.language.value,
            row.organisation.name,
            "",
            row.fields_of_action,
            [row.region],
        )
        for row in rows
    ]
    kept = searches.kept(context, session, actor, Side.CHALLENGE)
    return _show(view, CHALLENGES, found, page, search, kept)


@router.get("/startups", operation_id="show_published_profiles")
def show_published_profiles(
    view: ViewDep,
    context: ContextDep,
    session: ReadSessionDep,
    actor: ReadProfiles,
    wanted: WantedDep,
    q: Words = "",
    cursor: Cursor = None,
) -> Response:
    """All published profiles the reader may see, newest first."""
    search = _search(Side.PROFILE, wanted, q)
    page = profiles.page(
        session, actor, state=ProfileState.PUBLISHED, wanted=search.texts, limit=ON_A_PAGE, cursor=cursor
    )
    rows = [ProfileRead.model_validate(row) for row in page.rows]
    found = [
        Found(
            f"/profiles/{row.id}",
            row.name,
            row.language.value,
            row.organisation.name,
            row.offer,
            row.fields_of_action,
            row.regions,
        )
        for row in rows
    ]
    kept = searches.kept(context, session, actor, Side.PROFILE)
    return _show(view, STARTUPS, found, page, search, kept)


def _search(side: Side, wanted: Wanted, words: str) -> Search:
    asked = wanted.to_filter().texts
    return Search(side, " ".join(words.split()), asked.field_of_action, asked.region, asked.language)


def _nobody(actor: Actor, texts: Texts, side: Side) -> tuple[str, tuple[str, str] | None]:
    """Return why there is nothing to see, and (address, name) of the page where a coordinator sees something."""
    kinds = {grant.network_kind for grant in actor.grants} - {None}
    if not kinds or may_browse(actor, side):
        return texts.nobody, None
    here = OrganisationKind.WELFARE if side is Side.CHALLENGE else OrganisationKind.STARTUP
    if here in kinds:
        return NOBODY_YET, None
    return OTHER_NETWORK[side], next(OF_NETWORK[kind] for kind in OrganisationKind if kind in kinds)


def _show(
    view: View, texts: Texts, found: list[Found], page: Page[Any], search: Search, kept: Sequence[Kept]
) -> Response:
    choices: Mapping[str, Any] = {
        "field_of_action": options(FieldOfAction),
        "region": options(Region),
        "language": options(Language),
    }
    nobody, instead = _nobody(view.actor, texts, search.side)
    return view.render(
        "browse.html",
        texts=texts,
        nobody=nobody,
        instead=instead,
        rows=found,
        next_cursor=page.next_cursor,
        search=search,
        kept=[(one, address(one.search)) for one in kept],
        is_kept=any(one.search == search for one in kept),
        counted=COUNTED,
        choices=choices,
    )
