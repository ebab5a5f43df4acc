"""What benchmarks measure with."""

from pathlib import Path

import numpy as np
import pytest

from app.benchmarks import memory

MB = 1_000_000


@pytest.mark.parametrize("allowed", [True, False], ids=["the kernel's mark", "samples"])
def test_the_peak_of_a_block_is_its_own_whatever_was_held_before(
    allowed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not allowed:
        monkeypatch.setattr(memory, "CLEAR", tmp_path / "no" / "such" / "file")
    before = np.ones(400 * MB, np.uint8)
    del before
    with memory.peak_memory() as peak:
        for _ in range(20):  # a while, for samples
            inside = np.ones(100 * MB, np.uint8)
            del inside
    assert 95 * MB < peak.extra_bytes < 130 * MB
