"""Use cases of networks: what their members' needs come to, in sums."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from app import errors
from app.auth.actor import Actor
from app.clock import Clock
from app.context import Ground
from app.matches import generations
from app.matches.bands import nothing_fits
from app.models import Network
from app.reports import policies, repository
from app.reports.counting import Case, count
from app.reports.repository import TextFacts
from app.reports.schemas import Report, ReportRow
from app.vocabulary import DecisionState, FieldOfAction, Region
from matching.texts import Side

TOTAL = "total"
SECONDS_A_DAY = 86_400
GROUPS = [
    (TOTAL, TOTAL),
    *(("field_of_action", field.value) for field in FieldOfAction),
    *(("region", region.value) for region in Region),
]


def read_report(session: Session, clock: Clock, actor: Actor, slug: str, month: date | None = None) -> Report:
    """Return the sums of a network up to the beginning of a month, by default this one.

    As they were kept at the beginning of that month, where they were. Only whole months: between two reports lies at
    least one, so nobody learns what happened on a day by asking on both sides of it. Raises `NotFound`, `Forbidden`,
    `MalformedInput` for a month that has not begun.
    """
    network = repository.network(session, slug)
    if network is None:
        raise errors.NotFound
    if not policies.may_read(actor, network.id):
        raise errors.Forbidden
    this_month = clock.today().replace(day=1)
    until = this_month if month is None else month.replace(day=1)
    if until > this_month:
        raise errors.MalformedInput(
            fields=(
                errors.FieldError(
                    "until",
                    "in_the_future",
                    f"Wählen Sie einen Monat bis {this_month:%Y-%m}.",
                    f"Choose a month up to {this_month:%Y-%m}.",
                ),
            )
        )
    kept = repository.kept_rows(session, network.id, until)
    rows = _counted(session, network, until) if kept is None else [ReportRow.model_validate(row) for row in kept]
    return Report(network=slug, until=until, rows=rows)


def to_keep(ground: Ground, session: Session) -> list[str]:
    """Return the networks whose report up to this month is not kept yet."""
    return repository.networks_without(session, ground.clock.today().replace(day=1))


def keep_report(ground: Ground, slug: str) -> None:
    """Count a report once, at the beginning of its month, so that nobody learns what moves it by reading it twice."""
    until = ground.clock.today().replace(day=1)
    with ground.sessions.write() as session:
        network = repository.network(session, slug)
        if network is not None and repository.kept_rows(session, network.id, until) is None:
            rows = [row.model_dump(mode="json") for row in _counted(session, network, until)]
            repository.keep(session, network.id, until, rows)


def _counted(session: Session, network: Network, until: date) -> list[ReportRow]:
    figures = count(_cases(session, network, datetime.combine(until, time(), UTC)))
    return [_row(*group, figures.get(":".join(group), {})) for group in GROUPS]


def as_csv(report: Report) -> str:
    """Return a report as CSV; a figure that is not shown is an empty cell."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, ["network", "until", *ReportRow.model_fields], lineterminator="\r\n")
    writer.writeheader()
    for row in report.rows:
        writer.writerow({"network": report.network, "until": report.until.isoformat()} | row.model_dump())
    return stream.getvalue()


def _row(dimension: str, code: str, figures: dict[str, int | None]) -> ReportRow:
    names = ("interests", "open", "answered", "expired", "introduced", "pilots", "unmet")
    return ReportRow(
        dimension=dimension,
        code=code,
        answered_within_days=figures.get("answered_days"),
        **{name: figures.get(name) for name in names},
    )


def _cases(session: Session, network: Network, before: datetime) -> Iterator[Case]:
    texts = repository.texts_of(session, network)
    for text_id, figure, days in (
        *_of_interests(session, network, before),
        *((text_id, "introduced", None) for text_id in repository.introductions(session, network, before)),
        *((text_id, "pilots", None) for text_id in repository.pilots(session, network, before)),
        *((text_id, "unmet", None) for text_id in _unmet(session, network, before)),
    ):
        if (facts := texts.get(text_id)) is not None:
            yield Case(facts.organisation_id, _groups(facts), figure, days)


def _of_interests(session: Session, network: Network, before: datetime) -> Iterator[tuple[int, str, float | None]]:
    for text_id, state, asked, ended in repository.interests(session, network, before):
        yield text_id, "interests", None
        if ended is None or ended >= before:
            yield text_id, "open", None
        elif state in {DecisionState.AGREED, DecisionState.DECLINED}:
            yield text_id, "answered", (ended - asked).total_seconds() / SECONDS_A_DAY
        elif state is DecisionState.EXPIRED:
            yield text_id, "expired", None


def _unmet(session: Session, network: Network, before: datetime) -> list[int]:
    """Return the published challenges nothing fits right now."""
    generation_id = generations.active_id(session)
    if generation_id is None or repository.side_of(network) is Side.PROFILE:
        return []
    fits = repository.best_fits(session, generation_id, before)
    return [text_id for text_id, fit in fits.items() if nothing_fits([fit])]


def _groups(facts: TextFacts) -> tuple[str, ...]:
    fields = (f"field_of_action:{code}" for code in facts.fields)
    regions = (f"region:{code}" for code in facts.regions)
    return (f"{TOTAL}:{TOTAL}", *fields, *regions)
