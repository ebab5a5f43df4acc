"""What an encoder made of the demonstration texts, kept beside the model: nobody has to wait for it twice.

Statistics, loading the demonstration data and measuring the quality of a new ranking all read the same texts.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from app.demo import dataset
from matching.encoder import Encoder
from matching.texts import Side

PATIENCE = 600.0
"""Seconds after which a process reads the texts itself."""
_KEY_LENGTH = 32


class RememberingEncoder:
    """An encoder that reads each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[bytes, NDArray[np.float32]] = {}
        self.fingerprint, self.dimension, self.dtype = encoder.fingerprint, encoder.dimension, encoder.dtype

    def __len__(self) -> int:
        return len(self._known)

    def encode(self, texts: Sequence[str], side: Side) -> NDArray[np.float32]:
        """Return vectors of `texts`: (len(texts), dimension) float32, those known already from memory."""
        keys = [_key(side, text) for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if new:
            self._known.update(zip(new, self._encoder.encode(list(new.values()), side), strict=True))
        if not keys:
            return np.empty((0, self.dimension), np.float32)
        return np.stack([self._known[key] for key in keys])

    def load(self, path: Path) -> None:
        """Read what was written; a file that is missing or damaged is as none."""
        with (
            suppress(OSError, ValueError, KeyError, BadZipFile),
            path.open("rb") as file,
            np.load(file, allow_pickle=False) as stored,
        ):
            keys, vectors = stored["keys"], stored["vectors"].astype(np.float32)
            if keys.shape == (len(vectors), _KEY_LENGTH) and vectors.shape[1:] == (self.dimension,):
                self._known.update(zip(map(bytes, keys), vectors, strict=True))

    def save(self, path: Path) -> None:
        """Write everything beside and rename; a file that can't be written costs time at the next start only."""
        keys = np.frombuffer(b"".join(self._known), np.uint8).reshape(-1, _KEY_LENGTH)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                np.savez(file, keys=keys, vectors=np.stack(list(self._known.values())))
            Path(temporary).replace(path)


@contextmanager
def remembering(encoder: Encoder, folder: Path | None) -> Iterator[RememberingEncoder]:
    """Give an encoder to read demonstration texts with; what is new in it is written at the end of the block.

    Of several processes that start at once on a fresh machine one reads the texts, the others wait for what it writes.
    """
    reader = RememberingEncoder(encoder)
    if folder is None:
        yield reader
        return
    path = folder / f"demonstration-{digest(encoder.fingerprint)}.npz"
    with nullcontext() if path.exists() else _first(path):
        reader.load(path)
        before = len(reader)
        yield reader
        if len(reader) > before:
            reader.save(path)


@contextmanager
def _first(path: Path) -> Iterator[None]:
    """Let one process at a time into the block; all of them where files can't be locked or one takes too long."""
    lock = FileLock(path.with_suffix(".lock"), timeout=PATIENCE, is_singleton=True)
    with suppress(OSError):  # Timeout is one
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def digest(fingerprint: str) -> str:
    """Return a name for what an encoder makes of the demonstration texts as they are now."""
    return hashlib.sha256(f"{fingerprint} {dataset.digest()}".encode()).hexdigest()[:16]


def _key(side: Side, text: str) -> bytes:
    return hashlib.sha256(f"{side.value}\0{text}".encode()).digest()
