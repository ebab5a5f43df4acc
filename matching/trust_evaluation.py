"""Measures of what makes a list trustworthy: must-haves, duplicates, evidence, language pairs.

Besides what `matching.evaluation` reads, a set may hold "must" (a list of requirements in plain words) in
`queries.jsonl`, `violations.tsv` (query, document, must), and `duplicates.tsv` (query, query).
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching import metrics
from matching.batches import SideBatch
from matching.corpus import Corpus
from matching.criteria import Facets, eligible, encode_challenge_facets, encode_profile_facets
from matching.duplicates import SAME_NEED, likeness
from matching.encoder import Encoder
from matching.evidence import Span, explain, read
from matching.features import Passages, TextFeatures
from matching.language import LANGUAGES
from matching.matcher import Matcher
from matching.passages import InMemoryPassages
from matching.signals import DENSE_SCALE
from matching.statements import read_statements
from matching.statistics import Statistics
from matching.texts import Side, Text, encoding_form
from matching.tokens import hashed_grams

_DRAWS: Final = 4
_SEED: Final = 20190123
_KEPT: Final = 120
_WORD: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, eq=False)
class Demands:
    """What a set says beyond grades, by row of challenge and profile.

    facets: must-haves and what profiles state, where a set has them as fields; else `musts` are confirmed as written.
    """

    musts: Sequence[Sequence[str]] = ()
    violations: frozenset[tuple[int, int]] = frozenset()
    duplicates: frozenset[frozenset[int]] = frozenset()
    facets: Mapping[Side, Facets] | None = None

    @classmethod
    def read(cls, folder: Path) -> Demands:
        """Read them from a folder; files that are not there say nothing. Raises KeyError for unknown ids."""
        queries = [json.loads(line) for line in _lines(folder / "queries.jsonl")]
        rows = {str(query["id"]): row for row, query in enumerate(queries)}
        documents = [json.loads(line)["id"] for line in _lines(folder / "docs.jsonl")]
        columns = {str(document): column for column, document in enumerate(documents)}
        violations = [line.split("\t") for line in _lines(folder / "violations.tsv")]
        duplicates = [line.split("\t") for line in _lines(folder / "duplicates.tsv")]
        return cls(
            [query.get("must") or () for query in queries],
            frozenset((rows[query], columns[document]) for query, document, *_ in violations),
            frozenset(frozenset((rows[one.strip()], rows[other.strip()])) for one, other in duplicates),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A judged set with its features and the statistics it is ranked with."""

    texts: Mapping[Side, Sequence[Text]]
    features: Mapping[Side, Sequence[TextFeatures]]
    grades: NDArray[np.float64]
    statistics: Statistics
    matcher: Matcher = field(default_factory=Matcher)

    def batch(self, side: Side, facets: Facets | None = None) -> SideBatch:
        """Return the texts of a side; ids are row numbers."""
        return SideBatch.from_features(side, range(len(self.features[side])), self.features[side], facets)

    def rank(self, facets: Mapping[Side, Facets] | None = None, limit: int = metrics.CUT) -> list[dict[int, float]]:
        """Return {profile: score} of the best profiles of each challenge, best first."""
        given = facets or {}
        source = InMemoryPassages()
        for row, feature in enumerate(self.features[Side.PROFILE]):
            source.add(Side.PROFILE, row, feature.passages)
        results = self.matcher.rank(
            self.batch(Side.CHALLENGE, given.get(Side.CHALLENGE)),
            Passages.from_features(self.features[Side.CHALLENGE]),
            Corpus.load(self.statistics, [self.batch(Side.PROFILE, given.get(Side.PROFILE))]),
            source,
            limit=limit,
        )
        return [dict(zip(each.own.ids.tolist(), each.own.scores.tolist(), strict=True)) for each in results]


def must_haves(encoded: Encoded, demands: Demands) -> dict[str, float]:
    """Confirm all must-haves, rank, and count profiles in the top ten that are listed as violating one.

    Also counts how many of the listed violations the reader finds, and useful profiles (grade 2 or more) it shuts out.
    """
    facets = demands.facets or {
        Side.CHALLENGE: encode_challenge_facets(
            {"must_haves": [{"kind": "other", "text": text} for text in musts]} for musts in demands.musts
        ),
        Side.PROFILE: encode_profile_facets(
            {"statements": [found.as_list() for found in read_statements([("text", text.whole)])]}
            for text in encoded.texts[Side.PROFILE]
        ),
    }
    allowed = eligible(facets[Side.CHALLENGE], facets[Side.PROFILE])
    ranked = encoded.rank(facets)
    plain = encoded.rank()
    return {
        "listed_violations": len(demands.violations),
        "violations_in_top_10": sum(profile in ranked[row] for row, profile in demands.violations),
        "violations_in_top_10_without_must_haves": sum(profile in plain[row] for row, profile in demands.violations),
        "violations_read": sum(not allowed[pair] for pair in demands.violations),
        "useful_shut_out": int(np.count_nonzero(~allowed & (encoded.grades > 1))),
        "ndcg@10": round(ndcg(encoded.grades, ranked), 4),
    }


