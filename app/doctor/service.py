"""Runs all checks, in an order in which each can use what the ones before it found."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.doctor import databases, encoders, machine, measuring
from app.doctor.findings import Finding, Status, Words, fail
from app.settings import Settings


def examine(*, measure: bool = False) -> Iterator[Finding]:
    """Yield what each check found, as soon as it is known. Reads the settings itself, for they may be unusable.

    measure: time the encoder as well, if it works.
    """
    yield from _guarded("python", machine.python)
    try:
        settings = Settings()
    except ValidationError as error:
        yield from machine.unusable_settings(error)
        yield from _guarded("api page", machine.api_page)
        return
    yield from _guarded("settings", machine.settings_in_use, settings, os.environ)
    yield from _guarded("data folder", machine.data_folder, settings)
    active: list[databases.ActiveRanking | None] = []
    yield from _guarded("database", _database, settings, active)
    yield from _guarded("model package", encoders.model_package, settings)
    yield from _guarded("second model package", encoders.second_package, settings)
    computes = False
    for finding in _guarded("encoder", _encoder, settings, active):
        computes = computes or (finding.name == "encoder" and finding.status is Status.OK)
        yield finding
    if measure and computes:
        yield from _guarded("encoding speed", measuring.encoding_speed, settings)
    yield from _guarded("api page", machine.api_page)
    yield from _guarded("port", machine.port, settings)


def _database(settings: Settings, active: list[databases.ActiveRanking | None]) -> Iterator[Finding]:
    """Check the database as far as it is there; puts its ranking into `active`, None where there is none yet."""
    path = databases.sqlite_file(settings)
    if path is not None and not path.is_file():
        yield databases.missing_file(path)
        return
    engine: Engine | None = None
    try:
        engine = databases.read_only_engine(settings)
        with engine.connect() as connection:
            yield databases.version(connection)
            if path is not None:
                yield from databases.sqlite_health(connection, path)
            else:
                yield databases.pgvector(connection)
        state = databases.schema(engine)
        yield state
        if state.status is Status.OK:
            with engine.connect() as connection:
                active.append(databases.active_ranking(connection))
    except (SQLAlchemyError, ImportError) as error:
        yield databases.unreachable(error)
    finally:
        if engine is not None:
            engine.dispose()


def _encoder(settings: Settings, active: list[databases.ActiveRanking | None]) -> Iterator[Finding]:
    """Check the encoder with the precision of the active ranking, and whether they belong together."""
    current = active[0] if active else None
    files = encoders.model_files(settings)
    unpacked = files.status is Status.OK
    yield files
    yield machine.model_folder(settings, unpacked=unpacked)
    loaded = None
    if unpacked:
        finding, loaded = encoders.encoder(settings, current.dtype if current else None)
        yield finding
    else:
        yield encoders.not_loaded()
    if active:
        yield databases.ranking(settings, current, loaded)


def _guarded(name: str, check: Callable[..., Finding | Iterable[Finding]], *args: Any) -> Iterator[Finding]:
    try:
        found = check(*args)
        yield from [found] if isinstance(found, Finding) else found
    except Exception as error:  # noqa: BLE001  one broken check must not hide what the others find
        what = f"{type(error).__name__}: {error}"
        yield fail(
            name,
            Words(f"Die Prüfung selbst ist gescheitert: {what}", f"The check itself failed: {what}"),
            Words("Melden Sie das bitte mit dieser Zeile.", "Please report this with this line."),
        )
