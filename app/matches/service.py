"""Use cases that read matches: the list of a text, why a text is in it or not, and the preview of one not stored."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app import rulebook
from app.auth.actor import Actor
from app.context import Context
from app.decisions.view import NOTHING_SAID, ListView, view_of
from app.errors import Forbidden
from app.matches import access, generations, labels, listing, match_repository, vector_repository
from app.matches.explaining import Explainer, Explanation
from app.matches.list_writer import MINIMUM_FIT
from app.matches.match_repository import ListedMatch, MatchFilter
from app.matches.proposals import proposals_in
from app.matches.ranking import query_passages
from app.matches.schemas import (
    ChallengeSummary,
    HiddenByRead,
    MatchExplanation,
    MatchListing,
    MatchRead,
    NearMiss,
    NextBest,
    Preview,
    PreviewListing,
    ProfileSummary,
    StandingRead,
    Verdict,
)
from app.matches.text_filter import TextFilter
from app.matches.texts import facets
from app.matches.verdict import Query, anything_fits, find_near_miss, verdict_on
from app.pagination import decode_cursor, encode_cursor
from app.publishing import policies
from app.vocabulary import Language
from matching.batches import SideBatch
from matching.calibration import band_of
from matching.criteria import Status, encode_challenge_facets, encode_profile_facets
from matching.ranking import Ranking
from matching.texts import Side


def matches_of(
    context: Context,
    session: Session,
    actor: Actor,
    side: Side,
    text_id: int,
    wanted: MatchFilter,
    language: Language,
    *,
    limit: int,
    cursor: str | None,
    with_signals: bool = False,
) -> MatchListing:
    """Return a page of the list of a text, for admins with raw signals if wanted.

    Raises `NotFound`, `Forbidden`, `NotPublished`.
    """
    after = decode_cursor(cursor)
    row = access.published_of(session, actor, side, text_id)
    if with_signals and not policies.may_read_signals(actor):
        raise Forbidden
    generation = generations.active(session)
    if generation is None:
        return MatchListing(items=[], verdict=None, next_cursor=None, generation=None, ranked_at=None)
    explainer = Explainer(context, session, side, row, language)
    listed = listing.listed(session, context.clock, generation.id, side, text_id)
    if wanted.minimum_fit is not None:
        listed = [match for match in listed if _shown_fit(match.fit) >= wanted.minimum_fit]
    partners = match_repository.partners(
        session, side.other, [match.partner_id for match in listed], wanted.texts, context.clock
    )
    view = _view(context, session, actor, side, row, partners)
    listed = [match for match in listed if match.partner_id in partners]
    shown = [match for match in listed if wanted.show_hidden or match.partner_id not in view.hidden]
    rest = [match for match in shown if match.rank > after]
    whole = cursor is None and wanted == MatchFilter()
    return MatchListing(
        items=_read_all(
            context, session, side, row, rest[:limit], partners, view, explainer, with_signals=with_signals
        ),
        verdict=_stored_verdict(context, session, side, row, shown, explainer, language) if whole else None,
        next_cursor=encode_cursor(rest[limit - 1].rank) if len(rest) > limit else None,
        generation=generation.id,
        ranked_at=generation.activated_at,
        hidden=sum(match.partner_id in view.hidden for match in listed),
    )


def next_best(
    context: Context, session: Session, actor: Actor, side: Side, text_id: int, language: Language = Language.GERMAN
) -> NextBest:
    """Return the best partner nothing was said to yet. Raises `NotFound`, `Forbidden`, `NotPublished`."""
    row = access.published_of(session, actor, side, text_id)
    if not policies.may_write(actor, row.organisation_id):
        raise Forbidden
    generation_id = generations.active_id(session)
    if generation_id is None:
        return NextBest(match=None)
    listed = listing.listed(session, context.clock, generation_id, side, text_id)
    ids = [match.partner_id for match in listed]
    partners = match_repository.partners(session, side.other, ids, TextFilter(), context.clock)
    view = _view(context, session, actor, side, row, partners)
    free = [match for match in listed if match.partner_id in partners and view.is_free(match.partner_id)]
    explainer = Explainer(context, session, side, row, language)
    read = _read_all(context, session, side, row, free[:1], partners, view, explainer)
    return NextBest(match=next(iter(read), None))


def _view(
    context: Context, session: Session, actor: Actor, side: Side, row: Any, partners: Mapping[int, Any]
) -> ListView:
    """Return what was said about the pairs of a list, for its own organisation; admins see the bare list."""
    if not policies.may_write(actor, row.organisation_id):
        return NOTHING_SAID
    return view_of(session, rulebook.current(session, context.rules), side, row, partners)


def _read_all(
    context: Context,
    session: Session,
    side: Side,
    row: Any,
    page: Sequence[ListedMatch],
    partners: Mapping[int, Any],
    view: ListView,
    explainer: Explainer,
    *,
    with_signals: bool = False,
) -> list[MatchRead]:
    wanted = [match.partner_id for match in page] if with_signals else []
    signals = _stored_signals(context, session, side, row, wanted)
    explained = explainer.explain({match.partner_id: partners[match.partner_id] for match in page})
    found = []
    for match in page:
        partner_id = match.partner_id
        read = _match(side, row, partners[partner_id], match.rank, match.fit, signals, explained)
        if (standing := view.standings.get(partner_id)) is not None:
            read.standing = StandingRead.model_validate(standing)
        if (hidden_by := view.hidden.get(partner_id)) is not None:
            read.hidden_by = HiddenByRead.model_validate(hidden_by)
        read.full = partner_id in view.full
        found.append(read)
    return found


def explain_match(
    context: Context, session: Session, actor: Actor, side: Side, text_id: int, partner_id: int, language: Language
) -> MatchExplanation:
    """Say why a published text of the other side is in the list of a text, or why not.

    Raises `NotFound`, `Forbidden`, `NotPublished`, `EncoderMismatch`, `ServiceUnavailable`.
    """
    row = access.published_of(session, actor, side, text_id)
    partner = access.partner_of(session, actor, side.other, partner_id, context.clock)
    snapshot = context.ranking.snapshot(session)
    listed = listing.listed(session, context.clock, snapshot.generation_id, side, text_id)
    entry = next((match for match in listed if match.partner_id == partner_id), None)
    ranking = _scored(context, session, side, row, [partner_id])
    fit = entry.fit if entry is not None else float(ranking.fits[0])
    explainer = Explainer(context, session, side, row, language)
    explained = explainer.explain({partner_id: partner})
    rank = None if entry is None else entry.rank
    match = _match(side, row, partner, rank, fit, {}, explained)
    failed = [labels.criterion(r, language) for r in explainer.criteria(partner) if r.status is Status.FAILED]
    if entry is not None:
        because = "listed"
    elif failed:
        because = "fails_must_haves"
    else:
        because = "others_fit_better" if fit >= MINIMUM_FIT else "fits_too_little"
    message = labels.in_language(labels.REASONS[because], language).format(failed=", ".join(failed), rank=rank)
    return MatchExplanation(listed=entry is not None, because=because, message=message, rank=rank, match=match)


def preview(context: Context, actor: Actor, body: Preview, language: Language) -> PreviewListing:
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
        (result,) = context.ranking.rank(session, snapshot, query, query_passages(features), limit=body.limit)
        ids = result.own.ids.tolist()
        partners = match_repository.partners(session, side.other, ids, TextFilter(), context.clock)
        listed = [
            ListedMatch(rank, partner, 0.0, fit)
            for rank, (partner, fit) in enumerate(zip(ids, result.own.fits.tolist(), strict=True), 1)
            if partner in partners and match_repository.is_shown(rank, fit)
        ]
        explainer = Explainer(context, session, side, body.content, language)
        shown = {match.partner_id: partners[match.partner_id] for match in listed}
        explained = explainer.explain(shown, features)
        items = [_match(side, None, shown[match.partner_id], match.rank, match.fit, {}, explained) for match in listed]
        best = listed[0].fit if listed else 0.0
        suitable = context.ranking.matcher.calibration.anything_fits(best, result.confidence)
        near_miss: NearMiss | None = None
        if not suitable:
            near_miss = find_near_miss(context, session, snapshot, explainer, Query.of_features(side, features))
    return PreviewListing(
        items=items,
        verdict=verdict_on(side, near_miss, language, suitable=suitable),
        next_cursor=None,
        generation=None,
        ranked_at=None,
        proposed_must_haves=proposals_in(body.content, language) if side is Side.CHALLENGE else [],
    )


def _stored_verdict(
    context: Context,
    session: Session,
    side: Side,
    row: Any,
    listed: Sequence[ListedMatch],
    explainer: Explainer,
    language: Language,
) -> Verdict:
    best = max(listed, key=lambda match: match.score, default=None)
    snapshot = context.ranking.snapshot_at_hand(session)
    if snapshot is None:
        return verdict_on(side, None, language, suitable=best is not None)
    suitable = anything_fits(context, session, snapshot, side, row.id, best)
    near_miss: NearMiss | None = None
    if not suitable:
        stored = vector_repository.stored_text(session, side, row, snapshot.fingerprint)
        query = Query(stored.batch.batch, stored.passages)
        near_miss = find_near_miss(context, session, snapshot, explainer, query)
    return verdict_on(side, near_miss, language, suitable=suitable)


def _match(
    side: Side,
    row: Any,
    partner: Any,
    rank: int | None,
    fit: float,
    signals: Mapping[int, Mapping[str, float]],
    explained: Mapping[int, Explanation],
) -> MatchRead:
    sides = {side: row, side.other: partner}
    challenge, profile = sides[Side.CHALLENGE], sides[Side.PROFILE]
    explanation = explained[partner.id]
    return MatchRead(
        rank=rank,
        fit=_shown_fit(fit),
        band=band_of(fit),
        challenge=None if challenge is None else ChallengeSummary.model_validate(challenge),
        profile=None if profile is None else ProfileSummary.model_validate(profile),
        criteria=explanation.criteria,
        evidence=explanation.evidence,
        shared_terms=explanation.shared_terms,
        reason=explanation.reason,
        signals=dict(signals[partner.id]) if partner.id in signals else None,
    )


def _shown_fit(fit: float) -> float:
    """Round a fit to what is known of it: two decimals, and never certainty."""
    return min(round(fit, 2), 0.99)


def _stored_signals(
    context: Context,
    session: Session,
    side: Side,
    row: Any,
    ids: Sequence[int],
) -> dict[int, dict[str, float]]:
    """Compute the signal values of the pairs on a page; none while this process reads a new ranking."""
    if not ids or context.ranking.snapshot_at_hand(session) is None:
        return {}
    return _signals_by_id(_scored(context, session, side, row, ids))


def _scored(context: Context, session: Session, side: Side, row: Any, ids: Sequence[int]) -> Ranking:
    """Score a stored text with some of the other side."""
    snapshot = context.ranking.snapshot(session).holding(session, side.other, ids)
    stored = vector_repository.stored_text(session, side, row, snapshot.fingerprint)
    (ranking,) = context.ranking.matcher.score_pairs(
        stored.batch.batch,
        stored.passages,
        snapshot.corpus,
        context.ranking.passages(session, snapshot),
        np.asarray(ids, np.int64),
    )
    return ranking


def _signals_by_id(ranking: Ranking) -> dict[int, dict[str, float]]:
    return {
        text_id: {name: float(values[place]) for name, values in ranking.signals.items()}
        for place, text_id in enumerate(ranking.ids.tolist())
    }
