"""The main job, in two real browsers over the five real services."""

import re

from playwright.async_api import expect

from tests.e2e.people import DESK, PHONE, People

POLICE, GENDARMERIE = 0, 2


async def test_a_visitor_and_an_operator_of_the_right_force_talk_both_ways(people: People) -> None:
    """V1 V2 V3 V4 V5 V9 O1: chat, postal code 95300, commune asked, gendarmerie answers; both ways; seen."""
    gendarme = await people.operator(GENDARMERIE)
    policeman = await people.operator(POLICE)
    visitor = await people.visitor()
    await visitor.ask("domestic", "95300", "Témoin")
    await visitor.choose("Ennery")
    await visitor.say("il est à côté")
    await gendarme.open_first()
    await expect(gendarme.line("il est à côté")).to_be_visible()
    await expect(gendarme.page.locator(".pane-head")).to_contain_text("Témoin")
    await expect(gendarme.page.locator(".pane-head")).to_contain_text("Ennery")
    await gendarme.say("Bonjour, je vous écoute.")
    await expect(visitor.line("Bonjour, je vous écoute.")).to_be_visible()
    await expect(visitor.page.locator(".standing")).to_contain_text("Gendarmerie")
    await expect(visitor.line("il est à côté")).to_contain_text("Lu")
    await expect(gendarme.line("Bonjour, je vous écoute.")).to_contain_text("lu")
    await expect(policeman.page.locator(".lines button")).to_have_count(0)


async def test_pontoise_with_the_same_postal_code_is_answered_by_the_police(people: People) -> None:
    """V4: the commune decides, not the code."""
    policeman = await people.operator(POLICE)
    visitor = await people.visitor()
    await visitor.ask("discrimination", "95300")
    await visitor.choose("Pontoise")
    await policeman.open_first()
    await expect(policeman.page.locator(".pane-head")).to_contain_text("Commissariat de police de Cergy")
    await expect(visitor.page.locator(".standing")).to_contain_text("Police")


async def test_each_end_sees_that_the_other_writes(people: People) -> None:
    """V5: typing is shown, and goes."""
    policeman = await people.operator(POLICE)
    visitor = await people.visitor()
    await visitor.ask("sexual", "75011")
    await policeman.open_first()
    await visitor.page.locator("#compose").press_sequentially("je")
    await expect(policeman.page.locator(".pane .typing")).to_contain_text("écrit")
    await policeman.page.locator(".pane textarea").first.press_sequentially("oui")
    await expect(visitor.page.locator(".typing")).to_contain_text("écrit")
    await expect(visitor.page.locator(".typing")).to_be_empty()


async def test_the_operator_sends_a_card_of_help_near_the_visitor(people: People) -> None:
    """R1 R2: found near the visitor's commune, previewed by name, received as a card with a phone link."""
    policeman = await people.operator(POLICE)
    visitor = await people.visitor()
    await visitor.ask("domestic", "69003")
    await policeman.open_first()
    card = visitor.line(await policeman.send_card("CIDFF"))
    await expect(card).to_be_visible()
    await expect(card.locator("a[href^='tel:']").first).to_be_visible()


async def test_a_screen_that_is_turned_keeps_the_newest_message_in_sight(people: People) -> None:
    """V17 O1: on both pages; a longer text in a narrower place is no wish to read what is older."""
    policeman = await people.operator(POLICE)
    visitor = await people.visitor(viewport=DESK)
    await visitor.ask("domestic", "75011")
    await policeman.open_first()
    for number in range(6):
        await visitor.say(f"phrase {number}, " + "et encore des mots, " * 20)
    for page, last in ((visitor.page, visitor.line("phrase 5")), (policeman.page, policeman.line("phrase 5"))):
        await expect(last).to_be_in_viewport()
        for size in (PHONE, DESK, PHONE):
            await page.set_viewport_size(size)
            await expect(last.locator("time")).to_be_in_viewport(ratio=1)


async def test_the_operator_ends_and_both_pages_forget(people: People) -> None:
    """V7: the end destroys the words on both screens."""
    policeman = await people.operator(POLICE)
    visitor = await people.visitor()
    await visitor.ask("domestic", "75011")
    await visitor.say("une phrase qui doit partir")
    await policeman.open_first()
    await expect(policeman.line("une phrase qui doit partir")).to_be_visible()
    await policeman.end()
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("terminée et effacée")
    assert "une phrase qui doit partir" not in await visitor.page.content()
    await expect(policeman.line("une phrase qui doit partir")).to_have_count(0)


async def test_a_console_that_is_reloaded_has_everything_again(people: People) -> None:
    """O8: nothing is lost by a reload, in the order it was said."""
    policeman = await people.operator(POLICE)
    visitor = await people.visitor()
    await visitor.ask("domestic", "75011")
    await policeman.open_first()
    for number in range(5):
        await visitor.say(f"phrase {number}")
        await expect(policeman.line(f"phrase {number}")).to_be_visible()
    await policeman.page.reload()
    await policeman.open_first()
    await expect(policeman.page.locator(".pane article").filter(has_text="phrase")).to_have_count(5)
    said = await policeman.page.locator(".pane article").filter(has_text="phrase").all_inner_texts()
    assert [re.findall(r"phrase (\d)", text)[0] for text in said] == ["0", "1", "2", "3", "4"]


async def test_the_visitor_waits_truthfully_and_what_is_written_meanwhile_is_read(people: People) -> None:
    """V15: the place in the queue is told, no estimate is invented, and nothing typed while waiting is lost."""
    first, second = await people.visitor(), await people.visitor()
    await first.ask("domestic", "33000")
    await expect(first.page.locator(".standing")).to_contain_text("la prochaine personne")
    await second.ask("domestic", "33000")
    await expect(second.page.locator(".standing")).to_contain_text("1 personne est avant vous")
    await second.say("déjà écrit")
    policeman = await people.operator(POLICE)
    await expect(policeman.page.locator(".lines button")).to_have_count(2)
    await policeman.page.locator(".lines button", has=policeman.page.locator(".unread")).click()
    await expect(policeman.line("déjà écrit")).to_be_visible()


async def test_an_operator_on_pause_gets_nothing_and_on_return_what_waits(people: People) -> None:
    """O1: pause takes no new conversation; running ones go on."""
    policeman = await people.operator(POLICE)
    await policeman.pause()
    visitor = await people.visitor()
    await visitor.ask("sexual", "13001")
    await expect(visitor.page.locator(".standing")).to_contain_text("la prochaine personne")
    await expect(policeman.page.locator(".lines button")).to_have_count(0)
    await policeman.available()
    await expect(policeman.page.locator(".lines button")).to_have_count(1)
