"""What all use cases about people share: reading one, visitors, the events of the trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.schemas import PersonRead, RoleRead
from app.auth.actor import Actor
from app.context import Ground
from app.models import User

NOUN = "person"


@dataclass(frozen=True, slots=True)
class Visitor:
    """From where somebody comes; stored as a keyed hash only."""

    address: str
    user_agent: str = ""


def read_person(user: User) -> PersonRead:
    """Return a person as they see themselves; their roles must be loaded."""
    return PersonRead(
        id=user.id,
        email=user.email,
        name=user.name,
        locale=user.locale,
        version=user.version,
        email_confirmed=user.email_confirmed_at is not None,
        second_factor=user.totp_confirmed_at is not None,
        active=user.deactivated_at is None,
        created_at=user.created_at,
        roles=[RoleRead.model_validate(grant) for grant in user.grants],
    )


def touch(ground: Ground, user: User) -> None:
    """Count a change of a person."""
    user.version += 1
    user.updated_at = ground.clock.now()


def forget_second_factor(user: User) -> None:
    """Take the second factor from a person; the password alone signs them in until they add one."""
    user.totp_secret = user.totp_confirmed_at = user.totp_last_step = None


def record(
    ground: Ground,
    session: Session,
    actor: Actor,
    action: str,
    user_id: int | None,
    *,
    organisation_id: int | None = None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> None:
    """Write the audit event of a change to a person."""
    ground.trail.record(
        session,
        actor,
        ground.clock.now(),
        action,
        NOUN,
        user_id,
        organisation_id=organisation_id,
        changes=changes,
    )
