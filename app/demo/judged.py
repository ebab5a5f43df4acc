"""The demonstration data as a judged set."""

import numpy as np

from app.demo import dataset
from app.matches.texts import compose_text, facets
from matching.criteria import encode_challenge_facets, encode_profile_facets
from matching.judged_sets import JudgedSet
from matching.texts import Side
from matching.trust_evaluation import Demands


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
        list(rows),
    )


def demands_of_demo() -> Demands:
    """Return must-haves, violations and duplicates of the demonstration data; must-haves are its structured fields."""
    challenges, profiles = dataset.challenges(), dataset.profiles()
    rows = {demo.key: row for row, demo in enumerate(challenges)}
    columns = {demo.key: column for column, demo in enumerate(profiles)}
    return Demands(
        violations=frozenset((rows[challenge], columns[profile]) for challenge, profile in dataset.violations()),
        duplicates=frozenset(frozenset((rows[one], rows[other])) for one, other in dataset.duplicates()),
        facets={
            Side.CHALLENGE: encode_challenge_facets(facets(Side.CHALLENGE, demo.content) for demo in challenges),
            Side.PROFILE: encode_profile_facets(facets(Side.PROFILE, demo.content) for demo in profiles),
        },
    )
