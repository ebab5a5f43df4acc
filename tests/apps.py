"""The application as tests reach it: as the operator, who may do everything, or with real sign-in."""

from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.auth.actor import OPERATOR, Actor
from app.auth.identify import Credentials
from app.context import Context, Ground
from app.main import create_app

BASE_URL = "http://127.0.0.1"


def be_operator(_ground: Ground, _given: Credentials) -> Actor:
    """Take every caller for the operator."""
    return OPERATOR


def open_app(context: Context) -> FastAPI:
    """The application for tests of what it does, not of who may do it."""
    return create_app(context, identify_by=be_operator)


def open_client(context: Context, **options: object) -> TestClient:
    """A client of the operator."""
    return TestClient(open_app(context), base_url=BASE_URL, **options)  # type: ignore[arg-type]
