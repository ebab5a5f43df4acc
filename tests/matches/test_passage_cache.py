"""Centred passages are kept while nothing they depend on has changed, and never beyond their room."""

import os
import subprocess
import sys

import numpy as np
from numpy.typing import NDArray

from app.matches.passages import LEAST, TOGETHER, PassageCache
from matching.batches import SideBatch
from matching.corpus import Corpus
from matching.texts import Side
from tests.fakes import HashingEncoder
from tests.matching.conftest import World


def rows(number: int) -> NDArray[np.int16]:
    return np.full((number, 8), number, np.int16)


def test_an_entry_is_of_one_statistics_version_and_language() -> None:
    cache = PassageCache()
    cache.put("means", Side.PROFILE, 7, 111, 0, rows(3))
    found = cache.get("means", Side.PROFILE, 7, 111, 0)
    assert found is not None
    assert found.tolist() == rows(3).tolist()
    assert cache.get("other means", Side.PROFILE, 7, 111, 0) is None
    assert cache.get("means", Side.CHALLENGE, 7, 111, 0) is None
    assert cache.get("means", Side.PROFILE, 7, 222, 0) is None
    assert cache.get("means", Side.PROFILE, 7, 111, 1) is None


def test_what_was_not_used_for_longest_goes_first() -> None:
    cache = PassageCache(limit=2 * rows(4).nbytes)
    for text_id in (1, 2):
        cache.put("means", Side.PROFILE, text_id, 0, 0, rows(4))
    cache.get("means", Side.PROFILE, 1, 0, 0)
    cache.put("means", Side.PROFILE, 3, 0, 0, rows(4))
    assert [cache.get("means", Side.PROFILE, i, 0, 0) is not None for i in (1, 2, 3)] == [True, False, True]


def test_a_small_corpus_leaves_more_room_unless_a_limit_was_given() -> None:
    statistics = World(seed=1, challenges=4, profiles=4, encoder=HashingEncoder(dimension=24)).statistics
    small = Corpus.load(statistics, [SideBatch.empty(Side.PROFILE, 24)])
    cache, fixed = PassageCache(), PassageCache(limit=1000)
    assert cache.limit == LEAST
    cache.make_room(small)
    fixed.make_room(small)
    assert (cache.limit, fixed.limit) == (TOGETHER, 1000)


def test_threads_of_the_matrix_library_do_not_spin() -> None:
    """Whatever is imported first; who sets the variable decides."""
    show = "import os; print(os.environ['OPENBLAS_THREAD_TIMEOUT'])"
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_THREAD_TIMEOUT"}
    for module, given, expected in (
        ("app", {}, "4"),
        ("matching", {}, "4"),
        ("app", {"OPENBLAS_THREAD_TIMEOUT": "9"}, "9"),
    ):
        code = f"import sys, {module}; assert 'numpy' not in sys.modules; {show}"
        done = subprocess.run(
            [sys.executable, "-c", code], check=False, env=environment | given, capture_output=True, text=True
        )
        assert done.stdout.strip() == expected, done.stderr
