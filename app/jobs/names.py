"""What workers are called."""

import socket


def default_name(what: str = "worker") -> str:
    """Return a name that this worker has again after a restart; several on one machine need names of their own."""
    return f"{socket.gethostname()}-{what}"
