"""SQL of an import: what the rows of a file refer to, asked for some hundreds at a time."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Challenge, Organisation, Profile
from app.vocabulary import ChallengeState, OrganisationKind

_AT_ONCE = 500

TextIdentity = tuple[Any, ...]
"""What makes two texts the same; for challenges organisation, title, problem, wish and region."""


def organisations_by_id(session: Session, ids: Collection[int]) -> dict[int, tuple[str, OrganisationKind, bool]]:
    """Return {id: (name, kind, verified)} of those that exist."""
    found = {}
    for part in _parts(ids):
        columns = Organisation.id, Organisation.name, Organisation.kind, Organisation.verified
        query = select(*columns).where(Organisation.id.in_(part))
        found.update({row.id: (row.name, row.kind, row.verified) for row in session.execute(query)})
    return found


def ids_by_name(session: Session, names: Collection[str]) -> dict[str, list[int]]:
    """Return {name: ids of the organisations with it}; nothing forbids two of the same name."""
    found: dict[str, list[int]] = {}
    for part in _parts(names):
        query = select(Organisation.id, Organisation.name).where(Organisation.name.in_(part)).order_by(Organisation.id)
        for row in session.execute(query):
            found.setdefault(row.name, []).append(row.id)
    return found


def profiles_of(session: Session, organisation_ids: Collection[int]) -> dict[int, int]:
    """Return {organisation id: id of its profile}."""
    found = {}
    for part in _parts(organisation_ids):
        query = select(Profile.organisation_id, Profile.id).where(Profile.organisation_id.in_(part))
        found.update({row.organisation_id: row.id for row in session.execute(query)})
    return found


def open_challenges_of(session: Session, organisation_ids: Collection[int]) -> dict[TextIdentity, int]:
    """Return {(organisation id, title, problem, wish, region): id} of challenges neither solved nor closed."""
    found: dict[TextIdentity, int] = {}
    columns = (Challenge.organisation_id, Challenge.title, Challenge.problem, Challenge.wish, Challenge.region)
    final = (ChallengeState.SOLVED, ChallengeState.CLOSED)
    for part in _parts(organisation_ids):
        query = select(Challenge.id, *columns).where(Challenge.organisation_id.in_(part), Challenge.state.not_in(final))
        found.update({tuple(row[1:]): row.id for row in session.execute(query)})
    return found


def _parts(values: Collection[Any]) -> Iterator[Sequence[Any]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
