"""Resume words (V14): a dead battery, another device, nothing to retell."""

import re

from playwright.async_api import Page, expect

from tests.e2e.people import DESK, People, Visitor
from tests.sealing.words import last_one_wrong

FIRST, SECOND, THIRD = "avant les mots", "après les mots", "de l’autre appareil"


async def four_words(visitor: Visitor) -> list[str]:
    """Ask for words, read them off the screen, and go back to the conversation."""
    await visitor.page.get_by_role("button", name="Garder un moyen de revenir").click()
    words = visitor.page.locator(".four-words li")
    await expect(words).to_have_count(4)
    read = await words.all_inner_texts()
    await visitor.page.get_by_role("button", name="C’est noté").click()
    await expect(visitor.page.get_by_role("button", name="Vos mots marchent")).to_be_visible()
    return read


async def come_back(page: Page, words: str) -> None:
    """Type words on the first screen."""
    field = page.locator("#back")
    if not await field.is_visible():
        await page.get_by_text("Revenir avec quatre mots").click()
    await field.fill(words)
    await page.get_by_role("button", name="Revenir", exact=True).click()


async def kill(visitor: Visitor) -> None:
    """The battery is dead: no farewell, no beacon. Sent by the browser's own debugger, like a crash of the page."""
    session = await visitor.page.context.new_cdp_session(visitor.page)
    await visitor.page.context.set_offline(True)
    await session.detach()
    await visitor.page.close(run_before_unload=False)


async def test_after_a_crash_four_words_bring_everything_back_on_another_device(people: People) -> None:
    """V14: the whole conversation is readable on both sides; accents, order and endings do not matter."""
    policeman = await people.operator(0)
    visitor = await people.visitor()
    await visitor.ask("domestic", "75011")
    await visitor.say(FIRST)
    await policeman.open_first()
    await policeman.say("Bonjour.")
    await expect(visitor.line("Bonjour.")).to_be_visible()
    words = await four_words(visitor)
    await visitor.say(SECOND)
    await expect(policeman.line(SECOND)).to_be_visible()
    await kill(visitor)
    other = await people.visitor(viewport=DESK)
    await come_back(other.page, " ".join(reversed([word[:4].upper() for word in words])))
    for said in (FIRST, "Bonjour.", SECOND):
        await expect(other.line(said)).to_be_visible()
    await other.say(THIRD)
    await expect(policeman.line(THIRD)).to_be_visible()
    await policeman.say("Je vous retrouve.")
    await expect(other.line("Je vous retrouve.")).to_be_visible()
    for said in (FIRST, SECOND, THIRD):
        await expect(policeman.line(said)).to_have_count(1)
    await other.end()
    await expect(policeman.line(THIRD)).to_have_count(0)


async def test_five_wrong_tries_and_the_words_are_dead(people: People) -> None:
    """V14: how many are left is said when it is known, and then that it is over; the chat itself goes on."""
    visitor = await people.visitor()
    await visitor.ask("domestic", "75011")
    await visitor.say(FIRST)
    words = await four_words(visitor)
    stranger = await people.visitor(viewport=DESK)
    wrong = last_one_wrong(words)
    fault = stranger.page.locator("#back-fault")
    for said in ("4 essais", "3 essais", "2 essais", "1 essai"):
        await come_back(stranger.page, " ".join(wrong))
        await expect(fault).to_contain_text(said)
        await expect(stranger.page.locator("#back")).to_have_value(" ".join(wrong))
    await come_back(stranger.page, " ".join(wrong))
    await expect(fault).to_contain_text("ne marchent plus")
    await come_back(stranger.page, " ".join(words))
    await expect(fault).to_contain_text("Aucune conversation")
    await expect(visitor.page.get_by_role("button", name="Garder un moyen de revenir")).to_be_visible()
    await visitor.say(SECOND)
    await expect(visitor.line(SECOND)).to_contain_text("Envoyé")


async def test_words_that_cannot_be_are_not_asked_for(people: People) -> None:
    """V14: said beside the field, before any try is spent."""
    visitor = await people.visitor()
    await come_back(visitor.page, "abandon acajou")
    await expect(visitor.page.locator("#back-fault")).to_contain_text("2 mots")
    await come_back(visitor.page, "abandon acajou agneau xylophage")
    await expect(visitor.page.locator("#back-fault")).to_contain_text("xylophage")


async def test_closing_the_page_keeps_a_conversation_that_has_words_and_the_red_button_does_not(people: People) -> None:
    """V6 V14: a reload shows nothing, the words lead back; leaving in haste erases words and all."""
    visitor = await people.visitor()
    await visitor.ask("domestic", "75011")
    await visitor.say(FIRST)
    words = await four_words(visitor)
    await visitor.page.reload()
    await expect(visitor.page.get_by_role("button", name="Commencer")).to_be_visible()
    assert FIRST not in await visitor.page.content()
    await come_back(visitor.page, " ".join(words))
    await expect(visitor.line(FIRST)).to_be_visible()
    await visitor.page.route(
        "https://www.meteofrance.com/**",
        lambda route: route.fulfill(body="<h1>Beau temps</h1>", content_type="text/html"),
    )
    await visitor.red_button.click()
    await expect(visitor.page.get_by_role("heading")).to_have_text("Beau temps")
    stranger = await people.visitor()
    await come_back(stranger.page, " ".join(words))
    await expect(stranger.page.locator("#back-fault")).to_contain_text("Aucune conversation")


async def test_who_comes_back_elsewhere_leaves_nothing_on_the_first_page(people: People) -> None:
    """V14: one conversation, one page; the first says so, and closing it ends nothing."""
    visitor = await people.visitor()
    await visitor.ask("domestic", "75011")
    await visitor.say(FIRST)
    words = await four_words(visitor)
    other = await people.visitor(viewport=DESK)
    await come_back(other.page, " ".join(words))
    await expect(other.line(FIRST)).to_be_visible()
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("continue ailleurs")
    assert FIRST not in await visitor.page.content()
    await visitor.page.close()
    await other.say(SECOND)
    await expect(other.line(SECOND)).to_contain_text("Envoyé")
    await other.end()


async def test_the_words_are_nowhere_in_the_browser(people: People) -> None:
    """V8 V14: shown once, on request; not in storage, and no longer in the document."""
    visitor = await people.visitor()
    await visitor.ask("domestic", "75011")
    await expect(visitor.page.get_by_role("button", name="Je suis en danger maintenant")).to_be_visible()
    before = await visitor.page.content()
    words = await four_words(visitor)
    stored = await visitor.page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,"
        " (await caches.keys()).length, document.cookie.length]"
    )
    assert stored == [0, 0, 0, 0, 0]
    content = await visitor.page.content()
    # A word of the list may be one that the page uses itself, or stand in one.
    assert not [word for word in words if len(times(word, content)) > len(times(word, before))]
    await visitor.end()


def times(word: str, text: str) -> list[str]:
    """Find a whole word."""
    return re.findall(rf"\b{re.escape(word)}\b", text)
