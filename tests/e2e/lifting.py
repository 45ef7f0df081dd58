"""Who asks for anonymity to be lifted, and who decides, as they do it on their pages (O7)."""

import re

from playwright.async_api import Locator, Page, expect

from infra.local.stack import Stack
from tests.client.magistrate import codes
from tests.e2e.axe import violations
from tests.e2e.people import Operator, People

REASONS = "Elle dit qu’il a pris un couteau. Elle n’ose pas donner son adresse."


async def serious(page: Page) -> list[str]:
    """Return what axe finds serious."""
    return [line for line in await violations(page) if "serious" in line or "critical" in line]


async def ask(operator: Operator, *, looked_at: bool = False) -> Locator:
    """Ask for anonymity to be lifted, by keyboard alone once the dialog is open; return the dialog."""
    page = operator.page
    await page.get_by_role("button", name="Lever l’anonymat…").click()
    dialog = page.get_by_role("dialog", name="Lever l’anonymat")
    await dialog.get_by_role("radio", name=re.compile("^Urgence")).focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.type(REASONS)
    assert not looked_at or await serious(page) == []
    await dialog.get_by_role("button", name="Demander la levée").press("Enter")
    await expect(dialog).to_contain_text("attend la décision")
    return dialog


async def magistrate(people: People, stack: Stack, *, looked_at: bool = False) -> Page:
    """The magistrate comes in with both factors and opens the newest request."""
    assert stack.magistrate is not None
    page = await people.desk("/magistrate")
    await page.get_by_label("Identifiant").fill(stack.magistrate.login)
    await page.get_by_label("Mot de passe").fill(stack.magistrate.password)
    await page.get_by_role("button", name="Se connecter").click()
    field = page.get_by_label("Code à six chiffres")
    await field.wait_for()
    assert not looked_at or await serious(page) == []
    async for code in codes(stack.magistrate.secret):
        await field.fill(code)
        async with page.expect_response("**/api/login") as answered:
            await page.get_by_role("button", name="Se connecter").click()
        if (await answered.value).ok:
            break
    await page.get_by_role("heading", name="Levée d’anonymat").wait_for()
    await page.get_by_role("region", name="À décider").get_by_role("button").last.click()
    await expect(page.get_by_role("region", name="Raisons de l’opérateur")).to_contain_text(REASONS)
    return page
