"""The real territory, loaded once."""

import pytest

from services.router.cli import load_territory
from services.router.domain import Territory


@pytest.fixture(scope="session")
def territory() -> Territory:
    """The shipped tables."""
    return load_territory()
