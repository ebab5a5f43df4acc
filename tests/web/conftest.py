"""Pages of the world of the access tests, asked for like a browser does it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from fastapi.testclient import TestClient

from app.context import Context
from tests.access.world import World, copy_of, make_world

Ask = Callable[..., "Answer"]


class Answer:
    """A page, read by its elements."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        self.location: str = response.headers.get("location", "")
        self.text: str = response.text
        self.html = BeautifulSoup(response.text, "html.parser")

    def one(self, selector: str) -> Tag:
        """The one element that a selector finds."""
        found = self.html.select(selector)
        assert len(found) == 1, (selector, len(found), self.text[:500])
        return found[0]

    def all(self, selector: str) -> list[Tag]:
        return list(self.html.select(selector))

    def said(self, selector: str) -> str:
        """What an element says, white space aside."""
        return " ".join(self.one(selector).get_text(" ").split())

    def field(self, name: str) -> str:
        """What is in a field."""
        element = self.one(f'main [name="{name}"]')
        return element.get_text().removeprefix("\n") if element.name == "textarea" else str(element.get("value", ""))


class Site:
    """A copy of the world, and what somebody gets from it."""

    def __init__(self, world: World, context: Context, client: TestClient) -> None:
        self.world, self.context, self.client = world, context, client
        self.ids = world.ids

    def get(self, path: str, subject: str = "anonymous", **options: Any) -> Answer:
        return self._send("GET", path, subject, **options)

    def post(self, path: str, form: Any, subject: str = "anonymous", **options: Any) -> Answer:
        return self._send("POST", path, subject, data=form, **options)

    def _send(self, method: str, path: str, subject: str, **options: Any) -> Answer:
        headers = self.world.headers(subject) | options.pop("headers", {})
        return Answer(self.client.request(method, path, headers=headers, follow_redirects=False, **options))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    with copy_of(world) as (context, client):
        yield Site(world, context, client)
