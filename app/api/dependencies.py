"""What routes ask for: context, sessions, the caller, headers."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from sqlalchemy.orm import Session

from app.auth.actor import OPERATOR, Actor
from app.context import Context
from app.errors import UnsupportedMediaType


def get_context(request: Request) -> Context:
    """Return the context of this process."""
    context: Context = request.app.state.context
    return context


ContextDep = Annotated[Context, Depends(get_context)]


def get_read_session(context: ContextDep) -> Iterator[Session]:
    """Open a session that only reads, for as long as the route function runs."""
    with context.sessions.read() as session:
        yield session


ReadSessionDep = Annotated[Session, Depends(get_read_session, scope="function")]


def get_actor() -> Actor:
    """Return who is calling. There are no accounts yet: whoever reaches the loopback address is the operator."""
    return OPERATOR


ActorDep = Annotated[Actor, Depends(get_actor)]


def require_json(request: Request) -> None:
    """Refuse a body that does not say it is JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMediaType


JsonBody = Depends(require_json)

IfMatch = Annotated[
    str | None,
    Header(description="ETag of the version the change starts from.", max_length=200, examples=['"1"']),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        description="Any unique text, for instance a UUID. A repeated post with the same key creates nothing and gets "
        "the first answer again, for 24 hours.",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        examples=["0b7d0d5e-6d0c-4f5e-9f43-0a8f2a2f3c11"],
    ),
]
NetworkFilter = Annotated[
    str | None,
    Query(max_length=40, pattern=r"^[a-z0-9-]+$", description="Slug of a network, from `GET /networks`."),
]
Limit = Annotated[int, Query(ge=1, le=100, description="Rows on a page.")]
Cursor = Annotated[
    str | None,
    Query(max_length=100, description="`next_cursor` of the page before; leave out for the first page."),
]
