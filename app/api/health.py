"""Whether the process lives, and whether it can do its work."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.api.dependencies import ContextDep, ReadPublic
from app.api.problem_details import problems
from matching.texts import Side

router = APIRouter(tags=["Health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """The process can rank: database, encoder and ranking are there and belong together."""

    status: Literal["ok"] = "ok"
    encoder: str
    generation: int
    challenges: int
    profiles: int


@router.get("/livez", operation_id="livez")
def livez(_actor: ReadPublic) -> Alive:
    """Answer as long as the process runs."""
    return Alive()


@router.get("/readyz", operation_id="readyz", responses=problems(503))
def readyz(context: ContextDep, _actor: ReadPublic, response: Response) -> Ready:
    """Answer 200 when requests can be served, else 503."""
    response.headers["Cache-Control"] = "no-store"
    with context.sessions.read() as session:
        snapshot = context.ranking.snapshot(session)
    # Also reading it from disk is a part of being ready.
    _ = context.ranking.encoder
    return Ready(
        encoder=snapshot.fingerprint,
        generation=snapshot.generation_id,
        challenges=snapshot.size(session, Side.CHALLENGE),
        profiles=snapshot.size(session, Side.PROFILE),
    )
