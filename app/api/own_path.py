"""Addresses that come from outside and lead on: only within this service."""

from urllib.parse import urlsplit


def own_path(address: str | None) -> str:
    """Return an address if it is a path of this service, else the start page: no page may lead elsewhere."""
    address = address or "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    own = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return address if own and address.isprintable() and "\\" not in address else "/"
