"""Words and character n-grams of German and English text.

Sequences of five characters inside words find compounds and inflections ("Dienstplan" in "Dienstplanung") without a
dictionary; the form is that of scikit-learn's `char_wb` analyser. Lengths 3 to 5 together rank no better and are
three times as many (docs/decisions/0005). N-grams are hashed into a fixed number of buckets, so no vocabulary has to
be stored or shared.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import zlib
from collections import Counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.normalise import capped

BUCKETS: Final = 1 << 20
"""Number of hash buckets; with half a million distinct n-grams a bucket seldom holds two frequent ones."""

GRAM_LENGTH: Final = 5
_LONGEST_WORD: Final = 40
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Lower-case words of `text` in order; "Nutzer*innen" gives two, "ß" becomes "ss"."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def hashed_grams(text: str) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Distinct n-gram buckets of `text` in ascending order (uint32, below `BUCKETS`) and how often each occurs.

    Counts are capped at 255 (uint8). Text without a word gives two empty arrays.
    """
    grams, weights = gram_occurrences(text)
    ids, where = np.unique(grams, return_inverse=True)
    totals = np.bincount(where, weights=weights, minlength=len(ids))
    return ids, np.minimum(totals, 255).astype(np.uint8)


def gram_occurrences(text: str) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """N-gram buckets of the distinct words of `text` (uint32, in no order) and how often each word occurs (int64)."""
    counts = capped(Counter(words(text)))
    if not counts:
        return np.empty(0, np.uint32), np.empty(0, np.int64)
    grams = [_word_grams(word) for word in counts]
    weights = np.repeat(np.fromiter(counts.values(), np.int64, len(grams)), [len(one) for one in grams])
    return np.concatenate(grams), weights


@functools.lru_cache(maxsize=50_000)
def _word_grams(word: str) -> NDArray[np.uint32]:
    """Buckets of one word's n-grams, with a blank at both ends; a short word is one n-gram."""
    padded = f" {word[:_LONGEST_WORD]} "
    count = max(len(padded) - GRAM_LENGTH + 1, 1)
    grams = (padded[i : i + GRAM_LENGTH].encode() for i in range(count))
    hashes = np.fromiter(map(zlib.crc32, grams), np.uint32, count)
    hashes &= np.uint32(BUCKETS - 1)
    hashes.flags.writeable = False
    return hashes
