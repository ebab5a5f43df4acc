"""One server, one browser: pages as people see them, with everything they must never do collected on the way."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import Engine

from app.context import Context
from app.db.engine import make_engine
from app.main import create_app
from tests import stories
from tests.access.world import OPERATED_BY, World, make_world
from tests.browsing import Watched, chromium, watch
from tests.conftest import SettableClock, make_context


@dataclass
class Site:
    """The served world."""

    url: str
    world: World
    context: Context


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The world of the access tests, with some more texts, on a real server."""
    world = make_world(tmp_path_factory.mktemp("site"))
    engine: Engine = make_engine(f"sqlite:///{world.file}")
    context = make_context(engine, SettableClock())
    stories.publish_some(context, 12)
    app = create_app(context, operator=OPERATED_BY)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield Site(f"http://127.0.0.1:{listening.getsockname()[1]}", world, context)
    server.should_exit = True
    thread.join()
    listening.close()
    engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a file."""
    with chromium() as browser:
        yield browser


Open = Callable[..., Watched]


@pytest.fixture
def open_page(site: Site, browser: Browser) -> Iterator[Open]:
    """Open a window as somebody. At the end of the test nothing may have gone wrong in it."""
    opened: list[tuple[BrowserContext, Watched]] = []

    def open_as(
        subject: str | None = None,
        *,
        width: int = 1280,
        language: str = "de",
        theme: str = "light",
        javascript: bool = True,
        system: Literal["light", "dark"] = "light",
    ) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale={"de": "de-DE", "en": "en-GB"}[language],
            java_script_enabled=javascript,
            color_scheme=system,
            reduced_motion="reduce",
        )
        cookies = {"passgenau-language": language, "passgenau-theme": theme}
        if subject is not None:
            cookies["passgenau-dev"] = site.world.cookies[subject]
        context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in cookies.items()])
        watched = Watched(context.new_page())
        watch(watched, site.url)
        opened.append((context, watched))
        return watched

    yield open_as
    problems = [problem for _, watched in opened for problem in watched.problems]
    for context, _ in opened:
        context.close()
    assert problems == []


AXE = Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def axe() -> str:
    assert AXE.is_file(), "run scripts/assets"
    return AXE.read_text("utf-8")
