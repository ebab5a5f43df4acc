"""What a benchmark prints."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Report:
    """Figures by name, and what they were compared with."""

    figures: dict[str, float]
    baseline: str

    def as_json(self) -> dict[str, Any]:
        """Return the printed form, figures rounded to four digits."""
        rounded = {name: float(f"{value:.4g}") for name, value in self.figures.items()}
        return {"figures": rounded, "baseline": self.baseline}
