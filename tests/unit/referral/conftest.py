"""The real directory, loaded once."""

from datetime import UTC, datetime

import pytest

from services.referral.cli import load_directory
from services.referral.domain import Directory


@pytest.fixture(scope="session")
def directory() -> Directory:
    """The shipped directory."""
    return load_directory()


@pytest.fixture
def noon() -> datetime:
    """A Wednesday, 12:00 in Paris; no holiday anywhere in France."""
    return datetime(2026, 9, 16, 10, 0, tzinfo=UTC)
