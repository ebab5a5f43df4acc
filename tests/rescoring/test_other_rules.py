"""Workers and servers that can't follow a run or a ranking: they leave it alone, say so, and break nothing."""

from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from structlog.testing import capture_logs

from app.auth.actor import OPERATOR
from app.context import Context
from app.errors import EncoderMismatch, OtherScoring
from app.main import create_app
from app.matches.encoders import Encoders
from app.models import RankingGeneration, RescoringPartition, RescoringRun
from app.models.rescoring import RunState
from app.rescoring import partitions, runs, service
from app.rescoring.partitions import Outcome
from app.rescoring.quality import no_quality
from app.rescoring.workshop import Workshop
from tests import stories
from tests.api.test_metrics import TOKEN
from tests.api.test_metrics import read as read_metrics
from tests.apps import be_operator, open_client, plain_client
from tests.matches.test_rescoring import assert_exact, rows_of
from tests.problems import assert_problem
from tests.rescoring.test_kills import Story, Worker, nobody_stays, story
from tests.rescoring.test_runs import RUNS, active, completed, context, requested
from tests.rescoring_runs import make_shop, rescore

__all__ = ["context", "nobody_stays", "story"]


def failures(context: Context, run_id: int) -> int:
    with context.sessions.read() as session:
        return sum(session.scalars(select(RescoringPartition.failures).where(RescoringPartition.run_id == run_id)))


def say_it_was_made_by_other_rules(context: Context, table: Any, number: int) -> None:
    with context.sessions.write() as session:
        session.execute(update(table).where(table.id == number).values(scoring="1-0123456789ab"))


def test_a_worker_without_the_encoder_of_a_run_leaves_it_to_others(context: Context) -> None:
    run_id = requested(context, encoder="other")
    stuck = Workshop(context, Encoders.only(context.ranking.encoder, "hashing"), "stuck", measure=no_quality)
    ((_, number, _),) = service.look(stuck)
    assert partitions.work_on(stuck, run_id, number) is Outcome.DONE, "it can still find out what is to be done"
    offered = set()
    with capture_logs() as log:
        for _ in range(6):
            ((_, number, attempt),) = service.look(stuck)
            offered.add(attempt)
            assert partitions.work_on(stuck, run_id, number) is Outcome.PASSED_ON
    assert len(offered) == 6, "offered anew each time, so that another worker gets it"
    assert [(entry["event"], entry["reason"]) for entry in log] == [("run left to other workers", "encoder-mismatch")]
    assert failures(context, run_id) == 0
    with pytest.raises(EncoderMismatch):
        service.work_off(stuck, run_id)
    assert service.work_off(make_shop(context), run_id).state == RunState.COMPLETE


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_that_sits_a_run_out_takes_nothing_from_one_that_can_do_it(story: Story) -> None:
    run_id = story.request()
    stuck = Worker(story.url, "stuck", "1", "stuck")
    stuck.wait_for("run left to other workers")
    Worker(story.url, "able", "1").finish()
    stuck.kill()
    assert story.run(run_id).state == RunState.COMPLETE
    assert story.rows(run_id) == story.undisturbed
    assert failures(story.context, run_id) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_run_begun_by_other_rules_is_left_to_programs_that_have_them(context: Context) -> None:
    run_id, shop = requested(context), make_shop(context)
    ((_, number, _),) = service.look(shop)
    partitions.work_on(shop, run_id, number)
    say_it_was_made_by_other_rules(context, RescoringRun, run_id)
    ((_, number, _),) = service.look(shop)
    assert partitions.work_on(shop, run_id, number) is Outcome.PASSED_ON
    with pytest.raises(OtherScoring):
        service.work_off(shop, run_id)
    assert failures(context, run_id) == 0
    assert service.read_run(context, run_id).scoring == "1-0123456789ab"
    runs.cancel_run(context, OPERATOR, run_id)
    completed(context)


def test_a_ranking_of_other_rules_is_neither_shown_nor_gone_back_to(context: Context) -> None:
    first = active(context)
    assert first is not None
    rescore(context)
    run_id, now = completed(context), active(context)
    generation = service.read_run(context, run_id).generation
    assert generation is not None
    for number in (first, generation):
        say_it_was_made_by_other_rules(context, RankingGeneration, number)
    with open_client(context) as client:
        assert_problem(client.post("/api/v1/rankings/roll-back"), 409, "other-scoring")
        assert_problem(client.post(f"{RUNS}/{run_id}/activate", json={"force": True}), 409, "other-scoring")
    assert active(context) == now
    assert_exact(context.sessions)


def test_a_server_of_other_rules_reads_lists_and_writes_none(context: Context) -> None:
    rescore(context)
    generation = active(context)
    assert generation is not None
    say_it_was_made_by_other_rules(context, RankingGeneration, generation)
    before = rows_of(context.sessions)
    with open_client(context) as client:
        refused = {
            "publish": client.post("/api/v1/challenges", json=stories.CHALLENGE_CONTENT | {"organisation_id": 1}),
            "preview": client.post("/api/v1/preview", json={"side": "challenge", "content": stories.CHALLENGE_CONTENT}),
            "readyz": client.get("/readyz"),
        }
        for answer in refused.values():
            assert_problem(answer, 503, "ranking-made-otherwise")
        found = client.get("/api/v1/challenges/1/matches")
        assert (found.status_code, found.json()["generation"]) == (200, generation)
        assert found.json()["items"]
    client = plain_client(create_app(context, be_operator, metrics_token=SecretStr(TOKEN)))
    assert read_metrics(client)["passgenau_ranking_made_otherwise"] == 1
    with capture_logs() as log:
        context.ranking.follow()
        context.ranking.follow()
    assert [entry["reason"] for entry in log] in ([], ["ranking-made-otherwise"]), "said once, here or while it served"
    assert rows_of(context.sessions) == before
