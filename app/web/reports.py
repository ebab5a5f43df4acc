"""Reports of networks: what their members ask for, what came of it, what nobody offers. For coordinators and admins."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Final

from babel.dates import format_date
from fastapi import APIRouter, Query, Response

from app.api.dependencies import ContextDep, ReadReports, ReadSessionDep
from app.errors import Forbidden
from app.organisations import repository as organisations
from app.reports import policies, service
from app.reports.schemas import Report, ReportRow
from app.vocabulary import FieldOfAction, Region
from app.web.charts import Bar, Chart
from app.web.i18n import N_, locale_of
from app.web.labels import label
from app.web.tables import Table, number
from app.web.view import View, ViewDep

router = APIRouter(include_in_schema=False, prefix="/reports")

MONTHS: Final = 12
FIGURES: Final = {
    "interests": N_("mit Anfragen"),
    "open": N_("warten auf Antwort"),
    "answered": N_("haben eine Antwort"),
    "expired": N_("ohne Antwort geblieben"),
    "introduced": N_("im Gespräch"),
    "pilots": N_("mit Pilotversuch oder Vertrag"),
    "unmet": N_("finden nichts Passendes"),
    "answered_within_days": N_("Tage bis zur Antwort, höchstens"),
}
Month = Annotated[str, Query(max_length=7, pattern=r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$")]
Slug = Annotated[str, Query(max_length=60, pattern=r"^[a-z0-9-]*$")]


@router.get("", operation_id="show_report")
def show_report(
    view: ViewDep,
    context: ContextDep,
    session: ReadSessionDep,
    actor: ReadReports,
    network: Slug = "",
    until: Month = "",
) -> Response:
    """Show the sums of a network; of the first one the reader may see, unless they choose."""
    readable = [one for one in organisations.networks(session) if policies.may_read(actor, one.id)]
    if not readable:
        raise Forbidden
    slug = network or readable[0].slug
    this_month = context.clock.today().replace(day=1)
    month = date.fromisoformat(f"{until}-01") if until else this_month
    report = service.read_report(session, context.clock, actor, slug, month)
    return view.render(
        "report.html",
        report=report,
        name=next(one.name for one in readable if one.slug == slug),
        networks=[(one.slug, one.name) for one in readable],
        months=[(f"{one:%Y-%m}", _month(view, one)) for one in _months(this_month)],
        until=f"{report.until:%Y-%m}",
        charts=_charts(view, report),
        tables=_tables(view, report),
    )


def _months(this_month: date) -> list[date]:
    """Return the first days of this month and of those before it, newest first."""
    found = [this_month]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def _month(view: View, first_day: date) -> str:
    """Say which months are counted: all up to the one before."""
    last = first_day - timedelta(days=1)
    return str(format_date(last, "LLLL y", locale=locale_of(view.language)))


def _rows(report: Report, dimension: str) -> list[ReportRow]:
    """Return the groups that have anything to show."""
    rows = [row for row in report.rows if row.dimension == dimension]
    return [row for row in rows if dimension == service.TOTAL or any(_figure(row, name) for name in FIGURES)]


def _figure(row: ReportRow, name: str) -> int | None:
    found: int | None = getattr(row, name)
    return found


def _shown(view: View, figure: int | None) -> str:
    return view.gettext(N_("unter 5")) if figure is None else number(view, figure)


def _name(view: View, row: ReportRow) -> str:
    if row.dimension == service.TOTAL:
        return view.gettext(N_("insgesamt"))
    vocabulary = FieldOfAction if row.dimension == "field_of_action" else Region
    return view.gettext(label(vocabulary(row.code)))


def _tables(view: View, report: Report) -> list[Table]:
    captions = {
        service.TOTAL: N_("Alle Mitglieder"),
        "field_of_action": N_("Nach Handlungsfeld"),
        "region": N_("Nach Region"),
    }
    heads = [view.gettext(N_("Mitglieder")), *map(view.gettext, FIGURES.values())]
    tables = []
    for dimension, caption in captions.items():
        rows = [
            [_name(view, row), *(_shown(view, _figure(row, name)) for name in FIGURES)]
            for row in _rows(report, dimension)
        ]
        if rows:
            tables.append(Table(view.gettext(caption), heads, rows))
    return tables


def _charts(view: View, report: Report) -> list[Chart]:
    """Draw what is asked for beside what nobody offers."""
    series = [view.gettext(text) for name, text in FIGURES.items() if name in {"interests", "unmet"}]
    charts = []
    for dimension, title in (
        ("field_of_action", N_("Bedarf und Lücken nach Handlungsfeld")),
        ("region", N_("Bedarf und Lücken nach Region")),
    ):
        bars = [_bar(view, row) for row in _rows(report, dimension) if row.interests or row.unmet]
        charts.append(Chart(f"report-{dimension}", view.gettext(title), series, bars))
    return charts


def _bar(view: View, row: ReportRow) -> Bar:
    figures: Sequence[int | None] = (row.interests, row.unmet)
    return Bar(_name(view, row), figures, [_shown(view, figure) for figure in figures])
