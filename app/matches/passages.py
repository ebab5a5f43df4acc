"""Passage vectors of candidates: read from the database when a ranking asks for them, and kept for a while.

They are the bulk of a text's row, and a ranking needs those of a few hundred texts only, so a process never holds them
for the whole corpus.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.matches import corpus_repository
from matching.features import FeatureFormatError, Passages, unpack_passages
from matching.texts import Side


class PassageCache:
    """The passages used last, up to `limit` bytes; shared by the threads of a process.

    An entry belongs to one encoder and carries the first bytes of the hash of its text, so that a reader never gets
    those of another version.
    """

    def __init__(self, limit: int = 48 * 2**20) -> None:
        self.limit = limit
        self._bytes = 0
        self._lock = threading.Lock()
        self._entries: OrderedDict[tuple[str, Side, int], tuple[int, NDArray[np.float16]]] = OrderedDict()

    def get(self, fingerprint: str, side: Side, text_id: int, text_hash: int) -> NDArray[np.float16] | None:
        """Return the passages (m, d) of a text in the version with this hash, None when they are not here."""
        with self._lock:
            entry = self._entries.get((fingerprint, side, text_id))
            if entry is None or entry[0] != text_hash:
                return None
            self._entries.move_to_end((fingerprint, side, text_id))
            return entry[1]

    def put(self, fingerprint: str, side: Side, text_id: int, text_hash: int, passages: NDArray[np.float16]) -> None:
        """Keep the passages of a text, and let go of those that were not used for longest."""
        with self._lock:
            old = self._entries.pop((fingerprint, side, text_id), None)
            self._bytes += passages.nbytes - (old[1].nbytes if old else 0)
            self._entries[fingerprint, side, text_id] = (text_hash, passages)
            while self._bytes > self.limit:
                _, (_, dropped) = self._entries.popitem(last=False)
                self._bytes -= dropped.nbytes


class PassageReader:
    """The `PassageSource` of one session: cache first, database for the rest.

    hashes: for each side the expected short hash by id, as the snapshot that is ranked knows it.
    """

    def __init__(
        self,
        session: Session,
        cache: PassageCache,
        fingerprint: str,
        dimension: int,
        hashes: Mapping[Side, NDArray[np.int64]],
        *,
        may_be_gone: bool = False,
    ) -> None:
        """`may_be_gone`: a text that the session does not see has no passages, instead of an error."""
        self._may_be_gone = may_be_gone
        self._session = session
        self._cache = cache
        self._fingerprint = fingerprint
        self._dimension = dimension
        self._hashes = hashes

    def load(self, side: Side, ids: NDArray[np.int64]) -> Passages:
        """Return the passages of the texts, in order."""
        expected = self._hashes[side]
        found: dict[int, NDArray[np.float16]] = {}
        missing: list[int] = []
        for text_id in ids.tolist():
            passages = self._cache.get(self._fingerprint, side, text_id, int(expected[text_id]))
            if passages is None:
                missing.append(text_id)
            else:
                found[text_id] = passages
        if missing:
            stored = corpus_repository.load_passages(self._session, side, self._fingerprint, missing)
            for text_id, (text_hash, blob) in stored.items():
                found[text_id] = unpack_passages(blob)
                if text_hash == expected[text_id]:
                    self._cache.put(self._fingerprint, side, text_id, text_hash, found[text_id])
        gone = [text_id for text_id in missing if text_id not in found]
        if gone and not self._may_be_gone:
            raise FeatureFormatError(f"{side.value} {gone[0]} has no stored vectors")
        found.update(dict.fromkeys(gone, np.empty((0, self._dimension), np.float16)))
        return Passages.from_rows([found[text_id] for text_id in ids.tolist()], self._dimension)
