"""The one shape of a page of things, and the filters of texts."""

from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from app.api.dependencies import NetworkFilter, Words
from app.matches.text_filter import TextFilter
from app.vocabulary import FieldOfAction, Language, Region

Item = TypeVar("Item")


class Listing(BaseModel, Generic[Item]):
    """One page; `next_cursor` is null on the last one. The `Link` header says the same."""

    items: list[Item]
    next_cursor: str | None = Field(description="Send it as `cursor` to get the next page.", examples=["djE6NDI"])


def link_next(request: Request, response: Response, next_cursor: str | None) -> None:
    """Add the `Link` header (RFC 8288) of the next page."""
    if next_cursor is not None:
        response.headers["Link"] = f'<{request.url.include_query_params(cursor=next_cursor)}>; rel="next"'


def get_text_filter(
    field_of_action: FieldOfAction | None = None,
    region: Region | None = None,
    language: Language | None = None,
    network: NetworkFilter = None,
    organisation_id: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    q: Words = "",
) -> TextFilter:
    """Collect the filters of a list of texts."""
    return TextFilter(field_of_action, region, language, network, organisation_id, q)


TextFilterDep = Annotated[TextFilter, Depends(get_text_filter)]
