"""SQL that keeps the stored lists of matches; every function works on one generation."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, and_, delete, func, literal, or_, select, text, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.matches.sides import TABLES
from app.models import Match
from matching.texts import Side

CHUNK = 4000
"""Ids in one statement."""

LastEntry = tuple[float, int]
"""Score and partner of the last match of a list."""

MATCH: Table = Match.__table__  # type: ignore[assignment]


def add_matches(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of pairs that stand in no list yet."""
    if rows:
        session.execute(MATCH.insert(), rows)


def merge_matches(session: Session, side: Side, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or put pairs that stand in the other side's list into this side's as well."""
    if not rows:
        return
    flag = TABLES[side].in_list.key
    # In one order everywhere: two transactions that put the same pairs in must not wait for each other in a circle.
    ordered = sorted(rows, key=lambda row: (row["challenge_id"], row["profile_id"]))
    if session.get_bind().dialect.name == "postgresql":
        _copy_matches(session, flag, ordered)
        return
    statement = sqlite.insert(MATCH)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["challenge_id", "generation_id", "profile_id"],
            set_={flag: statement.excluded[flag]},
        ),
        ordered,
    )


def _copy_matches(session: Session, flag: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Send rows by COPY, several times faster than INSERT, and merge them in the database."""
    columns = ", ".join(MATCH.c.keys())
    session.execute(text("CREATE TEMPORARY TABLE IF NOT EXISTS incoming_match (LIKE match) ON COMMIT DELETE ROWS"))
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY incoming_match ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in MATCH.c.keys()])  # noqa: SIM118  a collection of columns, no dict
    session.execute(
        text(
            f"INSERT INTO match ({columns}) SELECT {columns} FROM incoming_match ORDER BY challenge_id, profile_id "  # noqa: S608
            f"ON CONFLICT (challenge_id, generation_id, profile_id) DO UPDATE SET {flag} = excluded.{flag}"
        )
    )
    session.execute(text("TRUNCATE incoming_match"))


def keep_texts(session: Session, side: Side, ids: Sequence[int]) -> bool:
    """Keep texts from being deleted until this transaction ends. Returns whether all of them are there."""
    table = TABLES[side].text
    return all(
        len(
            session.scalars(
                select(table.id).where(table.id.in_(part)).order_by(table.id).with_for_update(read=True, key_share=True)
            ).all()
        )
        == len(part)
        for part in _parts(ids)
    )


def copy_lists(
    session: Session, old: int, new: int, side: Side, texts: range | Sequence[int], *, matches: bool = True
) -> None:
    """Give one generation the lists that some texts have in another, in place of those it has.

    matches: with all matches of these texts, also those that only the other side lists.
    """
    own = TABLES[side]
    copied: list[tuple[Table, Any]] = [(MATCH, own.match_id)] if matches else []
    for table, column in [*copied, (own.ranked_list.__table__, own.list_id)]:
        # A range also holds texts that are gone by now.
        chosen = column.between(texts.start, texts.stop - 1) if isinstance(texts, range) else column.in_(texts)
        session.execute(
            delete(table).where(table.c.generation_id == new, chosen).execution_options(synchronize_session=False)
        )
        values = [literal(new).label(name) if name == "generation_id" else table.c[name] for name in table.c.keys()]  # noqa: SIM118
        rows = select(*values).where(table.c.generation_id == old, chosen)
        session.execute(table.insert().from_select(table.c.keys(), rows))


def differing_lists(session: Session, old: int, new: int, since: int) -> list[tuple[Side, int]]:
    """Return the lists that a copy made at revision `since` does not have as they are now."""
    found: list[tuple[Side, int]] = []
    for side, tables in TABLES.items():
        copied, there = tables.ranked_list.__table__, tables.ranked_list.__table__.alias()
        text_id = tables.id_name
        changed = select(copied.c[text_id]).where(copied.c.generation_id == old, copied.c.revision > since)
        gone = select(copied.c[text_id]).where(
            copied.c.generation_id == new,
            ~select(there.c[text_id])
            .where(there.c.generation_id == old, there.c[text_id] == copied.c[text_id])
            .exists(),
        )
        found += [(side, one) for query in (changed, gone) for one in session.scalars(query)]
    return found


def listed_in(session: Session, generation_id: int, side: Side, text_id: int) -> list[int]:
    """Return the texts of the other side whose lists hold this text."""
    own, other = TABLES[side], TABLES[side.other]
    query = select(other.match_id).where(own.match_id == text_id, Match.generation_id == generation_id, other.in_list)
    return list(session.scalars(query))


def generations_with(session: Session, side: Side, text_id: int) -> list[int]:
    """Return the generations in which a text has matches."""
    return list(session.scalars(select(Match.generation_id).where(TABLES[side].match_id == text_id).distinct()))


def remove_text(session: Session, generation_id: int, side: Side, text_id: int) -> None:
    """Delete all matches of a text and its own list."""
    own = TABLES[side]
    session.execute(delete(Match).where(own.match_id == text_id, Match.generation_id == generation_id))
    session.execute(
        delete(own.ranked_list).where(own.list_id == text_id, own.ranked_list.generation_id == generation_id)
    )


