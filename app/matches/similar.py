"""Challenges of other organisations with the same need, offered for pooling; nothing is merged without people."""

from typing import Any, Final

import numpy as np
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.context import Context
from app.errors import Forbidden, ServiceUnavailable
from app.matches import access, match_repository, vector_repository
from app.matches.schemas import ChallengeSummary, ProfileSummary, SimilarChallenge, SimilarChallenges
from app.matches.snapshot import Snapshot
from app.matches.text_filter import TextFilter
from app.publishing import policies
from matching.duplicates import SAME_NEED, likeness
from matching.signals import DENSE_SCALE, products
from matching.texts import Side

_CANDIDATES: Final = 40
_SHOWN: Final = 5
_OFFERS: Final = 3


def similar_challenges(
    context: Context, session: Session, actor: Actor, challenge_id: int, *, with_signals: bool = False
) -> SimilarChallenges:
    """Return published challenges of other organisations that seem to have the same need, likest first.

    Only those the reader may read; how like they are is for admins who ask. Raises `NotFound`, `Forbidden`,
    `NotPublished`, `ServiceUnavailable`.
    """
    row = access.published_of(session, actor, Side.CHALLENGE, challenge_id)
    if with_signals and not policies.may_read_signals(actor):
        raise Forbidden
    snapshot = context.ranking.snapshot(session)
    return _similar(context, session, actor, row, snapshot, with_signals=with_signals)


def same_need(context: Context, session: Session, actor: Actor, challenge_id: int) -> list[ChallengeSummary]:
    """Return what `similar_challenges` finds, for a page that is there without it while a ranking is read.

    Raises `NotFound`, `Forbidden`, `NotPublished`.
    """
    row = access.published_of(session, actor, Side.CHALLENGE, challenge_id)
    try:
        snapshot = context.ranking.snapshot_at_hand(session)
    except ServiceUnavailable:
        return []
    if snapshot is None:
        return []
    return [one.challenge for one in _similar(context, session, actor, row, snapshot, with_signals=False).items]


def _similar(
    context: Context, session: Session, actor: Actor, row: Any, snapshot: Snapshot, *, with_signals: bool
) -> SimilarChallenges:
    cosines = _nearest(session, snapshot, row)
    others = match_repository.partners(session, Side.CHALLENGE, list(cosines), TextFilter(), context.clock)
    others = {text_id: other for text_id, other in others.items() if _may_be_shown(actor, row, other)}
    lists = match_repository.scores_of_lists(session, snapshot.generation_id, Side.CHALLENGE, [row.id, *others])
    alike = {text_id: likeness(cosines[text_id], lists[row.id], lists[text_id]) for text_id in others}
    shown = sorted((text_id for text_id in alike if alike[text_id] >= SAME_NEED), key=lambda i: (-alike[i], i))[:_SHOWN]
    offers = {text_id: _shared_offers(lists[row.id], lists[text_id]) for text_id in shown}
    wanted = sorted({profile for profiles in offers.values() for profile in profiles})
    profiles = match_repository.partners(session, Side.PROFILE, wanted, TextFilter(), context.clock)
    return SimilarChallenges(
        items=[
            SimilarChallenge(
                challenge=ChallengeSummary.model_validate(others[text_id]),
                likeness=round(min(alike[text_id], 1.0), 4) if with_signals else None,
                shared_offers=[
                    ProfileSummary.model_validate(profiles[profile])
                    for profile in offers[text_id]
                    if profile in profiles
                ],
            )
            for text_id in shown
        ]
    )


def _nearest(session: Session, snapshot: Snapshot, challenge: Any) -> dict[int, float]:
    """Return the cosines of the nearest other challenges by id."""
    if snapshot.index is not None:
        own = vector_repository.stored_text(session, Side.CHALLENGE, challenge, snapshot.fingerprint).batch.batch
        ids = snapshot.index.alike(session, own, _CANDIDATES + 1)
        snapshot = snapshot.holding(session, Side.CHALLENGE, sorted({challenge.id, *ids}))
    side = snapshot.corpus.challenges
    (row,) = side.positions([challenge.id])
    if row < 0:
        return {}
    cosines = products(side.dense[row : row + 1], side.dense)[0] / DENSE_SCALE**2
    cosines[~side.alive] = -np.inf
    cosines[row] = -np.inf
    count = min(_CANDIDATES, len(side) - 1)
    nearest = np.argsort(-cosines, kind="stable")[:count]
    return dict(zip(side.ids[nearest].tolist(), cosines[nearest].tolist(), strict=True))


def _may_be_shown(actor: Actor, own: Any, other: Any) -> bool:
    return other.organisation_id != own.organisation_id and policies.may_read(
        actor, Side.CHALLENGE, other.organisation, other.state.value
    )


def _shared_offers(mine: dict[int, float], theirs: dict[int, float]) -> list[int]:
    both = mine.keys() & theirs.keys()
    return sorted(both, key=lambda profile: (-mine[profile] - theirs[profile], profile))[:_OFFERS]
