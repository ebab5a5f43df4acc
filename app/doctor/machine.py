"""Checks of the machine: Python, settings, folders, the API page, the port."""

import difflib
import errno
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr, ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.doctor.findings import Finding, Words, fail, failed_with, ok, warn
from app.errors import StartError
from app.security import refuse_unsafe
from app.settings import Settings
from app.validation import field_errors

OLDEST_PYTHON: Final = (3, 11)
GIGABYTE: Final = 1_000_000_000
_PREFIX: Final = "PASSGENAU_"
_ASSETS: Final = ("swagger-ui-bundle.js", "swagger-ui.css")


def python() -> Finding:
    """Tell whether Python is new enough."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info >= OLDEST_PYTHON:
        return ok("python", f"{version} ({sys.executable})")
    oldest = ".".join(str(part) for part in OLDEST_PYTHON)
    return fail(
        "python",
        Words(f"{version} ist zu alt.", f"{version} is too old."),
        Words(f"Installieren Sie Python {oldest} oder neuer.", f"Install Python {oldest} or newer."),
    )


def settings_in_use(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the value of each setting and where it comes from; passwords are hidden."""
    given = {name.upper() for name, value in environment.items() if value}
    for name in type(settings).model_fields:
        variable = _PREFIX + name.upper()
        shown = _shown(getattr(settings, name))
        if variable in given:
            yield ok(variable, f"{shown} (aus der Umgebung)", f"{shown} (from the environment)")
        else:
            yield ok(variable, f"{shown} (Voreinstellung)", f"{shown} (default)")
    yield from _unknown_variables(given)


def unusable_settings(error: ValidationError) -> Iterator[Finding]:
    """Yield the settings that make no sense, without their values, which can hold passwords."""
    for problem in field_errors(error.errors(include_url=False, include_input=False), skip_place=False):
        variable = _PREFIX + problem.field.upper()
        yield fail(
            variable,
            Words(problem.de, problem.en),
            Words(
                f"Korrigieren Sie die Umgebungsvariable {variable}.", f"Correct the environment variable {variable}."
            ),
        )


def data_folder(settings: Settings) -> Finding:
    """Tell whether the folder of the SQLite file can be written."""
    url = make_url(settings.sqlalchemy_url)
    if url.get_backend_name() != "sqlite":
        return ok(
            "data folder", "nicht nötig, die Daten liegen in PostgreSQL", "not needed, the data are in PostgreSQL"
        )
    return _folder("data folder", Path(url.database or "").parent, "PASSGENAU_DATA_DIR", needs=GIGABYTE // 10)


def model_folder(settings: Settings, *, unpacked: bool) -> Finding:
    """Tell whether the model can be unpacked into its folder, where it is not yet."""
    return _folder("model folder", settings.model_dir, "PASSGENAU_MODEL_DIR", needs=0 if unpacked else GIGABYTE)


def api_page() -> Finding:
    """Tell whether the files of the interactive API page are there."""
    from app.api.docs_page import SWAGGER

    missing = [name for name in _ASSETS if not (SWAGGER / name).is_file()]
    if not missing:
        return ok("api page", str(SWAGGER))
    listed = ", ".join(missing)
    return warn(
        "api page",
        Words(f"In {SWAGGER} fehlt: {listed}.", f"Missing in {SWAGGER}: {listed}."),
        Words(
            "Führen Sie scripts/assets aus. Ohne das fehlt nur die Seite /docs.",
            "Run scripts/assets. Without it only the page /docs is missing.",
        ),
    )


def port(settings: Settings) -> Finding:
    """Tell whether the server may listen where the settings say, and nobody else does."""
    address = f"{settings.host}:{settings.port}"
    try:
        refuse_unsafe(settings, settings.host)
    except StartError as error:
        return failed_with("port", error)
    if settings.port == 0:
        return ok("port", "0: irgendein freier", "0: any free one")
    try:
        found = socket.getaddrinfo(settings.host.strip("[]"), settings.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, where = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        return _not_bound(address, error)
    return ok("port", f"{address} ist frei", f"{address} is free")


def _not_bound(address: str, error: OSError) -> Finding:
    other = Words("Wählen Sie mit PASSGENAU_PORT einen anderen.", "Choose another one with PASSGENAU_PORT.")
    if error.errno == errno.EADDRINUSE:
        return warn(
            "port",
            Words(f"{address} ist belegt.", f"{address} is in use."),
            Words(f"Gut, wenn dort Passgenau läuft. {other.de}", f"Fine if Passgenau runs there. {other.en}"),
        )
    reason = error.strerror or str(error)
    return fail("port", Words(f"{address}: {reason}.", f"{address}: {reason}."), other)


def _folder(name: str, folder: Path, variable: str, *, needs: int) -> Finding:
    folder = folder.absolute()
    exists = folder.exists()
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    other = Words(f"Ändern Sie die Rechte, oder {variable}.", f"Change its permissions, or {variable}.")
    if not nearest.is_dir():
        return fail(name, Words(f"{nearest} ist kein Ordner.", f"{nearest} is no folder."), other)
    if not os.access(nearest, os.W_OK | os.X_OK):
        return fail(name, Words(f"{nearest} ist nicht beschreibbar.", f"{nearest} is not writable."), other)
    free = shutil.disk_usage(nearest).free
    room = f"{free / GIGABYTE:.1f} GB"
    if free < needs:
        return fail(
            name,
            Words(f"In {folder} sind nur {room} frei.", f"Only {room} are free in {folder}."),
            Words(
                f"Schaffen Sie Platz ({needs / GIGABYTE:.1f} GB), oder ändern Sie {variable}.",
                f"Make room ({needs / GIGABYTE:.1f} GB), or change {variable}.",
            ),
        )
    if exists:
        return ok(name, f"{folder}, beschreibbar, {room} frei", f"{folder}, writable, {room} free")
    return ok(
        name,
        f"{folder}, wird beim ersten Start angelegt, {room} frei",
        f"{folder}, is made at the first start, {room} free",
    )


def _unknown_variables(given: set[str]) -> Iterator[Finding]:
    known = [_PREFIX + name.upper() for name in Settings.model_fields]
    for variable in sorted(name for name in given if name.startswith(_PREFIX) and name not in known):
        meant = next(iter(difflib.get_close_matches(variable, known, n=1, cutoff=0.8)), None)
        yield warn(
            variable,
            Words("Diese Einstellung gibt es nicht.", "There is no such setting."),
            Words(
                f"Gemeint ist wohl {meant}." if meant else "Entfernen Sie sie.",
                f"Probably {meant} is meant." if meant else "Remove it.",
            ),
        )


def _shown(value: Any) -> str:
    if not isinstance(value, SecretStr):
        return "–" if value is None else str(value)
    try:
        url = make_url(value.get_secret_value())
    except ArgumentError:
        return "***"
    hidden = {key: "***" if "pass" in key else part for key, part in url.query.items()}
    return url.set(query=hidden).render_as_string(hide_password=True)
