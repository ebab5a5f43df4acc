"""Plots as SVG, made on the server: no script, colours of the page, readable on paper.

Widths are percentages, so a plot fits every page while its words keep their size. A table beside each plot says the
same in figures; for screen readers the plot is one picture with a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

ROW: Final = 54
"""Height of a row in CSS pixels: the label above, one bar below, a second one below that where there are two."""
SECOND_BAR: Final = 24
LONGEST: Final = 78.0
"""Per cent of the width that the longest bar takes; the figure stands behind it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row. values: one for each series, None where it is not shown; texts: the same in words."""

    label: str
    values: Sequence[float | None]
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar as it is drawn: its top, its width in per cent, what stands behind it. series: 0 or 1."""

    series: int
    top: int
    width: float
    text: str

    @property
    def behind(self) -> float:
        """Return where the figure begins, in per cent."""
        return self.width + 1.5


@dataclass(frozen=True, slots=True)
class Row:
    """A label and its bars as they are drawn."""

    label: str
    baseline: int
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Chart:
    """Horizontal bars. name: part of element ids; series: one or two names of what is counted."""

    name: str
    title: str
    series: Sequence[str]
    bars: Sequence[Bar]

    @property
    def row_height(self) -> int:
        """Return the height of a row."""
        return ROW + SECOND_BAR * (len(self.series) - 1)

    @property
    def height(self) -> int:
        """Return the height of the picture."""
        return self.row_height * len(self.bars)

    @property
    def rows(self) -> list[Row]:
        """Return what is drawn."""
        longest = max((value for bar in self.bars for value in bar.values if value is not None), default=0) or 1
        return [
            Row(
                bar.label,
                number * self.row_height + 18,
                [
                    Mark(
                        series,
                        number * self.row_height + 26 + series * SECOND_BAR,
                        round(LONGEST * (value or 0) / longest, 2),
                        text,
                    )
                    for series, (value, text) in enumerate(zip(bar.values, bar.texts, strict=True))
                ],
            )
            for number, bar in enumerate(self.bars)
        ]
