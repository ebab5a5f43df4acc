"""Every route with every kind of caller [reliability rows 1, 2, 3]."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from html import escape
from typing import Any, cast

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient

from app.api.dependencies import Require
from app.auth.permissions import PUBLIC, Permission
from app.context import Context
from app.main import create_app
from app.models import Base
from tests.access.matrix import Row, api_rows, page_rows, rows, send
from tests.access.world import OPERATED_BY, PEOPLE, World, copy_of, make_world

APP = create_app(cast("Context", None), operator=OPERATED_BY)
NOT_IN_THE_DESCRIPTION = {"/docs", "/openapi.json"}
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def routes() -> dict[str, tuple[str, Permission]]:
    """{operation: (method, permission)} of every route there is."""
    found = {}
    for route in iter_route_contexts(APP.routes):
        if route.path in NOT_IN_THE_DESCRIPTION or not route.methods:
            continue
        api_route = cast("APIRoute", getattr(route, "route", route))
        operation = str(api_route.operation_id)
        assert operation not in found, operation
        (method,) = route.methods - {"HEAD"}
        found[operation] = method, permission_of(api_route.dependant)
    return found


def permission_of(dependant: Dependant) -> Permission:
    """The one permission a route asks for."""
    asked = [call.permission for call in calls(dependant) if isinstance(call, Require)]
    assert len(set(asked)) == 1, f"{dependant.path} must depend on one permission, it has {asked}"
    return asked[0]


def calls(dependant: Dependant) -> Iterator[Any]:
    for below in dependant.dependencies:
        yield below.call
        yield from calls(below)


ROUTES = routes()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


def test_the_matrix_has_every_route_and_no_other(world: World) -> None:
    assert {row.operation for row in rows(world.ids)} == ROUTES.keys()
    assert {row.operation: row.method for row in rows(world.ids)} == {name: route[0] for name, route in ROUTES.items()}


def test_unsafe_routes_ask_for_a_write_permission_and_safe_ones_for_a_read_permission() -> None:
    for operation, (method, permission) in ROUTES.items():
        assert permission.startswith("write:" if method in UNSAFE else "read:"), operation


class Sender:
    """Sends requests to a copy of the world; after one that changed something, to a new copy."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._stack = ExitStack()
        self._client: TestClient | None = None

    def send(self, row: Row, subject: str) -> Any:
        if self._client is None:
            _, self._client = self._stack.enter_context(copy_of(self.world, app=APP))
        headers = self.world.headers(subject)
        if row.if_match:
            headers["If-Match"] = "*"
        answer = send(self._client, row, headers)
        # A try to sign in counts, however it ends.
        if (answer.status_code < 400 and row.method != "GET") or row.operation in {"sign_in", "submit_sign_in"}:
            self.close()
        return answer

    def close(self) -> None:
        self._client = None
        self._stack.close()


def expected_for_token(row: Row, scope: str) -> int:
    """A token does what its person does, as far as its scope goes."""
    as_person = int(row.expected.split()[PEOPLE.index("staff_a")])
    needed = ROUTES[row.operation][1]
    if needed in PUBLIC or needed.value == scope:
        return as_person
    return 403


OPERATIONS = sorted(ROUTES)
OF_ONES_OWN_PEOPLE = {
    *("list_users", "read_user", "deactivate_user", "reactivate_user", "make_admin", "dismiss_admin"),
    *("list_invitations", "invite_member", "export_organisation", "export_me"),
    *("list_coordinator_invitations", "invite_coordinator"),
    *("show_users", "show_organisation", "download_organisation", "download_account"),
    *("show_networks", "show_second_factor_removal", "show_user_erasure"),
}
"""Routes that show admins and managers the addresses of those they look after or have invited."""
AFTER_BOTH_AGREED = {"read_introduction", "set_introduction_status", "take_over_contact", "show_introduction"}
CONTACTS = {"staff_a@people.example", "startup_a@people.example", "colleague_a@people.example"}
"""Who said yes in the introduction of the world, and a colleague who takes over."""


ADDRESS = re.compile(r"[\w.]+@people\.example")


def foreign_addresses(row: Row, subject: str, answer: Any) -> set[str]:
    """Addresses of others in an answer that must not be there: contact data before both sides agreed.

    The world has an interest that waits, a decline, and an introduction with a message.
    """
    if row.operation in OF_ONES_OWN_PEOPLE:
        return set()
    person = "staff_a" if subject.startswith(("read:", "write:")) else subject
    sent = set(ADDRESS.findall(str(row.body)))  # a page shows what was typed, signing in who did
    found = set(ADDRESS.findall(answer.text)) - sent - {f"{person}@people.example"}
    return found - (CONTACTS if row.operation in AFTER_BOTH_AGREED else set())


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_caller_gets_the_answer_of_the_matrix(world: World, operation: str) -> None:
    wrong = []
    sender = Sender(world)
    for row in (row for row in rows(world.ids) if row.operation == operation):
        expected = dict(zip(PEOPLE, map(int, row.expected.split()), strict=True))
        expected |= {scope: expected_for_token(row, scope) for scope in world.tokens}
        for subject, status in expected.items():
            answer = sender.send(row, subject)
            wrong += [
                f"{row.operation} {subject} shows {address}" for address in foreign_addresses(row, subject, answer)
            ]
            if answer.status_code != status:
                wrong.append(
                    f"{row.label or row.path} {subject}: {answer.status_code}, not {status}: {answer.text[:200]}"
                )
    sender.close()
    assert not wrong, "\n".join(wrong)


