"""The most memory that a piece of work needs on top of what is there when it begins."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.memory import give_back

SAMPLED_EVERY = 0.002
CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"  # https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html


@dataclass(slots=True)
class Peak:
    """Known once the block is over."""

    extra_bytes: int = 0

    @property
    def extra_gb(self) -> float:
        """In thousands of millions of bytes."""
        return self.extra_bytes / 1e9


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """Measure a block. How much the process held at some time before does not matter.

    Linux keeps the peak itself and lets a process begin anew; where that is not allowed a thread looks again and again.
    """
    give_back()  # else the block could live on what was freed before, and seem to need nothing
    peak = Peak()
    before = resident_bytes()
    if _begin_anew():
        yield peak
        highest = _high_water_mark()
    else:
        with _watching() as seen:
            yield peak
        highest = max(seen)
    peak.extra_bytes = highest - before


def resident_bytes() -> int:
    """Memory this process holds."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _begin_anew() -> bool:
    try:
        CLEAR.write_text(_RESET_PEAK, "ascii")
    except OSError:
        return False
    return True


def _high_water_mark() -> int:
    (line,) = (line for line in Path("/proc/self/status").read_text("utf-8").splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


@contextmanager
def _watching() -> Iterator[list[int]]:
    ended, seen = threading.Event(), [resident_bytes()]

    def look() -> None:
        while not ended.wait(SAMPLED_EVERY):
            seen[0] = max(seen[0], resident_bytes())

    thread = threading.Thread(target=look, name="memory", daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()
    seen.append(resident_bytes())
