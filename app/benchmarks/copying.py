"""A million synthetic profiles: drawn by all cores, stored with COPY. PostgreSQL only."""

import json
import multiprocessing
import os
import struct
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, text

from app.benchmarks import synthetic
from app.db.engine import WRITES, make_engine
from app.matches.remembering import remembering
from app.matches.sides import TABLES
from app.models import Organisation
from app.settings import Settings
from app.start import load_configured_encoder
from app.vocabulary import OrganisationKind
from matching.features import TextFeatures
from matching.texts import Side, text_hash

DRAWN = ("name", "offer", "problem_solved", "capabilities", "language", "regions", "hosting")
VECTOR = ("profile_id", "fingerprint", "text_hash", "language", "whole", "lexical", "passages")
CHUNK = 2000
FIRST = 1_000_001
"""Id of the first one: far from those that sequences give."""


def fill_profiles(settings: Settings, url: str, count: int, now: datetime) -> None:
    """Store `count` published profiles with their vectors."""
    parts = max(1, min(os.cpu_count() or 1, count // CHUNK))
    bounds = [FIRST + count * part // parts for part in range(parts + 1)]
    work = [(settings, url, part, bounds[part], bounds[part + 1], now) for part in range(parts)]
    with multiprocessing.get_context("spawn").Pool(parts) as pool:
        pool.starmap(_fill_part, work)
    engine = make_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("ANALYZE"))
    engine.dispose()


def _fill_part(settings: Settings, url: str, part: int, first: int, end: int, now: datetime) -> None:
    engine = make_engine(url)
    encoder = load_configured_encoder(settings)
    with remembering(encoder, settings.model_dir) as reader:
        synthesis = synthetic.Synthesis(Side.PROFILE, reader, synthetic.SEED, part=part + 1, demanding=True)
    for start in range(first, end, CHUNK):
        drawn = [(number, *synthesis.draw()) for number in range(start, min(start + CHUNK, end))]
        with engine.execution_options(**{WRITES: True}).begin() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            _store_organisations(connection, start, len(drawn), now)
            _store_profiles(connection, [(number, fields) for number, fields, _, _ in drawn], now)
            vectors = [(number, text_hash(read), made) for number, _, read, made in drawn]
            _store_vectors(connection, encoder.fingerprint, vectors)
    engine.dispose()


def _store_organisations(connection: Connection, first: int, count: int, now: datetime) -> None:
    base = {"version": 1, "created_at": now, "updated_at": now, "kind": OrganisationKind.STARTUP, "verified": True}
    connection.execute(
        insert(Organisation),
        [base | {"id": number, "name": f"Synthetisch {number}"} for number in range(first, first + count)],
    )


def _store_profiles(connection: Connection, drawn: list[tuple[int, dict[str, Any]]], now: datetime) -> None:
    """Insert one row by hand as the pattern of the columns that nothing is drawn for, the others by COPY."""
    profile = TABLES[Side.PROFILE].text.__table__
    columns = [column.name for column in profile.columns]
    (first, fields), rest = drawn[0], drawn[1:]
    whole = {"version": 1, "created_at": now, "updated_at": now, "published_at": now, "state": "published"} | fields
    connection.execute(profile.insert(), [whole | {"id": first, "organisation_id": first}])
    types = ", ".join(f"{name} {profile.c[name].type.compile(connection.dialect)}" for name in ("id", *DRAWN))
    connection.execute(text(f"CREATE TEMPORARY TABLE drawn ({types}) ON COMMIT DROP"))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy("COPY drawn FROM STDIN") as copy:
        for number, own in rest:
            copy.write_row((number, *(_as_text(own.get(name)) for name in DRAWN)))
    chosen = [
        "d.id" if name in {"id", "organisation_id"} else f"d.{name}" if name in DRAWN else f"p.{name}"
        for name in columns
    ]
    connection.execute(
        text(
            f"INSERT INTO profile ({', '.join(columns)}) SELECT {', '.join(chosen)} "  # noqa: S608  names of columns
            "FROM drawn d CROSS JOIN profile p WHERE p.id = :pattern"
        ),
        {"pattern": first},
    )


def _as_text(value: Any) -> str | None:
    return json.dumps(value) if isinstance(value, list) else None if value is None else str(value)


def _store_vectors(connection: Connection, fingerprint: str, vectors: list[tuple[int, str, TextFeatures]]) -> None:
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY profile_vector ({', '.join(VECTOR)}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(b"PGCOPY\n\xff\r\n" + bytes(9))
        for number, digest, made in vectors:
            whole = struct.pack(">HH", len(made.whole), 0) + made.whole.astype(">f4").tobytes()
            row = (
                struct.pack(">i", number),
                fingerprint.encode(),
                digest.encode(),
                made.language.encode(),
                whole,
                made.pack_lexical(),
                made.pack_passages(),
            )
            copy.write(struct.pack(">h", len(row)) + b"".join(struct.pack(">i", len(one)) + one for one in row))
        copy.write(b"\xff\xff")
