"""Broken files: each ends with one clear message in both languages, status 1 and nothing stored."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.cli import main
from app.db.engine import make_engine
from app.db.migrate import upgrade
from app.importing import readers
from tests.importing.files import CHALLENGE, csv_file

GOOD = csv_file([CHALLENGE]).encode()
HEADER = GOOD.split(b"\r\n")[0] + b"\r\n"
ROW = GOOD.split(b"\r\n")[1] + b"\r\n"
LINE = json.dumps(CHALLENGE | {"fields_of_action": ["health"]}).encode() + b"\n"

BROKEN: dict[str, tuple[bytes, str, int | None]] = {
    "empty": (b"", "empty-file", None),
    "only white space": (b"\xef\xbb\xbf \r\n\t\n", "empty-file", None),
    "only separators": (b";;;\r\n;;;\r\n", "empty-file", None),
    "only a header": (HEADER + b"\r\n", "only-header", None),
    "unclosed quote": (HEADER + ROW + b'Haus;"offen;' + ROW, "broken-quotes", 3),
    "text behind a quote": (HEADER + b'"Haus" am Bach;"x"\r\n', "broken-quotes", 2),
    "cell without end": (HEADER + b'Haus;"' + b"x " * 70_000 + b'"\r\n', "cell-too-long", 2),
    "too few cells": (HEADER + ROW + b"Haus;Titel\r\n", "uneven_columns", 3),
    "too many cells": (HEADER + ROW.replace(b"\r\n", b";mehr\r\n"), "uneven_columns", 2),
    "unnamed column": (HEADER.replace(b"title", b"") + ROW, "unnamed_column", 1),
    "column twice": (HEADER.replace(b"wish", b"title") + ROW, "repeated_column", 1),
    "column misspelt": (HEADER.replace(b"title", b"titel") + ROW, "unknown_column", 1),
    "no known column": (b"a;b;c\r\n1;2;3\r\n", "kind-unknown", None),
    "prose": (b"Sehr geehrte Damen und Herren,\nanbei unsere Themen.\n", "kind-unknown", None),
    "NUL": (HEADER + ROW.replace(b"Haus", b"Ha\0us"), "nul-character", 2),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 20, "no-text", None),
    "random bytes": (bytes((i * 7919 + i // 251) % 256 for i in range(9000)), "no-text", None),
    "Excel workbook": (b"PK\x03\x04\x14\0\x06\0" + bytes(500), "damaged-workbook", None),
    "old Excel workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "workbook", None),
    "UTF-16": (GOOD.decode().encode("utf-16"), "damaged-encoding", 1),
    "UTF-16 without mark": (GOOD.decode().encode("utf-16-le"), "no-text", None),
    "damaged UTF-8": (HEADER + ROW + ROW.replace("ü".encode(), b"\xfc", 1), "damaged-encoding", 3),
    "neither UTF-8 nor cp1252": (HEADER + b"Haus;\x81\x8d;a;b;health;berlin\r\n", "damaged-encoding", 2),
    "control character": (HEADER + ROW.replace(b"Nachtdienst", b"Nacht\x07dienst"), "forbidden_character", 2),
    "bidi control": (HEADER + ROW.replace(b"Nachtdienst", "Nacht\u202edienst".encode()), "forbidden_character", 2),
    "JSON list": (b"[" + LINE + b"]", "no-json-lines", None),
    "JSON over several lines": (b'{\n"title": "x"\n}\n', "no-json-lines", None),
    "JSON cut off": (LINE + LINE[:40], "json_invalid", 2),
    "JSON in cp1252": (LINE.replace(b"Haus", b"H\xe4user"), "not-utf-8", 1),
    "JSON with NaN": (LINE.replace(b'"Haus"', b"NaN"), "json_invalid", 1),
    "JSON with a name twice": (LINE.replace(b"{", b'{"title": "a", ', 1), "json_invalid", 1),
    "JSON nested too deep": (LINE + b'{"title": ' + b"[" * 100_000 + b"\n", "json_invalid", 2),
    "JSON number without end": (LINE + b'{"own_funds": ' + b"9" * 5000 + b"}\n", "json_invalid", 2),
    "JSON with half a character": (LINE.replace(b'"Haus"', b'"\\ud800"'), "string_unicode", 1),
    "JSON that is no object": (LINE + b'"title"\n', "no_object", 2),
    "JSON with an unknown key": (LINE.replace(b'"wish"', b'"wishes"'), "unknown_column", 1),
    "too large": (HEADER + ROW * (readers.MAX_BYTES // len(ROW) + 1), "file-too-large", None),
    "too many rows": (HEADER + b"Haus;a;b;c;health;berlin\r\n" * (readers.MAX_ROWS + 1), "too-many-rows", None),
    "too many lines": (b"{}\n" * (readers.MAX_ROWS + 1), "too-many-rows", None),
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('import') / 'test.sqlite3'}")
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO organisation (uid, name, kind, verified, version, created_at, updated_at) "
                "VALUES ('0', 'Haus', 'welfare', true, 1, '2026-01-01', '2026-01-01')"
            )
        )
    yield engine
    engine.dispose()


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["passgenau", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code  # type: ignore[return-value]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_ends_with_a_clear_message(
    name: str,
    database: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    content, code, row = BROKEN[name]
    file = tmp_path / "file"
    file.write_bytes(content)
    monkeypatch.setenv("PASSGENAU_DATABASE_URL", database.url.render_as_string())
    assert run(monkeypatch, "import", str(file), "--write", "--json") == 1
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    first = printed["errors"][0]
    assert (first["code"], first["row"]) == (code, row)
    assert printed["stored"] == []
    assert printed["bad"] >= 1

    messages = []
    for locale in ("de_DE.UTF-8", "C.UTF-8"):
        monkeypatch.setenv("LC_ALL", locale)
        assert run(monkeypatch, "import", str(file), "--write") == 1
        captured = capsys.readouterr()
        messages.append(captured.out + captured.err)
        assert "Traceback" not in messages[-1]
        assert "{" not in messages[-1].replace('{"title": ...}', "")
    assert messages[0] != messages[1]
    with database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM challenge")) == 0


@pytest.mark.parametrize("place", ["missing.csv", "."])
def test_a_file_that_cannot_be_opened_is_named(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "import", str(tmp_path / place)) == 1
    assert "can't be opened" in capsys.readouterr().err


def test_lines_may_end_as_on_any_system() -> None:
    for newline in (b"\n", b"\r\n", b"\r"):
        table = readers.read_table(GOOD.replace(b"\r\n", newline))
        assert table.columns == tuple(CHALLENGE)
        assert [record.values for record in table.records] == [CHALLENGE]


def test_empty_cells_to_the_right_do_not_matter() -> None:
    table = readers.read_table(HEADER.replace(b"\r\n", b";;\r\n") + ROW.replace(b"\r\n", b";;\r\n"))
    assert [record.values for record in table.records] == [CHALLENGE]


def test_the_largest_file_is_read() -> None:
    line = b"Haus;" + b"x" * 190 + b";b;c;health;berlin\r\n"
    data = HEADER + line * min(readers.MAX_ROWS, (readers.MAX_BYTES - len(HEADER)) // len(line))
    assert len(readers.read_table(data).records) == readers.MAX_ROWS
