"""Looking around in what was published."""

from fastapi import APIRouter, Response

from app.api.dependencies import Cursor, ReadChallenges, ReadSessionDep
from app.challenges import repository
from app.challenges.schemas import ChallengeRead
from app.vocabulary import ChallengeState, FieldOfAction, Language, Region
from app.web.labels import options
from app.web.matches import WantedDep
from app.web.view import ViewDep

router = APIRouter(include_in_schema=False)

ON_A_PAGE = 20


@router.get("/browse", operation_id="show_published_challenges")
def show_published_challenges(
    view: ViewDep, session: ReadSessionDep, actor: ReadChallenges, wanted: WantedDep, cursor: Cursor = None
) -> Response:
    """All published challenges the reader may see, newest first."""
    asked = wanted.to_filter()
    page = repository.page(
        session,
        actor,
        state=ChallengeState.PUBLISHED,
        field_of_action=asked.field_of_action,
        region=asked.region,
        language=asked.language,
        organisation_id=None,
        network=None,
        limit=ON_A_PAGE,
        cursor=cursor,
    )
    choices = {
        "field_of_action": options(FieldOfAction),
        "region": options(Region),
        "language": options(Language),
    }
    rows = [ChallengeRead.model_validate(row) for row in page.rows]
    return view.render("browse.html", rows=rows, next_cursor=page.next_cursor, wanted=wanted, choices=choices)
