"""Chromium for tests, with everything a page must never do collected on the way."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import environ

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


expect.set_options(timeout=30_000)
"""Milliseconds; machines that run many tests at once are slow."""


@dataclass
class Watched:
    """A browser window and what went wrong in it."""

    page: Page
    problems: list[str] = field(default_factory=list)


def chromium_path() -> str:
    """Where Chromium is; scripts/test has made sure of it."""
    found = environ.get("PASSGENAU_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("No Chromium: run scripts/chromium, or use --no-browser.", pytrace=False)
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium with a fresh profile. One at a time: playwright holds an event loop of the thread while it runs."""
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium_path(), headless=True, args=FLAGS)
        yield browser
        browser.close()


def watch(watched: Watched, own: str) -> None:
    """Collect refused contents, requests to elsewhere, script errors and dialogs."""
    page, problems = watched.page, watched.problems

    def request(url: str) -> None:
        if not url.startswith((own, "data:", "blob:", "about:")):
            problems.append(f"request to {url}")

    page.on("request", lambda sent: request(sent.url))
    page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
    page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
    page.on(
        "console",
        lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None,
    )
