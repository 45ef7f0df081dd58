"""Nobody is kept out: every state of both pages by axe-core, and the visitor's whole way by keyboard alone."""

from typing import Literal

from playwright.async_api import Locator, Page, ViewportSize, expect

from infra.local.stack import Stack
from tests.e2e.axe import violations
from tests.e2e.people import DESK, PHONE, Operator, People, Visitor, at_a_neutral_site

LOOKS: tuple[tuple[ViewportSize, Literal["light", "dark"]], ...] = ((PHONE, "light"), (DESK, "dark"))
"""Contrast hangs on the colours, order and overlap on the width: each is looked at twice."""


async def no_finding(page: Page, state: str) -> None:
    """Fail with what axe finds on the page as it stands, narrow and light, wide and dark."""
    for size, colours in LOOKS:
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme=colours)
        assert await violations(page) == [], f"{state} at {size['width']} px, {colours}"


async def talking(people: People) -> tuple[Operator, Visitor]:
    """A conversation with words from both ends and a card."""
    policeman = await people.operator(0)
    visitor = await people.visitor()
    await visitor.ask("domestic", "69003")
    await policeman.open_first()
    await visitor.say("il est à côté")
    await policeman.say("Bonjour, je vous écoute.")
    await expect(visitor.line(await policeman.send_card("CIDFF"))).to_be_visible()
    return policeman, visitor


async def test_the_visitor_s_page_before_the_conversation_has_no_finding(people: People) -> None:
    """V17: start, start with its faults told, the question about the commune, waiting."""
    visitor = await people.visitor()
    page = visitor.page
    await no_finding(page, "start")
    await page.get_by_role("button", name="Commencer").click()
    await page.locator("#about-fault").wait_for()
    await no_finding(page, "start, nothing chosen")
    await visitor.ask("domestic", "abc")
    await page.locator("#postal-fault").wait_for()
    await no_finding(page, "start, no postal code")
    await visitor.ask("domestic", "95300")
    await page.get_by_role("button", name="Pontoise").wait_for()
    await no_finding(page, "commune")
    await visitor.choose("Pontoise")
    await expect(page.locator(".standing")).to_contain_text("la prochaine personne")
    await visitor.say("déjà écrit")
    await expect(visitor.line("déjà écrit")).to_contain_text("Envoyé")
    await page.locator("summary").first.click()
    await no_finding(page, "waiting")


async def test_the_visitor_s_page_in_and_after_the_conversation_has_no_finding(people: People) -> None:
    """V17: chat with a card, the question whether to end, the end."""
    _, visitor = await talking(people)
    await no_finding(visitor.page, "chat")
    await visitor.page.get_by_role("button", name="Terminer", exact=True).click()
    await no_finding(visitor.page, "ending")
    await visitor.page.get_by_role("button", name="Terminer et effacer").click()
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("effacée")
    await no_finding(visitor.page, "ended")


async def test_the_help_page_has_no_finding(people: People, stack: Stack) -> None:
    """V17: empty, with results, and while the directory is away."""
    page = await people.reader()
    await no_finding(page, "help")
    await page.locator("#place").fill("33000")
    await page.get_by_role("button", name="Chercher").click()
    await page.locator("#found h3").first.wait_for()
    await no_finding(page, "help found")
    stack.kill("referral")
    try:
        await page.get_by_role("button", name="Chercher").click()
        await expect(page.locator("#found")).to_contain_text("ne répond pas")
        await no_finding(page, "help, directory away")
    finally:
        await stack.start_service("referral")


async def test_the_console_has_no_finding(people: People) -> None:
    """V17: login, login refused, a chat with a card beside the search, the preview of a card, the empty desk."""
    newcomer = await people.newcomer()
    await no_finding(newcomer.page, "login")
    await newcomer.page.get_by_role("button", name="Se connecter").click()
    await newcomer.page.locator("#login-error").wait_for()
    await no_finding(newcomer.page, "login refused")
    policeman, visitor = await talking(people)
    await no_finding(policeman.page, "console, chat")
    await policeman.page.get_by_role("button", name="Aperçu : ").first.click()
    await policeman.page.locator(".preview").wait_for()
    await no_finding(policeman.page, "console, preview")
    await policeman.page.get_by_role("button", name="Terminer…").click()
    await policeman.page.locator("dialog").wait_for()
    await no_finding(policeman.page, "console, ending")
    await policeman.page.keyboard.press("Escape")
    await visitor.end()
    await expect(policeman.page.locator(".lines button")).to_have_count(0)
    await no_finding(policeman.page, "console, empty")


async def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until ``wanted`` has the focus, and see that it shows."""
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("one => one === document.activeElement"):
            assert await wanted.evaluate("one => one.matches(':focus-visible')")
            return
    raise AssertionError(f"no way by keyboard to {wanted}")


async def test_the_whole_way_can_be_gone_by_keyboard_alone(people: People) -> None:
    """V17 V6: choose, answer, write, think of ending, go back, and leave by three presses of Shift."""
    policeman = await people.operator(0)
    visitor = await people.visitor(viewport=DESK)
    page = visitor.page
    await at_a_neutral_site(page)
    await tab_to(page, page.locator("input[name=about]").first)
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("input[value=domestic]")).to_be_checked()
    await tab_to(page, page.locator("input[name=you]").first)
    await page.keyboard.press("ArrowRight")
    await tab_to(page, page.locator("#postal"))
    await page.keyboard.type("95300")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Dans quelle commune").wait_for()
    await tab_to(page, page.get_by_role("button", name="Pontoise"))
    await page.keyboard.press("Space")
    await page.locator("#compose").wait_for()
    await tab_to(page, page.locator("#compose"))
    await page.keyboard.type("Je ne peux pas parler.")
    await page.keyboard.press("Enter")
    await policeman.open_first()
    await expect(policeman.line("Je ne peux pas parler.")).to_be_visible()
    await expect(policeman.page.locator(".pane-head")).to_contain_text("Témoin")
    await tab_to(page, page.get_by_role("button", name="Terminer", exact=True))
    await page.keyboard.press("Space")
    await tab_to(page, page.get_by_role("button", name="Revenir à la conversation"))
    await page.keyboard.press("Enter")
    await expect(visitor.line("Je ne peux pas parler.")).to_be_visible()
    for _ in range(3):
        await page.keyboard.press("Shift")
    await expect(page.get_by_role("heading")).to_have_text("Beau temps")
    await expect(policeman.page.locator(".notices")).to_contain_text("quitté en urgence")
