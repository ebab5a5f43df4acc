"""Use cases that read matches: the list of a text, and the preview of one that is not stored."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.auth.actor import Actor
from app.context import Context
from app.errors import Forbidden, NotFound, NotPublished
from app.matches import generations, match_repository, vector_repository
from app.matches.match_repository import MatchFilter
from app.matches.ranking import query_passages
from app.matches.schemas import (
    ChallengeSummary,
    CriterionRead,
    MatchListing,
    MatchRead,
    Preview,
    ProfileSummary,
)
from app.matches.sides import TABLES
from app.matches.texts import facets
from app.pagination import decode_cursor, encode_cursor
from app.publishing import policies
from matching.batches import SideBatch
from matching.criteria import Status, check, encode_challenge_facets, encode_profile_facets
from matching.ranking import Ranking
from matching.texts import Side


def matches_of(
    context: Context,
    session: Session,
    actor: Actor,
    side: Side,
    text_id: int,
    wanted: MatchFilter,
    *,
    limit: int,
    cursor: str | None,
) -> MatchListing:
    """Return a page of the list of a text. Raises `NotFound`, `NotPublished`."""
    after = decode_cursor(cursor)
    tables = TABLES[side]
    row = session.scalar(
        select(tables.text).where(tables.text.id == text_id).options(joinedload(tables.text.organisation))
    )
    if row is None or not policies.may_read(actor, side, row.organisation, row.state.value):
        raise NotFound
    if not policies.may_read_matches(actor, row.organisation_id, row.state.value):
        raise Forbidden
    if row.state != tables.published:
        raise NotPublished(state=row.state.value)
    generation = generations.active(session)
    if generation is None:
        return MatchListing(items=[], next_cursor=None, generation=None, ranked_at=None)
    listed = match_repository.list_of(session, generation.id, side, text_id)
    if wanted.minimum_fit is not None:
        listed = [match for match in listed if match.fit >= wanted.minimum_fit]
    partners = match_repository.partners(
        session, side.other, [match.partner_id for match in listed], wanted, context.clock
    )
    shown = [match for match in listed if match.partner_id in partners and match.rank > after]
    page = shown[:limit]
    signals = _stored_signals(context, session, side, row, [match.partner_id for match in page])
    items = [
        _match(
            side,
            row,
            partners[match.partner_id],
            rank=match.rank,
            fit=match.fit,
            signals=signals.get(match.partner_id, {}),
        )
        for match in page
    ]
    return MatchListing(
        items=items,
        next_cursor=encode_cursor(page[-1].rank) if len(shown) > limit else None,
        generation=generation.id,
        ranked_at=generation.activated_at,
    )


def preview(context: Context, actor: Actor, body: Preview) -> MatchListing:
    """Rank a text that is not stored against everything published. Raises `Forbidden`."""
    side = Side(body.side)
    if not policies.may_preview(actor, side):
        raise Forbidden
    prepared = context.ranking.prepare(side, body.content, encode=True)
    encode = encode_challenge_facets if side is Side.CHALLENGE else encode_profile_facets
    with context.sessions.read() as session:
        snapshot = context.ranking.snapshot(session)
        features = context.ranking.features_for(snapshot.fingerprint, prepared)
        query = SideBatch.from_features(side, [0], [features], encode([facets(side, body.content)]))
        (result,) = context.ranking.matcher.rank(
            query,
            query_passages(features),
            snapshot.corpus,
            context.ranking.passages(session, snapshot),
            limit=body.limit,
        )
        ids = result.own.ids.tolist()
        partners = match_repository.partners(session, side.other, ids, MatchFilter(), context.clock)
        signals = _signals_by_id(result.own)
        items = [
            _match(
                side,
                None,
                partners[partner],
                rank=rank,
                fit=fit,
                signals=signals[partner],
                content=body.content,
            )
            for rank, (partner, fit) in enumerate(zip(ids, result.own.fits.tolist(), strict=True), 1)
            if partner in partners and match_repository.is_shown(rank, fit)
        ]
    return MatchListing(items=items, next_cursor=None, generation=None, ranked_at=None)


def _match(
    side: Side,
    row: Any,
    partner: Any,
    *,
    rank: int,
    fit: float,
    signals: Mapping[str, float],
    content: Any = None,
) -> MatchRead:
    sides = {side: row, side.other: partner}
    asked = facets(side, content if row is None else row)
    stated = facets(side.other, partner)
    challenge_fields, profile_fields = (asked, stated) if side is Side.CHALLENGE else (stated, asked)
    challenge, profile = sides[Side.CHALLENGE], sides[Side.PROFILE]
    return MatchRead(
        rank=rank,
        fit=fit,
        challenge=None if challenge is None else ChallengeSummary.model_validate(challenge),
        profile=None if profile is None else ProfileSummary.model_validate(profile),
        criteria=[
            CriterionRead(
                key=result.key,
                status=result.status.name.lower(),
                asked=result.asked,
                stated=list(result.stated) if isinstance(result.stated, tuple) else result.stated,
            )
            for result in check(challenge_fields, profile_fields)
            if result.status is not Status.NOT_ASKED
        ],
        signals=dict(signals),
    )


def _stored_signals(
    context: Context,
    session: Session,
    side: Side,
    row: Any,
    ids: Sequence[int],
) -> dict[int, dict[str, float]]:
    """Compute the signal values of the pairs on a page; none while this process reads a new ranking."""
    snapshot = context.ranking.snapshot_at_hand(session) if ids else None
    if snapshot is None:
        return {}
    stored = vector_repository.stored_text(session, side, row, snapshot.fingerprint)
    (ranking,) = context.ranking.matcher.score_pairs(
        stored.batch.batch,
        stored.passages,
        snapshot.corpus,
        context.ranking.passages(session, snapshot),
        np.asarray(ids, np.int64),
    )
    return _signals_by_id(ranking)


def _signals_by_id(ranking: Ranking) -> dict[int, dict[str, float]]:
    return {
        text_id: {name: float(values[place]) for name, values in ranking.signals.items()}
        for place, text_id in enumerate(ranking.ids.tolist())
    }
