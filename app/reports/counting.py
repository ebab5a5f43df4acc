"""Sums that tell nothing about a small group. Pure.

What is counted are organisations, each once in a cell however much it did: with things it did counted, a single busy
one would stand out in the difference of two reports. A figure below SMALLEST is not shown, every other one is rounded
down to a multiple of SMALLEST. So a total less its parts, or a report less an earlier one, is a multiple of SMALLEST as
well, and what a group of fewer organisations adds to any figure is either nothing or the same step that many more would
make. (Threshold rule and deterministic rounding to a base: Hundepool et al., Statistical Disclosure Control, 2012,
chapter 5.)
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

SMALLEST = 5
"""Organisations that must stand behind a figure, and the base figures are rounded to."""
DAYS_SHOWN = (1, 3, 7, 14, 30)
"""Times to answer are shown as "up to so many days": an exact median moves with a single answer."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing an organisation did: in which groups, as which figure; `days` where something took time."""

    organisation_id: int
    groups: tuple[str, ...]
    figure: str
    days: float | None = None


def shown(organisations: int) -> int | None:
    """Return what is shown of a number of organisations.

    >>> [shown(number) for number in (0, 4, 5, 13)]
    [None, None, 5, 10]
    """
    return None if organisations < SMALLEST else organisations - organisations % SMALLEST


def count(cases: Iterable[Case]) -> dict[str, dict[str, int | None]]:
    """Return {group: {figure: what is shown of it}}. Cases with days also give `FIGURE_days`."""
    cells: dict[tuple[str, str], dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for case in cases:
        for group in case.groups:
            of_organisation = cells[group, case.figure][case.organisation_id]
            if case.days is not None:
                of_organisation.append(case.days)
    found: dict[str, dict[str, int | None]] = defaultdict(dict)
    for (group, figure), organisations in cells.items():
        found[group][figure] = shown(len(organisations))
        timed = [median(days) for days in organisations.values() if days]
        if timed:
            found[group][f"{figure}_days"] = _coarse(timed) if len(timed) >= SMALLEST else None
    return dict(found)


def _coarse(days: Sequence[float]) -> int:
    """Return the first of DAYS_SHOWN that the median of the organisations does not pass, the last for longer times."""
    middle = median(days)
    return next((limit for limit in DAYS_SHOWN if middle <= limit), DAYS_SHOWN[-1])
