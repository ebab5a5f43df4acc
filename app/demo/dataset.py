"""Reads the demonstration data of this folder."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.challenges.schemas import ChallengeContent
from app.organisations.schemas import OrganisationCreate
from app.profiles.schemas import ProfileContent

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class DemoText:
    """A challenge or profile with its key in the data and that of its organisation."""

    key: str
    organisation: str
    content: Any


def organisations() -> dict[str, OrganisationCreate]:
    """Return the invented organisations by key."""
    return {row.pop("key"): OrganisationCreate.model_validate(row) for row in _rows("organisations.jsonl")}


def challenges() -> list[DemoText]:
    """Return the challenges."""
    return [
        DemoText(row.pop("key"), row.pop("organisation"), ChallengeContent.model_validate(row))
        for row in _rows("challenges.jsonl")
    ]


def profiles() -> list[DemoText]:
    """Return the profiles."""
    return [
        DemoText(row.pop("key"), row.pop("organisation"), ProfileContent.model_validate(row))
        for row in _rows("profiles.jsonl")
    ]


def judgements() -> dict[tuple[str, str], int]:
    """Return the grades of judged pairs, {(challenge key, profile key): 1 to 3}; absent pairs do not fit."""
    grades = {}
    for line in (DATA / "judgements.tsv").read_text("utf-8").splitlines():
        challenge, profile, grade = line.split("\t")
        grades[challenge, profile] = int(grade)
    return grades


def unanswerable() -> list[str]:
    """Return the keys of challenges that nothing fits."""
    return (DATA / "unanswerable.txt").read_text("utf-8").split()


def violations() -> list[tuple[str, str]]:
    """Return pairs (challenge key, profile key) whose profile says that it fails a must-have of the challenge."""
    lines = (DATA / "violations.tsv").read_text("utf-8").splitlines()
    return [(challenge, profile) for challenge, profile, _ in (line.split("\t") for line in lines)]


def duplicates() -> list[tuple[str, str]]:
    """Return pairs of keys of challenges with the same need."""
    lines = (DATA / "duplicates.tsv").read_text("utf-8").splitlines()
    return [(one, other) for one, other in (line.split("\t") for line in lines)]


@cache
def digest() -> str:
    """Return a hash of the texts."""
    texts = (DATA / "challenges.jsonl").read_bytes() + (DATA / "profiles.jsonl").read_bytes()
    return hashlib.sha256(texts).hexdigest()


def _rows(name: str) -> Iterator[dict[str, Any]]:
    for line in (DATA / name).read_text("utf-8").splitlines():
        if line.strip():
            yield json.loads(line)
