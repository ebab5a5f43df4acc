"""What the prose of profiles states, read again where no reader or an older one has read it."""

from sqlalchemy import select

from app.db.session import Sessions
from app.matches import corpus_repository
from app.matches.sides import TABLES
from app.matches.texts import statements_of
from app.models import Profile
from matching.statements import READER_VERSION
from matching.texts import Side

READ_AT_ONCE = 200


def read_statements_again(sessions: Sessions) -> int:
    """Read the prose of profiles that no reader, or another version of it, has read. Returns how many those were.

    Lists of the active generation follow when the run ends; until then a criterion can say "failed" in one of them.
    """
    with sessions.read() as session:
        outdated = session.scalars(
            select(Profile.id).where(Profile.statements_version.is_distinct_from(READER_VERSION))
        )
        ids = list(outdated)
    for part in (ids[start : start + READ_AT_ONCE] for start in range(0, len(ids), READ_AT_ONCE)):
        with sessions.read() as session:  # reading takes milliseconds a text, for which nobody else shall wait
            rows = session.scalars(select(Profile).where(Profile.id.in_(part))).all()
            read = {row.id: (row.version, [one.as_list() for one in statements_of(row)]) for row in rows}
        with sessions.write() as session:
            revision = corpus_repository.next_revision(session)
            for row in session.scalars(select(Profile).where(Profile.id.in_(read))):
                version, statements = read[row.id]
                if row.version != version:
                    continue  # who edited it had it read again
                row.statements, row.statements_version = statements, READER_VERSION
                if row.state == TABLES[Side.PROFILE].published:
                    corpus_repository.record_change(session, revision, Side.PROFILE, row.id)
    return len(ids)
