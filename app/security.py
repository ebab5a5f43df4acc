"""What a process needs to know to tell who is calling and to protect what is stored; made from the settings."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.audit.trail import Trail
from app.auth.keys import LEAST_SECRET, Keys, read_or_make_secret
from app.errors import InvalidSettings, NotLoopback
from app.privacy.erasure_log import ErasureLog
from app.settings import Settings, is_loopback

ERASURES = "erasures.jsonl"
"""Name of the erasure log in the data folder."""
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Security:
    """Keys, audit trail and addresses of this installation."""

    keys: Keys
    public_url: str = ""
    allowed_hosts: frozenset[str] = frozenset(LOOPBACK_HOSTS)
    erasures: ErasureLog = field(default_factory=ErasureLog)
    trail: Trail = field(init=False)

    def __post_init__(self) -> None:
        """Derive the key of the trail."""
        object.__setattr__(self, "trail", Trail(self.keys.derive("audit")))

    @property
    def secure_cookies(self) -> bool:
        """Tell whether cookies may be sent through TLS only; false on plain loopback."""
        return self.public_url.startswith("https://")

    @property
    def cookie_name(self) -> str:
        """Name of the session cookie; `__Host-` makes browsers refuse one set by another host or path."""
        return "__Host-passgenau" if self.secure_cookies else "passgenau-dev"


def make_security(settings: Settings) -> Security:
    """Read the secret and the addresses. Raises `InvalidSettings`."""
    hosts = {*settings.allowed_hosts}
    if settings.public_url:
        hosts.add(urlsplit(settings.public_url).hostname or "")
    if settings.environment == "demo":
        hosts.update(LOOPBACK_HOSTS)
    erasures = ErasureLog(settings.data_dir / ERASURES)
    public_url = settings.public_url or f"http://{settings.host}:{settings.port}"
    return Security(Keys(_secret(settings)), public_url, frozenset(hosts), erasures)


def refuse_unsafe(settings: Settings, host: str) -> None:
    """Raise `InvalidSettings` for settings under which the service must not be reachable by others."""
    if settings.environment == "demo":
        if not settings.allow_open and not is_loopback(host):
            raise NotLoopback(host=host)
        return
    missing = [
        what
        for what, there in (
            ("PASSGENAU_PUBLIC_URL=https://...", settings.uses_https),
            ("PASSGENAU_SECRET_KEY or PASSGENAU_SECRET_KEY_FILE", settings.secret_key or settings.secret_key_file),
            ("PASSGENAU_MAIL=smtp://...", settings.mail.get_secret_value().startswith("smtp")),
        )
        if not there
    ]
    if missing:
        raise InvalidSettings(reason="PASSGENAU_ENVIRONMENT=production needs " + ", ".join(missing))


def _secret(settings: Settings) -> bytes:
    if settings.secret_key is not None:
        secret = settings.secret_key.get_secret_value().encode()
    elif settings.secret_key_file is not None:
        try:
            secret = settings.secret_key_file.read_bytes().strip()
        except OSError as error:
            raise InvalidSettings(reason=f"can't read {settings.secret_key_file}: {error.strerror}") from None
    elif settings.environment == "production":
        raise InvalidSettings(reason="PASSGENAU_ENVIRONMENT=production needs PASSGENAU_SECRET_KEY or ..._FILE")
    else:
        return read_or_make_secret(settings.data_dir / "secret.key")
    if len(secret) < LEAST_SECRET:
        raise InvalidSettings(reason=f"the secret key must have at least {LEAST_SECRET} characters")
    return secret
