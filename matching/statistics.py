"""What depends on a whole corpus and is frozen with a ranking generation.

Two texts keep their score when a stranger's text comes or goes, because everything a score takes from the corpus is
estimated once and stored with the generation: means by side and language, document frequencies, and a sample of both
sides by which a text's hubness and the spread of cosines are measured.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.batches import SideBatch
from matching.language import LANGUAGES
from matching.signals import DENSE_SCALE, dense_vectors, products
from matching.texts import Side
from matching.tokens import BUCKETS

_VERSION: Final = 1
_SIDES: Final = (Side.CHALLENGE, Side.PROFILE)
_PRIOR_TEXTS: Final = 25.0
"""A prior counts as much as this many texts of a side and language."""
_SAMPLE: Final = 1024
_ENOUGH: Final = 64
"""A sample of a side with fewer texts is filled up to this number from the prior's."""
_NEIGHBOURS: Final = 5
_ROWS_AT_ONCE: Final = 4096
_NEUTRAL_SPREAD: Final = 0.06
_ARRAYS: Final = ("means", "counts", "terms", "frequencies")


class StatisticsError(ValueError):
    """Stored statistics can't be read, or belong to another encoder or version."""


class Sample(NamedTuple):
    """Some texts of one side: vectors (r, d) float16 of unit length, languages (r,) uint8."""

    vectors: NDArray[np.float16]
    languages: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Statistics:
    """Estimates from a reference of both sides.

    fingerprint: encoder whose vectors were used. means: (2, 2, d) float32, side by language, in the order of
    `Side` and `LANGUAGES`. counts: (2, 2) int64, texts behind each mean. terms: (t,) uint32 buckets, ascending.
    frequencies: (t,) float32, share of texts with the bucket, averaged over the two sides. samples: texts of each side.
    """

    fingerprint: str
    means: NDArray[np.float32]
    counts: NDArray[np.int64]
    terms: NDArray[np.uint32]
    frequencies: NDArray[np.float32]
    samples: tuple[Sample, Sample]

    @property
    def dimension(self) -> int:
        """Number of columns of the vectors."""
        return int(self.means.shape[2])

    @cached_property
    def digest(self) -> str:
        """Name of what vectors are centred with: the encoder and a hash of the means."""
        return f"{self.fingerprint} {hashlib.blake2b(self.means.tobytes(), digest_size=16).hexdigest()}"

    @cached_property
    def idf(self) -> NDArray[np.float32]:
        """(BUCKETS,) float32: 1 + ln((1 + n) / (1 + f n)), the smoothed form of scikit-learn, by bucket.

        n is the number of texts behind the estimate and f the share of them that has the bucket.
        """
        count = float(max(int(self.counts.sum()), 1))
        share = np.zeros(BUCKETS)
        share[self.terms] = self.frequencies
        idf: NDArray[np.float32] = (1 + np.log((1 + count) / (1 + share * count))).astype(np.float32)
        return idf

    @cached_property
    def spread(self) -> float:
        """Standard deviation of the dense cosine of a sampled challenge with a sampled profile.

        The unit of a score: encoders differ a lot in how far apart they place texts.
        """
        challenges, profiles = self._sample_vectors
        if not len(challenges) or not len(profiles):
            return _NEUTRAL_SPREAD
        return max(float(np.std(products(challenges, profiles), dtype=np.float64)) / DENSE_SCALE**2, 1e-3)

    @cached_property
    def _sample_vectors(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        challenges, profiles = self.samples
        return (
            dense_vectors(self.mean(Side.CHALLENGE), challenges.languages, challenges.vectors),
            dense_vectors(self.mean(Side.PROFILE), profiles.languages, profiles.vectors),
        )

    @cached_property
    def _centres(self) -> NDArray[np.float64]:
        both = [rows.sum(axis=0, dtype=np.float64) / (max(len(rows), 1) * DENSE_SCALE) for rows in self._sample_vectors]
        return np.stack(both)

    def centre(self, side: Side) -> NDArray[np.float64]:
        """(d,) float64 mean of the centred sample of a side; its product with a unit vector is the mean cosine."""
        centre: NDArray[np.float64] = self._centres[_SIDES.index(side)]
        return centre

    def mean(self, side: Side) -> NDArray[np.float32]:
        """Return the (2, d) float32 means of a side, by language."""
        means: NDArray[np.float32] = self.means[_SIDES.index(side)]
        return means

    def hubness(self, side: Side, dense: NDArray[np.float32]) -> NDArray[np.float64]:
        """How near texts of `side` are to everything: (n,) float64 mean cosine with the nearest sampled opposites.

        dense: (n, d) as `matching.signals.dense_vectors` gives it. Subtracting part of it from both sides of a pair
        is CSLS (Conneau et al. 2018, "Word Translation Without Parallel Data") with a frozen reference.
        """
        return nearest_mean(dense, self._sample_vectors[_SIDES.index(side.other)])

    def require(self, fingerprint: str) -> None:
        """Raise StatisticsError unless the statistics were made with the encoder of this fingerprint."""
        if fingerprint != self.fingerprint:
            raise StatisticsError(
                f"the statistics were made with the encoder {self.fingerprint}, the vectors with {fingerprint}; "
                "rescore with the encoder in use"
            )

    @classmethod
    def neutral(cls, fingerprint: str, dimension: int) -> Statistics:
        """No reference at all: nothing is subtracted and all n-grams weigh the same."""
        nobody = Sample(np.empty((0, dimension), np.float16), np.empty(0, np.uint8))
        return cls(
            fingerprint,
            np.zeros((2, 2, dimension), np.float32),
            np.zeros((2, 2), np.int64),
            np.empty(0, np.uint32),
            np.empty(0, np.float32),
            (nobody, nobody),
        )

    @classmethod
    def estimate(cls, batches: Iterable[SideBatch], prior: Statistics) -> Statistics:
        """Statistics of the texts in `batches` (both sides, any order), shrunk towards `prior` while they are few.

        Batches are read one at a time. Raises ValueError when a batch has another dimension than the prior.
        """
        totals = _Totals(prior.dimension)
        for batch in batches:
            totals.add(batch)
        terms, frequencies = _frequencies(totals.document_counts, totals.counts.sum(axis=1), prior)
        samples = [_filled(sample.finish(), old) for sample, old in zip(totals.samples, prior.samples, strict=True)]
        return cls(
            prior.fingerprint,
            _means(totals.sums, totals.counts, prior),
            totals.counts + prior.counts,
            terms,
            frequencies,
            (samples[0], samples[1]),
        )

    def to_bytes(self) -> bytes:
        """Give an npz archive; equal statistics give equal bytes."""
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        for side, sample in zip(_SIDES, self.samples, strict=True):
            arrays[f"{side.value}_vectors"] = sample.vectors
            arrays[f"{side.value}_languages"] = sample.languages
        buffer = io.BytesIO()
        np.savez_compressed(buffer, version=np.int64(_VERSION), fingerprint=np.array(self.fingerprint), **arrays)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Statistics:
        """Undo `to_bytes`. Raises StatisticsError."""
        try:
            with np.load(io.BytesIO(stored), allow_pickle=False) as archive:
                found = {name: archive[name] for name in archive.files}
            version = int(found["version"])
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
            raise StatisticsError(f"the statistics can't be read: {error}") from error
        if version != _VERSION:
            raise StatisticsError("the statistics are of another version; rescore to renew them")
        challenges, profiles = (
            Sample(found[f"{side.value}_vectors"], found[f"{side.value}_languages"]) for side in _SIDES
        )
        return cls(
            fingerprint=str(found["fingerprint"]),
            means=found["means"],
            counts=found["counts"],
            terms=found["terms"],
            frequencies=found["frequencies"],
            samples=(challenges, profiles),
        )


def nearest_mean(dense: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean cosine of each of (n, d) with its nearest of (r, d), both in whole numbers: (n,) float64; 0 without any."""
    result = np.zeros(len(dense))
    nearest = min(_NEIGHBOURS, len(others))
    if not nearest:
        return result
    for start in range(0, len(dense), _ROWS_AT_ONCE):
        cosines = products(dense[start : start + _ROWS_AT_ONCE], others)
        cosines.partition(cosines.shape[1] - nearest, axis=1)
        # Whole numbers: the sum is exact, so a text has the same value in every batch.
        sums = cosines[:, -nearest:].sum(axis=1, dtype=np.float64)
        result[start : start + _ROWS_AT_ONCE] = sums / (nearest * DENSE_SCALE**2)
    return result


class _Totals:
    """Sums over batches."""

    def __init__(self, dimension: int) -> None:
        self.sums = np.zeros((2, 2, dimension))
        self.counts = np.zeros((2, 2), np.int64)
        self.document_counts = np.zeros((2, BUCKETS))
        self.samples = (_Sampler(dimension), _Sampler(dimension))

    def add(self, batch: SideBatch) -> None:
        if batch.dimension != self.sums.shape[2]:
            raise ValueError(f"vectors have {batch.dimension} columns, the statistics {self.sums.shape[2]}")
        side = _SIDES.index(batch.side)
        for language in range(len(LANGUAGES)):
            members = batch.languages == language
            self.sums[side, language] += batch.whole[members].sum(axis=0, dtype=np.float64)
            self.counts[side, language] += int(np.count_nonzero(members))
        self.document_counts[side] += np.bincount(batch.lexical.terms, minlength=BUCKETS)
        self.samples[side].add(batch)


class _Sampler:
    """The texts whose hashed ids are smallest: a random sample that doesn't depend on the order of batches."""

    def __init__(self, dimension: int) -> None:
        self.keys = np.empty(0, np.uint64)
        self.vectors = np.empty((0, dimension), np.float32)
        self.languages = np.empty(0, np.uint8)

    def add(self, batch: SideBatch) -> None:
        keys = np.concatenate([self.keys, _hashed(batch.ids)])
        chosen = np.argsort(keys)[:_SAMPLE]
        self.keys = keys[chosen]
        self.vectors = np.concatenate([self.vectors, batch.whole])[chosen]
        self.languages = np.concatenate([self.languages, batch.languages])[chosen]

    def finish(self) -> Sample:
        return Sample(self.vectors.astype(np.float16), self.languages)


def _hashed(ids: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Apply the finaliser of SplitMix64 (Steele et al. 2014): a bijection that scatters consecutive ids."""
    keys = ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    result: NDArray[np.uint64] = keys ^ (keys >> np.uint64(31))
    return result


def _filled(own: Sample, prior: Sample) -> Sample:
    missing = max(_ENOUGH - len(own.vectors), 0)
    return Sample(
        np.concatenate([own.vectors, prior.vectors[:missing]]),
        np.concatenate([own.languages, prior.languages[:missing]]),
    )


def _means(sums: NDArray[np.float64], counts: NDArray[np.int64], prior: Statistics) -> NDArray[np.float32]:
    """(2, 2, d) means shrunk towards the prior; a side without texts of a language borrows the nearest mean."""
    strength = _PRIOR_TEXTS * (prior.counts > 0)[:, :, None]
    means = (sums + strength * prior.means) / np.maximum(counts[:, :, None] + strength, 1)
    known = (counts + prior.counts) > 0
    for side, language in zip(*np.nonzero(~known), strict=True):
        if known[1 - side, language]:
            means[side, language] = means[1 - side, language]
        elif known[side, 1 - language]:
            means[side, language] = means[side, 1 - language]
    return means.astype(np.float32)


def _frequencies(
    document_counts: NDArray[np.float64], side_counts: NDArray[np.int64], prior: Statistics
) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """(terms, frequencies) averaged over the sides that have texts, shrunk towards the prior."""
    prior_share = np.zeros(BUCKETS)
    prior_share[prior.terms] = prior.frequencies
    strength = _PRIOR_TEXTS if prior.counts.any() else 0.0
    shares = [
        (document_counts[side] + strength * prior_share) / (side_counts[side] + strength)
        for side in range(2)
        if side_counts[side] + strength > 0
    ]
    share = np.mean(shares, axis=0) if shares else prior_share
    terms = np.flatnonzero(share)
    return terms.astype(np.uint32), share[terms].astype(np.float32)
