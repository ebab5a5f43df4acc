"""Use cases about challenges."""

from typing import Any

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.challenges.kind import CHALLENGES
from app.challenges.schemas import ChallengeCreate
from app.context import Context
from app.idempotency import Receipt
from app.publishing import service as publishing


def submit_challenge(
    context: Context,
    actor: Actor,
    draft: ChallengeCreate,
    receipt: Receipt | None = None,
    cause: publishing.Cause = publishing.no_cause,
) -> dict[str, Any]:
    """Store a challenge and, unless it is a draft, rank the startups for it; `cause` is done with it."""
    content = CHALLENGES.content.model_validate(draft.model_dump(exclude={"organisation_id", "state"}))
    return publishing.submit(
        context,
        CHALLENGES,
        actor,
        draft.organisation_id,
        content,
        publish=draft.state == "published",
        receipt=receipt,
        cause=cause,
    )


def edit_challenge(
    context: Context, actor: Actor, challenge_id: int, changes: dict[str, Any], if_match: str | None
) -> dict[str, Any]:
    """Change fields; a published challenge is ranked again."""
    return publishing.edit(context, CHALLENGES, actor, challenge_id, changes, if_match)


def publish_challenge(context: Context, actor: Actor, challenge_id: int, if_match: str | None) -> dict[str, Any]:
    """Show a draft or an expired challenge to startups."""
    return publishing.take_step(context, CHALLENGES, actor, challenge_id, "publish", if_match)


def pause_challenge(context: Context, actor: Actor, challenge_id: int, if_match: str | None) -> dict[str, Any]:
    """Take a challenge out of the ranking for a while."""
    return publishing.take_step(context, CHALLENGES, actor, challenge_id, "pause", if_match)


def resume_challenge(context: Context, actor: Actor, challenge_id: int, if_match: str | None) -> dict[str, Any]:
    """Put a paused challenge back into the ranking."""
    return publishing.take_step(context, CHALLENGES, actor, challenge_id, "resume", if_match)


def mark_challenge_solved(context: Context, actor: Actor, challenge_id: int, if_match: str | None) -> dict[str, Any]:
    """End a challenge that found its solution."""
    return publishing.take_step(context, CHALLENGES, actor, challenge_id, "solve", if_match)


def close_challenge(context: Context, actor: Actor, challenge_id: int, if_match: str | None) -> dict[str, Any]:
    """End a challenge without a solution."""
    return publishing.take_step(context, CHALLENGES, actor, challenge_id, "close", if_match)


def delete_challenge(context: Context, actor: Actor, challenge_id: int, if_match: str | None) -> None:
    """Delete a challenge, its vectors and its matches."""
    publishing.delete(context, CHALLENGES, actor, challenge_id, if_match)


def read_challenge(session: Session, actor: Actor, challenge_id: int) -> dict[str, Any]:
    """Return one challenge. Raises `NotFound`."""
    return publishing.read(session, CHALLENGES, actor, challenge_id)
