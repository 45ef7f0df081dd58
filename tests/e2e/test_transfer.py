"""Two operators and a visitor in real browsers: a conversation is handed over, and nobody tells anything again (O8)."""

import os
from pathlib import Path

from playwright.async_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.people import Operator, People, Visitor

POLICE, COLLEAGUE, GENDARMERIE = 0, 1, 2
SAID = "il a cassé mon téléphone"


async def _talking(people: People) -> tuple[Operator, Visitor]:
    operator = await people.operator(POLICE)
    visitor = await people.visitor()
    await visitor.ask("domestic", "75011")
    await operator.open_first()
    await visitor.say(SAID)
    await operator.say("Je vous lis.")
    await expect(visitor.line("Je vous lis.")).to_be_visible()
    return operator, visitor


async def _offers(giver: Operator, to: str) -> None:
    await giver.page.get_by_role("button", name="Transférer…").click()
    await giver.page.locator(".receivers button").filter(has_text=to).first.click()


async def _looked_at(page: Page, name: str) -> None:
    """No finding of axe's; and a picture, where somebody wants to look."""
    assert await violations(page) == [], name
    if folder := os.environ.get("SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")


async def test_refused_then_accepted_talked_over_together_and_left(people: People) -> None:
    giver, visitor = await _talking(people)
    other = await people.operator(COLLEAGUE)
    await giver.page.get_by_role("button", name="Transférer…").click()
    await expect(giver.page.locator(".receivers")).to_contain_text("0 sur 3")
    await _looked_at(giver.page, "transfer-dialog")
    await giver.page.get_by_role("button", name="police2 0 sur 3").click()
    await expect(giver.page.locator(".handover")).to_contain_text("Proposée à police2")
    await expect(other.page.locator(".offered")).to_contain_text("police1 vous propose")
    await _looked_at(other.page, "transfer-offer")
    await expect(visitor.page.locator(".standing")).to_contain_text("Une personne formée vous lit")
    await other.page.get_by_role("button", name="Refuser").click()
    await expect(giver.page.locator(".handover")).to_contain_text("police2 ne peut pas la prendre")
    await giver.page.get_by_role("button", name="Compris").click()
    await expect(giver.page.locator(".handover")).to_have_count(0)

    await _offers(giver, "police2")
    await other.page.get_by_role("button", name="Accepter").click()
    await expect(visitor.page.locator(".standing")).to_contain_text("prend le relais")
    await other.open_first()
    await expect(other.line(SAID)).to_be_visible()
    await expect(other.line("Je vous lis.")).to_contain_text("Collègue")
    await expect(other.page.locator(".handover")).to_contain_text("police1 vous passe le relais")
    await giver.say("Ma collègue est là.")
    await other.say("Bonjour, j'ai tout lu.")
    for text in ("Ma collègue est là.", "Bonjour, j'ai tout lu."):
        await expect(visitor.line(text)).to_be_visible()
    await expect(giver.line("Bonjour, j'ai tout lu.")).to_contain_text("Collègue")
    await expect(other.line("Bonjour, j'ai tout lu.")).not_to_contain_text("Collègue")
    await _looked_at(giver.page, "handover-giver")
    await _looked_at(other.page, "handover-other")

    await giver.page.get_by_role("button", name="Quitter l’échange").click()
    await expect(giver.page.locator(".lines button")).to_have_count(0)
    await expect(visitor.page.locator(".standing")).to_contain_text("a pris le relais")
    await visitor.say("merci à vous deux")
    await expect(other.line("merci à vous deux")).to_be_visible()
    await other.page.locator(".turns summary").click()
    await expect(other.page.locator(".turns li")).to_have_count(2)
    await _looked_at(other.page, "handover-after")
    await _looked_at(visitor.page, "handover-visitor")


async def test_an_offer_is_taken_back_and_the_visitor_noticed_nothing(people: People) -> None:
    giver, visitor = await _talking(people)
    other = await people.operator(COLLEAGUE)
    await _offers(giver, "police2")
    await other.page.locator(".offered").wait_for()
    await giver.page.get_by_role("button", name="Reprendre").click()
    await expect(other.page.locator(".offered")).to_have_count(0)
    await giver.say("Toujours là.")
    await expect(visitor.line("Toujours là.")).to_be_visible()
    await expect(visitor.page.locator(".standing")).to_contain_text("Une personne formée vous lit")


async def test_to_the_other_force_with_all_that_was_said(people: People) -> None:
    giver, visitor = await _talking(people)
    gendarme = await people.operator(GENDARMERIE)
    await _offers(giver, "Couple · Gendarmerie")
    await gendarme.page.get_by_role("button", name="Accepter").click()
    await expect(giver.page.locator(".lines button")).to_have_count(0)
    await gendarme.open_first()
    await expect(gendarme.line(SAID)).to_be_visible()
    await gendarme.say("Ici la gendarmerie, j'ai tout lu.")
    await expect(visitor.line("Ici la gendarmerie, j'ai tout lu.")).to_be_visible()
    await expect(visitor.page.locator(".standing")).to_contain_text("Gendarmerie")
    await expect(visitor.page.locator(".standing")).to_contain_text("a pris le relais")
