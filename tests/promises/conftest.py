"""The five services on tapped lines, behind a proxy that names the visitors' addresses, with a short silence."""

from collections.abc import AsyncIterator

import pytest

from tests.wiretap import TappedStack, tapped_stack

SILENCE_S = 30
"""The shortest that the settings allow; the promise names the installation's own."""


@pytest.fixture(scope="package")
async def tapped() -> AsyncIterator[TappedStack]:
    """Everything, ready, demo staff included."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAVRE_SILENCE_S", str(SILENCE_S))
        patch.setenv("HAVRE_SURE_S", "2")
        patch.setenv("HAVRE_TRUSTED_PROXIES", "127.0.0.1")
        patch.setenv("HAVRE_MESSAGE_BURST", "200")
        patch.setenv("HAVRE_MESSAGE_RATE", "200")
        async with tapped_stack() as stack:
            yield stack
