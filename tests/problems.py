"""The one shape of every error of the API."""

import re
from typing import Any

from httpx2 import Response

from app import errors
from app.vocabulary import Language

_GERMAN = re.compile(r"\b(der|die|das|den|ist|nicht|Sie|Bitte|Eingabe|Nicht|Kein|Falsche\w*|Geht|mit)\b")


def every_error() -> dict[str, type[errors.AppError]]:
    """All expected errors by their code."""
    found: dict[str, type[errors.AppError]] = {}
    waiting: list[type[errors.AppError]] = [errors.AppError]
    while waiting:
        error = waiting.pop()
        found[error.code] = error
        waiting.extend(error.__subclasses__())
    return found


def assert_problem(
    response: Response, status: int, code: str, field: str | None = None, language: Language = Language.GERMAN
) -> dict[str, Any]:
    """Problem details as RFC 9457 has them, in the language asked for. Returns the body."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-language"] == language.value
    assert "accept-language" in response.headers["vary"].lower()
    problem: dict[str, Any] = response.json()
    assert set(problem) - {"errors"} == {"type", "title", "status", "detail", "request_id"}
    assert problem["type"] == f"urn:passgenau:problem:{code}"
    assert problem["status"] == status
    error = every_error()[code]
    texts = error.de if language is Language.GERMAN else error.en
    assert problem["title"] == texts[0]
    assert problem["detail"].startswith(texts[1].partition("{")[0])
    assert "{" not in problem["detail"]
    assert re.fullmatch("[0-9a-f]{16}", problem["request_id"])
    assert response.headers["x-request-id"] == problem["request_id"]
    assert not re.search(r"Traceback|sqlalchemy|psycopg|SELECT|site-packages", response.text)
    if field is None:
        assert "errors" not in problem
    else:
        named = {error["field"]: error for error in problem["errors"]}
        assert field in named, named
        assert set(named[field]) == {"field", "code", "message"}
        assert named[field]["message"].strip()
    return problem
