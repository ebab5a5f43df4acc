"""Everything that can be configured, read once from the environment where a process starts."""

import ipaddress
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def _default_model_dir() -> Path:
    import os

    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "passgenau"


class Settings(BaseSettings):
    """Settings of one process; each is the environment variable `PASSGENAU_` + its name in capitals.

    The defaults run the whole service on a laptop: SQLite in `./data`, the bundled encoder, loopback only.
    """

    model_config = SettingsConfigDict(env_prefix="PASSGENAU_", env_ignore_empty=True, frozen=True, extra="ignore")

    data_dir: Path = Field(default=Path("data"), description="Folder of the SQLite file; made at the first start.")
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL with pgvector, `postgresql://user:password@host/name`; else SQLite in the data folder.",
    )
    encoder: str = Field(
        default="bundled",
        min_length=1,
        description="`bundled`, or the name or folder of any sentence-transformers model, for the first ranking. "
        "Later the active ranking names its encoder; `passgenau rescore --encoder` changes it.",
    )
    encoders: tuple[str, ...] = Field(
        default=(),
        description="JSON list of further encoders a rescoring run may be asked for over the API.",
    )
    rescore_at: str = Field(
        default="",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^$",
        description="Time of the nightly rescoring run, `02:30`, in UTC. Default: none.",
    )
    second_encoder: Literal["auto", "none", "universal"] = Field(
        default="auto",
        description="A small encoder read beside it; `auto` is `universal` with the bundled encoder, else `none`. "
        "After a change run `passgenau rescore`.",
    )
    encoder_dtype: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto",
        description="Precision of a new ranking; `auto` is bfloat16 where the processor has it.",
    )
    encoder_batch: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="Texts encoded at once; 8, in bfloat16 16 by default. `passgenau doctor --measure` finds the best.",
    )
    candidates: Literal["memory", "database"] = Field(
        default="memory",
        description="Where rankings made from now on find candidates: in memory, exactly, or, with PostgreSQL, in an "
        "index for corpora too large for that. After a change run `passgenau rescore --activate`.",
    )
    model_dir: Path = Field(default_factory=_default_model_dir, description="Cache folder of unpacked models.")
    threads: int | None = Field(
        default=None, ge=1, le=256, description="Threads for encoding and ranking. Default: the number of cores."
    )
    environment: Literal["demo", "production"] = Field(
        default="demo",
        description="`demo`: this machine only, with demonstration accounts. `production`: refuses unsafe settings.",
    )
    allow_open: bool = Field(
        default=False,
        description="Let a demo listen beyond loopback where something in front keeps others out, as a container does.",
    )
    public_url: str = Field(
        default="", description="Address people use, `https://passgenau.example`. Default: where the server listens."
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="JSON list of further host names requests may be for; that of the public URL always is."
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="JSON list of addresses whose X-Forwarded-For and X-Forwarded-Proto are believed."
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="At least 32 characters; all keys are derived from it. Default: made in the data folder.",
    )
    secret_key_file: Path | None = Field(default=None, description="File that holds the secret key.")
    mail: SecretStr = Field(
        default=SecretStr("console"),
        description="`console`, `file:FOLDER`, or `smtp://user:password@host:port` (`smtps://`: TLS at once).",
    )
    mail_from: str = Field(default="Passgenau <noreply@localhost>", description="Sender of mails.")
    worker: Literal["auto", "inside", "outside"] = Field(
        default="auto",
        description="Who starts the worker: the server, as a process beside it (`inside`), or you (`outside`); "
        "`auto`: inside on SQLite, outside on PostgreSQL.",
    )
    interest_days: int = Field(
        default=14, ge=2, le=90, description="Days after which an unanswered interest expires; reminder at half-time."
    )
    open_interests: int = Field(
        default=5, ge=1, le=100, description="Unanswered interests one organisation may have open at once."
    )
    pilot_slots: int = Field(
        default=3, ge=1, le=100, description="Pilots a startup takes at once where its profile does not say."
    )
    oidc_issuer: str = Field(default="", description="OpenID provider people may sign in with, by its issuer URL.")
    oidc_client_id: str = Field(default="", description="What the provider knows this service as.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Secret the provider gave this service.")
    operator_name: str = Field(default="", description="Who runs the service, as the Impressum names them.")
    operator_address: str = Field(default="", description="Their postal address; `|` separates lines.")
    operator_email: str = Field(default="", description="Where people write to about the service and accessibility.")
    operator_phone: str = Field(default="", description="Their telephone number.")
    operator_represented_by: str = Field(default="", description="Who represents them, where they are no person.")
    operator_data_protection: str = Field(default="", description="How to reach their data-protection officer.")
    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the server listens on.")
    metrics_token: SecretStr | None = Field(
        default=None, description="What a Prometheus scraper sends as bearer token to `/metrics`. Default: no metrics."
    )
    log_format: Literal["console", "json"] = Field(default="console", description="Shape of the log lines.")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        allowed = ("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")
        if value is not None and not value.get_secret_value().startswith(allowed):
            raise ValueError("must start with postgresql:// or sqlite:///")
        return value

    @field_validator("public_url")
    @classmethod
    def _whole_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/")):
            raise ValueError("must be https://NAME or http://NAME, without a path")
        return value.rstrip("/")

    @property
    def uses_https(self) -> bool:
        """Tell whether people reach the service through TLS."""
        return self.public_url.startswith("https://")

    @property
    def worker_inside(self) -> bool:
        """Tell whether the server starts a worker beside it."""
        if self.worker == "auto":
            return self.sqlalchemy_url.startswith("sqlite")
        return self.worker == "inside"

    @property
    def sqlalchemy_url(self) -> str:
        """The database as SQLAlchemy names it; PostgreSQL is always reached through psycopg 3."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'passgenau.sqlite3'}"
        url = self.database_url.get_secret_value()
        for prefix in ("postgresql://", "postgres://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address; a name other than localhost counts as reachable."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
