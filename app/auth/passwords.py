"""Passwords: argon2id at rest, a list of common ones, and no way to exhaust memory by trying many at once.

Parameters are pwdlib's recommended ones, above OWASP's least (19 MiB, 2 passes): 64 MiB, 3 passes, 4 lanes.
"""

import threading
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

SHORTEST = 8
LONGEST = 128
"""Characters; NIST SP 800-63B asks for at least 8 and for room up to 64."""
AT_ONCE = 2
"""Hashes computed at a time: each takes 64 MiB and every core it gets."""

_hasher = PasswordHash.recommended()
_turns = threading.BoundedSemaphore(AT_ONCE)


def hash_password(password: str) -> str:
    """Return the hash to store."""
    with _turns:
        return _hasher.hash(password)


def verify_password(password: str, stored: str | None) -> bool:
    """Compare a password with a stored hash; without one it takes as long and says no."""
    with _turns:
        try:
            matches = _hasher.verify(password, stored or _nobodys_hash())
        except UnknownHashError:
            return False
    return matches and stored is not None


def is_common(password: str) -> bool:
    """Tell whether a password is among the 30,000 most common ones (list of the package zxcvbn)."""
    return password.casefold() in _common()


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


@cache
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
