"""Visitors and operators as they are: each with a browser, doing what a person does on the pages."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from playwright.async_api import Browser, BrowserContext, Locator, Page, Route, ViewportSize, expect

from infra.local.stack import Stack
from infra.local.staff import Login
from shared import keys
from tests.e2e.browsers import Watch
from tests.patience import PATIENCE_S
from tests.search import store_client
from tests.servers import eventually

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 800}
NEUTRAL = "https://www.meteofrance.com/"


async def at_a_neutral_site(page: Page) -> None:
    """Answer for the neutral site, which is not on this machine."""

    async def neutral(route: Route) -> None:
        await route.fulfill(status=200, content_type="text/html", body="<title>Météo</title><h1>Beau temps</h1>")

    await page.route(f"{NEUTRAL}**", neutral)


class Visitor:
    """Someone on the visitor's page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def ask(self, about: str = "domestic", postal_code: str = "", you: str = "") -> None:
        """Choose a chat and begin."""
        await self.page.locator(f"input[name=about][value={about}]").check()
        if you:
            await self.page.get_by_text(you, exact=True).click()
        await self.page.locator("#postal").fill(postal_code)
        await self.page.get_by_role("button", name="Commencer").click()

    async def choose(self, commune: str) -> None:
        """Answer the question about the commune."""
        await self.page.get_by_role("button", name=commune).click()

    async def say(self, text: str) -> None:
        """Write and send."""
        await self.page.locator("#compose").fill(text)
        await self.page.get_by_role("button", name="Envoyer", exact=True).click()

    def line(self, text: str) -> Locator:
        """What stands in the transcript."""
        return self.page.locator(".transcript li").filter(has_text=text)

    async def end(self) -> None:
        """End the conversation."""
        await self.page.get_by_role("button", name="Terminer", exact=True).click()
        await self.page.get_by_role("button", name="Terminer et effacer").click()

    @property
    def red_button(self) -> Locator:
        """The way out."""
        return self.page.locator("#exit")


class Operator:
    """Someone at the console."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def log_in(self, login: Login) -> None:
        """Log in as one of the staff, and take conversations."""
        await self.page.locator("input[name=login]").fill(login.login)
        await self.page.locator("input[name=password]").fill(login.password)
        await self.page.get_by_role("button", name="Se connecter").click()
        await self.page.locator(".segments").wait_for()
        await self.available()

    async def available(self) -> None:
        """Take new conversations."""
        button = self.page.get_by_role("button", name="Disponible", exact=True)
        await button.click()
        await expect(button).to_have_attribute("aria-pressed", "true")

    async def pause(self) -> None:
        """Take no new conversation."""
        button = self.page.get_by_role("button", name="En pause", exact=True)
        await button.click()
        await expect(button).to_have_attribute("aria-pressed", "true")

    async def open_first(self) -> None:
        """Open the first conversation of the list."""
        await self.page.locator(".lines button").first.click()

    async def say(self, text: str) -> None:
        """Answer in the conversation that is open."""
        await self.page.locator(".pane textarea").first.fill(text)
        await self.page.locator(".pane textarea").first.press("Enter")

    def line(self, text: str) -> Locator:
        """What stands in the transcript."""
        return self.page.locator(".pane article").filter(has_text=text)

    async def send_card(self, named: str) -> str:
        """Send the first structure found whose name has ``named`` in it; return the whole name."""
        send = self.page.get_by_role("button", name=re.compile(f"^Envoyer : .*{re.escape(named)}")).first
        name = ((await send.get_attribute("aria-label")) or "").removeprefix("Envoyer : ")
        await send.click()
        return name

    async def end(self) -> None:
        """End the conversation that is open."""
        await self.page.get_by_role("button", name=re.compile("^Terminer…")).click()
        await self.page.get_by_role("button", name="Terminer et effacer").click()


class People:
    """Everybody in one test. ``watch`` hears what any of their pages breaks."""

    def __init__(self, browser: Browser, stack: Stack, watch: Watch | None = None) -> None:
        self._browser = browser
        self._stack = stack
        self._contexts: list[BrowserContext] = []
        self.watch = watch or Watch()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for context in self._contexts:
            for page in context.pages:
                await page.goto("about:blank")
        await self._nothing_left()
        for context in self._contexts:
            await context.close()

    async def _nothing_left(self) -> None:
        """Wait until the last visitor's leaving has destroyed every conversation: the next test starts from none."""
        async with store_client(self._stack) as store:

            async def nothing() -> bool:
                return not await store.keys(keys.conversation("*"))

            await eventually(nothing, otherwise="a visitor left, and the conversation is still there")

    @property
    def logins(self) -> list[Login]:
        """The demo staff."""
        return self._stack.credentials

    async def visitor(self, *, dark: bool = False, viewport: ViewportSize | None = None) -> Visitor:
        """Someone opens the visitor's page on a phone."""
        page = await self._page(viewport or PHONE, dark=dark, touch=viewport is None)
        await page.goto(self._stack.addresses.visitor)
        return Visitor(page)

    async def reader(self, *, dark: bool = False, viewport: ViewportSize | None = None) -> Page:
        """Someone looks for help without any chat."""
        page = await self._page(viewport or PHONE, dark=dark, touch=viewport is None)
        await page.goto(f"{self._stack.addresses.visitor.rstrip('/')}/aide")
        return page

    async def newcomer(self, *, dark: bool = False, viewport: ViewportSize | None = None) -> Operator:
        """Someone opens the console and has not logged in yet."""
        operator = Operator(await self._page(viewport or DESK, dark=dark))
        await operator.page.goto(self._stack.addresses.console)
        await operator.page.locator("input[name=login]").wait_for()
        return operator

    async def operator(self, number: int = 0, *, dark: bool = False, viewport: ViewportSize | None = None) -> Operator:
        """One of the demo staff comes on duty."""
        operator = await self.newcomer(dark=dark, viewport=viewport)
        await operator.log_in(self.logins[number])
        return operator

    async def desk(self, path: str) -> Page:
        """Someone opens another page of the console's, in a browser of their own."""
        page = await self._page(DESK)
        await page.goto(self._stack.addresses.console.rstrip("/") + path)
        return page

    async def same_browser(self, page: Page) -> Page:
        """The visitor's page once more, in the browser that ``page`` is in."""
        again = await page.context.new_page()
        await again.goto(self._stack.addresses.visitor)
        return again

    @asynccontextmanager
    async def without_script(self) -> AsyncIterator[Page]:
        """A phone whose browser runs no script."""
        context = await self._browser.new_context(viewport=PHONE, locale="fr-FR", java_script_enabled=False)
        await self.watch.over(context)
        yield await context.new_page()
        await context.close()

    async def _page(self, viewport: ViewportSize, *, dark: bool = False, touch: bool = False) -> Page:
        context = await self._browser.new_context(
            viewport=viewport,
            locale="fr-FR",
            color_scheme="dark" if dark else "light",
            has_touch=touch,
            is_mobile=touch,
        )
        context.set_default_timeout(PATIENCE_S * 1_000)
        self._contexts.append(context)
        await self.watch.over(context)
        return await context.new_page()
