"""Texts to vectors: the `Encoder` seam and its sentence-transformers implementation."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from matching.bundled_model import IDENTITY, BundledModelError, ensure_bundled_model
from matching.texts import COMPOSITION_VERSION, Side

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Dtype = Literal["auto", "float32", "bfloat16"]

BUNDLED: Final = "bundled"
_WINDOW_VERSION: Final = 1
TEXTS_AT_ONCE: Final = {"float32": 8, "bfloat16": 16}
"""Texts in a batch unless told otherwise: fastest on two cores, where more of them only add padding."""
_MAX_BATCH_TOKENS: Final = 4096
_MIN_FILL: Final = 0.7  # a text shorter than this share of the batch's longest starts a new batch
_PROMPT_NAMES: Final = {Side.CHALLENGE: ("query",), Side.PROFILE: ("document", "passage", "corpus")}
_MODEL_FILES: Final = (".safetensors", ".json", ".txt", ".model", ".vocab")


class EncoderError(Exception):
    """The encoder can't be loaded or doesn't do what it should; the message says what to do."""


class Encoder(Protocol):
    """Turns texts into vectors of unit length.

    `fingerprint` names everything a vector depends on; vectors of two fingerprints are never compared.
    `dimension` is the number of columns, `dtype` the arithmetic used inside ("float32" or "bfloat16").
    """

    @property
    def fingerprint(self) -> str: ...  # noqa: D102

    @property
    def dimension(self) -> int: ...  # noqa: D102

    @property
    def dtype(self) -> str: ...  # noqa: D102

    def encode(self, texts: Sequence[str], side: Side) -> NDArray[np.float32]:
        """Vectors of `texts`: (len(texts), dimension) float32, rows of unit length, in order."""
        ...


class SentenceTransformerEncoder:
    """Any sentence-transformers model, with its own prompts; make one with `load`.

    Challenges are encoded as queries, profiles as documents. A text longer than the model's window is cut into
    windows of equal length and gets the mean of their vectors. Safe to call from several threads: a lock is held
    for one batch at a time, so a short text never waits for a long list.
    """

    def __init__(
        self,
        model: SentenceTransformer,
        *,
        fingerprint: str,
        dimension: int,
        dtype: str,
        texts_at_once: int | None = None,
    ) -> None:
        """`texts_at_once`: size of a batch, by default that of the dtype; no vector depends on it beyond rounding."""
        self.fingerprint = fingerprint
        self.dimension = dimension
        self.dtype = dtype
        self.texts_at_once = texts_at_once or TEXTS_AT_ONCE[dtype]
        self._model = model
        self._lock = threading.Lock()

    @classmethod
    def load(
        cls,
        name_or_folder: str | Path,
        *,
        dtype: Dtype = "auto",
        threads: int | None = None,
        identity: tuple[str, str] | None = None,
        texts_at_once: int | None = None,
    ) -> SentenceTransformerEncoder:
        """Load a model by Hub name or from a folder; a folder is read offline.

        dtype: "auto" is bfloat16 where the processor computes in it, else float32. threads: number of torch
        threads of this process, unchanged when None. identity: a readable name and what stands for the content of
        the folder in the fingerprint; by default the last part of the name, and hashes of the files or the commit on
        the Hub. Raises EncoderError.
        """
        if threads is not None:
            import torch

            torch.set_num_threads(threads)
        resolved = choose_dtype(dtype)
        model = _load_model(str(name_or_folder), resolved)
        probe = cls(model, fingerprint="", dimension=_dimension(model), dtype=resolved)
        vector = probe.encode(["Probe"], Side.CHALLENGE)
        if vector.shape != (1, probe.dimension) or not np.isfinite(vector).all():
            raise EncoderError(f"{name_or_folder} gives no usable vectors with {resolved}; try dtype float32")
        name, content = identity or _identity(model, str(name_or_folder))
        fingerprint = _fingerprint(model, name, content, resolved)
        return cls(
            model,
            fingerprint=fingerprint,
            dimension=probe.dimension,
            dtype=resolved,
            texts_at_once=texts_at_once,
        )

    def encode(self, texts: Sequence[str], side: Side) -> NDArray[np.float32]:
        """Vectors of `texts`: (len(texts), dimension) float32, rows of unit length, in order."""
        pieces: list[str] = []
        lengths: list[int] = []
        owners: list[int] = []
        for owner, (text, windows) in enumerate(zip(texts, self._windows(texts, side), strict=True)):
            for start, end, length in windows:
                pieces.append(text[start:end])
                lengths.append(length)
                owners.append(owner)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        encoded = np.empty((len(pieces), self.dimension), np.float32)
        for batch in _batches(lengths, self.texts_at_once):
            encoded[batch] = _unit(self._encode_batch([pieces[i] for i in batch], side))
        np.add.at(vectors, owners, encoded)
        return _unit(vectors)

    def _encode_batch(self, texts: list[str], side: Side) -> NDArray[np.float32]:
        prompt = _prompt(self._model, side)
        run = self._model.encode_query if side is Side.CHALLENGE else self._model.encode_document
        with self._lock:
            vectors = run(texts, prompt=prompt, batch_size=len(texts), show_progress_bar=False, convert_to_numpy=True)
        result: NDArray[np.float32] = np.asarray(vectors, np.float32)
        if result.shape != (len(texts), self.dimension):
            raise EncoderError(f"the model gave vectors of shape {result.shape}, expected (n, {self.dimension})")
        return result

    def _windows(self, texts: Sequence[str], side: Side) -> list[list[tuple[int, int, int]]]:
        """For each text the windows to encode, as (first character, end, number of tokens)."""
        tokenizer = getattr(self._model, "tokenizer", None)
        window = self._model.max_seq_length
        if not texts or not getattr(tokenizer, "is_fast", False):
            return [[(0, len(text), len(text))] for text in texts]
        room = None
        if window:
            frame = _tokenize(tokenizer, [_prompt(self._model, side)], special=True)["input_ids"][0]
            room = max(8, int(window) - len(frame))
        tokens = _tokenize(tokenizer, list(texts), special=False)["offset_mapping"]
        return [_cut(text, offsets, room) for text, offsets in zip(texts, tokens, strict=True)]


def load_encoder(
    setting: str,
    model_dir: Path,
    *,
    dtype: Dtype = "auto",
    threads: int | None = None,
    texts_at_once: int | None = None,
) -> SentenceTransformerEncoder:
    """Load the encoder a setting names: "bundled", a folder, or a model name of the Hugging Face Hub.

    model_dir: folder that the bundled model is unpacked into at first use. Raises EncoderError.
    """
    if setting != BUNDLED:
        return SentenceTransformerEncoder.load(setting, dtype=dtype, threads=threads, texts_at_once=texts_at_once)
    try:
        folder = ensure_bundled_model(model_dir)
    except BundledModelError as error:
        raise EncoderError(str(error)) from error
    return SentenceTransformerEncoder.load(
        folder, dtype=dtype, threads=threads, identity=(BUNDLED, IDENTITY), texts_at_once=texts_at_once
    )


def choose_dtype(dtype: Dtype) -> str:
    """Say what "auto" means on this machine; any other value is returned as it is. Raises EncoderError."""
    if dtype in ("float32", "bfloat16"):
        return dtype
    if dtype != "auto":
        raise EncoderError(f"dtype must be auto, float32 or bfloat16, not {dtype!r}")
    import torch

    if torch.cuda.is_available():
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    abilities = torch.cpu.get_capabilities()
    return "bfloat16" if abilities.get("avx512_bf16") or abilities.get("amx_bf16") else "float32"


def _load_model(name: str, dtype: str) -> SentenceTransformer:
    import torch
    from sentence_transformers import SentenceTransformer

    is_folder = Path(name).exists()
    if is_folder and not (Path(name) / "modules.json").is_file():
        raise EncoderError(f"{name} is not a sentence-transformers folder: it has no modules.json")
    try:
        with _quiet():
            model = SentenceTransformer(
                name,
                trust_remote_code=False,
                local_files_only=is_folder,
                model_kwargs={"dtype": getattr(torch, dtype), "use_safetensors": True},
            )
    except Exception as error:  # whatever the library raises for a broken folder, the reader needs one message
        raise EncoderError(
            f"can't load the encoder {name}: {_first_line(error)}. Give the folder or the name of a "
            "sentence-transformers model with safetensors weights, or 'bundled'."
        ) from error
    model.eval()
    return model


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars while a model loads; the state before is restored."""
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
    from transformers.utils import logging

    bars: Any = logging  # its functions have no types
    hub_was_silent = are_progress_bars_disabled()
    bars_were_on = bars.is_progress_bar_enabled()
    disable_progress_bars()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if not hub_was_silent:
            enable_progress_bars()
        if bars_were_on:
            bars.enable_progress_bar()


