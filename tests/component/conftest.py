"""Fixtures for tests of more than one service."""

from collections.abc import AsyncIterator

import pytest

from infra.local.stack import Stack
from shared import keys
from tests.search import store_client


@pytest.fixture
async def hammered(stack: Stack) -> AsyncIterator[Stack]:
    """The shared system for a test that tries logins without number; afterwards nobody is counted any more."""
    yield stack
    async with store_client(stack) as store:
        async for counter in store.scan_iter(keys.attempts("*", "*")):
            await store.delete(counter)
