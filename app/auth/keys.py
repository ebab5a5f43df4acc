"""Keys for everything that is hashed or encrypted at rest, derived from one secret."""

import hashlib
import hmac
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import InvalidSettings

LEAST_SECRET = 32
"""Bytes a configured secret must have."""


class Keys:
    """Derives a key per purpose (HKDF, RFC 5869), so that no two uses share one."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes for one purpose."""
        return HKDF(SHA256(), 32, salt=None, info=f"passgenau {purpose}".encode()).derive(self._secret)

    def hash(self, purpose: str, value: str) -> str:
        """Return a keyed hash in hex: equal values are recognised, none can be guessed without the secret."""
        return hmac.new(self.derive(purpose), value.encode(), hashlib.sha256).hexdigest()

    def encrypt(self, purpose: str, value: str) -> str:
        """Encrypt a short text (Fernet: AES-128-CBC with HMAC)."""
        return self._fernet(purpose).encrypt(value.encode()).decode()

    def decrypt(self, purpose: str, value: str) -> str:
        """Undo `encrypt`. Raises `InvalidSettings` when the text was encrypted with another secret."""
        try:
            return self._fernet(purpose).decrypt(value.encode()).decode()
        except InvalidToken:
            raise InvalidSettings(
                reason="the secret key is not the one the database was used with; set PASSGENAU_SECRET_KEY back"
            ) from None

    def _fernet(self, purpose: str) -> Fernet:
        import base64

        return Fernet(base64.urlsafe_b64encode(self.derive(purpose)))


def new_token() -> str:
    """Return 256 random bits as text for a cookie, token or link."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return what is stored of a random token: SHA-256 is enough where nothing can be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def read_or_make_secret(file: Path) -> bytes:
    """Return the secret of a laptop installation; made at the first start, readable by its owner only."""
    try:
        return _checked(file.read_bytes().strip(), file)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and linked: of two processes that start at once, one wins and both read the same.
    own = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    own.touch(mode=0o600)
    own.write_text(secrets.token_hex(32) + "\n")
    try:
        file.hardlink_to(own)
    except FileExistsError:
        pass
    finally:
        own.unlink()
    return _checked(file.read_bytes().strip(), file)


def _checked(secret: bytes, file: Path) -> bytes:
    if len(secret) < LEAST_SECRET:
        raise InvalidSettings(reason=f"{file} must hold at least {LEAST_SECRET} characters")
    return secret
