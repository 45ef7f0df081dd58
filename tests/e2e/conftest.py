"""A real browser for the tests that need one. Each test gets fresh contexts: no shared cookie, cache or storage."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright

from infra.local.stack import Stack
from tests.e2e.browsers import ARGUMENTS, Watch, executable
from tests.e2e.people import People


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One headless Chromium for the session."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield started
        await started.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What the pages of this test break; a test that opens pages fails at its end if there is anything."""
    watching = Watch()
    yield watching
    assert watching.complaints == []


@pytest.fixture
async def people(browser: Browser, stack: Stack, watch: Watch) -> AsyncIterator[People]:
    """Visitors and operators, each in a browser of their own; afterwards, no page may have broken a rule."""
    async with People(browser, stack, watch) as everybody:
        yield everybody
