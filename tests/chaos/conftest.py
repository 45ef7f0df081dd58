"""The five services for tests that kill them: of their own, with the limits of a person's typing taken off.

Whose conversation is gone without a word is sure to have fallen silent after 2 s: nothing here tells the two apart.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from infra.local.stack import Stack
from shared.contracts.conversation import Category
from tests.chaos.chat import Chat, begin
from tests.stack import running_stack

Begin = Callable[[], Awaitable[Chat]]


@pytest.fixture(scope="package")
async def mortal() -> AsyncIterator[Stack]:
    """Everything, ready; a test that kills a part starts it again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAVRE_MESSAGE_RATE", "5000")
        patch.setenv("HAVRE_MESSAGE_BURST", "5000")
        patch.setenv("HAVRE_SURE_S", "2")
        async with running_stack() as stack:
            yield stack


@pytest.fixture
async def chat(mortal: Stack) -> AsyncIterator[Chat]:
    """A visitor and an operator in conversation; destroyed at the end, so that the next test finds room."""
    async with AsyncExitStack() as stack:
        yield await begin(mortal, stack, Category.DOMESTIC)
