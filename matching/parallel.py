"""Many small computations of a block on all cores.

A matrix library with threads of its own makes them wait for each other at every small product. While a block's texts
are done one by one, each thread therefore computes alone, and there are as many threads as the library would use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, Protocol, TypeVar

from threadpoolctl import ThreadpoolController, threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")

MANY: Final = 8
"""Texts from which on it is worth it."""


class Each(Protocol):
    """Applies a function to all items; results in order."""

    def __call__(self, work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Return the results."""
        ...


def one_by_one(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Compute in this thread."""
    return [work(item) for item in items]


@contextmanager
def on_all_cores(count: int, least: int = MANY) -> Iterator[Each]:
    """Give a function that computes `count` or more items side by side; fewer than `least` are done in this thread."""
    controller = _controller()
    threads = _threads(controller)
    if count < least or threads == 1:
        yield one_by_one
        return

    def each(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        with controller.limit(limits=1, user_api="blas"):
            return list(pool.map(work, items))

    with ThreadPoolExecutor(threads, thread_name_prefix="block") as pool:
        yield each


def limit_cores(threads: int | None) -> None:
    """Give this process no more threads of the matrix library, None: as many as there are cores."""
    if threads is not None:
        threadpool_limits(limits=threads, user_api="blas")


@cache
def _controller() -> Any:
    return ThreadpoolController()


def _threads(controller: Any) -> int:
    """Return how many threads the matrix library uses, which is what this process was given."""
    return max((library["num_threads"] for library in controller.info() if library["user_api"] == "blas"), default=1)