def resize(session: Session, generation_id: int, side: Side, ids: Sequence[int], by: int, revision: int) -> None:
    """Change the size of the lists of some texts."""
    tables = TABLES[side]
    for part in _parts(ids):
        session.execute(
            update(tables.ranked_list)
            .where(tables.list_id.in_(part), tables.ranked_list.generation_id == generation_id)
            .values(size=tables.ranked_list.size + by, revision=revision)
            .execution_options(synchronize_session=False)
        )


def recount(session: Session, generation_id: int, side: Side, first: int, last: int, revision: int) -> list[int]:
    """Set the sizes of the lists of texts from `first` to `last` to what they hold. Returns those that were wrong."""
    tables = TABLES[side]
    held = (
        select(func.count())
        .select_from(Match)
        .where(tables.match_id == tables.list_id, Match.generation_id == generation_id, tables.in_list)
        .scalar_subquery()
    )
    changed = session.scalars(
        update(tables.ranked_list)
        .where(
            tables.ranked_list.generation_id == generation_id,
            tables.list_id.between(first, last),
            tables.ranked_list.size != held,
        )
        .values(size=held, revision=revision)
        .returning(tables.list_id)
        .execution_options(synchronize_session=False)
    )
    return list(changed)


def longer_than(session: Session, generation_id: int, side: Side, ids: Sequence[int], size: int) -> list[int]:
    """Return those of `ids` whose lists have more than `size` entries."""
    tables = TABLES[side]
    found: list[int] = []
    for part in _parts(ids):
        query = select(tables.list_id).where(
            tables.list_id.in_(part),
            tables.ranked_list.generation_id == generation_id,
            tables.ranked_list.size > size,
        )
        found.extend(session.scalars(query))
    return found


def short_of(
    session: Session,
    generation_id: int,
    side: Side,
    ids: Sequence[int] | None,
    length: int,
    sure: int,
    minimum_score: float,
) -> list[int]:
    """Return those of `ids` whose lists have fewer entries than readers could see although there are more partners.

    None: of all lists. Readers see `sure` partners of any score, and up to `length` with a score from
    `minimum_score` on.
    """
    tables = TABLES[side]
    lists = tables.ranked_list
    found: list[int] = []
    for of_part in [true()] if ids is None else [tables.list_id.in_(part) for part in _parts(ids)]:
        query = select(tables.list_id).where(
            of_part,
            lists.generation_id == generation_id,
            lists.last_id.is_not(None),
            or_(
                lists.size < min(sure, length),
                and_(lists.size < length, lists.last_score > minimum_score),
            ),
        )
        found.extend(session.scalars(query))
    return sorted(found)


def trim(
    session: Session, generation_id: int, side: Side, ids: Sequence[int], keep: int, revision: int
) -> dict[int, LastEntry]:
    """Cut lists to their best `keep` entries. Returns the last entries by text."""
    tables, partner = TABLES[side], TABLES[side.other].match_id
    last_entries: dict[int, LastEntry] = {}
    for part in _parts(ids):
        place = func.row_number().over(partition_by=tables.match_id, order_by=(Match.score.desc(), partner))
        placed = (
            select(tables.match_id.label("text_id"), Match.score, partner.label("partner"), place.label("place"))
            .where(tables.match_id.in_(part), Match.generation_id == generation_id, tables.in_list)
            .subquery()
        )
        for row in session.execute(select(placed).where(placed.c.place == keep)):
            last_entries[row.text_id] = (row.score, row.partner)
    for text_id, (score, last_id) in last_entries.items():
        session.execute(
            update(Match)
            .where(
                tables.match_id == text_id,
                Match.generation_id == generation_id,
                or_(Match.score < score, and_(Match.score == score, partner > last_id)),
            )
            .values({tables.in_list.key: False})
            .execution_options(synchronize_session=False)
        )
        session.execute(
            update(tables.ranked_list)
            .where(tables.list_id == text_id, tables.ranked_list.generation_id == generation_id)
            .values(size=keep, last_score=score, last_id=last_id, revision=revision)
            .execution_options(synchronize_session=False)
        )
    drop_unlisted(session, generation_id, side, list(last_entries))
    return last_entries


def unlist(session: Session, generation_id: int, side: Side, ids: Sequence[int]) -> None:
    """Empty the lists of some texts; their pairs stay where the other side lists them."""
    tables = TABLES[side]
    for part in _parts(ids):
        session.execute(
            update(Match)
            .where(tables.match_id.in_(part), Match.generation_id == generation_id, tables.in_list)
            .values({tables.in_list.key: False})
            .execution_options(synchronize_session=False)
        )


def drop_unlisted(session: Session, generation_id: int, side: Side, ids: Sequence[int]) -> None:
    """Delete pairs of some texts that stand in no list any more."""
    tables = TABLES[side]
    for part in _parts(ids):
        session.execute(
            delete(Match)
            .where(
                tables.match_id.in_(part),
                Match.generation_id == generation_id,
                Match.in_challenge_list.is_(False),
                Match.in_profile_list.is_(False),
            )
            .execution_options(synchronize_session=False)
        )


def put_lists(session: Session, side: Side, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace the list rows of some texts."""
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    table: Table = TABLES[side].ranked_list.__table__
    statement = dialect.insert(table)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[TABLES[side].id_name, "generation_id"],
            set_={name: statement.excluded[name] for name in ("size", "last_score", "last_id", "revision")},
        ),
        rows,
    )


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
