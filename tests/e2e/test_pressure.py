"""When very many come at once: the page computes and gets in; where it cannot get in, it gives the numbers."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext

import pytest
from playwright.async_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from infra.local.stack import Stack
from tests.e2e.browsers import Watch
from tests.e2e.people import PHONE, Visitor
from tests.e2e.slow import slowed
from tests.patience import PATIENCE_S
from tests.stack import free_ports

TIMES_SLOWER = 6
Phone = Callable[[], Awaitable[Page]]
LONGEST_TASK = """
window.longest = 0;
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) window.longest = Math.max(window.longest, task.duration);
}).observe({ type: "longtask" });
"""


@asynccontextmanager
async def doors_of(**settings: str) -> AsyncIterator[Stack]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(f"HAVRE_{name}", value)
        stack = Stack(free_ports(), services=("gateway", "router"), demo_staff=False)
        try:
            await stack.start()
            yield stack
        finally:
            await stack.stop()


@pytest.fixture(scope="module")
async def pressed() -> AsyncIterator[Stack]:
    """A gateway where one conversation a minute is an ordinary rate."""
    async with doors_of(OPENS_CALM="1", TRUSTED_PROXIES="127.0.0.1", LOOKUPS_MOST="1") as stack:
        yield stack


@pytest.fixture
async def phone(browser: Browser, watch: Watch) -> AsyncIterator[Phone]:
    """Makes pages of phones, each in a context of its own."""
    contexts: list[BrowserContext] = []

    async def page() -> Page:
        context = await browser.new_context(viewport=PHONE, locale="fr-FR", has_touch=True, is_mobile=True)
        context.set_default_timeout(PATIENCE_S * 1_000)
        contexts.append(context)
        await watch.over(context)
        return await context.new_page()

    yield page
    for context in contexts:
        await context.close()


async def gives_help(page: Page) -> None:
    """The numbers, and the way to help near the visitor."""
    for number in ("17", "112", "3919", "116006", "119", "3114"):
        await expect(page.locator(f"a[href='tel:{number}']").first).to_be_visible()
    await expect(page.locator("main a[href^='/aide']").first).to_be_visible()


async def opens(page: Page, stack: Stack) -> Visitor:
    await page.goto(stack.addresses.visitor)
    visitor = Visitor(page)
    await visitor.ask()
    return visitor


def asked_for(page: Page) -> list[str]:
    """Return the list that every address goes into which ``page`` asks for from now on."""
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    return addresses


async def leave(*pages: Page) -> None:
    """Close as a visitor does, so that the conversation ends."""
    for page in pages:
        await page.goto("about:blank")


async def test_under_pressure_the_page_computes_for_a_moment_and_gets_in(
    pressed: Stack, phone: Phone, browser: Browser
) -> None:
    """V1 V5 V15: one calm line, the numbers beside it, then the conversation. Who comes first fetches no solver."""
    first, second = await phone(), await phone()
    fetched = [asked_for(first), asked_for(second)]
    await opens(first, pressed)
    await first.locator("#compose").wait_for()
    await second.goto(pressed.addresses.visitor)
    async with slowed(browser, 20):
        await Visitor(second).ask()
        await expect(second.get_by_role("status")).to_contain_text("courte vérification")
        await gives_help(second)
    await second.locator("#compose").wait_for()
    assert [sum("solver" in url for url in urls) for urls in fetched] == [0, 1]
    await leave(first, second)


@pytest.mark.parametrize("times", [1, TIMES_SLOWER])
async def test_a_cheap_phone_computes_for_some_seconds_and_its_page_stays_free(
    pressed: Stack, phone: Phone, browser: Browser, times: int
) -> None:
    """V1 V17: figures; six times slower stands for a cheap phone. No task of the page's thread comes near a second."""
    pages = [await phone() for _ in range(5)]
    await opens(pages[0], pressed)
    await pages[0].locator("#compose").wait_for()
    waits, tasks = [], []
    for page in pages[1:]:
        await page.add_init_script(LONGEST_TASK)
        await page.goto(pressed.addresses.visitor)
        async with slowed(browser, times) if times > 1 else nullcontext():
            started = time.perf_counter()
            await Visitor(page).ask()
            await page.locator("#compose").wait_for()
            waits.append(time.perf_counter() - started)
        tasks.append(float(await page.evaluate("window.longest")))
    shown = ", ".join(f"{wait:.2f}" for wait in sorted(waits))
    print(f"{times} times slower: from the first press to the conversation {shown} s; longest task {max(tasks):.0f} ms")
    assert max(waits) < 20
    assert max(tasks) < 1_000
    await leave(*pages)


async def test_a_page_that_has_to_wait_says_so_gives_the_numbers_and_keeps_trying(
    pressed: Stack, phone: Phone, watch: Watch
) -> None:
    """V9 V15: above the highest limit; what the gateway says is said here in its place."""
    page = await phone()
    tries = 0

    def refuse(socket: WebSocketRoute) -> None:
        nonlocal tries
        tries += 1
        socket.on_message(lambda _: socket.send('{"t":"error","code":"too_fast","detail":"","retry_after_ms":60000}'))

    await page.route_web_socket("**/ws", refuse)
    await opens(page, pressed)
    await expect(page.get_by_role("status")).to_contain_text("très demandé")
    await gives_help(page)
    while tries < 2:
        await page.wait_for_timeout(100)
    assert watch.complaints == []


async def test_a_full_gateway_leaves_the_page_with_the_numbers(phone: Phone) -> None:
    """V9 V15: 503 for the socket; the page is served, says that there is no answer for now, and gives help."""
    async with doors_of(MOST_VISITORS="1") as stack:
        inside, outside = await phone(), await phone()
        await opens(inside, stack)
        await inside.locator("#compose").wait_for()
        await opens(outside, stack)
        await expect(outside.get_by_role("status")).to_contain_text("Pas de réponse pour l’instant")
        await gives_help(outside)
        await leave(inside)
        await outside.locator("#compose").wait_for()
        await leave(outside)


async def test_too_many_searches_are_told_in_words_beside_the_numbers(
    pressed: Stack, browser: Browser, watch: Watch
) -> None:
    """V9 V15: with script too, the page that comes with a refusal is shown."""
    context = await browser.new_context(viewport=PHONE, extra_http_headers={"X-Forwarded-For": "198.51.100.9"})
    await watch.over(context)
    page = await context.new_page()
    await page.goto(f"{pressed.addresses.visitor.rstrip('/')}/aide")
    for _ in range(2):
        await page.locator("#place").fill("75011")
        await page.locator("button[type=submit]").click()
        await page.locator("#found").wait_for()
    await expect(page.locator("#found h2")).to_have_text("Trop de recherches depuis votre réseau")
    for number in ("3919", "116006", "119"):
        await expect(page.locator(f"main a[href='tel:{number}']").first).to_be_visible()
    await context.close()
