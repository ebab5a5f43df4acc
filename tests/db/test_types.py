"""Column types give back what was stored, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from app.db.session import Sessions
from app.db.types import json_contains
from app.models import ChallengeVector, Network, Organisation
from app.vocabulary import OrganisationKind
from tests.conftest import SettableClock, make_context
from tests.stories import publish_some


def test_vectors_come_back_bit_for_bit(engine: Engine, clock: SettableClock) -> None:
    context = make_context(engine, clock)
    publish_some(context)
    rng = np.random.default_rng(3)
    vector = rng.standard_normal(384).astype(np.float32) * np.float32(10.0) ** rng.integers(-20, 20, 384)
    with context.sessions.write() as session:
        row = session.scalars(select(ChallengeVector)).first()
        assert row is not None
        row.whole = vector
    with context.sessions.read() as session:
        stored = session.get_one(ChallengeVector, (row.challenge_id, row.fingerprint))
        assert stored.whole.dtype == np.float32
        assert stored.whole.tobytes() == vector.astype(np.float32).tobytes()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moment=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), offset=st.integers(-12, 12))  # noqa: DTZ001
def test_times_come_back_in_utc(engine: Engine, moment: datetime, offset: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(hours=offset)))
    sessions = Sessions(engine)
    with sessions.write() as session:
        row = Organisation(
            name="Zeit", kind=OrganisationKind.WELFARE, verified=False, created_at=aware, updated_at=aware
        )
        session.add(row)
        session.flush()
        stored_id = row.id
    with sessions.read() as session:
        stored = session.get_one(Organisation, stored_id).created_at
        assert stored == aware
        assert stored.tzinfo is UTC


def test_a_naive_time_is_refused(engine: Engine) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with Sessions(engine).read() as session:
        session.add(Organisation(name="Zeit", kind=OrganisationKind.WELFARE, created_at=naive, updated_at=naive))
        with pytest.raises(Exception, match="naive"):
            session.flush()


def test_a_reading_session_throws_changes_away(engine: Engine) -> None:
    sessions = Sessions(engine)
    with sessions.read() as session:
        network = session.get_one(Network, 1)
        network.name = "Anders"
        session.flush()
    with sessions.read() as session:
        assert session.get_one(Network, 1).name != "Anders"


def test_codes_in_a_list_are_found_whole(engine: Engine, clock: SettableClock) -> None:
    context = make_context(engine, clock)
    publish_some(context)
    from app.models import Challenge

    with context.sessions.read() as session:
        fields = session.scalars(select(Challenge.fields_of_action)).all()
        code = fields[0][0]
        found = session.scalars(select(Challenge.id).where(json_contains(Challenge.fields_of_action, code))).all()
        assert len(found) == sum(code in listed for listed in fields) > 0
        assert not session.scalars(
            select(Challenge.id).where(json_contains(Challenge.fields_of_action, code[:-1]))
        ).all()
