"""Routes of matches and of the preview."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api.dependencies import (
    ContextDep,
    Cursor,
    JsonBody,
    Limit,
    NetworkFilter,
    ReadMatches,
    ReadSessionDep,
    WritePreviews,
)
from app.api.lists import link_next
from app.api.paths import Id
from app.api.problem_details import problems
from app.matches import service
from app.matches.match_repository import MatchFilter
from app.matches.schemas import MatchListing, Preview
from app.vocabulary import FieldOfAction, Language, Region
from matching.texts import Side

router = APIRouter(tags=["Matches"])


def get_filter(
    field_of_action: FieldOfAction | None = None,
    region: Region | None = None,
    language: Language | None = None,
    network: NetworkFilter = None,
    minimum_fit: Annotated[float | None, Query(ge=0, le=1)] = None,
) -> MatchFilter:
    """Collect the filters of a list; each looks at the partner, not at the text whose list it is."""
    return MatchFilter(field_of_action, region, language, network, minimum_fit)


Signals = Annotated[bool, Query(description="Also give what each fit is made of; only for admins.")]
FilterDep = Annotated[MatchFilter, Depends(get_filter)]


@router.get(
    "/challenges/{challenge_id}/matches",
    operation_id="list_challenge_matches",
    responses=problems(401, 403, 404, 409, 422, 503),
)
def list_challenge_matches(
    challenge_id: Id,
    request: Request,
    response: Response,
    context: ContextDep,
    session: ReadSessionDep,
    actor: ReadMatches,
    wanted: FilterDep,
    limit: Limit = 20,
    cursor: Cursor = None,
    signals: Signals = False,
) -> MatchListing:
    """List the startups that fit a published challenge, best first, at most 100."""
    page = service.matches_of(
        context, session, actor, Side.CHALLENGE, challenge_id, wanted, limit=limit, cursor=cursor, with_signals=signals
    )
    link_next(request, response, page.next_cursor)
    return page


@router.get(
    "/profiles/{profile_id}/matches",
    operation_id="list_profile_matches",
    responses=problems(401, 403, 404, 409, 422, 503),
)
def list_profile_matches(
    profile_id: Id,
    request: Request,
    response: Response,
    context: ContextDep,
    session: ReadSessionDep,
    actor: ReadMatches,
    wanted: FilterDep,
    limit: Limit = 20,
    cursor: Cursor = None,
    signals: Signals = False,
) -> MatchListing:
    """List the challenges that fit a published profile, best first, at most 100."""
    page = service.matches_of(
        context, session, actor, Side.PROFILE, profile_id, wanted, limit=limit, cursor=cursor, with_signals=signals
    )
    link_next(request, response, page.next_cursor)
    return page


@router.post(
    "/preview",
    operation_id="preview_matches",
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 413, 415, 422, 503),
)
def preview_matches(body: Preview, context: ContextDep, actor: WritePreviews) -> MatchListing:
    """Rank a challenge or a profile as far as it is written, without storing anything."""
    return service.preview(context, actor, body)
