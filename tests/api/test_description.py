"""The description of the API is complete, and its page loads nothing from outside."""

import re
from html.parser import HTMLParser
from typing import Any, cast

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from app.api import docs_page
from app.api.problem_details import is_page
from app.context import Context
from app.main import create_app

APP = create_app(cast("Context", None))
DESCRIPTION = APP.openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
}
HIDDEN = {"/docs", "/openapi.json"}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = DESCRIPTION["components"]["schemas"][name] if name else schema
    return found


def test_every_route_is_described() -> None:
    routes = {
        f"{method} {route.path}"
        for route in iter_route_contexts(APP.routes)
        for method in route.methods or ()
        if route.path not in HIDDEN and not is_page(route.path or "/")
    }
    assert routes == set(OPERATIONS)
    assert DESCRIPTION["openapi"].startswith("3.1")


def test_operation_ids_are_unique_and_stable_words() -> None:
    found = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(found) == len(set(found))
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", name) for name in found)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_tells_what_it_takes_gives_and_refuses(name: str) -> None:
    operation = OPERATIONS[name]
    statuses = set(operation["responses"])
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    for parameter in operation.get("parameters", ()):
        assert parameter["schema"]
        if parameter["in"] in {"path", "header"}:
            assert parameter["description"] or parameter["schema"].get("description")
    if "requestBody" in operation:
        assert {"400", "413", "415", "422"} <= statuses
        (content,) = operation["requestBody"]["content"].items()
        assert content[0] == "application/json"
        schema = resolved(content[1]["schema"])
        for variant in schema.get("oneOf", [schema]):
            assert resolved(variant)["examples"], "a body has an example"
    if "{" in name:
        assert {"404", "422"} <= statuses
    if name.startswith("PATCH"):
        assert {"412", "428"} <= statuses
    if name != "GET /livez":
        assert "503" in statuses
    for status, response in operation["responses"].items():
        assert response["description"]
        if status >= "400":
            (media,) = response["content"].items()
            assert media == ("application/problem+json", {"schema": {"$ref": "#/components/schemas/Problem"}})


def test_examples_of_bodies_are_valid_input() -> None:
    from app.challenges.schemas import ChallengeCreate, ChallengePatch
    from app.matches.schemas import ChallengePreview, ProfilePreview
    from app.organisations.schemas import OrganisationCreate, OrganisationPatch
    from app.profiles.schemas import ProfileCreate, ProfilePatch

    models = [ChallengeCreate, ChallengePatch, ChallengePreview, OrganisationCreate, OrganisationPatch]
    for model in [*models, ProfileCreate, ProfilePatch, ProfilePreview]:
        for example in model.model_json_schema()["examples"]:
            model.model_validate(example)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attributes if name in {"src", "href", "action", "data", "srcset"}]


def test_the_page_of_the_api_refers_to_nothing_outside(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    links = _Links()
    links.feed(page.text)
    assert links.found
    for link in links.found:
        assert link.startswith(("/static/", "/openapi.json", "data:")), link
        if link.startswith("/"):
            assert client.get(link).status_code == 200, link
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:|\*|unsafe", policy), "the browser is told to load nothing else"
    assert not re.search(r"""["'(](https?:)?//""", (docs_page.STATIC / "docs.js").read_text("utf-8"))
    assert "<script>" not in page.text, "the policy would stop it"


def test_the_page_says_what_to_do_while_its_files_are_not_installed(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docs_page, "SWAGGER", docs_page.STATIC / "nowhere")
    page = client.get("/docs")
    assert page.status_code == 200
    assert "scripts/assets" in page.text
