"""Whose texts the rows of a file are."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from app.errors import FieldError, OrganisationNotVerified, WrongOrganisationKind
from app.fields import required_text
from app.importing import repository
from app.importing.columns import ORGANISATION, ORGANISATION_ID, no_owner
from app.importing.readers import printable
from app.publishing.kinds import Kind
from app.validation import field_errors

_ID: TypeAdapter[int] = TypeAdapter(Annotated[int, Field(ge=1, le=2**31 - 1)])
_NAME: TypeAdapter[str] = TypeAdapter(required_text(200, "Name of an organisation."))


@dataclass(frozen=True, slots=True)
class Owner:
    """An organisation as a row names it: by id, by name, or by both, which must then agree."""

    id: int | None
    name: str | None

    @property
    def field(self) -> str:
        """The column to correct when the organisation is not the right one."""
        return ORGANISATION if self.id is None else ORGANISATION_ID


def take_owner(values: dict[str, Any], default: Owner | None) -> Owner | FieldError:
    """Take the owner's columns out of a row and return whom they name, else `default`."""
    given = {ORGANISATION_ID: values.pop(ORGANISATION_ID, None), ORGANISATION: values.pop(ORGANISATION, None)}
    read: dict[str, Any] = {}
    for name, adapter in ((ORGANISATION_ID, _ID), (ORGANISATION, _NAME)):
        value = given[name]
        value = value.strip() if isinstance(value, str) else value
        if value is None or value == "":
            continue
        try:
            read[name] = adapter.validate_python(value)
        except ValidationError as error:
            (problem, *_) = field_errors(error.errors(include_url=False), skip_place=False)
            return FieldError(name, problem.code, problem.de, problem.en)
    if read:
        return Owner(read.get(ORGANISATION_ID), read.get(ORGANISATION))
    return default or no_owner()


def find_owners(session: Session, owners: Collection[Owner], kind: Kind) -> dict[Owner, int | FieldError]:
    """Return for each owner the id of its organisation, or why it can't have such texts."""
    ids_of_name = repository.ids_by_name(session, {owner.name for owner in owners if owner.name is not None})
    ids = {owner.id for owner in owners if owner.id is not None}
    known = repository.organisations_by_id(session, ids.union(*ids_of_name.values()))

    def find(owner: Owner) -> int | FieldError:
        candidates = ids_of_name.get(owner.name, []) if owner.id is None and owner.name is not None else [owner.id]
        if not candidates or candidates[0] not in known:
            return _unknown(owner)
        if len(candidates) > 1:
            return _ambiguous(owner, candidates)
        (found,) = candidates
        assert found is not None  # noqa: S101  None is not known
        name, organisation_kind, verified = known[found]
        if owner.name is not None and owner.name != name:
            return _contradiction(owner, name)
        if organisation_kind != kind.owner_kind:
            return _wrong_kind(owner, organisation_kind.value)
        return found if verified else _unverified(owner)

    return {owner: find(owner) for owner in owners}


def _unknown(owner: Owner) -> FieldError:
    return FieldError(
        owner.field,
        "unknown_organisation",
        "Diese Organisation gibt es nicht. Prüfen Sie die Angabe, oder legen Sie sie zuerst an.",
        "There is no such organisation. Check what is written, or create it first.",
    )


def _ambiguous(owner: Owner, ids: list[Any]) -> FieldError:
    listed = ", ".join(str(number) for number in ids[:5])
    return FieldError(
        owner.field,
        "ambiguous_organisation",
        f"Mehrere Organisationen heißen so. Nehmen Sie die Spalte organisation_id ({listed}).",
        f"Several organisations have this name. Use the column organisation_id ({listed}).",
    )


def _contradiction(owner: Owner, name: str) -> FieldError:
    shown = printable(name)
    return FieldError(
        ORGANISATION,
        "other_organisation",
        f"Organisation {owner.id} heißt „{shown}“. Korrigieren oder leeren Sie eine der beiden Spalten.",
        f"Organisation {owner.id} is called '{shown}'. Correct or empty one of the two columns.",
    )


def _unverified(owner: Owner) -> FieldError:
    return FieldError(
        owner.field,
        OrganisationNotVerified.code,
        "Diese Organisation ist noch nicht bestätigt, und nur bestätigte veröffentlichen.",
        "This organisation is not verified yet, and only verified ones publish.",
    )


def _wrong_kind(owner: Owner, kind: str) -> FieldError:
    german, english = (text[1].format(kind=kind) for text in (WrongOrganisationKind.de, WrongOrganisationKind.en))
    return FieldError(owner.field, WrongOrganisationKind.code, german, english)
