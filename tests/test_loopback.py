"""While there are no accounts, nobody but this machine reaches the server."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import NotLoopback
from app.serving import serve
from app.settings import Settings, is_loopback

PASSGENAU = Path(sys.executable).parent / "passgenau"


@pytest.mark.parametrize(
    ("host", "only_here"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104  the very thing to be refused
        ("::", False),
        ("10.0.0.1", False),
        ("server.example", False),
        ("", False),
    ],
)
def test_only_loopback_addresses_count_as_loopback(host: str, only_here: bool) -> None:
    assert is_loopback(host) is only_here


def test_the_server_refuses_an_address_that_others_reach_and_says_why(tmp_path: Path) -> None:
    done = subprocess.run(
        [PASSGENAU, "serve", "--host", "0.0.0.0"],  # noqa: S104  the very thing to be refused
        env={"PASSGENAU_DATA_DIR": str(tmp_path), "LANG": "de_DE.UTF-8", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "PASSGENAU_ALLOW_OPEN=1" in done.stderr
    assert "Konten" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_permission_to_listen_openly_is_taken_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    bound: list[str] = []

    def bind(host: str, _port: int) -> None:
        bound.append(host)
        raise InterruptedError

    monkeypatch.setattr("app.serving._bind", bind)
    with pytest.raises(NotLoopback):
        serve(Settings(), "0.0.0.0", 0)  # noqa: S104
    assert bound == []
    with pytest.raises(InterruptedError):
        serve(Settings(allow_open=True), "0.0.0.0", 0)  # noqa: S104
    assert bound == ["0.0.0.0"]  # noqa: S104
