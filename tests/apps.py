"""The application as tests reach it: as the operator, who may do everything, or with real sign-in."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import cast

from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.auth import passwords
from app.auth.actor import OPERATOR, Actor
from app.auth.identify import Credentials
from app.context import Context, Ground
from app.main import create_app

BASE_URL = "http://127.0.0.1"

REAL_HASHES = passwords._hasher
"""Password hashes as the service computes them; nearly all tests take cheap ones."""

_portals: list[BlockingPortal] = []


def make_hashes_cheap() -> None:
    """Hash passwords at next to no cost from now on."""
    passwords._hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))


@contextmanager
def sharing_a_loop() -> Iterator[None]:
    """Let all clients that are not entered use one event loop, instead of a new one for each request."""
    with start_blocking_portal() as portal:
        _portals.append(portal)
        yield
        _portals.clear()


def plain_client(app: FastAPI, **options: object) -> TestClient:
    """A client of an application as it is, without its background work."""
    client = TestClient(app, **({"base_url": BASE_URL} | options))  # type: ignore[arg-type]
    client.portal = _portals[0] if _portals else None
    return client


def be_operator(_ground: Ground, _given: Credentials) -> Actor:
    """Take every caller for the operator."""
    return OPERATOR


def open_app(context: Context) -> FastAPI:
    """The application for tests of what it does, not of who may do it."""
    return create_app(context, identify_by=be_operator)


def open_client(context: Context, **options: object) -> TestClient:
    """A client of the operator."""
    return plain_client(open_app(context), **options)


@cache
def _one_app() -> FastAPI:
    return create_app(cast("Context", None), identify_by=be_operator)


def reopen_client(context: Context) -> TestClient:
    """A client of the operator whose application is used test after test, which spares building its routes again."""
    app = _one_app()
    app.state.context = context
    return plain_client(app)
