"""How a new ranking differs from the one readers see, and whether so much that somebody should look first."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.matches import generations
from app.matches.list_writer import LENGTH
from app.matches.match_repository import is_shown
from app.matches.sides import TABLES
from app.models import Match
from app.rescoring.schemas import Comparison, Exposure, Quality, SideComparison
from app.rescoring.workshop import Workshop
from matching.calibration import band_of
from matching.texts import Side

FIRST = 10
"""Places of a list that count for exposure."""
TEXTS_AT_ONCE = 500

THRESHOLDS: Mapping[str, float] = {
    "lost_share": 0.5,
    "rank_correlation": 0.5,
    "emptied_share": 0.02,
    "startups_shown_share": 0.8,
    "quality_loss": 0.02,
}
"""What stops an automatic activation: more lost matches, a lower rank correlation, lists that become empty, fewer
startups among the first ten, or by more than this a worse quality, on judged texts or on decided pairs."""

Lists = dict[int, list[tuple[int, float]]]
"""{text: [(partner, fit), best first]} as readers see them."""


def compare(shop: Workshop, run_id: int, generation_id: int) -> Comparison | None:
    """Compare a ranking with the active one. None: there is no active one."""
    with shop.ground.sessions.read(consistent=True) as session:
        active = generations.active_id(session)
        if active is None:
            return None
        sides, shown = {}, (_Shown(), _Shown())
        for side in Side:
            sums = _Sums()
            for before, after in _pairs_of_lists(session, side, active, generation_id):
                sums.add(before, after)
                if side is Side.CHALLENGE:
                    shown[0].add(before)
                    shown[1].add(after)
            sides[side] = sums.result()
        measured = shop.measure(session, shop.encoders, active, generation_id)
    exposure = Exposure(
        startups_shown_before=len(shown[0].counts),
        startups_shown_after=len(shown[1].counts),
        gini_before=shown[0].gini(),
        gini_after=shown[1].gini(),
    )
    return Comparison(
        run=run_id,
        against_generation=active,
        challenges=sides[Side.CHALLENGE],
        profiles=sides[Side.PROFILE],
        exposure=exposure,
        quality=measured,
        thresholds=dict(THRESHOLDS),
        crossed=crossed(sides, exposure, measured),
    )


def crossed(sides: Mapping[Side, SideComparison], exposure: Exposure, measured: list[Quality]) -> list[str]:
    """Name the thresholds that a comparison crosses."""
    one = sides[Side.CHALLENGE]
    checks: dict[str, Callable[[], bool]] = {
        "lost_share": lambda: one.lost_share > THRESHOLDS["lost_share"],
        "rank_correlation": lambda: (
            one.rank_correlation is not None and one.rank_correlation < THRESHOLDS["rank_correlation"]
        ),
        "emptied_share": lambda: any(
            side.emptied > THRESHOLDS["emptied_share"] * max(side.lists, 1) for side in sides.values()
        ),
        "startups_shown_share": lambda: (
            exposure.startups_shown_after < THRESHOLDS["startups_shown_share"] * exposure.startups_shown_before
        ),
        "quality_loss": lambda: any(
            found.before is not None
            and found.after is not None
            and found.after < found.before - THRESHOLDS["quality_loss"]
            for found in measured
        ),
    }
    return [name for name, is_crossed in checks.items() if is_crossed()]


@dataclass(slots=True)
class _Sums:
    lists: int = 0
    gained: int = 0
    lost: int = 0
    kept: int = 0
    bands: int = 0
    emptied: int = 0
    taus: list[float] = field(default_factory=list)

    def add(self, before: list[tuple[int, float]], after: list[tuple[int, float]]) -> None:
        old, new = dict(before), dict(after)
        common = [partner for partner, _ in before if partner in new]
        self.lists += 1
        self.kept += len(common)
        self.lost += len(old) - len(common)
        self.gained += len(new) - len(common)
        self.bands += sum(band_of(old[partner]) is not band_of(new[partner]) for partner in common)
        self.emptied += bool(old) and not new
        if len(common) > 1:
            place = {partner: number for number, (partner, _) in enumerate(after)}
            self.taus.append(kendall_tau(np.array([place[partner] for partner in common])))

    def result(self) -> SideComparison:
        before, after = self.kept + self.lost, self.kept + self.gained
        return SideComparison(
            lists=self.lists,
            gained=self.gained,
            lost=self.lost,
            kept=self.kept,
            gained_share=self.gained / after if after else 0.0,
            lost_share=self.lost / before if before else 0.0,
            band_changes=self.bands,
            band_changes_share=self.bands / self.kept if self.kept else 0.0,
            rank_correlation=float(np.mean(self.taus)) if self.taus else None,
            emptied=self.emptied,
        )


@dataclass(slots=True)
class _Shown:
    """How often each startup stands among the first of a list."""

    counts: dict[int, int] = field(default_factory=dict)

    def add(self, entries: list[tuple[int, float]]) -> None:
        for partner, _ in entries[:FIRST]:
            self.counts[partner] = self.counts.get(partner, 0) + 1

    def gini(self) -> float:
        return gini(np.array(sorted(self.counts.values()), np.float64))


def kendall_tau(order: NDArray[np.int64]) -> float:
    """Kendall's tau of two orders without ties: `order` holds the places in one of items sorted by the other."""
    later = np.triu(np.ones((len(order), len(order)), bool), 1)
    agreeing = np.count_nonzero((order[:, None] < order[None, :]) & later)
    pairs = len(order) * (len(order) - 1) / 2
    return float(2 * agreeing / pairs - 1)


def gini(counts: NDArray[np.float64]) -> float:
    """Gini coefficient of ascending counts: 0 when all are equal, near 1 when one has everything."""
    if not len(counts):
        return 0.0
    ranks = np.arange(1, len(counts) + 1)
    return float(2 * (ranks @ counts) / (len(counts) * counts.sum()) - (len(counts) + 1) / len(counts))


def _pairs_of_lists(
    session: Session, side: Side, before: int, after: int
) -> Iterator[tuple[list[tuple[int, float]], list[tuple[int, float]]]]:
    """Yield the lists of each text that has one in either generation, some hundred texts at a time."""
    tables = TABLES[side]
    known = select(tables.list_id).where(tables.ranked_list.generation_id.in_([before, after])).distinct()
    ids = list(session.scalars(known.order_by(tables.list_id)))
    for start in range(0, len(ids), TEXTS_AT_ONCE):
        part = ids[start : start + TEXTS_AT_ONCE]
        old, new = (_lists(session, side, generation, part) for generation in (before, after))
        for text_id in part:
            yield old.get(text_id, []), new.get(text_id, [])


def _lists(session: Session, side: Side, generation_id: int, ids: list[int]) -> Lists:
    own, partner = TABLES[side], TABLES[side.other].match_id
    query = (
        select(own.match_id, partner, Match.fit)
        .where(own.match_id.in_(ids), Match.generation_id == generation_id, own.in_list)
        .order_by(own.match_id, Match.score.desc(), partner)
    )
    lists: Lists = {}
    for text_id, partner_id, fit in session.execute(query):
        entries = lists.setdefault(text_id, [])
        # Fits fall with the scores: behind the first that is not shown there is none.
        if len(entries) < LENGTH and is_shown(len(entries) + 1, fit):
            entries.append((partner_id, fit))
    return lists
