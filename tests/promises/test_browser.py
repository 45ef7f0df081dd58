"""What a browser keeps on its disk of a visit, and what is left when its network dies with the red button's press."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from shared import keys
from tests.e2e.browsers import ARGUMENTS, executable
from tests.e2e.people import PHONE, Visitor, at_a_neutral_site
from tests.patience import PATIENCE_S
from tests.promises.conftest import SILENCE_S
from tests.promises.planted import canary
from tests.search import holds, store_client
from tests.servers import eventually
from tests.wiretap import TappedStack

STORED = re.compile("Envoyé|Reçu|Lu")
Profile = Callable[..., AbstractAsyncContextManager[BrowserContext]]


@pytest.fixture
async def profile(tmp_path: Path) -> AsyncIterator[Profile]:
    """A browser with a profile on the disk, which can be closed and opened again."""
    async with async_playwright() as playwright:

        @asynccontextmanager
        async def opened(*arguments: str) -> AsyncIterator[BrowserContext]:
            context = await playwright.chromium.launch_persistent_context(
                tmp_path / "profile",
                executable_path=executable(),
                args=[*ARGUMENTS, *arguments],
                viewport=PHONE,
                locale="fr-FR",
            )
            context.set_default_timeout(PATIENCE_S * 1_000)
            try:
                yield context
            finally:
                await context.close()

        yield opened


def on_disk(tmp_path: Path, *words: str) -> list[str]:
    """Return the profile's files that hold one of the words, as 8-bit or as 16-bit text."""
    wide = [word.encode("utf-16-le") for word in words]
    found = []
    for path in (tmp_path / "profile").rglob("*"):
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        if holds(content, *words) or any(word in content for word in wide):
            found.append(path.relative_to(tmp_path).as_posix())
    return found


async def talk(page: Page, address: str, word: str) -> Visitor:
    """Open a chat and say a sentence that holds the word; it is stored when this returns."""
    await at_a_neutral_site(page)
    await page.goto(address)
    visitor = Visitor(page)
    await visitor.ask("domestic", "75011")
    await visitor.say(f"il rentre {word}")
    await expect(visitor.line(word)).to_contain_text(STORED)
    return visitor


async def cut_network(context: BrowserContext, page: Page) -> None:
    """From now on nothing leaves this page and nothing reaches it."""
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send(
        "Network.emulateNetworkConditions",
        {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
    )


async def until_nothing_is_in_the_store(stack: TappedStack, within_s: float) -> float:
    """Wait until there is no conversation any more; return after how many seconds."""
    async with store_client(stack) as client:

        async def nothing() -> bool:
            return not await client.keys(keys.conversation("*"))

        return await eventually(nothing, within_s, "a conversation is still in the store")


async def forget_conversations(stack: TappedStack) -> None:
    """Do what the store does by itself after the silence, which another test waits for."""
    async with store_client(stack) as client:
        names: list[bytes] = await client.keys(keys.conversation("*"))  # type: ignore[assignment]  # the client decodes nothing
        for name in names:
            cid = name.decode()[1:].partition("}")[0]
            await client.delete(*keys.all_of(cid), *keys.addresses(cid))


async def contents(context: BrowserContext) -> str:
    """Return all that all tabs show and hold."""
    found = [await page.content() for page in context.pages]
    return "\n".join(found)


async def test_the_red_button_pressed_as_the_network_dies_leaves_nothing_anywhere(
    tapped: TappedStack, profile: Profile, tmp_path: Path
) -> None:
    """V6, V8: the screen at once; the server within the stated time; Back, a reopened tab, a restored session and the
    profile on the disk show nothing of the chat."""
    word = canary()
    async with profile() as context:
        page = context.pages[0]
        visitor = await talk(page, tapped.addresses.visitor, word)
        pressed: Coroutine[None, None, None] = visitor.red_button.click(no_wait_after=True)
        await asyncio.gather(cut_network(context, page), pressed)
        began = time.monotonic()
        await expect(page.get_by_text(word)).to_have_count(0)
        assert word not in await page.content()
        again = await context.new_page()
        await at_a_neutral_site(again)
        await page.close()
        assert word not in await contents(context)
    left = await until_nothing_is_in_the_store(tapped, SILENCE_S + 10)
    print(f"the store was empty {time.monotonic() - began:.1f} s after the press; stated: {SILENCE_S} s ({left:.1f})")
    assert on_disk(tmp_path, word) == []
    async with profile("--restore-last-session") as context:
        for page in context.pages:
            await page.wait_for_load_state()
            await page.go_back()
        assert word not in await contents(context)
        page = await context.new_page()
        await page.goto(tapped.addresses.visitor)
        await expect(page.get_by_role("button", name="Commencer")).to_be_visible()
        assert word not in await page.content()
    assert on_disk(tmp_path, word) == []


async def test_a_browser_that_dies_in_the_middle_restores_nothing_of_the_chat(
    tapped: TappedStack, profile: Profile, tmp_path: Path
) -> None:
    """V8, V14: the battery is empty; whoever starts the browser again sees the first screen."""
    word, drafted = canary(), canary()
    async with profile() as context:
        visitor = await talk(context.pages[0], tapped.addresses.visitor, word)
        await visitor.page.locator("#compose").fill(f"pas encore dit {drafted}")
    assert on_disk(tmp_path, word, drafted) == []
    async with profile("--restore-last-session") as context:
        for page in context.pages:
            await page.wait_for_load_state()
        shown = await contents(context)
        assert word not in shown
        assert drafted not in shown
    await forget_conversations(tapped)


async def test_the_search_finds_what_a_page_does_store_in_the_browser(
    tapped: TappedStack, profile: Profile, tmp_path: Path
) -> None:
    """A search that cannot find proves nothing."""
    word = canary()
    async with profile() as context:
        page = context.pages[0]
        await page.goto(tapped.addresses.visitor)
        await page.evaluate("word => localStorage.setItem('kept', word)", word)
    assert on_disk(tmp_path, word) != []
