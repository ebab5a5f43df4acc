"""Use cases of an import: check a file completely, then store all of it.

table = readers.read_table(data, name)
checked = check_table(session, today, table, kind, organisation_id)     # reads only, needs no encoder
ids = store(context, checked, progress)                                 # one transaction, all or nothing
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.auth.actor import OPERATOR, Actor
from app.challenges.kind import CHALLENGES
from app.context import Context
from app.errors import Conflict, FieldError, ProfileExists
from app.importing import repository
from app.importing.columns import guess_kind, header_errors
from app.importing.contents import read_content
from app.importing.errors import BadRows, OvertakenByOthers
from app.importing.owners import Owner, find_owners, take_owner
from app.importing.readers import Table
from app.models import Organisation
from app.profiles.kind import PROFILES
from app.publishing.bulk import NewText, Progress, no_progress, submit_many
from app.publishing.kinds import Kind


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one field of one row; `row` is None where it concerns the whole call."""

    row: int | None
    error: FieldError


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """A row that can be stored."""

    row: int
    owner: Owner
    organisation_id: int
    content: BaseModel


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file after the check: it can be stored when there are no errors."""

    kind: Kind
    rows: int
    ready: tuple[ReadyRow, ...]
    errors: tuple[RowError, ...]

    @property
    def bad(self) -> int:
        """How many rows have errors; the header counts as a row, and so does an error that concerns all."""
        return len({error.row for error in self.errors})


def check_table(
    session: Session, today: date, table: Table, kind: Kind | None = None, organisation_id: int | None = None
) -> CheckedFile:
    """Check every row against schemas, database and the other rows. Raises `KindUnknown`.

    `kind` is guessed from the columns when it is None; `organisation_id` is the owner of rows that name none.
    """
    if kind is None:
        # Where no row can be read there are no columns to go by, and nothing will be stored as either kind.
        kind = guess_kind(table) if any(not record.errors for record in table.records) else CHALLENGES
    default = None if organisation_id is None else Owner(organisation_id, None)
    if table.header_row is not None:
        # With a wrong header every row would be wrong in the same way.
        header = header_errors(table, kind, owner_given=default is not None)
        if header:
            told = tuple(RowError(table.header_row, error) for error in header)
            return CheckedFile(kind, len(table.records), (), told)
    readable, errors = _read_rows(table, kind, default, today)
    owned, owner_errors = _with_organisations(session, readable, kind, default)
    errors += owner_errors
    errors += _repeated(session, owned, kind)
    errors.sort(key=lambda error: error.row or 0)
    bad = {error.row for error in errors}
    ready = tuple(row for row in owned if row.row not in bad)
    return CheckedFile(kind, len(table.records), ready, tuple(errors))


def store(
    context: Context, checked: CheckedFile, progress: Progress = no_progress, *, actor: Actor = OPERATOR
) -> list[int]:
    """Store and publish all rows in one transaction; returns their ids in the order of the file.

    Raises `BadRows` while there are errors, `OvertakenByOthers` when the check is no longer true, `Forbidden` where
    the actor does not write for an organisation.
    """
    if checked.errors:
        raise BadRows(bad=checked.bad)
    texts = [NewText(checked.kind, _organisation(row.organisation_id), row.content) for row in checked.ready]
    try:
        return submit_many(context, texts, progress=progress, actor=actor)
    except (Conflict, IntegrityError):
        raise OvertakenByOthers from None


@dataclass(frozen=True, slots=True)
class _ReadRow:
    row: int
    owner: Owner
    content: BaseModel | None


def _read_rows(table: Table, kind: Kind, default: Owner | None, today: date) -> tuple[list[_ReadRow], list[RowError]]:
    rows: list[_ReadRow] = []
    errors: list[RowError] = []
    for record in table.records:
        if record.errors:
            errors += [RowError(record.row, error) for error in record.errors]
            continue
        values = dict(record.values)
        owner = take_owner(values, default)
        content, problems = read_content(kind, values, is_csv=table.header_row is not None, today=today)
        if isinstance(owner, FieldError):
            problems.insert(0, owner)
        else:
            # Kept without content too: whether its organisation exists is told in the same go.
            rows.append(_ReadRow(record.row, owner, content))
        errors += [RowError(record.row, problem) for problem in problems]
    return rows, errors


def _with_organisations(
    session: Session, rows: Sequence[_ReadRow], kind: Kind, default: Owner | None
) -> tuple[list[ReadyRow], list[RowError]]:
    found = find_owners(session, {row.owner for row in rows}, kind)
    ready: list[ReadyRow] = []
    errors: list[RowError] = []
    for row in rows:
        organisation = found[row.owner]
        if isinstance(organisation, FieldError):
            # The owner of the whole call is told once, not in every row.
            errors.append(RowError(None if row.owner is default else row.row, organisation))
        elif row.content is not None:
            ready.append(ReadyRow(row.row, row.owner, organisation, row.content))
    return ready, list(dict.fromkeys(errors))


def _repeated(session: Session, rows: Sequence[ReadyRow], kind: Kind) -> Iterator[RowError]:
    """Tell rows that would store what is stored already, or what an earlier row stores."""
    organisations = {row.organisation_id for row in rows}
    if kind is PROFILES:
        yield from _repeated_profiles(rows, repository.profiles_of(session, organisations))
    else:
        yield from _repeated_challenges(rows, repository.open_challenges_of(session, organisations))


def _repeated_profiles(rows: Sequence[ReadyRow], stored: dict[int, int]) -> Iterator[RowError]:
    first: dict[int, int] = {}
    for row in rows:
        earlier = first.setdefault(row.organisation_id, row.row)
        if row.organisation_id in stored:
            german, english = (
                text[1].format(profile_id=stored[row.organisation_id]) for text in (ProfileExists.de, ProfileExists.en)
            )
            yield RowError(row.row, FieldError(row.owner.field, ProfileExists.code, german, english))
        elif earlier != row.row:
            yield RowError(
                row.row,
                FieldError(
                    row.owner.field,
                    "repeated_organisation",
                    f"Schon Zeile {earlier} ist ein Profil dieser Organisation; jede hat nur eines.",
                    f"Row {earlier} is a profile of this organisation already; each has one only.",
                ),
            )


def _repeated_challenges(rows: Sequence[ReadyRow], stored: dict[repository.TextIdentity, int]) -> Iterator[RowError]:
    first: dict[repository.TextIdentity, int] = {}
    for row in rows:
        content: Any = row.content
        identity = (row.organisation_id, content.title, content.problem, content.wish, content.region)
        earlier = first.setdefault(identity, row.row)
        if identity in stored:
            german = f"Das ist schon gespeichert, als Herausforderung {stored[identity]}. Entfernen Sie die Zeile."
            english = f"This is stored already, as challenge {stored[identity]}. Remove the row."
            yield RowError(row.row, FieldError("title", "stored_already", german, english))
        elif earlier != row.row:
            german = f"Dasselbe steht schon in Zeile {earlier}. Entfernen Sie eine von beiden."
            english = f"The same stands in row {earlier} already. Remove one of the two."
            yield RowError(row.row, FieldError("title", "repeated_row", german, english))


def _organisation(organisation_id: int) -> Callable[[Session], Organisation]:
    def get(session: Session) -> Organisation:
        organisation = session.get(Organisation, organisation_id)
        if organisation is None:
            raise OvertakenByOthers
        return organisation

    return get
