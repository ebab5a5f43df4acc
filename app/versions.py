"""Strong ETags: one per version of a row, so that nobody overwrites what they have not seen."""

from app.errors import PreconditionFailed, PreconditionRequired


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


def require_match(version: int, if_match: str | None) -> None:
    """Raise `PreconditionRequired` without a tag, `PreconditionFailed` with one of another version."""
    if if_match is None:
        raise PreconditionRequired
    check_match(version, if_match)


def check_match(version: int, if_match: str | None) -> None:
    """Raise `PreconditionFailed` when a tag is given and is of another version."""
    if if_match is None or if_match.strip() == "*":
        return
    if etag(version) not in {tag.strip() for tag in if_match.split(",")}:
        raise PreconditionFailed(etag=etag(version))