def duplicates(encoded: Encoded, demands: Demands) -> dict[str, float]:
    """Offer every pair of challenges from the threshold on; recall and precision against the listed pairs."""
    side = Corpus.load(encoded.statistics, [encoded.batch(Side.CHALLENGE)]).challenges
    cosines = side.dense @ side.dense.T / DENSE_SCALE**2
    lists = encoded.rank(limit=_KEPT)
    found = {
        frozenset((one, other)): likeness(float(cosines[one, other]), lists[one], lists[other])
        for one, other in itertools.combinations(range(len(lists)), 2)
    }
    offered = {pair for pair, alike in found.items() if alike >= SAME_NEED}
    right = len(offered & demands.duplicates)
    order = sorted(found, key=lambda pair: -found[pair])
    return {
        "listed": len(demands.duplicates),
        "offered": len(offered),
        "recall": round(right / len(demands.duplicates), 4),
        "precision": round(right / len(offered), 4) if offered else 1.0,
        "recall_among_as_many": round(
            len(demands.duplicates & set(order[: len(demands.duplicates)])) / len(demands.duplicates), 4
        ),
    }


def language_pairs(encoded: Encoded) -> dict[str, dict[str, float]]:
    """nDCG@10 of the challenges of each language against the profiles of each language only."""
    report: dict[str, dict[str, float]] = {}
    languages = {side: np.array([text.language for text in texts]) for side, texts in encoded.texts.items()}
    lists = encoded.rank(limit=len(encoded.features[Side.PROFILE]))
    for one, other in itertools.product(LANGUAGES, LANGUAGES):
        columns = np.flatnonzero(languages[Side.PROFILE] == other)
        rows = np.flatnonzero(languages[Side.CHALLENGE] == one)
        grades = np.zeros_like(encoded.grades)
        grades[:, columns] = encoded.grades[:, columns]
        judged = rows[grades[rows].any(axis=1)]
        if not len(judged):
            continue
        within = set(columns.tolist())
        kept = [[profile for profile in lists[row] if profile in within][: metrics.CUT] for row in judged]
        report[f"{one}-{other}"] = {
            "queries": len(judged),
            "ndcg@10": round(ndcg(grades[judged], [dict.fromkeys(each, 0.0) for each in kept]), 4),
        }
    return report


def evidence(encoded: Encoded, encoder: Encoder) -> dict[str, float]:
    """Delete the first pair of spans of each best pair, and random spans as long, and score what is left.

    Only whole texts are encoded again, so scores are without the extra for passages. Random spans begin and end
    between words; their mean over a few draws is what the evidence has to beat.
    """
    best = np.argwhere(encoded.grades == encoded.grades.max())
    generator = np.random.default_rng(_SEED)
    cases: list[list[tuple[str, str]]] = []
    exact = spans = 0
    for row, column in best.tolist():
        challenge, profile = encoded.texts[Side.CHALLENGE][row], encoded.texts[Side.PROFILE][column]
        readable = [
            read(text, features.passages, encoded.statistics)
            for text, features in (
                (challenge, encoded.features[Side.CHALLENGE][row]),
                (profile, encoded.features[Side.PROFILE][column]),
            )
        ]
        found = explain(readable[0], readable[1], encoded.matcher.weights, encoded.statistics)
        every = [(challenge, pair.challenge) for pair in found.pairs] + [
            (profile, pair.profile) for pair in found.pairs
        ]
        every += [(challenge, term.challenge) for term in found.terms] + [
            (profile, term.profile) for term in found.terms
        ]
        spans += len(every)
        exact += sum(_is_exact(text, span) for text, span in every)
        first = found.pairs[0]
        case = [
            (challenge.whole, profile.whole),
            (_without(challenge, first.challenge), _without(profile, first.profile)),
        ]
        for _ in range(_DRAWS):
            pair = (
                _random_span(challenge, first.challenge, generator),
                _random_span(profile, first.profile, generator),
            )
            case.append((_without(challenge, pair[0]), _without(profile, pair[1])))
        cases.append(case)
    scores = _scores(encoded, encoder, best[:, 0].tolist(), best[:, 1].tolist(), cases)
    drops = scores[:, :1] - scores[:, 1:]
    return {
        "pairs": len(cases),
        "spans": spans,
        "exact_spans": exact,
        "first_beats_random": round(float(np.mean(drops[:, 0] > drops[:, 1:].mean(axis=1))), 4),
        "first_beats_each_random": round(float(np.mean(drops[:, :1] > drops[:, 1:])), 4),
        "mean_drop": round(float(drops[:, 0].mean()), 4),
        "mean_drop_random": round(float(drops[:, 1:].mean()), 4),
    }


