"""What the tests of stored matches share."""

import pytest

from app.matches.reference import make_statistics
from matching.statistics import Statistics
from tests.fakes import HashingEncoder
from tests.small_lists import shrink


@pytest.fixture
def small_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    shrink(monkeypatch.setattr)


@pytest.fixture(scope="session")
def demo_statistics() -> Statistics:
    """Means, hubness samples and document frequencies of the demonstration texts."""
    return make_statistics(HashingEncoder())
