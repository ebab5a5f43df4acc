"""Mails as they lie in a folder after they were sent there."""

import time
from email import message_from_bytes, policy
from pathlib import Path


def link_to(folder: Path, address: str, path: str, patience: float = 20.0) -> str:
    """The link to a page in the mail to an address; waits for the mail."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        for file in folder.glob("*.eml"):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            if mail["To"] == address and (body := mail.get_body()) is not None:
                return next(line for line in body.get_content().splitlines() if f"{path}?token=" in line)
        time.sleep(0.1)
    raise AssertionError(f"no mail to {address}")
