"""The one shape of a page of things."""

from typing import Generic, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel, Field

Item = TypeVar("Item")


class Listing(BaseModel, Generic[Item]):
    """One page; `next_cursor` is null on the last one. The `Link` header says the same."""

    items: list[Item]
    next_cursor: str | None = Field(description="Send it as `cursor` to get the next page.", examples=["djE6NDI"])


def link_next(request: Request, response: Response, next_cursor: str | None) -> None:
    """Add the `Link` header (RFC 8288) of the next page."""
    if next_cursor is not None:
        response.headers["Link"] = f'<{request.url.include_query_params(cursor=next_cursor)}>; rel="next"'
