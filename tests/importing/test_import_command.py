"""The command as people call it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app.cli import main
from app.context import Context
from app.db.engine import make_engine
from tests.fakes import HashingEncoder
from tests.importing.files import CHALLENGE, PROFILE, csv_file
from tests.stories import organisation


@pytest.fixture
def command(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Settings of a process on the test's database, whose encoder is the fake one."""
    monkeypatch.setenv("PASSGENAU_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("PASSGENAU_MODEL_DIR", str(tmp_path / "models"))
    monkeypatch.setattr("app.matches.encoders.load_named_encoder", lambda *_: HashingEncoder())
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    return engine


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["passgenau", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code  # type: ignore[return-value]


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM challenge")) or 0


def test_a_dry_run_stores_nothing_and_write_stores_all(
    command: Engine,
    context: Context,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    organisation(context, "welfare", "Haus")
    file = tmp_path / "bedarf.csv"
    file.write_bytes(csv_file([CHALLENGE, CHALLENGE | {"title": "Zweites"}]).encode("cp1252"))
    assert run(monkeypatch, "import", str(file)) == 0
    assert capsys.readouterr().out == (
        "Gelesene Einträge: 2, alles in Ordnung. Das war eine Probe; --write speichert und veröffentlicht sie.\n"
    )
    assert count(command) == 0
    assert run(monkeypatch, "import", str(file), "--write", "--json", "--kind", "challenges") == 0
    printed = json.loads(capsys.readouterr().out)
    assert len(printed.pop("stored")) == 2
    assert printed == {"rows": 2, "bad": 0, "errors": []}
    assert count(command) == 2
    assert run(monkeypatch, "import", str(file), "--write") == 1
    assert "schon gespeichert" in capsys.readouterr().out
    assert count(command) == 2


def test_bad_rows_are_told_in_the_language_of_the_locale(
    command: Engine,
    context: Context,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    organisation(context, "welfare", "Haus")
    file = tmp_path / "bedarf.csv"
    file.write_text(csv_file([CHALLENGE, CHALLENGE | {"title": "x" * 201}]), "utf-8-sig")
    assert run(monkeypatch, "import", str(file), "--write") == 1
    assert capsys.readouterr().out.splitlines() == [
        "Zeile 3, title: Der Text ist zu lang: höchstens 200 Zeichen.",
        "Gelesene Einträge: 2, fehlerhafte Zeilen: 1. Nichts wurde gespeichert.",
    ]
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert run(monkeypatch, "import", str(file)) == 1
    assert capsys.readouterr().out.splitlines()[0] == "Row 3, title: The text is too long: at most 200 characters."
    assert count(command) == 0


def test_the_option_names_the_owner_of_all_rows(
    command: Engine,
    context: Context,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    owner = organisation(context, "startup", "Leisewacht GmbH")
    file = tmp_path / "profil.csv"
    file.write_text(csv_file([{name: cell for name, cell in PROFILE.items() if name != "organisation"}]), "utf-8")
    assert run(monkeypatch, "import", str(file)) == 1
    assert "--organisation-id" in capsys.readouterr().out
    assert run(monkeypatch, "import", str(file), "--organisation-id", f"{owner}", "--write") == 0
    assert "Gespeichert und veröffentlicht: 1" in capsys.readouterr().out


def test_without_a_file_the_command_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "import") == 1
    assert "--template --kind challenges" in capsys.readouterr().err
    assert run(monkeypatch, "import", "--template") == 1
    assert "--template --kind challenges" in capsys.readouterr().err


@pytest.mark.parametrize(("locale", "separator"), [("de_DE.UTF-8", ";"), ("en_GB.UTF-8", ",")])
def test_the_template_opens_in_the_spreadsheet_of_the_locale(
    locale: str, separator: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", locale)
    assert run(monkeypatch, "import", "--template", "--kind", "profiles") == 0
    header, example, *rest = capfdbinary.readouterr().out.decode().split("\r\n")
    assert header.startswith(f"\ufefforganisation_id{separator}name{separator}offer")
    assert "Leisewacht" in example
    assert rest == [""]


def test_a_database_that_is_not_set_up_is_told_as_json_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}").dispose()
    monkeypatch.setenv("PASSGENAU_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    file = tmp_path / "bedarf.csv"
    file.write_text(csv_file([CHALLENGE]), "utf-8")
    assert run(monkeypatch, "import", str(file), "--json") == 1
    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert error["code"] == "database-not-migrated"
    assert "passgenau migrate" in error["message"]
