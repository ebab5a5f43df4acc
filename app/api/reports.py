"""Routes of networks' reports."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api.administration import Slug
from app.api.dependencies import ContextDep, ReadReports, ReadSessionDep
from app.api.problem_details import problems
from app.reports import service
from app.reports.schemas import Report

router = APIRouter(tags=["Reports"])

Until = Annotated[
    str | None,
    Query(
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        description="Counts what happened before this month. Default: the present one.",
        examples=["2026-11"],
    ),
]


def _month(until: str | None) -> date | None:
    return None if until is None else date.fromisoformat(f"{until}-01")


@router.get("/networks/{slug}/report", operation_id="read_report", responses=problems(401, 403, 404, 422, 503))
def read_report(
    slug: Slug, context: ContextDep, session: ReadSessionDep, actor: ReadReports, until: Until = None
) -> Report:
    """Read the sums of a network's members, by field of action and region; small groups are not shown."""
    return service.read_report(session, context.clock, actor, slug, _month(until))


@router.get(
    "/networks/{slug}/report.csv",
    operation_id="download_report",
    response_class=Response,
    responses=problems(401, 403, 404, 422, 503) | {200: {"content": {"text/csv": {}}}},
)
def download_report(
    slug: Slug, context: ContextDep, session: ReadSessionDep, actor: ReadReports, until: Until = None
) -> Response:
    """Read the sums as CSV."""
    report = service.read_report(session, context.clock, actor, slug, _month(until))
    return Response(
        service.as_csv(report),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{slug}-{report.until:%Y-%m}.csv"'},
    )
