"""Help near me, without any chat: for those whose browser runs no script, and for those whose browser does."""

import re

import pytest
from playwright.async_api import Page, expect

from infra.local.stack import Stack
from tests.e2e.people import NEUTRAL, People, at_a_neutral_site

CODE = "97110"
NATIONAL = ("tel:3919", "tel:116006", "tel:119")


async def search(page: Page, code: str, subject: str = "") -> None:
    """Look for help near a postal code, as one does on the page."""
    await page.locator("#place").fill(code)
    await page.locator("#category").select_option(subject)
    await page.locator("button[type=submit]").click()
    await page.locator("#found").wait_for()


async def help_page(page: Page, stack: Stack) -> Page:
    await page.goto(f"{stack.addresses.visitor.rstrip('/')}/aide")
    return page


async def gives_the_national_numbers(page: Page) -> None:
    for number in NATIONAL:
        await expect(page.locator(f"main a[href='{number}']").first).to_be_visible()
    for number in ("tel:17", "tel:112", "sms:114"):
        await expect(page.locator(f".emergency a[href='{number}']")).to_be_in_viewport(ratio=1)


async def test_without_javascript_the_visitor_s_page_leads_to_help_overseas_and_out(
    people: People, stack: Stack
) -> None:
    """V9 V12 V15 R1: numbers, a plain form, places on the visitor's own island first, a plain link out."""
    async with people.without_script() as page:
        await page.goto(stack.addresses.visitor)
        await expect(page.locator("#exit")).to_have_attribute("href", NEUTRAL)
        await expect(page.locator("a[href='tel:3919']")).to_be_visible()
        await page.locator("a[href='/aide']").click()
        await search(page, CODE, "domestic")
        await expect(page.locator("#found h2")).to_have_text("Près de Pointe-à-Pitre")
        await expect(page.locator("#found li").first).to_contain_text("Guadeloupe")
        await expect(page.locator("#found a[href='tel:0590825292']")).to_be_visible()
        await gives_the_national_numbers(page)
        await expect(page.locator("#place")).to_have_value(CODE)
        await expect(page.locator("#exit")).to_be_in_viewport(ratio=1)
        await at_a_neutral_site(page)
        await page.locator("#exit").click()
        await expect(page.get_by_role("heading")).to_have_text("Beau temps")


async def test_nothing_that_is_typed_stands_in_an_address(people: People, stack: Stack) -> None:
    """V8: the form is posted, with and without script; no request of the page has the code in its address."""
    async with people.without_script() as page:
        addresses: list[str] = []
        page.on("request", lambda request: addresses.append(request.url))
        await search(await help_page(page, stack), CODE)
        assert page.url.endswith("/aide")
    page = await people.reader()
    page.on("request", lambda request: addresses.append(request.url))
    await search(page, CODE)
    assert page.url.endswith("/aide")
    assert len(addresses) > 3
    assert [address for address in addresses if CODE in address] == []


@pytest.mark.parametrize("code", ["00000", "abc", "９９９９９", "99999 Nulle part"])
async def test_a_code_that_is_none_is_answered_in_words_with_the_national_numbers(
    people: People, stack: Stack, code: str
) -> None:
    """V15: no error page; what was typed is kept."""
    async with people.without_script() as page:
        await search(await help_page(page, stack), code)
        await expect(page.locator("#found h2")).to_have_text("Aucune adresse connue")
        await expect(page.locator("#place")).to_have_value(code)
        await gives_the_national_numbers(page)


async def test_the_national_numbers_stand_on_the_page_although_the_directory_is_dead(
    people: People, stack: Stack
) -> None:
    """V9 V15: referral is killed; the page says so in words, and still helps."""
    stack.kill("referral")
    try:
        async with people.without_script() as page:
            await gives_the_national_numbers(await help_page(page, stack))
            await search(page, CODE)
            await expect(page.locator("#found")).to_contain_text("La recherche ne répond pas")
            await gives_the_national_numbers(page)
    finally:
        await stack.start_service("referral")


