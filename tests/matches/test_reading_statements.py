"""Profiles that an older program stored state what their prose says after the next rescoring run."""

import pytest
from sqlalchemy import Engine, select, update

from app.context import Context
from app.models import Profile
from app.rescoring.reading import read_statements_again
from matching.statements import READER_VERSION
from matching.statistics import Statistics
from tests import stories
from tests.conftest import SettableClock, make_context
from tests.oracle import assert_lists_are_exact
from tests.rescoring_runs import rescore


@pytest.fixture
def context(engine: Engine, clock: SettableClock, demo_statistics: Statistics) -> Context:
    context = make_context(engine, clock, statistics=demo_statistics)
    stories.challenge(
        context,
        stories.organisation(context, "welfare"),
        "Sturz Sensor",
        must_haves=[{"kind": "hosting", "value": "eu"}],
    )
    stories.profile(context, "Sturz Sensor Boden", capabilities="Die Server stehen in Oregon.")
    stories.profile(context, "Sturz Sensor Nacht")
    return context


def test_old_profiles_are_read_and_lists_follow(context: Context, demo_statistics: Statistics) -> None:
    with context.sessions.write() as session:
        session.execute(update(Profile).values(statements=None, statements_version=None))
    rescore(context, demo_statistics)
    with context.sessions.read() as session:
        read, silent = session.scalars(select(Profile).order_by(Profile.id)).all()
        assert ["hosting", "eu", False] in [statement[:3] for statement in read.statements or []]
        assert silent.statements == []
        assert {read.statements_version, silent.statements_version} == {READER_VERSION}
        assert_lists_are_exact(session)


def test_what_was_read_by_this_reader_is_not_read_again(context: Context) -> None:
    assert read_statements_again(context.sessions) == 0
    with context.sessions.write() as session:
        session.execute(update(Profile).values(statements_version=READER_VERSION - 1))
    assert read_statements_again(context.sessions) == 2
