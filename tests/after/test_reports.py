"""Networks' reports: what is counted, and that no small group can be had from one report or from two."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app import errors
from app.auth.actor import OPERATOR, Actor
from app.context import Context
from app.introductions.schemas import StatusWrite
from app.introductions.service import set_status
from app.jobs import care
from app.models import Network, Organisation
from app.reports.counting import DAYS_SHOWN, SMALLEST, Case, count, shown
from app.reports.schemas import Report, ReportRow
from app.reports.service import as_csv, read_report
from app.vocabulary import IntroductionStatus, Role
from tests import stories
from tests.access.world import put_person
from tests.after.people import Side, actor_of, days_later, put_startup, put_welfare
from tests.conftest import SettableClock
from tests.problems import assert_problem

FIGURES = ("interests", "open", "answered", "expired", "introduced", "pilots", "unmet")


def join(context: Context, side: Side, slug: str) -> None:
    with context.sessions.write() as session:
        network = session.scalars(select(Network).where(Network.slug == slug)).one()
        session.get_one(Organisation, side.organisation).network = network


def report(context: Context, slug: str = "caritas", month: date | None = None, actor: Actor = OPERATOR) -> Report:
    with context.sessions.read() as session:
        return read_report(session, context.clock, actor, slug, month)


def row(found: Report, code: str = "total") -> ReportRow:
    (only,) = [one for one in found.rows if one.code == code]
    return only


@pytest.fixture
def members(context: Context) -> list[Side]:
    """Six organisations of Caritas: five with a challenge about health in Bayern, one about training in Hessen."""
    found = [put_welfare(context, f"person{number}") for number in range(5)]
    found.append(put_welfare(context, "sixth", fields_of_action=["training"], region="hessen"))
    for side in found:
        join(context, side, "caritas")
    return found


def test_a_report_counts_what_happened_before_its_month(
    context: Context, members: list[Side], clock: SettableClock
) -> None:
    startups = [put_startup(context, f"startup{n}", free_pilot_slots=20) for n in range(2)]
    for startup in startups:
        for member in members:
            stories.interested(context, member.actor, member.text, startup.text, "challenge")
    clock.moment += timedelta(days=2)
    for member in members[:5]:
        agreed = stories.interested(context, startups[0].actor, member.text, startups[0].text, "profile")
        wanted = StatusWrite(status=IntroductionStatus.PILOT)
        set_status(context, member.actor, agreed.introduction_id or 0, wanted)
    for member in members:
        clock.moment += timedelta(minutes=1)
        stories.declined(context, startups[1].actor, member.text, startups[1].text, "profile")
    assert row(report(context)).interests is None, "this month is not over"
    clock.moment = datetime(2026, 12, 1, tzinfo=UTC)
    found = report(context)
    assert found.until == date(2026, 12, 1)
    total = row(found)
    assert (total.interests, total.open, total.answered, total.introduced, total.pilots) == (5, None, 5, 5, 5)
    assert total.answered_within_days == 3
    assert row(found, "health") == total.model_copy(update={"dimension": "field_of_action", "code": "health"})
    assert row(found, "bayern").interests == 5
    hidden = dict.fromkeys(FIGURES)
    assert row(found, "training").model_dump(include=set(FIGURES)) == hidden, "one organisation is not shown"
    assert row(found, "hessen").model_dump(include=set(FIGURES)) == hidden
    days_later(context, clock, 14)
    assert report(context).rows == found.rows, "what happens in a month is seen when it is over"
    clock.moment = datetime(2027, 1, 1, tzinfo=UTC)
    assert report(context, month=date(2026, 12, 1)).rows == found.rows


def test_needs_nothing_fits_are_counted(context: Context, members: list[Side], clock: SettableClock) -> None:
    clock.moment = datetime(2026, 12, 1, tzinfo=UTC)
    assert row(report(context)).unmet == 5
    for number in range(2):
        put_startup(context, f"startup{number}")
    assert row(report(context)).unmet is None


def test_startup_networks_see_their_members(context: Context, clock: SettableClock) -> None:
    welfare = put_welfare(context, "ayla")
    startups = [put_startup(context, f"startup{number}", regions=["bayern", "hessen"]) for number in range(5)]
    for startup in startups:
        join(context, startup, "send")
        stories.interested(context, startup.actor, welfare.text, startup.text, "profile")
    clock.moment = datetime(2026, 12, 1, tzinfo=UTC)
    found = report(context, "send")
    assert (row(found).interests, row(found, "hessen").interests, row(found).unmet) == (5, 5, None)
    assert row(report(context, "caritas")).interests is None


def test_coordinators_read_the_report_of_their_network_only(context: Context, client: TestClient) -> None:
    with context.sessions.read() as session:
        network = session.scalars(select(Network.id).where(Network.slug == "caritas")).one()
    person, _ = put_person(context, "petra", {"role": Role.NETWORK_COORDINATOR, "network_id": network})
    assert report(context, "caritas", actor=actor_of(context, person)).network == "caritas"
    with pytest.raises(errors.Forbidden):
        report(context, "awo", actor=actor_of(context, person))
    with pytest.raises(errors.NotFound):
        report(context, "elsewhere", actor=actor_of(context, person))
    path = "/api/v1/networks/caritas/report"
    assert_problem(client.get(path, params={"until": "2027-01"}), 422, "malformed-input", "until")
    assert_problem(client.get(path, params={"until": "2026-13"}), 422, "malformed-input", "until")


def test_the_csv_says_the_same(context: Context, members: list[Side], client: TestClient) -> None:
    answer = client.get("/api/v1/networks/caritas/report.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="caritas-2026-11.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    found = client.get("/api/v1/networks/caritas/report").json()
    assert len(rows) == len(found["rows"]) == 29
    for written, read in zip(rows, found["rows"], strict=True):
        assert written == {"network": "caritas", "until": "2026-11-01"} | {
            name: "" if value is None else str(value) for name, value in read.items()
        }
    assert as_csv(Report(network="x", until=date(2026, 1, 1), rows=[])).count("\r\n") == 1


# organisation, group, days it took: what one organisation did in one month
deeds = st.tuples(st.integers(1, 9), st.sampled_from("abc"), st.floats(0, 60))
months = st.lists(st.lists(deeds, max_size=25), min_size=2, max_size=4)


def figures_until(
    all_months: Sequence[Sequence[tuple[int, str, float]]], until: int
) -> dict[str, dict[str, int | None]]:
    deeds_before = [deed for month in all_months[:until] for deed in month]
    return count(
        Case(organisation, ("total", group), figure, days if figure == "answered" else None)
        for organisation, group, days in deeds_before
        for figure in ("interests", "answered")
    )


@given(months)
def test_no_small_group_can_be_had_by_subtracting_reports(
    all_months: list[list[tuple[int, str, float]]],
) -> None:
    """Every figure, every difference of two figures of one report or of two, and of a total and its parts."""
    values: list[int] = [0]
    for until in range(len(all_months) + 1):
        found = figures_until(all_months, until)
        for group, figures in found.items():
            behind = {
                organisation
                for month in all_months[:until]
                for organisation, where, _ in month
                if group in {"total", where}
            }
            assert (figures["interests"] is None) == (len(behind) < SMALLEST)
            assert figures["answered_days"] in {None, *DAYS_SHOWN}
            values += [value for value in (figures["interests"], figures["answered"]) if value is not None]
        if found:
            parts = [found[group]["interests"] or 0 for group in "abc" if group in found]
            values.append((found["total"]["interests"] or 0) - sum(parts))
    for one, another in combinations(values, 2):
        assert abs(one - another) == 0 or abs(one - another) >= SMALLEST


@given(st.lists(deeds, max_size=60), st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 60)), min_size=1))
def test_however_much_one_organisation_does_no_figure_moves_by_more_than_one_step(
    others: list[tuple[int, str, float]], of_the_new_one: list[tuple[str, float]]
) -> None:
    """Two reports that differ by one organisation, however busy: the difference is nothing, or one step."""
    before = figures_until([others], 1)
    after = figures_until([[*others, *((10, group, days) for group, days in of_the_new_one)]], 1)
    for group, figures in after.items():
        for figure in ("interests", "answered"):
            was = (before.get(group, {}).get(figure) or 0, figures[figure] or 0)
            assert was[1] - was[0] in {0, SMALLEST}


def test_what_a_small_group_adds_could_as_well_be_a_large_one() -> None:
    """For each difference two reports can show, groups below and above the limit could have made it."""
    could_be: dict[int, set[int]] = {}
    for there in range(SMALLEST, 40):
        for more in range(1, 2 * SMALLEST):
            could_be.setdefault((shown(there + more) or 0) - (shown(there) or 0), set()).add(more)
    assert could_be[0] == set(range(1, SMALLEST))
    assert could_be[SMALLEST] >= set(range(1, 2 * SMALLEST))
    assert shown(SMALLEST - 1) is None


def test_a_kept_report_does_not_tell_what_one_organisation_did_afterwards(
    context: Context, members: list[Side], clock: SettableClock
) -> None:
    startup = put_startup(context, "startup", free_pilot_slots=20)
    for member in members:
        stories.interested(context, member.actor, member.text, startup.text, "challenge")
    clock.moment = datetime(2026, 12, 1, tzinfo=UTC)
    care.do_all(context)
    before = report(context)
    assert row(before).interests == SMALLEST
    with context.sessions.write() as session:
        for member in members[:2]:
            session.delete(session.get_one(Organisation, member.organisation))
    assert report(context) == before
    care.do_all(context)
    assert report(context) == before
    clock.moment = datetime(2027, 1, 1, tzinfo=UTC)
    care.do_all(context)
    assert row(report(context)).interests is None
    assert report(context, month=date(2026, 12, 1)) == before
