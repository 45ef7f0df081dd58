"""What the pages may do, asked of a real browser; and that a page which breaks a rule fails its test."""

import pytest
from playwright.async_api import Browser, Page, Route, expect

from infra.local.stack import Stack
from shared.pages import OFF
from tests.e2e.browsers import Watch
from tests.e2e.people import PHONE, People

INJECTED = '<script>document.title = "injected"</script><b style="color:red">x</b>'
LEFT_ON = {
    "aria-notify",
    "cross-origin-isolated",
    "deferred-fetch",
    "deferred-fetch-minimal",
    "local-network",
    "local-network-access",
    "loopback-network",
    "media-playback-while-not-visible",
    "unload",
}
"""Powers of this Chromium that are no danger here, or that the pages need."""
STORED = "[localStorage.length, sessionStorage.length]"
ALLOWED = "document.featurePolicy.allowedFeatures().filter((name) => !name.startsWith('ch-'))"
ASSIGN = "text => { try { document.body.innerHTML = text } catch (error) { return error.name } return 'let through' }"
POLICY = "() => { try { trustedTypes.createPolicy('own', {}) } catch (error) { return error.name } return 'made' }"


async def strange_page(browser: Browser, stack: Stack, watch: Watch) -> Page:
    """Open the visitor's page as somebody on the way has changed it."""
    context = await browser.new_context(viewport=PHONE)
    await watch.over(context)
    page = await context.new_page()

    async def change(route: Route) -> None:
        answer = await route.fetch()
        body = (await answer.text()).replace("</main>", f"{INJECTED}</main>")
        await route.fulfill(response=answer, body=body)

    await page.route(stack.addresses.visitor.rstrip("/") + "/", change)
    await page.goto(stack.addresses.visitor)
    await expect(page.get_by_role("button", name="Commencer")).to_be_visible()
    return page


async def test_a_script_planted_in_the_page_does_not_run_and_is_reported(browser: Browser, stack: Stack) -> None:
    """P1: nothing inline runs; the harness of these tests hears of it, so silence in the others means something."""
    watch = Watch()
    page = await strange_page(browser, stack, watch)
    assert await page.title() == "Accueil"
    await watch.heard("policy broken: script-src", "policy broken: style-src")
    await page.context.close()


async def test_text_never_becomes_markup_and_no_script_can_make_an_exception(people: People, watch: Watch) -> None:
    """P1: Trusted Types with no policy at all; both refusals are reported."""
    page = (await people.visitor()).page
    assert await page.evaluate(ASSIGN, INJECTED) == "TypeError"
    assert await page.evaluate(POLICY) == "TypeError"
    await watch.heard("policy broken: require-trusted-types-for", "policy broken: trusted-types by")


@pytest.mark.parametrize("which", ["visitor", "help", "console"])
async def test_a_page_has_no_power_that_it_does_not_need(people: People, which: str) -> None:
    """P1 P2: no camera, microphone, place, clipboard...; alone in its process; cross-origin isolated."""
    if which == "help":
        page = await people.reader()
    else:
        page = (await people.visitor() if which == "visitor" else await people.newcomer()).page
    allowed: set[str] = set(await page.evaluate(ALLOWED))
    assert allowed <= LEFT_ON
    assert not allowed & set(OFF)
    assert await page.evaluate("crossOriginIsolated")


async def test_a_foreign_page_cannot_frame_ours(people: People, stack: Stack) -> None:
    """P1: no click can be stolen from under somebody's finger."""
    page = (await people.visitor()).page
    outer = f"{stack.addresses.console.rstrip('/')}/outer"

    async def frame(route: Route) -> None:
        await route.fulfill(content_type="text/html", body=f"<iframe src='{stack.addresses.visitor}'></iframe>")

    await page.route(outer, frame)
    await page.goto(outer)
    assert [one.url for one in page.frames[1:]] == ["chrome-error://chromewebdata/"]


@pytest.mark.parametrize("way", ["end", "red button"])
async def test_after_an_erasure_the_browser_has_forgotten_what_this_site_had_stored(people: People, way: str) -> None:
    """V6 V8: Clear-Site-Data on the answer to the erasure; and the page that says goodbye stays as it is."""
    visitor = await people.visitor()
    await visitor.ask()
    await visitor.page.locator("#compose").wait_for()
    await visitor.page.evaluate("localStorage.setItem('planted', 'by another version'); window.same = true")
    if way == "end":
        await visitor.end()
        await expect(visitor.page.get_by_role("heading", name="La conversation est effacée")).to_be_visible()
        await expect_nothing_stored(visitor.page)
        assert await visitor.page.evaluate("window.same"), "the page was reloaded"
        await expect(visitor.page.get_by_role("heading", name="La conversation est effacée")).to_be_visible()
    else:
        await visitor.page.route("https://www.meteofrance.com/**", lambda route: route.fulfill(body="ailleurs"))
        await visitor.red_button.click()
        await expect(visitor.page.get_by_text("ailleurs")).to_be_visible()
        again = await people.same_browser(visitor.page)
        await expect_nothing_stored(again)


async def expect_nothing_stored(page: Page) -> None:
    await page.wait_for_function(f"() => {STORED}.every((count) => count === 0)")
