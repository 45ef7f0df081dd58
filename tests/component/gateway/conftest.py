"""The real gateway and router over real servers."""

from collections.abc import AsyncIterator

import pytest

from infra.local.stack import Stack
from tests.component.gateway.raw import Raw
from tests.stack import free_ports


@pytest.fixture(scope="package")
async def system() -> AsyncIterator[Stack]:
    """A gateway and a router, ready; a test that kills a part starts it again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAVRE_FRAME_RATE", "2000")  # a flood is read to its end four times as fast as by default
        stack = Stack(free_ports(), services=("gateway", "router"), demo_staff=False)
        try:
            await stack.start()
            yield stack
        finally:
            await stack.stop()


@pytest.fixture
async def raw(system: Stack) -> AsyncIterator[Raw]:
    """A socket that sends whatever a test wants."""
    async with Raw(system.addresses.visitor) as connection:
        yield connection
