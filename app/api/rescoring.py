"""Routes of rescoring runs: begin, watch, compare, switch over, go back. For admins."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from app.api.dependencies import (
    ContextDep,
    Cursor,
    JsonBody,
    Limit,
    ReadAdministration,
    ReadSessionDep,
    WriteAdministration,
    still_has,
)
from app.api.lists import Listing, link_next
from app.api.paths import Id
from app.api.problem_details import problems
from app.auth.permissions import Permission
from app.context import Context
from app.rescoring import progress, repository, runs, service
from app.rescoring.schemas import Activation, Comparison, RolledBack, RunRead, RunRequest
from app.rescoring.workshop import Workshop

router = APIRouter(prefix="/rescoring-runs", tags=["Rescoring"])
rankings = APIRouter(prefix="/rankings", tags=["Rescoring"])

STREAM_SECONDS = 60.0
"""How long one stream of events lasts; browsers open the next by themselves, as after a reload."""
LOOK_EVERY = 0.5
EVENT = {
    "type": "object",
    "description": "One event of the stream; its data are JSON.",
    "properties": {"event": {"enum": ["progress", "end"]}, "data": {"type": "string"}},
    "required": ["event", "data"],
}
RECONNECT_AFTER_MS = 1000


def get_shop(context: ContextDep) -> Workshop:
    """Return what switching between rankings needs."""
    return Workshop(context, context.ranking.encoders, "api")


ShopDep = Annotated[Workshop, Depends(get_shop)]


@router.post(
    "",
    operation_id="request_rescoring_run",
    status_code=202,
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 409, 413, 415, 422, 503),
)
def request_rescoring_run(
    body: RunRequest, context: ContextDep, actor: WriteAdministration, response: Response
) -> RunRead:
    """Compute all matches anew beside those that readers see. Only one run is under way at a time."""
    run_id = runs.request_run(context, context.ranking.encoders, actor, body)
    response.headers["Location"] = f"/api/v1/rescoring-runs/{run_id}"
    return service.read_run(context, run_id)


@router.get("", operation_id="list_rescoring_runs", responses=problems(401, 403, 422, 503))
def list_rescoring_runs(
    request: Request,
    response: Response,
    context: ContextDep,
    session: ReadSessionDep,
    _actor: ReadAdministration,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Listing[RunRead]:
    """All runs, newest first."""
    page = repository.page(session, limit=limit, cursor=cursor)
    link_next(request, response, page.next_cursor)
    now = context.clock.now()
    return Listing(items=[progress.read(session, run, now) for run in page.rows], next_cursor=page.next_cursor)


@rankings.post("/roll-back", operation_id="roll_back_ranking", responses=problems(401, 403, 409, 503))
def roll_back_ranking(shop: ShopDep, actor: WriteAdministration) -> RolledBack:
    """Show the ranking again that readers saw before the present one."""
    return RolledBack(generation=service.roll_back(shop, actor))


@router.get("/{run_id}", operation_id="read_rescoring_run", responses=problems(401, 403, 404, 422, 503))
def read_rescoring_run(run_id: Id, context: ContextDep, _actor: ReadAdministration) -> RunRead:
    """How far a run is."""
    return service.read_run(context, run_id)


@router.get(
    "/{run_id}/events",
    operation_id="watch_rescoring_run",
    response_class=StreamingResponse,
    responses=problems(401, 403, 404, 422, 503)
    | {200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": EVENT}}}},
)
def watch_rescoring_run(
    run_id: Id, request: Request, context: ContextDep, _actor: ReadAdministration
) -> StreamingResponse:
    """Follow a run: an event `progress` with the run whenever it has changed, an event `end` when it has ended.

    The first event tells the present state, so a page that is loaded again goes on where it was.
    """
    service.read_run(context, run_id)
    return StreamingResponse(_events(request, context, run_id), media_type="text/event-stream")


async def _events(request: Request, context: Context, run_id: int) -> AsyncIterator[str]:
    yield f"retry: {RECONNECT_AFTER_MS}\n\n"
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + STREAM_SECONDS
    shown = ""
    while True:
        # Whoever is signed out or no admin any more sees nothing more.
        if not await run_in_threadpool(still_has, request, context, Permission.READ_ADMINISTRATION):
            return
        run = await run_in_threadpool(service.read_run, context, run_id)
        state = json.dumps(run.model_dump(mode="json"))
        if state != shown:
            shown = state
            yield f"event: progress\ndata: {state}\n\n"
        if run.state not in service.UNDER_WAY:
            yield f"event: end\ndata: {json.dumps({'state': run.state.value})}\n\n"
            return
        if loop.time() >= ends_at:
            return
        await asyncio.sleep(LOOK_EVERY)


@router.get(
    "/{run_id}/comparison",
    operation_id="compare_rescoring_run",
    responses=problems(401, 403, 404, 409, 422, 503),
)
def compare_rescoring_run(run_id: Id, context: ContextDep, _actor: ReadAdministration) -> Comparison:
    """How the matches of a complete run differ from those that readers saw when it was finished."""
    return service.read_comparison(context, run_id)


@router.post("/{run_id}/cancel", operation_id="cancel_rescoring_run", responses=problems(401, 403, 404, 409, 422, 503))
def cancel_rescoring_run(run_id: Id, context: ContextDep, actor: WriteAdministration) -> RunRead:
    """Stop a run; readers keep what they see."""
    runs.cancel_run(context, actor, run_id)
    return service.read_run(context, run_id)


@router.post("/{run_id}/retry", operation_id="retry_rescoring_run", responses=problems(401, 403, 404, 409, 422, 503))
def retry_rescoring_run(run_id: Id, context: ContextDep, actor: WriteAdministration) -> RunRead:
    """Try the failed partitions of a run again."""
    runs.retry_run(context, actor, run_id)
    return service.read_run(context, run_id)


@router.post(
    "/{run_id}/activate",
    operation_id="activate_rescoring_run",
    dependencies=[JsonBody],
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
def activate_rescoring_run(run_id: Id, body: Activation, shop: ShopDep, actor: WriteAdministration) -> RunRead:
    """Show the matches of a complete run to readers, in one moment."""
    service.activate_run(shop, actor, run_id, force=body.force)
    return service.read_run(shop.ground, run_id)
