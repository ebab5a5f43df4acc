"""Figures for Prometheus, for whoever knows the token."""

from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from app.auth.actor import OPERATOR
from app.context import Context
from app.main import create_app
from app.rescoring import runs, service
from app.rescoring.schemas import RunRequest
from tests import stories
from tests.apps import be_operator, plain_client
from tests.rescoring_runs import make_shop

TOKEN = "a token of the tests"


def read(client: TestClient) -> dict[str, float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        f"{sample.name} {' '.join(sorted(sample.labels.values()))}".strip(): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_figures_tell_requests_by_template_the_run_and_the_corpus(context: Context) -> None:
    stories.publish_some(context)
    client = plain_client(create_app(context, be_operator, metrics_token=SecretStr(TOKEN)))
    before = read(client)
    assert client.get("/api/v1/challenges/1/matches").status_code == 200
    assert client.get("/api/v1/no/such/place").status_code == 404
    run_id = runs.request_run(context, context.ranking.encoders, OPERATOR, RunRequest())
    during = read(client)
    template = "passgenau_http_request_duration_seconds_count /api/v1/challenges/{challenge_id}/matches 200 GET"
    assert during[template] == before.get(template, 0) + 1
    assert not any("such" in name for name in during), "an address that does not exist makes no series of its own"
    assert (during["passgenau_run_under_way"], during["passgenau_queue_partitions"]) == (1, 1)
    assert during["passgenau_published_challenges"] > 0
    service.work_off(make_shop(context), run_id)
    after = read(client)
    assert after["passgenau_run_under_way"] == 0
    ranked = "passgenau_partitions_total done rank"
    assert after[ranked] - before.get(ranked, 0) == 2
    client.close()


def test_nobody_without_the_token_sees_figures(context: Context) -> None:
    for token in (SecretStr(TOKEN), None):
        client = plain_client(create_app(context, be_operator, metrics_token=token))
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}):
            assert client.get("/metrics", headers=headers).status_code == 404
        client.close()
