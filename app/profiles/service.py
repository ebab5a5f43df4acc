"""Use cases about capability profiles."""

from typing import Any

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.context import Context
from app.idempotency import Receipt
from app.profiles.kind import PROFILES
from app.profiles.schemas import ProfileCreate
from app.publishing import service as publishing


def submit_profile(
    context: Context, actor: Actor, draft: ProfileCreate, receipt: Receipt | None = None
) -> dict[str, Any]:
    """Store the profile of a startup and, unless it is a draft, rank the challenges for it."""
    content = PROFILES.content.model_validate(draft.model_dump(exclude={"organisation_id", "state"}))
    return publishing.submit(
        context,
        PROFILES,
        actor,
        draft.organisation_id,
        content,
        publish=draft.state == "published",
        receipt=receipt,
    )


def edit_profile(
    context: Context, actor: Actor, profile_id: int, changes: dict[str, Any], if_match: str | None
) -> dict[str, Any]:
    """Change fields; a published profile is ranked again."""
    return publishing.edit(context, PROFILES, actor, profile_id, changes, if_match)


def publish_profile(context: Context, actor: Actor, profile_id: int, if_match: str | None) -> dict[str, Any]:
    """Show a draft to welfare organisations."""
    return publishing.take_step(context, PROFILES, actor, profile_id, "publish", if_match)


def pause_profile(context: Context, actor: Actor, profile_id: int, if_match: str | None) -> dict[str, Any]:
    """Take a profile out of the ranking for a while."""
    return publishing.take_step(context, PROFILES, actor, profile_id, "pause", if_match)


def resume_profile(context: Context, actor: Actor, profile_id: int, if_match: str | None) -> dict[str, Any]:
    """Put a paused profile back into the ranking."""
    return publishing.take_step(context, PROFILES, actor, profile_id, "resume", if_match)


def delete_profile(context: Context, actor: Actor, profile_id: int, if_match: str | None) -> None:
    """Delete a profile, its vectors and its matches."""
    publishing.delete(context, PROFILES, actor, profile_id, if_match)


def read_profile(session: Session, actor: Actor, profile_id: int) -> dict[str, Any]:
    """Return one profile. Raises `NotFound`."""
    return publishing.read(session, PROFILES, actor, profile_id)
