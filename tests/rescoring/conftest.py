"""What the tests of stored matches share."""

import pytest

from tests.small_lists import shrink


@pytest.fixture
def small_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    shrink(monkeypatch.setattr)
