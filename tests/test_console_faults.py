"""A database or a disk that fails ends a command with one clear line."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import main
from app.db.engine import make_engine
from app.db.migrate import upgrade

Run = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PASSGENAU_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("PASSGENAU_DATABASE_URL", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return tmp_path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command that fails and return what it prints on standard error."""

    def run(*words: str) -> str:
        monkeypatch.setattr("sys.argv", ["passgenau", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 1
        return capsys.readouterr().err

    return run


@pytest.mark.parametrize("words", [("rescore",), ("rescore", "show", "1"), ("rescore", "cancel", "1")])
def test_a_database_that_fails_is_told_without_statements(folder: Path, run: Run, words: tuple[str, ...]) -> None:
    file = folder / "passgenau.sqlite3"
    engine = make_engine(f"sqlite:///{file}")
    upgrade(engine)
    engine.dispose()
    connection = sqlite3.connect(file)
    connection.execute("DROP TABLE rescoring_partition")
    connection.execute("DROP TABLE rescoring_run")
    connection.commit()
    connection.close()
    (line,) = run(*words).splitlines()
    assert line.startswith("The database fails: ")
    assert line.endswith("(no such table: rescoring_run)")
    assert "SELECT" not in line


def test_a_file_that_can_not_be_written_is_named(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").write_text("no folder")
    monkeypatch.setenv("PASSGENAU_DATA_DIR", str(folder / "file" / "data"))
    (line,) = run("migrate").splitlines()
    assert line.startswith("A file can't be read or written: ")
    assert str(folder / "file" / "data") in line
    assert "Not a directory" in line
