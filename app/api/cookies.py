"""The session cookie."""

from fastapi import Response

from app.auth.sessions import ABSOLUTE
from app.security import Security


def set_session_cookie(response: Response, security: Security, value: str | None) -> None:
    """Give the browser a session; None leaves what it has."""
    if value is not None:
        response.set_cookie(
            security.cookie_name,
            value,
            max_age=int(ABSOLUTE.total_seconds()),
            path="/",
            secure=security.secure_cookies,
            httponly=True,
            samesite="lax",
        )


def drop_session_cookie(response: Response, security: Security) -> None:
    """Take the session from the browser."""
    response.delete_cookie(
        security.cookie_name, path="/", secure=security.secure_cookies, httponly=True, samesite="lax"
    )
