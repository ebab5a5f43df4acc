"""Storing: everything in the file, or nothing."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.challenges.kind import CHALLENGES
from app.context import Context
from app.demo import dataset
from app.importing.errors import BadRows, OvertakenByOthers
from app.importing.readers import read_table
from app.importing.service import CheckedFile, check_table, store
from app.models import Challenge, Organisation, Profile
from app.models.ranking import Match
from app.profiles.kind import PROFILES
from app.publishing.kinds import Kind
from tests.conftest import make_context
from tests.fakes import HashingEncoder
from tests.importing.files import CHALLENGE, PROFILE, as_cells, csv_file, json_file
from tests.stories import organisation, profile


def check(context: Context, content: str) -> CheckedFile:
    with context.sessions.read() as session:
        return check_table(session, context.clock.today(), read_table(content.encode()))


def count(context: Context, model: Any) -> int:
    with context.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def contents(context: Context, kind: Kind, ids: list[int]) -> list[dict[str, Any]]:
    """The contents of stored texts; those of published ones only."""
    found = []
    with context.sessions.read() as session:
        for text_id in ids:
            row: Any = session.get_one(kind.model, text_id, options=[joinedload(kind.model.organisation)])
            assert row.state.value == "published"
            read = kind.read.model_validate(row).model_dump(mode="json")
            found.append({name: read[name] for name in kind.content.model_fields} | {"owner": row.organisation.name})
    return found


def expected(demo: dataset.DemoText, names: dict[str, str]) -> dict[str, Any]:
    return demo.content.model_dump(mode="json") | {"owner": names[demo.organisation]}


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_written_import_equals_what_was_in_the_file(context: Context, form: str) -> None:
    """With all demonstration texts, written down as people would."""
    names = {key: draft.name for key, draft in dataset.organisations().items()}
    with context.sessions.write() as session:
        now = context.clock.now()
        for draft in dataset.organisations().values():
            values = draft.model_dump(exclude={"network"})
            session.add(Organisation(**values, verified=True, version=1, created_at=now, updated_at=now))
    for kind, demos in ((PROFILES, dataset.profiles()), (CHALLENGES, dataset.challenges())):
        if form == "csv":
            text = csv_file([as_cells(demo.content) | {"organisation": names[demo.organisation]} for demo in demos])
        else:
            owners = [{"organisation": names[demo.organisation]} for demo in demos]
            bodies = [demo.content.model_dump(mode="json", exclude_unset=True) for demo in demos]
            text = json_file([owner | body for owner, body in zip(owners, bodies, strict=True)])
        checked = check(context, text)
        assert checked.errors == ()
        ids = store(context, checked)
        for demo, found in zip(demos, contents(context, kind, ids), strict=True):
            wanted = expected(demo, names)
            if wanted["language"] is None:
                found["language"] = None
            if wanted.get("expires_on", "") is None:
                found["expires_on"] = None
            assert found == wanted
    assert count(context, Match) > 0


def test_a_second_process_ranks_what_was_imported(context: Context) -> None:
    organisation(context, "welfare", "Haus")
    profile(context, "Stürze Nachtwache Sensor", organisation(context, "startup", "Leisewacht GmbH"))
    other = make_context(context.sessions.engine, context.clock)
    (challenge_id,) = store(other, check(other, csv_file([CHALLENGE])))
    with context.sessions.read() as session:
        assert challenge_id in context.ranking.snapshot(session).corpus.challenges.ids
        assert session.scalars(select(Match.challenge_id)).all() == [challenge_id]


def test_nothing_is_stored_while_a_row_is_bad(context: Context) -> None:
    organisation(context, "welfare", "Haus")
    checked = check(context, csv_file([CHALLENGE, CHALLENGE | {"region": "Köln"}]))
    with pytest.raises(BadRows):
        store(context, checked)
    assert count(context, Challenge) == 0


def test_nothing_is_stored_when_an_organisation_is_gone(context: Context) -> None:
    organisation(context, "welfare", "Haus")
    gone = organisation(context, "welfare", "Heim")
    checked = check(context, csv_file([CHALLENGE, CHALLENGE | {"organisation": "Heim"}]))
    with context.sessions.write() as session:
        session.delete(session.get_one(Organisation, gone))
    with pytest.raises(OvertakenByOthers):
        store(context, checked)
    assert count(context, Challenge) == 0


def test_nothing_is_stored_when_a_startup_was_faster(context: Context) -> None:
    organisation(context, "startup", "Andere")
    faster = organisation(context, "startup", "Leisewacht GmbH")
    checked = check(context, csv_file([PROFILE | {"organisation": "Andere"}, PROFILE]))
    profile(context, "Sensor", faster)
    with pytest.raises(OvertakenByOthers):
        store(context, checked)
    assert count(context, Profile) == 1


class BreakingEncoder(HashingEncoder):
    """Ends like a process that is killed, after some texts."""

    def encode(self, texts: Any, side: Any) -> Any:
        if self.encoded > 60:
            raise KeyboardInterrupt
        return super().encode(texts, side)


def test_nothing_is_stored_when_encoding_ends_early(context: Context) -> None:
    organisation(context, "welfare", "Haus")
    checked = check(context, csv_file([CHALLENGE | {"title": f"Titel {n}"} for n in range(200)]))
    broken = make_context(context.sessions.engine, context.clock, BreakingEncoder())
    with pytest.raises(KeyboardInterrupt):
        store(broken, checked)
    assert count(context, Challenge) == 0


def test_nothing_is_stored_when_it_ends_while_storing(context: Context) -> None:
    organisation(context, "welfare", "Haus")
    checked = check(context, csv_file([CHALLENGE | {"title": f"Titel {n}"} for n in range(5)]))

    def stop(what: str, done: int, total: int) -> None:
        if (what, done) == ("rank", 3):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store(context, checked, stop)
    assert count(context, Challenge) == 0
    assert len(store(context, checked)) == 5
