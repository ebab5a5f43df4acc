"""Sums that tell nothing about a small group. Pure.

A figure is shown only where at least SMALLEST organisations stand behind it, and rounded down to a multiple of
SMALLEST. So every figure shown, every difference of two figures, of two reports or of a total and its parts is zero or
at least SMALLEST: no small group can be had by subtraction. (Primary suppression with deterministic rounding to a base,
as statistical offices use it: Hundepool et al., Statistical Disclosure Control, 2012, chapter 5.)
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

SMALLEST = 5
"""Organisations that must stand behind a figure, and the base figures are rounded to."""
DAYS_SHOWN = (1, 3, 7, 14, 30)
"""Times to answer are shown as "up to so many days": an exact median moves with a single answer."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that is counted: of which organisation, in which groups, as what; `days` where something took time."""

    organisation_id: int
    groups: tuple[str, ...]
    figure: str
    days: float | None = None


@dataclass(slots=True)
class _Cell:
    organisations: set[int] = field(default_factory=set)
    count: int = 0
    days: list[float] = field(default_factory=list)


def shown(count: int, organisations: int) -> int | None:
    """Return what is shown of a count; None where too few organisations stand behind it.

    >>> shown(13, organisations=6), shown(13, organisations=4), shown(0, organisations=0)
    (10, None, None)
    """
    return None if organisations < SMALLEST else count - count % SMALLEST


def count(cases: Iterable[Case]) -> dict[str, dict[str, int | None]]:
    """Return {group: {figure: what is shown of it}}. Cases with days also give `FIGURE_days`."""
    cells: dict[tuple[str, str], _Cell] = defaultdict(_Cell)
    for case in cases:
        for group in case.groups:
            cell = cells[group, case.figure]
            cell.organisations.add(case.organisation_id)
            cell.count += 1
            if case.days is not None:
                cell.days.append(case.days)
    found: dict[str, dict[str, int | None]] = defaultdict(dict)
    for (group, figure), cell in cells.items():
        found[group][figure] = shown(cell.count, len(cell.organisations))
        if cell.days:
            enough = len(cell.organisations) >= SMALLEST
            found[group][f"{figure}_days"] = _coarse(cell.days) if enough else None
    return dict(found)


def _coarse(days: Sequence[float]) -> int:
    """Return the first of DAYS_SHOWN that the median does not pass, the last one for longer times."""
    middle = median(days)
    return next((limit for limit in DAYS_SHOWN if middle <= limit), DAYS_SHOWN[-1])