def _dimension(model: SentenceTransformer) -> int:
    dimension = model.get_embedding_dimension()
    if not dimension:
        raise EncoderError("the model doesn't say how many dimensions its vectors have")
    return int(dimension)


def _prompt(model: SentenceTransformer, side: Side) -> str:
    """Return the model's own prompt for the side, empty when it has none."""
    prompts = (model.prompts.get(name) for name in _PROMPT_NAMES[side])
    return next((prompt for prompt in prompts if prompt), "")


def _tokenize(tokenizer: Any, texts: list[str], *, special: bool) -> Any:
    return tokenizer(
        texts, add_special_tokens=special, return_offsets_mapping=True, truncation=False, padding=False, verbose=False
    )


def _cut(text: str, offsets: Sequence[tuple[int, int]], room: int | None) -> list[tuple[int, int, int]]:
    """Windows of equal length, each of at most `room` tokens; `offsets` are the tokens' character ranges."""
    count = len(offsets)
    if room is None or count <= room:
        return [(0, len(text), count)]
    windows = -(-count // room)
    edges = [count * i // windows for i in range(windows + 1)]
    starts = [0, *(offsets[edge][0] for edge in edges[1:-1]), len(text)]
    return [(starts[i], starts[i + 1], edges[i + 1] - edges[i]) for i in range(windows) if starts[i] < starts[i + 1]]


def _batches(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Group indices by length, longest first and at most `most` at once, so that little of a batch is padding."""
    batch: list[int] = []
    longest = 0
    for i in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        full = len(batch) == most or longest * (len(batch) + 1) > _MAX_BATCH_TOKENS
        if batch and (full or lengths[i] < _MIN_FILL * longest):
            yield batch
            batch = []
        if not batch:
            longest = lengths[i]
        batch.append(i)
    if batch:
        yield batch


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = vectors / np.maximum(lengths, np.float32(1e-12))
    return unit


def _fingerprint(model: SentenceTransformer, name: str, content: str, dtype: str) -> str:
    """Readable name, 12 hex digits over all that vectors depend on, dtype: "bundled-3fa1b2c4d5e6-bfloat16"."""
    prompts = [_prompt(model, side) for side in Side]
    everything = repr((content, prompts, model.max_seq_length, COMPOSITION_VERSION, _WINDOW_VERSION))
    return f"{name}-{hashlib.sha256(everything.encode()).hexdigest()[:12]}-{dtype}"


def _identity(model: SentenceTransformer, name: str) -> tuple[str, str]:
    """(readable name, content) of a folder or a model of the Hub."""
    folder = Path(name)
    readable = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-")[:40] or "encoder"
    if not folder.is_dir():
        return readable, f"{name}@{_revision(model)}"
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in _MODEL_FILES and path.is_file()):
        with path.open("rb") as file:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return readable, digest.hexdigest()


def _revision(model: SentenceTransformer) -> str:
    """Commit of a model that came from the Hub; a hash of its weights when the Hub gave none."""
    inner = model.transformers_model
    commit = getattr(getattr(inner, "config", None), "_commit_hash", None)
    if commit:
        return str(commit)
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode() + tensor.detach().cpu().float().numpy().tobytes())
    return digest.hexdigest()
