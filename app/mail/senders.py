"""Where mails go: the terminal, a folder, or a mail server."""

import asyncio
import secrets
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from app.errors import InvalidSettings
from app.settings import Settings, is_loopback

TIMEOUT = 20
"""Seconds a mail server may take."""


class MailSender(Protocol):
    """Hands one mail on; raises whatever went wrong."""

    def send(self, message: EmailMessage) -> None:
        """Send a mail."""


@dataclass(frozen=True, slots=True)
class ConsoleSender:
    """Writes mails to standard error, so that a demo works without a mail server."""

    def send(self, message: EmailMessage) -> None:
        """Write the mail."""
        sys.stderr.write(f"--- mail ---\n{message['Subject']}\nTo: {message['To']}\n\n{message.get_content()}---\n")


@dataclass(frozen=True, slots=True)
class FileSender:
    """Writes each mail to a file of its own."""

    folder: Path

    def send(self, message: EmailMessage) -> None:
        """Write the mail beside and rename it, so that nobody reads half of one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = secrets.token_hex(8)
        beside = self.folder / f".{name}"
        beside.write_bytes(message.as_bytes())
        beside.rename(self.folder / f"{name}.eml")


@dataclass(frozen=True, slots=True)
class SmtpSender:
    """Sends through a mail server. `tls`: from the start; otherwise STARTTLS, required beyond loopback."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = None

    def send(self, message: EmailMessage) -> None:
        """Send the mail."""
        import aiosmtplib

        asyncio.run(
            aiosmtplib.send(
                message,
                hostname=self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                use_tls=self.tls,
                start_tls=None if self.tls else (None if is_loopback(self.host) else True),
                timeout=TIMEOUT,
            )
        )


def make_sender(settings: Settings) -> MailSender:
    """Return the configured sender. Raises `InvalidSettings`."""
    value = settings.mail.get_secret_value()
    if value == "console":
        return ConsoleSender()
    if value.startswith("file:"):
        return FileSender(Path(value.removeprefix("file:")))
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise InvalidSettings(
            reason="PASSGENAU_MAIL must be console, file:FOLDER, or smtp(s)://user:password@host:port"
        )
    tls = parts.scheme == "smtps"
    return SmtpSender(
        parts.hostname,
        parts.port or (465 if tls else 587),
        tls,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )
