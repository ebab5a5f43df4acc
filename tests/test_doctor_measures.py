"""`passgenau doctor --measure` names the batch size and the precision that encode fastest here."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.cli import main
from app.doctor import encoders, measuring
from app.doctor.findings import Finding, Status, Words
from app.settings import Settings
from matching.texts import Side
from tests.fakes import HashingEncoder

MEASURE = measuring.measure


class Stopwatch:
    """Time passes while the encoder works: `seconds` by batch size for all texts."""

    def __init__(self, seconds: dict[int, float]) -> None:
        self.now, self.seconds, self.texts_at_once = 0.0, seconds, 8

    def encode(self, texts: Sequence[str], _side: Side) -> Any:
        self.now += self.seconds[self.texts_at_once] * len(texts) / measuring.TEXTS
        return np.zeros((len(texts), 3), np.float32)


def found(
    monkeypatch: pytest.MonkeyPatch, times: dict[str, dict[int, float]], best: str = "float32", **settings: Any
) -> list[Finding]:
    watches = {dtype: Stopwatch(seconds) for dtype, seconds in times.items()}
    monkeypatch.setattr("matching.encoder.choose_dtype", lambda dtype: best if dtype == "auto" else dtype)
    monkeypatch.setattr("matching.encoder.load_encoder", lambda *_args, dtype, **_options: watches[dtype])
    monkeypatch.setattr(
        measuring, "measure", lambda encoder, texts, sizes: MEASURE(encoder, texts, sizes, lambda: encoder.now)
    )
    return list(measuring.encoding_speed(Settings(**settings)))


def test_the_fastest_size_is_recommended(monkeypatch: pytest.MonkeyPatch) -> None:
    (finding,) = found(monkeypatch, {"float32": {4: 12.0, 8: 10.0, 16: 8.0, 32: 9.0}})
    assert finding.status is Status.WARN
    assert finding.advice is not None
    assert finding.advice.en == "Set PASSGENAU_ENCODER_BATCH=16."
    assert "4: 8.0, 8: 9.6, 16: 12.0, 32: 10.7" in finding.found.en


def test_what_is_set_already_and_what_may_be_chance_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    times = {"float32": {4: 12.0, 8: 10.0, 16: 9.7, 32: 12.0}}
    (finding,) = found(monkeypatch, times)
    assert finding.status is Status.OK
    (finding,) = found(monkeypatch, times, encoder_batch=4)
    assert finding.status is Status.WARN
    between = {"float32": times["float32"] | {12: 9.8}}
    (finding,) = found(monkeypatch, between, encoder_batch=12)
    assert finding.status is Status.OK, "what is set is measured as well, whatever it is"


def test_a_faster_precision_is_recommended_with_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    same = dict.fromkeys(measuring.SIZES, 10.0)
    times = {"float32": same, "bfloat16": dict.fromkeys(measuring.SIZES, 4.0)}
    *sizes, precision = found(monkeypatch, times, best="bfloat16", encoder_dtype="float32")
    assert [one.status for one in sizes] == [Status.OK, Status.OK]
    assert precision.advice is not None
    assert "PASSGENAU_ENCODER_DTYPE=bfloat16" in precision.advice.en
    assert "rescore" in precision.advice.en
    assert len(found(monkeypatch, times, best="bfloat16")) == 2, "what is in use already is not recommended"


def test_texts_are_mixed_and_enough() -> None:
    texts = measuring._texts()
    assert len(texts) == len(set(texts)) == measuring.TEXTS
    lengths = sorted(map(len, texts))
    assert lengths[-1] > 4 * lengths[0]


@pytest.mark.parametrize("words", [["--measure"], []])
def test_the_command_measures_when_asked(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PASSGENAU_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("matching.bundled_model.verify_bundled_model", lambda _: [])
    monkeypatch.setattr(
        encoders, "encoder", lambda *_: (Finding("encoder", Status.OK, Words("", "")), HashingEncoder())
    )
    speed = Finding("encoding speed", Status.OK, Words("schnell", "fast"))
    monkeypatch.setattr(measuring, "encoding_speed", lambda _: [speed])
    monkeypatch.setattr("sys.argv", ["passgenau", "doctor", "--json", *words])
    with pytest.raises(SystemExit):
        main()
    names = [check["name"] for check in json.loads(capsys.readouterr().out)["checks"]]
    assert ("encoding speed" in names) is bool(words)
