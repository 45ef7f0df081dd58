"""Hide (V13): blank at once, back with a gesture, nothing lost, nothing erased."""

from playwright.async_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.people import DESK, People, Visitor

WORDS = "une phrase que personne ne doit voir"
DRAFT = "une phrase à moitié"
PRESSES = 5


async def talking(people: People, *, desk: bool = False) -> Visitor:
    visitor = await people.visitor(viewport=DESK if desk else None)
    await visitor.ask("domestic", "75011")
    await visitor.say(WORDS)
    await expect(visitor.line(WORDS)).to_be_visible()
    await visitor.page.locator("#compose").fill(DRAFT)
    return visitor


async def nothing_of_the_chat(page: Page) -> None:
    """Neither on screen, nor in the document, nor for a screen reader, nor in the tab's title."""
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pâte à crêpes")
    whole = await page.evaluate("document.documentElement.outerHTML")
    tree = await page.locator("body").aria_snapshot()
    for word in (WORDS, DRAFT, "Quitter", "Gendarmerie", "Police", "Danger", "Cacher", "chat"):
        assert word not in whole, word
        assert word not in tree, word
    assert await page.title() == "Pâte à crêpes"
    assert await page.locator("link[rel=icon]").get_attribute("href") == "/assets/leaf.svg"


async def all_is_back(visitor: Visitor) -> None:
    await expect(visitor.line(WORDS)).to_be_visible()
    await expect(visitor.page.locator("#compose")).to_have_value(DRAFT)
    await expect(visitor.red_button).to_be_in_viewport(ratio=1)
    assert await visitor.page.title() == "Accueil"


async def test_a_finger_hides_the_page_and_five_presses_bring_it_back(people: People) -> None:
    """V13: at 360 px, by touch; four presses do nothing."""
    visitor = await talking(people)
    await visitor.page.get_by_role("button", name="Cacher").tap()
    await nothing_of_the_chat(visitor.page)
    title = visitor.page.get_by_role("button", name="Pâte à crêpes")
    for _ in range(PRESSES - 1):
        await title.tap()
    await nothing_of_the_chat(visitor.page)
    await title.tap()
    await all_is_back(visitor)


async def test_the_keyboard_hides_the_page_and_brings_it_back(people: People) -> None:
    """V13: Escape twice; Enter five times, since the title has the focus; the writing goes on where it was."""
    visitor = await talking(people, desk=True)
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.line(WORDS)).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await nothing_of_the_chat(visitor.page)
    for _ in range(PRESSES):
        await visitor.page.keyboard.press("Enter")
    await all_is_back(visitor)
    await visitor.page.keyboard.type(" et sa fin")
    await expect(visitor.page.locator("#compose")).to_have_value(f"{DRAFT} et sa fin")


async def test_the_chat_goes_on_unseen_while_the_page_is_hidden(people: People) -> None:
    """V13 V5: what arrives meanwhile is there afterwards, and is not said to have been read before it is."""
    policeman = await people.operator(0)
    visitor = await talking(people)
    await policeman.open_first()
    await expect(policeman.line(WORDS)).to_be_visible()
    await visitor.page.get_by_role("button", name="Cacher").tap()
    await policeman.say("Je suis là.")
    await expect(policeman.line("Je suis là.")).to_contain_text("arrivé")
    await nothing_of_the_chat(visitor.page)
    assert "Je suis là." not in await visitor.page.content()
    await expect(policeman.line("Je suis là.")).not_to_contain_text("lu")
    for _ in range(PRESSES):
        await visitor.page.get_by_role("button", name="Pâte à crêpes").tap()
    await all_is_back(visitor)
    await expect(visitor.line("Je suis là.")).to_be_visible()
    await expect(policeman.line("Je suis là.")).to_contain_text("lu")


async def test_what_was_chosen_before_the_chat_is_still_chosen_after_hiding(people: People) -> None:
    visitor = await people.visitor()
    await visitor.page.locator("input[value=sexual]").check()
    await visitor.page.locator("#postal").fill("33000")
    await visitor.page.get_by_role("button", name="Cacher").tap()
    await nothing_of_the_chat(visitor.page)
    for _ in range(PRESSES):
        await visitor.page.get_by_role("button", name="Pâte à crêpes").tap()
    await expect(visitor.page.locator("input[value=sexual]")).to_be_checked()
    await expect(visitor.page.locator("#postal")).to_have_value("33000")


async def test_how_to_come_back_is_said_before_hiding_and_it_is_not_called_erasing(people: People) -> None:
    """V13: on screen and to a screen reader, before the first use."""
    visitor = await people.visitor()
    button = visitor.page.get_by_role("button", name="Cacher")
    said = await button.evaluate(
        "button => document.getElementById(button.getAttribute('aria-describedby')).textContent"
    )
    assert "sans rien effacer" in said
    assert "cinq appuis" in said
    await expect(visitor.page.locator("main").get_by_text("cinq appuis de suite")).to_be_visible()


async def test_three_presses_of_shift_erase_a_hidden_page_too(people: People) -> None:
    """V6: the way out works from the recipe as well, and nothing can be brought back."""
    visitor = await talking(people, desk=True)
    await visitor.page.route("https://www.meteofrance.com/**", lambda route: route.abort("aborted"))
    for _ in range(2):
        await visitor.page.keyboard.press("Escape")
    for _ in range(3):
        await visitor.page.keyboard.press("Shift")
    await expect(visitor.page.locator("body")).to_be_hidden()
    for _ in range(PRESSES):
        await visitor.page.keyboard.press("Enter")
    assert WORDS not in await visitor.page.evaluate("document.documentElement.outerHTML")


async def test_the_recipe_is_a_page_that_anybody_can_read(people: People) -> None:
    """V17: what stands there instead has no fault of its own."""
    visitor = await talking(people)
    await visitor.page.get_by_role("button", name="Cacher").tap()
    assert await violations(visitor.page) == []


async def test_the_help_page_hides_too_and_a_search_that_ends_meanwhile_shows_nothing(people: People) -> None:
    """V13 V15: the same button, the same way back; the answer waits."""
    page = await people.reader()
    await page.locator("#place").fill("75011")
    await page.locator("button[type=submit]").click(no_wait_after=True)
    await page.get_by_role("button", name="Cacher").tap()
    await nothing_of_the_chat(page)
    await page.wait_for_load_state("networkidle")
    await nothing_of_the_chat(page)
    for _ in range(PRESSES):
        await page.get_by_role("button", name="Pâte à crêpes").tap()
    await expect(page.locator("#found")).to_be_visible()
