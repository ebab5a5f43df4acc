"""The command that measures ranking, on what comes with the program."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.demo import dataset
from tests.fakes import HashingEncoder


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSGENAU_MODEL_DIR", str(tmp_path / "models"))
    monkeypatch.setattr("app.start.load_named_encoder", lambda *_: HashingEncoder())


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["passgenau", "evaluate", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code  # type: ignore[return-value]


def folder_set(folder: Path) -> Path:
    """A set of two challenges, one of them without an answer."""
    folder.mkdir()
    for name, texts in (("queries", ["Sturz in der Nacht", "Kuchen"]), ("docs", ["Sturz Sensor", "Fahrrad"])):
        rows = [json.dumps({"id": f"{name}{number}", "text": text}) for number, text in enumerate(texts)]
        (folder / f"{name}.jsonl").write_text("\n".join(rows), "utf-8")
    (folder / "qrels.tsv").write_text("queries0\tdocs0\t3\n", "utf-8")
    return folder


def test_the_demonstration_data_are_measured_alone_and_beside_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--demo", "--trust", "--json") == 0
    alone: dict[str, Any] = json.loads(capsys.readouterr().out)
    (demo,) = alone["sets"].values()
    assert (list(alone["sets"]), demo["queries"], demo["docs"]) == (["demo"], 59, 122)
    assert [case["id"] for case in demo["answerable"]["cases"]] == dataset.unanswerable()
    trust = alone["trust"]["demo"]
    assert trust["must_haves"]["listed_violations"] == trust["must_haves"]["violations_read"] == 10
    assert (trust["must_haves"]["violations_in_top_10"], trust["must_haves"]["useful_shut_out"]) == (0, 0)
    assert trust["duplicates"]["listed"] == 4
    assert trust["evidence"]["pairs"] == 52
    assert trust["evidence"]["exact_spans"] == trust["evidence"]["spans"] > 200
    assert run(monkeypatch, str(folder_set(tmp_path / "small")), "--demo", "--json") == 0
    both: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert list(both["sets"]) == ["small", "demo"]
    assert both["sets"]["demo"] == demo


def test_without_a_set_the_command_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch) == 1
    assert "--demo" in capsys.readouterr().err
