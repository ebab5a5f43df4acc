"""Whether anything fits today, and if not, who comes closest and what they lack."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from app.context import Context
from app.matches import labels, match_repository
from app.matches.explaining import Explainer
from app.matches.match_repository import ListedMatch
from app.matches.ranking import query_passages
from app.matches.schemas import ChallengeSummary, NearMiss, ProfileSummary, Verdict
from app.matches.snapshot import Snapshot
from app.matches.text_filter import TextFilter
from app.vocabulary import Language
from matching.batches import SideBatch
from matching.calibration import confidence
from matching.criteria import Facets, Status
from matching.features import Passages, TextFeatures
from matching.texts import Side

_LOOKED_AT: Final = 5
_WORDS: Final[dict[tuple[Side, bool], labels.Words]] = {
    (Side.CHALLENGE, True): ("Es gibt passende Startups.", "There are suitable startups."),
    (Side.CHALLENGE, False): ("Heute kein passendes Startup.", "No suitable startup today."),
    (Side.PROFILE, True): ("Es gibt passende Herausforderungen.", "There are suitable challenges."),
    (Side.PROFILE, False): ("Heute keine passende Herausforderung.", "No suitable challenge today."),
}


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A text to look for a near miss with, stored or not."""

    batch: SideBatch
    passages: Passages

    @classmethod
    def of_features(cls, side: Side, features: TextFeatures) -> "Query":
        """Make one of a text that is not stored; it asks for nothing."""
        return cls(SideBatch.from_features(side, [0], [features]), query_passages(features))


def anything_fits(
    context: Context, session: Session, snapshot: Snapshot, side: Side, text_id: int, best: ListedMatch | None
) -> bool:
    """Decide for a stored text whether anything is worth showing; best: of its list, None for an empty one."""
    if best is None:
        return False
    own = snapshot.holding(session, side, [text_id]).corpus.side(side)
    (row,) = own.positions([text_id]).tolist()
    hubness = float(own.hubness[row]) if row >= 0 else 0.0
    stands_out = confidence(best.score, hubness, snapshot.corpus.statistics.spread)
    return context.ranking.matcher.calibration.anything_fits(best.fit, stands_out)


def verdict_on(side: Side, near_miss: NearMiss | None, language: Language, *, suitable: bool) -> Verdict:
    """Put a decision into words."""
    return Verdict(
        suitable=suitable,
        message=labels.in_language(_WORDS[side, suitable], language),
        near_miss=None if suitable else near_miss,
    )


def find_near_miss(
    context: Context, session: Session, snapshot: Snapshot, explainer: Explainer, query: Query
) -> NearMiss | None:
    """Return the partner that fits best when must-haves are left out of account."""
    side = query.batch.side
    anything = SideBatch(
        side,
        query.batch.ids,
        query.batch.languages,
        query.batch.whole,
        query.batch.lexical,
        Facets.none(len(query.batch)),
    )
    (result,) = context.ranking.rank(session, snapshot, anything, query.passages, limit=_LOOKED_AT)
    ids = result.own.ids.tolist()
    rows = match_repository.partners(session, side.other, ids, TextFilter(), context.clock)
    closest = next((rows[partner] for partner in ids if partner in rows), None)
    return None if closest is None else _near_miss(side, closest, explainer)


def _near_miss(side: Side, partner: Any, explainer: Explainer) -> NearMiss:
    results = explainer.criteria(partner)
    failed = [explainer.criterion(result, partner) for result in results if result.status is Status.FAILED]
    return NearMiss(
        challenge=ChallengeSummary.model_validate(partner) if side is Side.PROFILE else None,
        profile=ProfileSummary.model_validate(partner) if side is Side.CHALLENGE else None,
        lacks="must_haves" if failed else "fit",
        failed=failed,
        open=[explainer.criterion(result, partner) for result in results if result.status is Status.OPEN],
    )
