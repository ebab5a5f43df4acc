"""Everything that can be configured, read once from the environment where a process starts."""

import ipaddress
from pathlib import Path
from typing import Literal

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
        description="`bundled`, or the name or folder of any sentence-transformers model.",
    )
    encoder_dtype: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto",
        description="Precision of a new ranking; `auto` is bfloat16 where the processor has it.",
    )
    model_dir: Path = Field(default_factory=_default_model_dir, description="Cache folder of unpacked models.")
    threads: int | None = Field(
        default=None, ge=1, le=256, description="Threads of the encoder. Default: the number of cores."
    )
    allow_open: bool = Field(
        default=False, description="Let the server listen beyond loopback although there are no accounts yet."
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the server listens on.")
    log_format: Literal["console", "json"] = Field(default="console", description="Shape of the log lines.")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        allowed = ("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")
        if value is not None and not value.get_secret_value().startswith(allowed):
            raise ValueError("must start with postgresql:// or sqlite:///")
        return value

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