def test_what_belongs_to_others_looks_like_what_does_not_exist(world: World) -> None:
    compared = 0
    sender = Sender(world)
    for row in rows(world.ids):
        for subject, status in zip(PEOPLE, map(int, row.expected.split()), strict=True):
            numbers = [part for part in row.path.split("/") if part.isdecimal()]
            if status != 404 or not numbers:
                continue
            foreign = sender.send(row, subject)
            number = max(numbers)
            missing = replace(row, path=row.path.replace(number, "999999"))
            absent = sender.send(missing, subject)
            if row.is_page:
                assert without_address(foreign, row) == without_address(absent, missing), (row.path, subject)
            else:
                assert without_id(foreign.json()) == without_id(absent.json()), (row.path, subject)
            assert foreign.headers.keys() == absent.headers.keys()
            compared += 1
    assert compared > 50


def without_address(page: Any, row: Row) -> str:
    text: str = page.text.replace(page.headers["X-Request-Id"], "")
    # A form that creates something carries another token each time.
    text = re.sub(r'name="token" value="[\w-]*"', "", text)
    text = text.replace(row.url, "").replace(escape(row.url), "")
    # The footer leads to the form about barriers and names the page, without what follows it in the address.
    path = row.url.partition("?")[0]
    # Answers to a form lead to a page above its address.
    while path:
        text, path = text.replace(path, ""), path.rpartition("/")[0]
    return text


def without_id(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name != "request_id"}


COLUMNS = sorted({column.name for table in Base.metadata.tables.values() for column in table.columns})


def test_no_body_takes_a_column_it_does_not_name(world: World) -> None:
    """[3] All model columns are put into each body; each that the schema does not know is refused by name."""
    probed = 0
    sender = Sender(world)
    for row in api_rows(world.ids):
        if row.body is None or "20" not in row.expected:
            continue
        foreign = set(COLUMNS) - row.body.keys() - named_fields(row.operation)
        subject = PEOPLE[[status[0] == "2" for status in row.expected.split()].index(True)]
        answer = sender.send(replace(row, body=row.body | dict.fromkeys(foreign, 1)), subject)
        assert answer.status_code == 422, row.operation
        refused = {error["field"].split(".")[-1] for error in answer.json()["errors"]}
        assert refused >= foreign, row.operation
        assert {error["code"] for error in answer.json()["errors"] if error["field"] in foreign} <= {"extra_forbidden"}
        probed += len(foreign)
    assert probed > 500


FOREIGN = ("id", "uid", "verified", "role", "user_id", "network_id", "password_hash", "state", "score", "manager_of")


def test_no_form_takes_a_field_it_does_not_show(world: World) -> None:
    """[3] The same for pages: a field slipped into a form is refused, and nothing is stored."""
    probed = 0
    sender = Sender(world)
    for row in page_rows(world.ids):
        if not row.body or not set(row.body) - {"confirm", "token", "step", "version"}:
            continue
        allowed = [status in {"200", "303"} for status in row.expected.split()]
        if True not in allowed:
            continue
        for name in FOREIGN:
            if name not in row.body:
                answer = sender.send(replace(row, body=row.body | {name: "1"}), PEOPLE[allowed.index(True)])
                assert answer.status_code == 422, (row.operation, name)
                probed += 1
    assert probed > 100


def named_fields(operation: str) -> set[str]:
    """All field names anywhere in the body's schema."""
    description = APP.openapi()
    for methods in description["paths"].values():
        for details in methods.values():
            if details.get("operationId") == operation:
                return fields_below(details["requestBody"], description, set())
    raise AssertionError(operation)


def fields_below(part: Any, description: dict[str, Any], seen: set[str]) -> set[str]:
    if isinstance(part, list):
        return {name for item in part for name in fields_below(item, description, seen)}
    if not isinstance(part, dict):
        return set()
    found = set(part.get("properties", {}))
    reference = part.get("$ref")
    if reference and reference not in seen:
        seen.add(reference)
        found |= fields_below(description["components"]["schemas"][reference.rsplit("/", 1)[1]], description, seen)
    return found | {name for value in part.values() for name in fields_below(value, description, seen)}
