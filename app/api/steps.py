"""Routes that take a text from one state to the next; the same for challenges and profiles."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app import versions
from app.api.dependencies import ContextDep, IfMatch
from app.api.paths import Id
from app.api.problem_details import problems
from app.auth.actor import Actor
from app.context import Context

UseCase = Callable[[Context, Actor, int, str | None], dict[str, Any]]


def add_steps(router: APIRouter, read: type[BaseModel], write: Any, steps: dict[str, UseCase]) -> None:
    """Add `POST /{id}/NAME` for each use case; its name is the operation id, its docstring the description.

    write: the annotated dependency that asks for the permission.
    """
    for name, use_case in steps.items():
        _add_step(router, read, write, name, use_case)


def _add_step(router: APIRouter, read: type[BaseModel], write: Any, name: str, use_case: UseCase) -> None:
    def take_step(text_id: Id, context: ContextDep, actor: write, response: Response, if_match: IfMatch = None) -> Any:
        text = use_case(context, actor, text_id, if_match)
        response.headers["ETag"] = versions.etag(text["version"])
        return text

    operation = use_case.__name__
    router.add_api_route(
        f"/{{text_id}}/{name}",
        take_step,
        methods=["POST"],
        operation_id=operation,
        summary=operation.replace("_", " ").capitalize(),
        description=use_case.__doc__,
        response_model=read,
        responses=problems(401, 403, 404, 409, 412, 422, 503),
    )
