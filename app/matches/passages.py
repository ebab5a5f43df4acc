"""Passage vectors of candidates: read from the database when a ranking asks for them, and kept for a while.

They are the bulk of a text's row, and a ranking needs those of a few hundred texts only, so a process never holds them
for the whole of a large corpus.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.matches import corpus_repository
from matching.corpus import Corpus
from matching.features import FeatureFormatError, Passages, unpack_passages
from matching.passages import LoadedPassages
from matching.signals import STRONGEST_TERMS
from matching.statistics import Statistics
from matching.texts import Side

LEAST = 48 * 2**20
TOGETHER = 256 * 2**20


class PassageCache:
    """The passages used last, centred, up to `limit` bytes; shared by the threads of a process.

    Without a limit it takes what a small corpus leaves of TOGETHER bytes, and LEAST beside a large one.

    An entry belongs to one statistics and carries the first bytes of the hash of its text and its language, so that a
    reader never gets those of another version.
    """

    def __init__(self, limit: int | None = None) -> None:
        self.limit = LEAST if limit is None else limit
        self._fixed = limit is not None
        self._bytes = 0
        self._lock = threading.Lock()
        self._entries: OrderedDict[tuple[str, Side, int], tuple[int, int, NDArray[np.int16]]] = OrderedDict()

    def make_room(self, corpus: Corpus) -> None:
        """Set the limit for a corpus, unless it was given."""
        if self._fixed:
            return
        texts = len(corpus.challenges.alive) + len(corpus.profiles.alive)
        self.limit = max(LEAST, TOGETHER - texts * (4 * corpus.statistics.dimension + 5 * STRONGEST_TERMS))

    def get(self, digest: str, side: Side, text_id: int, text_hash: int, language: int) -> NDArray[np.int16] | None:
        """Return the passages (m, d) of a text in the version with this hash, None when they are not here."""
        with self._lock:
            entry = self._entries.get((digest, side, text_id))
            if entry is None or entry[0] != text_hash or entry[1] != language:
                return None
            self._entries.move_to_end((digest, side, text_id))
            return entry[2]

    def put(
        self, digest: str, side: Side, text_id: int, text_hash: int, language: int, passages: NDArray[np.int16]
    ) -> None:
        """Keep the passages of a text, and let go of those that were not used for longest."""
        with self._lock:
            old = self._entries.pop((digest, side, text_id), None)
            self._bytes += passages.nbytes - (old[2].nbytes if old else 0)
            self._entries[digest, side, text_id] = (text_hash, language, passages)
            while self._bytes > self.limit:
                _, (_, _, dropped) = self._entries.popitem(last=False)
                self._bytes -= dropped.nbytes


class PassageReader:
    """The `PassageSource` of one session: cache first, database for the rest.

    hashes: for each side the expected short hash by id, as the snapshot that is ranked knows it.
    """

    def __init__(
        self,
        session: Session,
        cache: PassageCache,
        statistics: Statistics,
        hashes: Mapping[Side, NDArray[np.int64]],
        *,
        may_be_gone: bool = False,
    ) -> None:
        """`may_be_gone`: a text that the session does not see has no passages, instead of an error."""
        self._may_be_gone = may_be_gone
        self._session = session
        self._cache = cache
        self._statistics = statistics
        self._hashes = hashes
        self._others: set[tuple[Side, int]] = set()  # not in the version that the snapshot knows

    def load(self, side: Side, ids: NDArray[np.int64], languages: NDArray[np.uint8]) -> list[LoadedPassages]:
        """Return the passages of the texts, in order: centred those that are in the cache."""
        expected = self._hashes[side]
        digest = self._statistics.digest
        found: dict[int, LoadedPassages] = {}
        for text_id, language in zip(ids.tolist(), languages.tolist(), strict=True):
            passages = self._cache.get(digest, side, text_id, int(expected[text_id]), language)
            if passages is not None:
                found[text_id] = passages
        missing = [text_id for text_id in ids.tolist() if text_id not in found]
        found.update(self._stored(side, missing))
        return [found[text_id] for text_id in ids.tolist()]

    def keep(self, side: Side, ids: list[int], languages: list[int], centred: list[NDArray[np.int16]]) -> None:
        """Put centred passages into the cache, unless the session saw another version of the text."""
        expected = self._hashes[side]
        for text_id, language, passages in zip(ids, languages, centred, strict=True):
            if (side, text_id) not in self._others:
                self._cache.put(self._statistics.digest, side, text_id, int(expected[text_id]), language, passages)

    def _stored(self, side: Side, ids: list[int]) -> dict[int, NDArray[np.float16]]:
        if not ids:
            return {}
        found: dict[int, NDArray[np.float16]] = {}
        expected = self._hashes[side]
        stored = corpus_repository.load_passages(self._session, side, self._statistics.fingerprint, ids)
        for text_id, (text_hash, blob) in stored.items():
            found[text_id] = unpack_passages(blob)
            if text_hash != expected[text_id]:
                self._others.add((side, text_id))
        gone = [text_id for text_id in ids if text_id not in found]
        if gone and not self._may_be_gone:
            raise FeatureFormatError(f"{side.value} {gone[0]} has no stored vectors")
        self._others.update((side, text_id) for text_id in gone)
        found.update(dict.fromkeys(gone, np.empty((0, self._statistics.dimension), np.float16)))
        return found


def raw_passages(session: Session, side: Side, statistics: Statistics, ids: NDArray[np.int64]) -> Passages:
    """Return the passages of texts as they were encoded, in order. Raises `FeatureFormatError` for one without."""
    stored = corpus_repository.load_passages(session, side, statistics.fingerprint, ids.tolist())
    if gone := [text_id for text_id in ids.tolist() if text_id not in stored]:
        raise FeatureFormatError(f"{side.value} {gone[0]} has no stored vectors")
    return Passages.from_packed([stored[text_id][1] for text_id in ids.tolist()], statistics.dimension)
