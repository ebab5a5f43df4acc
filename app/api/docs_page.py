"""The API page and the files of all pages: Swagger UI from files installed at set-up, nothing from outside."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware

from app.api.problem_details import FieldProblem, Problem

STATIC = Path(__file__).parent.parent / "static"
SWAGGER = STATIC / "vendor" / "swagger-ui-dist"

router = APIRouter(include_in_schema=False)


@router.get("/docs", response_class=HTMLResponse)
def docs_page() -> HTMLResponse:
    """Show every operation and let people try them."""
    if (SWAGGER / "swagger-ui-bundle.js").is_file():
        head = (
            '<link rel="stylesheet" href="/static/vendor/swagger-ui-dist/swagger-ui.css">'
            '<script src="/static/vendor/swagger-ui-dist/swagger-ui-bundle.js" defer></script>'
            '<script src="/static/docs.js" defer></script>'
        )
        body = '<main id="swagger-ui"></main>'
    else:
        head = ""
        body = (
            "<main><h1>Passgenau API</h1><p>The interactive page is not installed: run <code>scripts/assets</code>. "
            'The description itself is at <a href="/openapi.json">/openapi.json</a>.</p></main>'
        )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Passgenau API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,">{head}</head><body>{body}</body></html>'
    )
    return HTMLResponse(page)


def install(app: FastAPI) -> None:
    """Add the page, its files and the description."""
    app.include_router(router)
    # Only files are compressed: an answer with somebody's text and a secret in it would tell both by its size (BREACH).
    app.mount("/static", GZipMiddleware(StaticFiles(directory=STATIC)), name="static")

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            for model in (Problem, FieldProblem):
                own = model.model_json_schema(ref_template="#/components/schemas/{model}")
                own.pop("$defs", None)
                schema["components"]["schemas"][model.__name__] = own
            for unused in ("HTTPValidationError", "ValidationError"):
                schema["components"]["schemas"].pop(unused, None)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