async def test_with_script_a_lost_network_is_told_and_what_was_typed_is_kept(people: People) -> None:
    """V15 V17: beside the form, in words; the page with its numbers stays."""
    page = await people.reader()
    await page.context.set_offline(True)
    await page.locator("#place").fill(CODE)
    await page.get_by_role("button", name="Chercher").click()
    await expect(page.get_by_role("alert")).to_contain_text("Le réseau ne répond pas")
    await expect(page.locator("#place")).to_have_value(CODE)
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Chercher").click()
    await expect(page.locator("#found h2")).to_be_in_viewport()
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_with_script_the_whole_visit_is_one_line_of_the_history(people: People) -> None:
    """V8: to the help page, two searches, and back to the chat; Back leads out of the visit."""
    visitor = await people.visitor()
    page = visitor.page
    before = await page.evaluate("history.length")
    await page.get_by_role("link", name="Aide près de chez vous").click()
    await page.wait_for_url("**/aide")
    for code in (CODE, "33000"):
        await search(page, code)
    await expect(page.locator("#found h2")).to_have_text("Près de Bordeaux")
    await expect(page.locator("#found")).to_be_focused()
    await page.get_by_role("link", name="Parler à un spécialiste").click()
    await page.get_by_role("button", name="Commencer").wait_for()
    assert await page.evaluate("history.length") == before


@pytest.mark.parametrize("way", ["button", "shift"])
async def test_with_script_leaving_covers_first_and_back_shows_nothing(people: People, way: str) -> None:
    """V6 V8: as on the visitor's page: blank although the neutral site does not answer, replaced once it does."""
    page = await people.reader()
    await search(page, CODE)
    await page.route(f"{NEUTRAL}**", lambda route: route.abort("aborted"))
    await _leave(page, way)
    await expect(page.locator("body")).to_be_hidden()
    assert "Pointe" not in await page.evaluate("document.documentElement.outerHTML")
    await page.unroute(f"{NEUTRAL}**")
    await page.reload()
    await at_a_neutral_site(page)
    await search(page, CODE)
    await _leave(page, way)
    await expect(page.get_by_role("heading")).to_have_text("Beau temps")
    await page.go_back()
    assert not page.url.startswith("http://127.0.0.1")


async def _leave(page: Page, way: str) -> None:
    if way == "button":
        await page.locator("#exit").click(no_wait_after=True)
        return
    for _ in range(3):
        await page.keyboard.press("Shift")


async def test_leaving_the_help_page_leaves_the_chat_in_the_other_tab_too(people: People) -> None:
    """V6: one press, whichever of the two tabs is in front when the door opens."""
    visitor = await people.visitor()
    await at_a_neutral_site(visitor.page)
    await visitor.ask("domestic", "75011")
    async with visitor.page.context.expect_page() as opened:
        await visitor.page.get_by_role("link", name="Aide près de chez vous").click()
    beside = await opened.value
    await at_a_neutral_site(beside)
    await beside.locator("#exit").click()
    for page in (beside, visitor.page):
        await expect(page.get_by_role("heading")).to_have_text("Beau temps")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_the_frame_is_the_visitor_s_page_s_own(people: People, *, dark: bool) -> None:
    """V6 V9 V17: same place, same size, same colours, at 320 px and in a dark room."""
    visitor = await people.visitor(dark=dark, viewport={"width": 320, "height": 640})
    page = await people.reader(dark=dark, viewport={"width": 320, "height": 640})
    await search(page, CODE)
    for part in ("body", ".emergency", ".emergency a:last-child", "footer.exit", "#exit"):
        assert await _look(page, part) == await _look(visitor.page, part), part
    bar = await page.locator(".emergency").bounding_box()
    assert bar is not None
    assert bar["height"] < 60, "the numbers take more than one line"
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await expect(page.locator("#exit")).to_be_in_viewport(ratio=1)
    await expect(page.locator("#exit")).to_have_text(re.compile("^Quitter en urgence$"))
    paper = re.findall(r"\d+", await page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert (max(map(int, paper)) < 32) is dark


async def _look(page: Page, part: str) -> object:
    return await page.evaluate(
        """part => {
          const one = document.querySelector(part);
          const {color, backgroundColor, fontSize, position} = getComputedStyle(one);
          const {x, y, width, height} = one.getBoundingClientRect();
          return [color, backgroundColor, fontSize, position, x, y, width, height].join(" ");
        }""",
        part,
    )


async def test_the_page_follows_the_language_chosen_before(people: People) -> None:
    """V17: English on the first page, English here."""
    visitor = await people.visitor()
    await visitor.page.locator("select").select_option("en")
    await visitor.page.get_by_role("link", name="Help near you").click()
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Help near you")
    await search(visitor.page, CODE)
    await expect(visitor.page.locator("#found h2")).to_have_text("Near Pointe-à-Pitre")
    assert await visitor.page.locator("html").get_attribute("lang") == "en"
