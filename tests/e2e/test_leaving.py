"""Leaving: at once, for good, and leaving nothing to come back to."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.people import NEUTRAL, People, Visitor, at_a_neutral_site

STORED = re.compile("Envoyé|Reçu|Lu")
WORDS = "une phrase que personne ne doit retrouver"


async def talking(people: People) -> Visitor:
    visitor = await people.visitor()
    await at_a_neutral_site(visitor.page)
    await visitor.ask("domestic", "75011")
    await visitor.say(WORDS)
    await expect(visitor.line(WORDS)).to_contain_text(STORED)
    return visitor


async def test_the_red_button_leaves_for_a_neutral_site_and_the_operator_s_screen_is_emptied(people: People) -> None:
    """V6: one press; the page is elsewhere, and the words are gone at the other end too."""
    policeman = await people.operator(0)
    visitor = await talking(people)
    await policeman.open_first()
    await expect(policeman.line(WORDS)).to_be_visible()
    await visitor.red_button.click()
    await expect(visitor.page.get_by_role("heading")).to_have_text("Beau temps")
    await expect(policeman.line(WORDS)).to_have_count(0)
    await expect(policeman.page.locator(".notices")).to_contain_text("quitté en urgence")
    assert WORDS not in await policeman.page.content()


@pytest.mark.parametrize("way", ["button", "shift"])
async def test_the_page_is_blank_although_the_neutral_site_does_not_answer(people: People, way: str) -> None:
    """V6: the cover comes first; the neutral site is not waited for."""
    visitor = await talking(people)
    await visitor.page.unroute(f"{NEUTRAL}**")
    await visitor.page.route(f"{NEUTRAL}**", lambda route: route.abort("aborted"))
    if way == "button":
        await visitor.red_button.click(no_wait_after=True)
    else:
        for _ in range(3):
            await visitor.page.keyboard.press("Shift")
    await expect(visitor.page.locator("body")).to_be_hidden()
    assert await visitor.page.evaluate("document.body.innerText.trim()") == ""
    assert WORDS not in await visitor.page.evaluate("document.documentElement.outerHTML")


async def test_back_shows_nothing_of_the_visit(people: People) -> None:
    """V8: the visit is one history entry, and that entry is replaced."""
    visitor = await people.visitor()
    await at_a_neutral_site(visitor.page)
    before = await visitor.page.evaluate("history.length")
    await visitor.ask("domestic", "75011")
    await visitor.say(WORDS)
    await expect(visitor.line(WORDS)).to_contain_text(STORED)
    assert await visitor.page.evaluate("history.length") == before
    await visitor.red_button.click()
    await expect(visitor.page.get_by_role("heading")).to_have_text("Beau temps")
    await visitor.page.go_back()
    assert WORDS not in await visitor.page.content()
    assert not visitor.page.url.startswith("http://127.0.0.1")


async def test_the_page_stores_nothing_in_the_browser(people: People) -> None:
    """V8: no cookie, no storage of any kind, a neutral title."""
    visitor = await talking(people)
    assert await visitor.page.context.cookies() == []
    stored = await visitor.page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,"
        " (await caches.keys()).length]"
    )
    assert stored == [0, 0, 0, 0]
    assert await visitor.page.title() == "Accueil"


async def test_a_reload_shows_the_first_screen_and_no_word_of_the_chat(people: People) -> None:
    """V7 V8: who reopens the tab learns nothing."""
    visitor = await talking(people)
    await visitor.page.reload()
    await expect(visitor.page.get_by_role("button", name="Commencer")).to_be_visible()
    assert WORDS not in await visitor.page.content()


async def test_the_red_button_and_the_numbers_are_in_sight_on_every_screen(people: People) -> None:
    """V6 V9: at 320 px too, never covered, at least 44 px high."""
    visitor = await people.visitor(viewport={"width": 320, "height": 640})
    await _in_sight(visitor)
    await visitor.ask("domestic", "95300")
    await visitor.page.get_by_role("button", name="Ennery").wait_for()
    await _in_sight(visitor)
    await visitor.choose("Ennery")
    await visitor.page.locator("#compose").wait_for()
    await _in_sight(visitor)
    await visitor.page.get_by_role("button", name="Terminer").click()
    await _in_sight(visitor)
    await visitor.page.get_by_role("button", name="Terminer et effacer").click()
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("effacée")
    await _in_sight(visitor)


async def _in_sight(visitor: Visitor) -> None:
    await expect(visitor.red_button).to_be_in_viewport(ratio=1)
    box = await visitor.red_button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    on_top = await visitor.page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y)?.closest('#exit') !== null",
        [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
    )
    assert on_top
    for number in ("tel:17", "tel:112", "sms:114"):
        await expect(visitor.page.locator(f".emergency a[href='{number}']")).to_be_in_viewport(ratio=1)
    assert await visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
