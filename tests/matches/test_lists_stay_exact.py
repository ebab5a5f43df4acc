"""Whatever people do and in whichever order: the stored lists are those of computing everything anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine, delete, select

from app import idempotency
from app.auth.actor import OPERATOR
from app.challenges import service as challenges
from app.challenges.kind import CHALLENGES
from app.challenges.schemas import ChallengeContent
from app.context import Context
from app.matches import list_writer
from app.matches.passages import PassageCache
from app.matches.sides import TABLES
from app.models import CorpusChange, CorpusRevision, Organisation, RankingGeneration
from app.profiles import service as profiles
from app.profiles.kind import PROFILES
from app.publishing import service as publishing
from app.publishing.bulk import NewText, submit_many
from matching.statistics import Statistics
from matching.texts import Side
from tests import stories
from tests.conftest import SettableClock, make_context
from tests.oracle import assert_lists_are_exact, assert_snapshots_are_equal

KINDS = {Side.CHALLENGE: CHALLENGES, Side.PROFILE: PROFILES}
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

# Few words, so that texts are alike, scores tie, and many texts stand at the edge of a list.
PROSE = st.lists(st.sampled_from(stories.WORDS[:7] + stories.WORDS[-5:]), min_size=1, max_size=4).map(" ".join)
LONG_PROSE = st.lists(st.sampled_from(stories.WORDS), min_size=60, max_size=90).map(
    lambda words: ". ".join(" ".join(words[start : start + 6]) for start in range(0, len(words), 6))
)
LANGUAGE = st.sampled_from([None, "de", "en"])
MUST_HAVES = st.lists(
    st.sampled_from([{"kind": "on_site"}, {"kind": "hosting", "value": "eu"}, {"kind": "min_maturity", "value": 5}]),
    max_size=1,
)
CHALLENGE_FACTS = st.fixed_dictionaries(
    {"region": st.sampled_from(["bayern", "hessen", "remote"]), "must_haves": MUST_HAVES}
)
PROFILE_FACTS = st.fixed_dictionaries(
    {
        "regions": st.sampled_from([["bundesweit"], ["bayern"], ["remote"]]),
        "hosting": st.sampled_from([None, "germany", "outside_eu"]),
        "free_pilot_slots": st.sampled_from([None, 0, 2, 2]),
        "maturity": st.sampled_from([None, 3, 8]),
    }
)
FACTS = {Side.CHALLENGE: CHALLENGE_FACTS, Side.PROFILE: PROFILE_FACTS}
SIDES = st.sampled_from(list(Side))
PROCESSES = st.integers(0, 1)
NUMBERS = st.integers(0, 10**6)


class Marketplace(RuleBasedStateMachine):
    """Two processes write into one database, a third only watches."""

    engine: Engine
    statistics: Statistics

    def __init__(self) -> None:
        super().__init__()
        self.clock = SettableClock()
        self.clock.moment = START
        _empty(self.engine)
        self.processes = [self._process() for _ in range(2)]
        self.observer = self._process()
        self.everybody = [self.observer, *self.processes]
        self.steps = 0
        self.welfare = stories.organisation(self.processes[0], "welfare")
        for number in range(list_writer.LONGEST + 1):
            stories.challenge(self.processes[0], self.welfare, stories.words_for(number % 5, 3), language="de")
            stories.profile(self.processes[0], stories.words_for(number % 4, 3), language="de")

    def _process(self) -> Context:
        context = make_context(self.engine, self.clock, statistics=self.statistics)
        context.ranking.cache = PassageCache(limit=2000)  # a handful of texts
        return context

    @rule(process=PROCESSES, words=PROSE | LONG_PROSE, facts=CHALLENGE_FACTS, language=LANGUAGE, days=NUMBERS)
    def submit_challenge(self, process: int, words: str, facts: Any, language: Any, days: int) -> None:
        last_day = self.clock.today() + timedelta(days=days % 9)
        content = facts | {"language": language, "expires_on": last_day}
        stories.challenge(self.processes[process], self.welfare, words, **content)

    @rule(process=PROCESSES, words=PROSE | LONG_PROSE, facts=PROFILE_FACTS, language=LANGUAGE)
    def submit_profile(self, process: int, words: str, facts: Any, language: Any) -> None:
        stories.profile(self.processes[process], words, **facts, language=language)

    @rule(process=PROCESSES, words=st.lists(PROSE, min_size=2, max_size=4))
    def import_challenges(self, process: int, words: list[str]) -> None:
        texts = [
            NewText(
                CHALLENGES,
                lambda session: session.get_one(Organisation, self.welfare),
                ChallengeContent.model_validate(stories.CHALLENGE_CONTENT | {"problem": text, "must_haves": []}),
            )
            for text in words
        ]
        submit_many(self.processes[process], texts)

    @rule(process=PROCESSES, side=SIDES, number=NUMBERS, words=PROSE | LONG_PROSE)
    def edit_the_text(self, process: int, side: Side, number: int, words: str) -> None:
        self._edit(process, side, number, {"problem" if side is Side.CHALLENGE else "problem_solved": words})

    @rule(process=PROCESSES, side=SIDES, number=NUMBERS, facts=st.data())
    def edit_the_facts(self, process: int, side: Side, number: int, facts: st.DataObject) -> None:
        self._edit(process, side, number, facts.draw(FACTS[side]))

    @rule(process=PROCESSES, side=SIDES, number=NUMBERS, language=st.sampled_from(["de", "en"]))
    def edit_the_language(self, process: int, side: Side, number: int, language: str) -> None:
        self._edit(process, side, number, {"language": language})

    @rule(process=PROCESSES, side=SIDES, number=NUMBERS)
    def pause(self, process: int, side: Side, number: int) -> None:
        self._step(process, side, number, "pause")

    @rule(process=PROCESSES, side=SIDES, number=NUMBERS)
    def resume(self, process: int, side: Side, number: int) -> None:
        self._step(process, side, number, "resume")

    @rule(process=PROCESSES, number=NUMBERS)
    def publish_what_has_expired(self, process: int, number: int) -> None:
        self._step(process, Side.CHALLENGE, number, "publish")

    @rule(process=PROCESSES, number=NUMBERS, step=st.sampled_from(["solve", "close"]))
    def end_a_challenge(self, process: int, number: int, step: str) -> None:
        self._step(process, Side.CHALLENGE, number, step)

    @precondition(lambda self: self._count(Side.CHALLENGE) + self._count(Side.PROFILE) > list_writer.LONGEST)
    @rule(process=PROCESSES, side=SIDES, number=NUMBERS)
    def delete(self, process: int, side: Side, number: int) -> None:
        context = self.processes[process]
        if (row := self._choose(side, number, None)) is not None:
            delete_text = challenges.delete_challenge if side is Side.CHALLENGE else profiles.delete_profile
            delete_text(context, OPERATOR, row.id, None)

    @rule(process=PROCESSES, days=st.integers(1, 4))
    def days_pass(self, process: int, days: int) -> None:
        self.clock.moment += timedelta(days=days)
        context = self.processes[process]
        context.ranking.expire_due(context.sessions)

    @rule(days=st.integers(1, 2))
    def days_pass_and_nobody_looks(self, days: int) -> None:
        self.clock.moment += timedelta(days=days)

    @rule(process=PROCESSES, words=PROSE)
    def fail_in_the_middle(self, process: int, words: str) -> None:
        context = self.processes[process]
        startup = stories.organisation(context, "startup")
        with pytest.raises(_Interrupted), _interrupted_before_the_commit():
            stories.profile(context, words, startup)

    @invariant()
    def lists_are_exact(self) -> None:
        with self.observer.sessions.read() as session:
            assert_lists_are_exact(session)

    @invariant()
    def every_process_knows_the_same(self) -> None:
        self.steps += 1  # in turns: loading everything anew takes most of the time
        self._compare(self.everybody[self.steps % 3])

    def teardown(self) -> None:
        for context in self.everybody:
            self._compare(context)

    def _compare(self, context: Context) -> None:
        with context.sessions.read() as session:
            assert_snapshots_are_equal(session, context.ranking.snapshot(session))

    def _edit(self, process: int, side: Side, number: int, changes: dict[str, Any]) -> None:
        if (row := self._choose(side, number, KINDS[side].editable)) is None:
            return
        etag = f'"{row.version}"'
        publishing.edit(self.processes[process], KINDS[side], OPERATOR, row.id, changes, etag)

    def _step(self, process: int, side: Side, number: int, name: str) -> None:
        if (row := self._choose(side, number, KINDS[side].steps[name].allowed_from)) is not None:
            publishing.take_step(self.processes[process], KINDS[side], OPERATOR, row.id, name, None)

    def _choose(self, side: Side, number: int, states: tuple[str, ...] | None) -> Any:
        """One of the rows of a side; challenges that are due are expired first, as any writer would."""
        context = self.processes[0]
        context.ranking.expire_due(context.sessions)
        model = TABLES[side].text
        with context.sessions.read() as session:
            rows = session.scalars(select(model).order_by(model.id)).all()
        rows = [row for row in rows if states is None or row.state in states]
        return rows[number % len(rows)] if rows else None

    def _count(self, side: Side) -> int:
        with self.observer.sessions.read() as session:
            return len(session.scalars(select(TABLES[side].text.id)).all())


class _Interrupted(Exception):
    pass


@contextmanager
def _interrupted_before_the_commit() -> Iterator[None]:
    def fail(*_: Any, **__: Any) -> None:
        raise _Interrupted

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(idempotency, "store_answer", fail)
        yield


def _empty(engine: Engine) -> None:
    with engine.execution_options(passgenau_writes=True).begin() as connection:
        for model in (Organisation, RankingGeneration, CorpusChange):
            connection.execute(delete(model))
        assert connection.execute(select(CorpusRevision.revision)).one()


def test_after_every_step_the_lists_are_those_of_computing_everything_anew(
    engine: Engine, demo_statistics: Statistics, small_lists: None, request: pytest.FixtureRequest
) -> None:
    long = request.config.getoption("--long")
    machine = type("MarketplaceOnThisDatabase", (Marketplace,), {"engine": engine, "statistics": demo_statistics})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=200 if long else 5,
            stateful_step_count=40 if long else 20,
            deadline=None,
            database=None,
            derandomize=not long,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink] if long else [Phase.generate],  # shrinking takes minutes
            report_multiple_bugs=False,
        ),
    )
