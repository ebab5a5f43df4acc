"""What can be done with a run, and what is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.exc import OperationalError

from app.auth.actor import ANONYMOUS, OPERATOR
from app.context import Context
from app.errors import (
    CorpusEmpty,
    GenerationGone,
    MalformedInput,
    NotComplete,
    NothingToRollBackTo,
    OlderRanking,
    RunHeldBack,
    RunNotUnderWay,
    RunUnderWay,
    ScopeNeedsSameRanking,
)
from app.matches import generations
from app.models import Match, RankingGeneration, RescoringPartition, RescoringRun
from app.models.ranking import GenerationState
from app.models.rescoring import PartitionState, RunState
from app.profiles import service as profiles
from app.rescoring import cleaning, comparison, partitions, repository, runs, service
from app.rescoring.schemas import RunRequest
from matching.statistics import Statistics
from tests import stories
from tests.apps import open_client
from tests.conftest import SettableClock, make_context
from tests.matches.test_rescoring import assert_exact, rows_of, states
from tests.problems import assert_problem
from tests.rescoring.test_kills import rows_of as all_rows
from tests.rescoring_runs import hashing_encoders, make_shop, rescore

RUNS = "/api/v1/rescoring-runs"


@pytest.fixture
def context(engine: Engine, clock: SettableClock, demo_statistics: Statistics, small_lists: None) -> Context:
    context = make_context(engine, clock, statistics=demo_statistics, encoders=hashing_encoders(demo_statistics))
    welfare = stories.organisation(context, "welfare")
    for number in range(6):
        stories.challenge(context, welfare, stories.words_for(number), language="de" if number % 3 else "en")
        stories.profile(context, stories.words_for(number + 2))
    return context


def requested(context: Context, **request: Any) -> int:
    return runs.request_run(context, context.ranking.encoders, OPERATOR, RunRequest.model_validate(request))


def completed(context: Context, **request: Any) -> int:
    run_id = requested(context, **request)
    assert service.work_off(make_shop(context), run_id).state == RunState.COMPLETE
    return run_id


def active(context: Context) -> int | None:
    with context.sessions.read() as session:
        return generations.active_id(session)


def test_a_second_run_is_refused_and_the_first_is_named(context: Context) -> None:
    first = requested(context)
    with pytest.raises(RunUnderWay, match=f"Run {first}"):
        requested(context)
    runs.cancel_run(context, OPERATOR, first)
    requested(context)


def test_the_database_lets_only_one_run_be_under_way(context: Context) -> None:
    requested(context)
    with context.sessions.engine.connect() as connection, pytest.raises(Exception, match=r"(?i)unique"):
        connection.execute(
            text(
                "INSERT INTO rescoring_run (state, under_way, scope, encoder, dtype, fingerprint, scoring, activate, "
                "created_at) VALUES ('queued', true, '{}', 'x', 'x', 'x', 'x', false, '2026-11-23')"
            )
        )


def test_a_run_on_an_empty_corpus_is_refused(engine: Engine, clock: SettableClock) -> None:
    context = make_context(engine, clock, encoders=hashing_encoders())
    with pytest.raises(CorpusEmpty):
        requested(context)
    stories.challenge(context, stories.organisation(context, "welfare"), "Sturz")
    with pytest.raises(CorpusEmpty):
        requested(context)


def test_an_encoder_that_can_not_be_used_is_refused_before_anything_begins(context: Context) -> None:
    with pytest.raises(MalformedInput) as refused:
        requested(context, encoder="nowhere")
    assert refused.value.fields[0].field == "encoder"
    with pytest.raises(MalformedInput) as refused:
        runs.request_run(context, context.ranking.encoders, ANONYMOUS, RunRequest(encoder="/etc"))
    assert refused.value.fields[0].code == "unknown_encoder"
    with context.sessions.read() as session:
        assert session.scalar(select(func.count(RescoringRun.id))) == 0


@pytest.mark.parametrize("worked", [0, 1, 3])
def test_a_cancelled_run_stops_and_what_it_made_is_cleared_away(context: Context, worked: int) -> None:
    before = rows_of(context.sessions)
    run_id = requested(context)
    shop = make_shop(context)
    for _ in range(worked):
        ((_, number, _),) = service.look(shop)
        partitions.work_on(shop, run_id, number)
    runs.cancel_run(context, OPERATOR, run_id)
    assert service.look(shop) == []
    assert service.work_off(shop, run_id).state == RunState.CANCELLED
    with context.sessions.read() as session:
        assert session.scalars(select(Match.generation_id).distinct()).all() == [active(context)]
    assert rows_of(context.sessions) == before
    with pytest.raises(RunNotUnderWay):
        runs.cancel_run(context, OPERATOR, run_id)


def test_a_result_that_comes_after_the_cancellation_is_refused(context: Context) -> None:
    run_id = requested(context)

    def cancel(point: str) -> None:
        if point == "rank computed":
            runs.cancel_run(context, OPERATOR, run_id)

    done = service.work_off(make_shop(context, reach=cancel), run_id)
    assert (done.state, done.progress.texts_ranked) == (RunState.CANCELLED, 0)


def test_what_is_complete_can_not_be_cancelled_and_what_is_not_can_not_be_shown(context: Context) -> None:
    run_id = requested(context)
    shop = make_shop(context)
    with pytest.raises(NotComplete):
        service.activate_run(shop, OPERATOR, run_id, force=True)
    service.work_off(shop, run_id)
    with pytest.raises(RunNotUnderWay):
        runs.cancel_run(context, OPERATOR, run_id)
    with pytest.raises(RunNotUnderWay):
        runs.retry_run(context, OPERATOR, run_id)


def test_the_last_three_rankings_are_kept_and_one_command_goes_back(context: Context) -> None:
    shop = make_shop(context)
    with pytest.raises(NothingToRollBackTo):
        service.roll_back(shop, OPERATOR)
    old = active(context)
    assert old is not None
    before = all_rows(context, old)
    rescore(context)
    new = active(context)
    assert all_rows(context, old) == before
    assert service.roll_back(shop, OPERATOR) == old
    assert active(context) == old
    assert service.roll_back(shop, OPERATOR) == new, "and forth"
    for _ in range(4):
        rescore(context)
    with context.sessions.read() as session:
        kept = session.scalars(select(Match.generation_id).distinct()).all()
    assert len(kept) == 1 + cleaning.KEPT
    assert states(context.sessions).count("superseded") == cleaning.KEPT
    assert_exact(context.sessions)


def test_going_back_brings_in_what_was_written_since_also_with_another_encoder(context: Context) -> None:
    old = active(context)
    first = profiles_of(context)[0]
    rescore(context, encoder="other")
    stories.profile(context, stories.words_for(3))
    profiles.edit_profile(context, OPERATOR, profiles_of(context)[1], {"capabilities": stories.words_for(9)}, '"1"')
    profiles.delete_profile(context, OPERATOR, first, None)
    assert_exact(context.sessions)
    assert service.roll_back(make_shop(context), OPERATOR) == old
    assert_exact(context.sessions)
    stories.profile(context, stories.words_for(4))
    assert_exact(context.sessions)


def profiles_of(context: Context) -> list[int]:
    with context.sessions.read() as session:
        return sorted(context.ranking.snapshot(session).corpus.profiles.living_ids.tolist())


def test_a_ranking_that_is_gone_or_older_is_not_shown(context: Context) -> None:
    shop = make_shop(context)
    older = completed(context)
    rescore(context)
    with pytest.raises(OlderRanking):
        service.activate_run(shop, OPERATOR, older)
    with context.sessions.write() as session:
        run = repository.get(session, older)
        generations.get(session, run.generation_id or 0).state = GenerationState.CANCELLED
    with pytest.raises(GenerationGone):
        service.activate_run(shop, OPERATOR, older, force=True)
    cleaning.clear_away(context.sessions)
    with pytest.raises(GenerationGone):
        service.activate_run(shop, OPERATOR, older, force=True)
    assert_exact(context.sessions)


def test_a_comparison_that_crosses_a_threshold_stops_the_activation(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = active(context)
    monkeypatch.setattr(comparison, "THRESHOLDS", {**comparison.THRESHOLDS, "rank_correlation": 1.1})
    run_id = completed(context, activate=True)
    run = service.read_run(context, run_id)
    assert run.held_back == ["rank_correlation"]
    assert active(context) == before
    with pytest.raises(RunHeldBack, match="rank_correlation"):
        service.activate_run(make_shop(context), OPERATOR, run_id)
    service.activate_run(make_shop(context), OPERATOR, run_id, force=True)
    assert active(context) == run.generation


def test_a_run_that_changes_nothing_is_shown_by_itself_and_says_so(
    context: Context, demo_statistics: Statistics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Statistics, "estimate", classmethod(lambda _cls, _batches, _prior: demo_statistics))
    run_id = requested(context, activate=True)
    run = service.work_off(make_shop(context), run_id)
    assert run.state == RunState.ACTIVE
    found = service.read_comparison(context, run_id)
    for side in (found.challenges, found.profiles):
        assert (side.gained, side.lost, side.band_changes, side.emptied) == (0, 0, 0, 0)
        assert side.kept > 0
        assert side.rank_correlation == pytest.approx(1)
    assert found.exposure.startups_shown_before == found.exposure.startups_shown_after > 0
    assert run.progress.pairs == 2 * 6 * 6
    assert run.progress.texts_ranked == 12


def test_a_partition_that_fails_for_good_is_shown_and_tried_again_on_demand(context: Context) -> None:
    run_id = requested(context)
    broken = True

    def fail(point: str) -> None:
        if broken and point == "rank computed":
            raise ZeroDivisionError

    shop = make_shop(context, reach=fail)
    skip_the_waiting(context, shop, run_id)
    run = service.read_run(context, run_id)
    assert run.state == RunState.FAILED
    assert run.last_error == "ZeroDivisionError"
    assert {one.attempts for one in run.failed_partitions} == {repository.ATTEMPTS}
    broken = False
    assert runs.retry_run(context, OPERATOR, run_id) == len(run.failed_partitions)
    assert service.work_off(shop, run_id).state == RunState.COMPLETE


def skip_the_waiting(context: Context, shop: Any, run_id: int) -> None:
    """Work a run off without the pauses between two tries."""
    while service.read_run(context, run_id).state in service.UNDER_WAY:
        for _, number, _ in service.look(shop, 100):
            partitions.work_on(shop, run_id, number)
        with context.sessions.write() as session:
            session.execute(update(RescoringPartition).values(due_at=context.clock.now()))
        runs.settle(context, run_id)


@pytest.mark.parametrize("error", [OperationalError("", {}, Exception("database or disk is full")), MemoryError()])
def test_a_partition_that_fails_once_is_tried_again_by_itself(context: Context, error: Exception) -> None:
    """[reliability rows 19, 20]"""
    run_id = requested(context)
    errors = [error]

    def fail(point: str) -> None:
        if point == "rank written" and errors:
            raise errors.pop()

    shop = make_shop(context, reach=fail)
    skip_the_waiting(context, shop, run_id)
    assert service.read_run(context, run_id).state == RunState.COMPLETE
    service.activate_run(shop, OPERATOR, run_id, force=True)
    assert_exact(context.sessions)
    with context.sessions.read() as session:
        failures = session.scalars(select(RescoringPartition.attempt).where(RescoringPartition.attempt > 1)).all()
    assert failures == [2]


def test_a_run_of_a_part_repairs_that_part_and_takes_the_rest_over(context: Context) -> None:
    before = rows_of(context.sessions)
    with context.sessions.write() as session:
        session.execute(text("UPDATE match SET score = score + 1 WHERE challenge_id = 1"))
    assert rows_of(context.sessions) != before
    with context.sessions.write() as session:
        session.execute(text("UPDATE challenge SET updated_at = :later WHERE id = 1"), {"later": later_than(context)})
    done = rescore(context, scope={"kind": "changed_since", "since": (context.clock.now()).isoformat()})
    assert done.state == RunState.ACTIVE
    assert rows_of(context.sessions) == before
    assert_exact(context.sessions)


def later_than(context: Context) -> Any:
    moment = context.clock.now() + timedelta(hours=1)
    return moment if context.sessions.engine.dialect.name == "postgresql" else moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def test_a_part_can_not_be_ranked_by_other_rules(context: Context) -> None:
    with pytest.raises(ScopeNeedsSameRanking):
        requested(context, encoder="other", scope={"kind": "network", "network": "drk"})
    with pytest.raises(MalformedInput):
        requested(context, scope={"kind": "network", "network": "elsewhere"})
    done = rescore(context, scope={"kind": "network", "network": "drk"})
    assert done.state == RunState.ACTIVE
    assert_exact(context.sessions)


def test_the_api_begins_shows_compares_activates_and_goes_back(context: Context) -> None:
    before = active(context)
    with open_client(context) as client:
        begun = client.post(RUNS, json={})
        assert begun.status_code == 202
        run = begun.json()
        assert begun.headers["location"] == f"{RUNS}/{run['id']}"
        assert (run["state"], run["progress"]["step"]) == ("queued", "prepare")
        assert_problem(client.post(RUNS, json={}), 409, "run-under-way")
        assert_problem(client.post(RUNS, json={"scope": {"kind": "network"}}), 422, "malformed-input", "scope")
        assert_problem(client.get(f"{RUNS}/{run['id']}/comparison"), 409, "run-not-complete")
        service.work_off(make_shop(context), run["id"])
        shown = client.get(f"{RUNS}/{run['id']}").json()
        assert (shown["state"], shown["progress"]["texts_ranked"]) == ("complete", 12)
        assert client.get(f"{RUNS}/{run['id']}/comparison").json()["against_generation"] == before
        activated = client.post(f"{RUNS}/{run['id']}/activate", json={"force": True})
        assert activated.json()["state"] == "active"
        assert active(context) == shown["generation"]
        assert_problem(client.post(f"{RUNS}/{run['id']}/cancel"), 409, "run-not-under-way")
        assert client.post("/api/v1/rankings/roll-back").json() == {"generation": before}
        assert [one["state"] for one in client.get(RUNS).json()["items"]] == ["complete"]
    with context.sessions.read() as session:
        assert context.trail.verify(session).first_bad is None


def events(body: str) -> list[str]:
    return [line.removeprefix("event: ") for line in body.splitlines() if line.startswith("event: ")]


def test_events_tell_the_present_state_to_whoever_comes_back_and_end_with_the_run(context: Context) -> None:
    with open_client(context) as client:
        run_id = client.post(RUNS, json={}).json()["id"]
        for _ in range(2):  # a page that is loaded again
            stream = client.get(f"{RUNS}/{run_id}/events")
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert events(stream.text) == ["progress"]
            assert '"state": "queued"' in stream.text
            assert "retry: " in stream.text
        service.work_off(make_shop(context), run_id)
        stream = client.get(f"{RUNS}/{run_id}/events")
        assert events(stream.text) == ["progress", "end"]
        assert_problem(client.get(f"{RUNS}/99/events"), 404, "not-found")


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda: comparison.kendall_tau(np.array([0, 1, 2, 3])), 1.0),
        (lambda: comparison.kendall_tau(np.array([3, 2, 1, 0])), -1.0),
        (lambda: comparison.kendall_tau(np.array([1, 0, 2])), 1 / 3),
        (lambda: comparison.gini(np.array([2.0, 2.0, 2.0])), 0.0),
        (lambda: comparison.gini(np.array([0.0, 0.0, 0.0, 4.0])), 0.75),
    ],
)
def test_measures_of_a_comparison(make: Callable[[], float], found: float) -> None:
    assert make() == pytest.approx(found)


def test_partition_states_add_up(context: Context) -> None:
    run_id = completed(context)
    with context.sessions.read() as session:
        found = session.scalars(select(RescoringPartition.state).where(RescoringPartition.run_id == run_id)).all()
        assert set(found) == {PartitionState.DONE}
        assert session.scalar(select(func.count(RankingGeneration.id))) == 2
