"""Capability profiles as a kind of text: states and transitions, one for each startup."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import errors
from app.matches.texts import statements_of
from app.models import Organisation, Profile
from app.profiles.schemas import ProfileContent, ProfileRead
from app.publishing.kinds import Kind, Step
from app.vocabulary import OrganisationKind
from matching.statements import READER_VERSION
from matching.texts import Side


class ProfileKind(Kind):
    """What startups can do."""

    noun = "profile"
    side = Side.PROFILE
    model = Profile
    content = ProfileContent
    read = ProfileRead
    owner_kind = OrganisationKind.STARTUP
    steps = {
        "publish": Step("published", ("draft",)),
        "pause": Step("paused", ("published",)),
        "resume": Step("published", ("paused",)),
    }
    editable = ("draft", "published", "paused")

    def derive(self, row: Any) -> None:
        """Read what the prose states about requirements."""
        row.statements = [statement.as_list() for statement in statements_of(row)]
        row.statements_version = READER_VERSION

    def check_owner(self, session: Session, organisation: Organisation) -> None:
        """Only startups, and only one profile for each."""
        super().check_owner(session, organisation)
        existing = session.scalar(select(Profile.id).where(Profile.organisation_id == organisation.id))
        if existing is not None:
            raise errors.ProfileExists(profile_id=existing)


PROFILES = ProfileKind()
