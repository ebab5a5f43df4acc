"""Routes of matches and of the preview."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api.dependencies import (
    ContextDep,
    Cursor,
    JsonBody,
    Limit,
    NetworkFilter,
    ReadChallenges,
    ReaderLanguage,
    ReadMatches,
    ReadSessionDep,
    WritePreviews,
)
from app.api.lists import link_next
from app.api.paths import Id
from app.api.problem_details import problems
from app.matches import proposals, service, similar
from app.matches.match_repository import MatchFilter
from app.matches.schemas import (
    MatchExplanation,
    MatchListing,
    Preview,
    PreviewListing,
    ProposedMustHaves,
    SimilarChallenges,
)
from app.matches.text_filter import TextFilter
from app.vocabulary import FieldOfAction, Language, Region
from matching.texts import Side

router = APIRouter(tags=["Matches"])


def get_filter(
    field_of_action: FieldOfAction | None = None,
    region: Region | None = None,
    language: Language | None = None,
    network: NetworkFilter = None,
    minimum_fit: Annotated[float | None, Query(ge=0, le=1)] = None,
    show_hidden: Annotated[bool, Query(description="Show what declines of the organisation hide, too.")] = False,
) -> MatchFilter:
    """Collect the filters of a list; each looks at the partner, not at the text whose list it is."""
    return MatchFilter(TextFilter(field_of_action, region, language, network), minimum_fit, show_hidden)


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
    language: ReaderLanguage,
    limit: Limit = 20,
    cursor: Cursor = None,
    signals: Signals = False,
) -> MatchListing:
    """List the startups that fit a published challenge, best first, at most 100."""
    page = service.matches_of(
        context,
        session,
        actor,
        Side.CHALLENGE,
        challenge_id,
        wanted,
        language,
        limit=limit,
        cursor=cursor,
        with_signals=signals,
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
    language: ReaderLanguage,
    limit: Limit = 20,
    cursor: Cursor = None,
    signals: Signals = False,
) -> MatchListing:
    """List the challenges that fit a published profile, best first, at most 100."""
    page = service.matches_of(
        context,
        session,
        actor,
        Side.PROFILE,
        profile_id,
        wanted,
        language,
        limit=limit,
        cursor=cursor,
        with_signals=signals,
    )
    link_next(request, response, page.next_cursor)
    return page


@router.get(
    "/challenges/{challenge_id}/matches/{profile_id}",
    operation_id="explain_challenge_match",
    responses=problems(401, 403, 404, 409, 422, 503),
)
def explain_challenge_match(
    challenge_id: Id,
    profile_id: Id,
    context: ContextDep,
    session: ReadSessionDep,
    actor: ReadMatches,
    language: ReaderLanguage,
) -> MatchExplanation:
    """Say why a published profile is in the list of a challenge, or why it is not."""
    return service.explain_match(context, session, actor, Side.CHALLENGE, challenge_id, profile_id, language)


@router.get(
    "/profiles/{profile_id}/matches/{challenge_id}",
    operation_id="explain_profile_match",
    responses=problems(401, 403, 404, 409, 422, 503),
)
def explain_profile_match(
    profile_id: Id,
    challenge_id: Id,
    context: ContextDep,
    session: ReadSessionDep,
    actor: ReadMatches,
    language: ReaderLanguage,
) -> MatchExplanation:
    """Say why a published challenge is in the list of a profile, or why it is not."""
    return service.explain_match(context, session, actor, Side.PROFILE, profile_id, challenge_id, language)


@router.get(
    "/challenges/{challenge_id}/similar",
    operation_id="list_similar_challenges",
    responses=problems(401, 403, 404, 409, 422, 503),
)
def list_similar_challenges(
    challenge_id: Id, context: ContextDep, session: ReadSessionDep, actor: ReadMatches, signals: Signals = False
) -> SimilarChallenges:
    """List published challenges of other organisations that seem to have the same need, to pool with."""
    return similar.similar_challenges(context, session, actor, challenge_id, with_signals=signals)


@router.get(
    "/challenges/{challenge_id}/must-have-proposals",
    operation_id="list_must_have_proposals",
    responses=problems(401, 403, 404, 422, 503),
)
def list_must_have_proposals(
    challenge_id: Id, session: ReadSessionDep, actor: ReadChallenges, language: ReaderLanguage
) -> ProposedMustHaves:
    """List must-haves that the text of a challenge seems to make; a person confirms one by adding it to them."""
    return proposals.proposals_for(session, actor, challenge_id, language)


@router.post(
    "/preview",
    operation_id="preview_matches",
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 413, 415, 422, 503),
)
def preview_matches(
    body: Preview, context: ContextDep, actor: WritePreviews, language: ReaderLanguage
) -> PreviewListing:
    """Rank a challenge or a profile as far as it is written, without storing anything."""
    return service.preview(context, actor, body, language)
