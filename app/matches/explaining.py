"""Why a match is one: evidence from both texts, criteria with their sources, and one sentence put together from them.

Computed for the page that is read, from stored vectors; nothing is encoded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from app.context import Context
from app.matches import labels, vector_repository
from app.matches.schemas import CriterionRead, EvidenceRead, SharedTermRead, SpanRead
from app.matches.snapshot import Snapshot
from app.matches.texts import compose_text, facets
from app.vocabulary import Language
from matching.criteria import CriterionResult, Status, check
from matching.evidence import Evidence, Readable, Span, explain, read
from matching.features import TextFeatures
from matching.texts import Side, Text

_QUOTED: Final = 110
"""Characters of a span that the reason quotes at most."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a reader of one match gets to see besides its place."""

    criteria: list[CriterionRead]
    evidence: list[EvidenceRead]
    shared_terms: list[SharedTermRead]
    reason: str


class Explainer:
    """Explains the matches of one text in one language of the reader."""

    def __init__(self, context: Context, session: Session, side: Side, own: Any, language: Language) -> None:
        self._context = context
        self._session = session
        self._side = side
        self._own = own
        self._language = language
        self._snapshot = _snapshot(context, session)

    def explain(self, partners: Mapping[int, Any], features: TextFeatures | None = None) -> dict[int, Explanation]:
        """Explain the matches with some rows of the other side. features: of an own text that is not stored."""
        own = self._own_readable(features)
        others = self._readables(self._side.other, partners) if own is not None else {}
        return {text_id: self._one(row, own, others.get(text_id)) for text_id, row in partners.items()}

    def criteria(self, partner: Any) -> list[CriterionResult]:
        """Return how every requirement stands, those that are not asked left out."""
        asked, stated = facets(self._side, self._own), facets(self._side.other, partner)
        pair = (asked, stated) if self._side is Side.CHALLENGE else (stated, asked)
        return [result for result in check(*pair) if result.status is not Status.NOT_ASKED]

    def criterion(self, result: CriterionResult, partner: Any) -> CriterionRead:
        """Return one requirement as a reader sees it, with the sentence of the profile that decides."""
        profile = partner if self._side is Side.CHALLENGE else self._own
        source = result.source
        said = None
        if source is not None:
            text = getattr(profile, source.field)
            said = SpanRead(
                field=source.field, start=source.start, end=source.end, text=text[source.start : source.end]
            )
        return CriterionRead(
            key=result.key,
            status=result.status.name.lower(),
            asked=result.words if result.key == "other" else result.asked,
            stated=list(result.stated) if isinstance(result.stated, tuple) else result.stated,
            label=labels.criterion(result, self._language),
            statement=said,
            words=result.words,
        )

    def _one(self, partner: Any, own: Readable | None, other: Readable | None) -> Explanation:
        results = self.criteria(partner)
        shown = [self.criterion(result, partner) for result in results]
        if own is None or other is None or self._snapshot is None:
            return Explanation(shown, [], [], _reason(results, "", "", [], self._language))
        challenge, profile = (own, other) if self._side is Side.CHALLENGE else (other, own)
        weights = self._context.ranking.matcher.weights
        found = explain(challenge, profile, weights, self._snapshot.corpus.statistics)
        evidence = [
            EvidenceRead(challenge=_span(challenge.text, pair.challenge), profile=_span(profile.text, pair.profile))
            for pair in found.pairs
        ]
        terms = [
            SharedTermRead(challenge=_span(challenge.text, term.challenge), profile=_span(profile.text, term.profile))
            for term in found.terms
        ]
        return Explanation(shown, evidence, terms, self._reason(results, found, challenge.text, profile.text))

    def _reason(self, results: Sequence[CriterionResult], found: Evidence, challenge: Text, profile: Text) -> str:
        need, offer = "", ""
        if found.pairs:
            need = _quote(challenge.whole, found.pairs[0].challenge)
            offer = _quote(profile.whole, found.pairs[0].profile)
        words = [profile.whole[term.profile.start : term.profile.end] for term in found.terms[:3]]
        return _reason(results, need, offer, words, self._language)

    def _own_readable(self, features: TextFeatures | None) -> Readable | None:
        if self._snapshot is None:
            return None
        if features is None:
            return self._readables(self._side, {self._own.id: self._own}).get(self._own.id)
        text = compose_text(self._side, self._own)
        return read(text, features.passages, self._snapshot.corpus.statistics)

    def _readables(self, side: Side, rows: Mapping[int, Any]) -> dict[int, Readable]:
        """Compose the texts of rows and lay their stored vectors beside them."""
        assert self._snapshot is not None  # noqa: S101  callers look first
        stored = vector_repository.passage_vectors(self._session, side, list(rows), self._snapshot.fingerprint)
        found: dict[int, Readable] = {}
        for text_id, passages in stored.items():
            text = compose_text(side, rows[text_id])
            if len(text.passages) == len(passages):
                found[text_id] = read(text, passages, self._snapshot.corpus.statistics)
        return found


def _snapshot(context: Context, session: Session) -> Snapshot | None:
    """Return the corpus, None while this process reads a new ranking: then lists are read and not explained."""
    return context.ranking.snapshot_at_hand(session)


def _span(text: Text, span: Span) -> SpanRead:
    """Give a span of the composed text as a span of the stored field it lies in."""
    part = next(part for part in text.parts if part.start <= span.start < part.end)
    return SpanRead(
        field=part.field,
        start=span.start - part.start,
        end=span.end - part.start,
        text=text.whole[span.start : span.end],
    )


def _quote(whole: str, span: Span) -> str:
    """Quote the beginning of a span, cut between words."""
    text = " ".join(whole[span.start : span.end].split())
    if len(text) <= _QUOTED:
        return text.rstrip(" .;:,")
    return text[: text.rfind(" ", 0, _QUOTED)].rstrip(" .;:,–-") + " …"


def _reason(results: Sequence[CriterionResult], need: str, offer: str, words: Sequence[str], language: Language) -> str:
    """Put one sentence together from evidence and criteria; it says nothing that they don't."""
    english = language is Language.ENGLISH
    parts: list[str] = []
    if need and offer:
        parts.append(f"The profile says “{offer}” to “{need}”" if english else f"Zu „{need}“ sagt das Profil „{offer}“")
    if words:
        parts.append(("shared terms: " if english else "gemeinsame Begriffe: ") + ", ".join(dict.fromkeys(words)))
    for status, (german, plain) in labels.STATUSES.items():
        named = [labels.criterion(result, language) for result in results if result.status is status]
        if named:
            parts.append(f"{plain if english else german}: {', '.join(named)}")
    sentence = "; ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""
