"""Judged sets: texts of both sides with grades, as folders hold them.

A set is a folder with `queries.jsonl` and `docs.jsonl` (one object a line with "id", "text" and perhaps "lang"; other
keys are ignored), `qrels.tsv` (query, document, grade; no header; pairs that are not listed have grade 0), and perhaps
`unanswerable.txt` (queries). Queries are challenges, documents are profiles.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.language import LANGUAGES
from matching.texts import Side, Text, compose


class EvaluationError(Exception):
    """A set can't be read; the message names file and line."""


@dataclass(frozen=True, slots=True, eq=False)
class JudgedSet:
    """Challenges and profiles with grades, (c, p) float64: 0 is not relevant.

    unanswerable: rows of challenges that are known to have no answer; others without one may only be unjudged.
    challenge_ids: what the challenges are called in the set.
    """

    name: str
    challenges: Sequence[Text]
    profiles: Sequence[Text]
    grades: NDArray[np.float64]
    unanswerable: tuple[int, ...] = ()
    challenge_ids: Sequence[str] = ()


def read_set(folder: Path) -> JudgedSet:
    """Read a folder of the described format. Raises EvaluationError."""
    queries = _read_texts(folder / "queries.jsonl", Side.CHALLENGE)
    documents = _read_texts(folder / "docs.jsonl", Side.PROFILE)
    grades = _read_grades(folder / "qrels.tsv", list(queries), list(documents))
    if not grades.any():
        raise EvaluationError(f"{folder / 'qrels.tsv'} has no pair with a grade above 0")
    unanswerable = _read_ids(folder / "unanswerable.txt", list(queries))
    texts = list(queries.values()), list(documents.values())
    return JudgedSet(folder.resolve().name, *texts, grades, unanswerable, list(queries))


def _read_texts(path: Path, side: Side) -> dict[str, Text]:
    texts: dict[str, Text] = {}
    for number, line in _lines(path):
        try:
            row = json.loads(line)
            text_id, text, language = str(row["id"]), row["text"], row.get("lang")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EvaluationError(f"{path}, line {number}: not an object with id and text ({error})") from error
        if not isinstance(text, str) or not text.strip():
            raise EvaluationError(f"{path}, line {number}: text is empty")
        if text_id in texts:
            raise EvaluationError(f"{path}, line {number}: id {text_id} occurs twice")
        texts[text_id] = compose(side, [("text", text)], language if language in LANGUAGES else None)
    if not texts:
        raise EvaluationError(f"{path} has no lines")
    return texts


def _read_grades(path: Path, queries: list[str], documents: list[str]) -> NDArray[np.float64]:
    rows = {text_id: row for row, text_id in enumerate(queries)}
    columns = {text_id: column for column, text_id in enumerate(documents)}
    grades = np.zeros((len(rows), len(columns)))
    for number, line in _lines(path):
        try:
            query, document, grade = line.split("\t")
            grades[rows[query.strip()], columns[document.strip()]] = float(grade)
        except ValueError as error:
            raise EvaluationError(f"{path}, line {number}: not query, document and grade with tabs") from error
        except KeyError as error:
            raise EvaluationError(f"{path}, line {number}: unknown id {error}") from error
    return grades


def _read_ids(path: Path, known: list[str]) -> tuple[int, ...]:
    if not path.is_file():
        return ()
    rows = {text_id: row for row, text_id in enumerate(known)}
    try:
        return tuple(rows[line.strip()] for _, line in _lines(path))
    except KeyError as error:
        raise EvaluationError(f"{path}: unknown id {error}") from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        content = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"can't read {path}: {error}") from error
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            yield number, line.rstrip("\r")