def _is_exact(text: Text, span: Span) -> bool:
    """Tell whether a span lies in one stored field and begins and ends with a sign: what is shown stands there."""
    shown = text.whole[span.start : span.end]
    within = any(part.start <= span.start < span.end <= part.end for part in text.parts)
    return within and shown == shown.strip()


def _without(text: Text, span: Span) -> str:
    return f"{text.whole[: span.start].rstrip()} {text.whole[span.end :].lstrip()}"


def _random_span(text: Text, like: Span, generator: np.random.Generator) -> Span:
    """Draw a span between words of about the same length."""
    words = list(_WORD.finditer(text.whole))
    length = like.end - like.start
    starts = [word.start() for word in words if word.start() + length <= len(text.whole)] or [0]
    start = starts[int(generator.integers(len(starts)))]
    ends = np.array([word.end() for word in words])
    return Span(start, int(ends[np.argmin(np.abs(ends - start - length))]))


def _scores(
    encoded: Encoded,
    encoder: Encoder,
    rows: Sequence[int],
    columns: Sequence[int],
    cases: Sequence[Sequence[tuple[str, str]]],
) -> NDArray[np.float64]:
    """(cases, variants) scores of pairs of changed texts, each in the language of its original."""
    variants = len(cases[0])
    batches: dict[Side, SideBatch] = {}
    for place, (side, originals) in enumerate(((Side.CHALLENGE, rows), (Side.PROFILE, columns))):
        forms = [encoding_form(pair[place]) for case in cases for pair in case]
        distinct = list(dict.fromkeys(forms))
        vectors = dict(zip(distinct, encoder.encode(distinct, side), strict=True))
        languages = [encoded.texts[side][original].language for original in originals for _ in range(variants)]
        none = np.empty((0, encoder.dimension), np.float16)
        changed = [
            TextFeatures(language, vectors[form], none, *hashed_grams(form))
            for form, language in zip(forms, languages, strict=True)
        ]
        batches[side] = SideBatch.from_features(side, range(len(changed)), changed)
    corpus = Corpus.load(encoded.statistics, [batches[Side.PROFILE]])
    source = InMemoryPassages()
    nothing = np.empty((0, encoder.dimension), np.float16)
    for number in range(len(batches[Side.PROFILE])):
        source.add(Side.PROFILE, number, nothing)
    scores = np.zeros(len(cases) * variants)
    for number in range(len(scores)):
        query = batches[Side.CHALLENGE].take(np.array([number]))
        (ranking,) = encoded.matcher.score_pairs(
            query, Passages.from_rows([nothing], encoder.dimension), corpus, source, [number]
        )
        scores[number] = ranking.scores[0]
    return scores.reshape(len(cases), variants)


def ndcg(grades: NDArray[np.float64], lists: Sequence[Mapping[int, float]]) -> float:
    """Mean nDCG@10 of lists {profile: score}, best first; challenges without a relevant profile are left out."""
    ranked = np.zeros((len(lists), metrics.CUT))
    for row, profiles in enumerate(lists):
        columns = list(profiles)[: metrics.CUT]
        ranked[row, : len(columns)] = grades[row, columns]
    return float(np.nanmean(metrics.ndcg(ranked, grades)))


def _lines(path: Path) -> list[str]:
    if not path.is_file():
        return []
    return [line for line in path.read_text("utf-8-sig").split("\n") if line.strip()]


def report(encoded: Encoded, demands: Demands, encoder: Encoder | None) -> dict[str, Any]:
    """Return all measures a set has the files for; evidence only with an encoder, as it encodes again."""
    measures: dict[str, Any] = {"language_pairs": language_pairs(encoded)}
    if demands.violations:
        measures["must_haves"] = must_haves(encoded, demands)
    if demands.duplicates:
        measures["duplicates"] = duplicates(encoded, demands)
    if encoder is not None:
        measures["evidence"] = evidence(encoded, encoder)
    return measures
