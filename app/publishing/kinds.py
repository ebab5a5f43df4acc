"""What differs between the two kinds of text: table, schemas, states and the rules of their owner."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from app import errors
from app.fields import StrictModel
from app.models import Challenge, Organisation, Profile
from app.vocabulary import OrganisationKind
from matching.texts import Side

Row = Challenge | Profile


@dataclass(frozen=True, slots=True)
class Step:
    """One transition: where it leads, and from which states it may be taken."""

    to: str
    allowed_from: tuple[str, ...]


class Kind:
    """One kind of text; the two subclasses are in `challenges.kind` and `profiles.kind`."""

    noun: str
    side: Side
    model: type[Challenge] | type[Profile]
    content: type[StrictModel]
    read: type[BaseModel]
    owner_kind: OrganisationKind
    steps: Mapping[str, Step]
    editable: tuple[str, ...]

    def check_owner(self, session: Session, organisation: Organisation) -> None:
        """Raise a `Conflict` unless the organisation may have one more such text."""
        del session
        if organisation.kind != self.owner_kind:
            raise errors.WrongOrganisationKind(kind=organisation.kind.value)

    def check_content(self, content: Any, changed: Collection[str], today: date) -> None:
        """Raise `MalformedInput` for a changed field that is well-formed but makes no sense today."""

    def complete(self, row: Any, today: date) -> None:
        """Fill in what the writer left to us, before the row is stored or published."""

    def derive(self, row: Any) -> None:
        """Fill in what is read from what was written, whenever that changes."""

    def wrong_state(self, state: str, allowed: tuple[str, ...]) -> errors.WrongState:
        """Return the error for a transition or edit that `state` does not allow."""
        return errors.WrongState(state=state, allowed=", ".join(allowed))
