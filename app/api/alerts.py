"""Routes of alerts, and of the links in mails that need no sign-in."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.alerts import service
from app.alerts.schemas import AlertSettingsRead, AlertSettingsWrite
from app.alerts.unsubscribe import unsubscribe
from app.api.dependencies import ContextDep, JsonBody, ReadAccount, WriteAccount, WriteLinks
from app.api.problem_details import problems
from app.outcomes import service as outcomes
from app.outcomes.schemas import OutcomeGiven

router = APIRouter(tags=["Alerts"])


@router.get("/me/alerts", operation_id="read_alert_settings", responses=problems(401, 403, 503))
def read_alert_settings(context: ContextDep, actor: ReadAccount) -> AlertSettingsRead:
    """How often one is told."""
    return service.read_alert_settings(context, actor)


@router.put(
    "/me/alerts",
    operation_id="change_alert_settings",
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 404, 413, 415, 422, 503),
)
def change_alert_settings(body: AlertSettingsWrite, context: ContextDep, actor: WriteAccount) -> AlertSettingsRead:
    """Choose how often: at once, daily, weekly, or never."""
    return service.change_alert_settings(context, actor, body)


@router.post("/unsubscribe", operation_id="unsubscribe", status_code=204, responses=problems(404, 422, 503))
def unsubscribe_by_link(
    token: Annotated[str, Query(max_length=120, description="What the link in the mail holds.")],
    context: ContextDep,
    _actor: WriteLinks,
) -> None:
    """End one kind of alerts by the link in a mail. Mail programs post here by themselves (RFC 8058)."""
    unsubscribe(context, token)


@router.post(
    "/outcomes",
    operation_id="answer_outcome",
    status_code=204,
    dependencies=[JsonBody],
    responses=problems(400, 404, 410, 413, 415, 422, 503),
)
def answer_outcome(body: OutcomeGiven, context: ContextDep, _actor: WriteLinks) -> None:
    """Say by the link in a mail what became of an introduction, once."""
    outcomes.answer(context, body)
