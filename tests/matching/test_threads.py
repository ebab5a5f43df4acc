"""Ranking takes as many threads as its process was given."""

import threading

import pytest
from threadpoolctl import threadpool_limits

from matching.parallel import limit_cores, on_all_cores


@pytest.mark.parametrize("given", [1, 2, None])
def test_ranking_takes_no_more_threads_than_its_process_was_given(given: int | None) -> None:
    with threadpool_limits(limits=3, user_api="blas"):
        limit_cores(given)
        together = threading.Barrier(given or 3, timeout=10)  # passed only by so many threads at once
        with on_all_cores(100) as each:
            names = each(lambda _: (together.wait(), threading.current_thread().name)[1], range(6))
    assert len(set(names)) == (given or 3)
