"""The demonstration data as a judged set."""

import numpy as np

from app.demo import dataset
from app.matches.texts import compose_text
from matching.judged_sets import JudgedSet
from matching.texts import Side


def judged_demo() -> JudgedSet:
    """Return challenges, profiles and grades of the demonstration data, as the service composes their texts."""
    challenges, profiles = dataset.challenges(), dataset.profiles()
    rows = {demo.key: row for row, demo in enumerate(challenges)}
    columns = {demo.key: column for column, demo in enumerate(profiles)}
    grades = np.zeros((len(rows), len(columns)))
    for (challenge, profile), grade in dataset.judgements().items():
        grades[rows[challenge], columns[profile]] = grade
    return JudgedSet(
        "demo",
        [compose_text(Side.CHALLENGE, demo.content) for demo in challenges],
        [compose_text(Side.PROFILE, demo.content) for demo in profiles],
        grades,
        tuple(rows[key] for key in dataset.unanswerable()),
    )
