"""Supervisors see the floor and decide on it in their browser; visitors read why a queue is closed (O12, V15)."""

from playwright.async_api import Page, expect

from infra.local.stack import Stack
from tests.e2e.axe import violations
from tests.e2e.floor import busy, foretell
from tests.e2e.people import DESK, Operator, People

SUPERVISOR = 4
WORDS = "Le chat rouvre à 8 h. Le 3919 répond toute la nuit."
COUPLE = "Police · Couple"


async def supervise(people: People) -> tuple[Operator, Page]:
    """The supervisor logs in, and opens their page from the console."""
    chief = await people.operator(SUPERVISOR, viewport=DESK)
    await chief.pause()
    async with chief.page.expect_popup() as opening:
        await chief.page.get_by_role("link", name="Supervision").click()
    page = await opening.value
    await page.set_viewport_size(DESK)
    await page.get_by_role("heading", name="Supervision").wait_for()
    return chief, page


async def until_foretold(page: Page) -> None:
    """What is kept is looked at again every few seconds: ask until it was."""
    ahead = page.get_by_role("region", name="Prévision")
    for operators in range(9, 30):
        await page.get_by_label("Opérateurs", exact=True).fill(str(operators))
        await expect(ahead.locator("table, p.soft").first).to_be_visible()
        if await ahead.locator("table").count():
            break
    await expect(ahead).to_contain_text("%")


async def test_a_closed_queue_says_why_and_is_open_again(people: People) -> None:
    _, page = await supervise(people)
    row = page.get_by_role("row").filter(has_text=COUPLE)
    await row.get_by_role("button", name=f"Fermer la file {COUPLE}").click()
    await page.get_by_label("Message en français").fill(WORDS)
    await page.get_by_role("dialog").get_by_role("button", name="Fermer la file").click()
    await expect(row).to_contain_text("fermée par supervisor1")
    visitor = await people.visitor()
    await visitor.ask("domestic", "75001")
    await expect(visitor.page.locator(".standing")).to_contain_text(WORDS)
    await expect(visitor.page.get_by_role("link", name="17")).to_be_visible()
    await row.get_by_role("button", name=f"Rouvrir la file {COUPLE}").click()
    await expect(row).to_contain_text("ouverte")
    await expect(visitor.page.locator(".standing")).not_to_contain_text(WORDS)


async def test_a_busy_floor_is_seen_decided_on_and_read_by_everyone(people: People, stack: Stack) -> None:
    async with busy(stack) as floor:
        await foretell(stack)
        await floor.sit("police7", "police")
        first = await floor.come("police.domestic", 200)
        await floor.supervision.hand(first, "police7")
        await floor.sit("police8", "police")
        await floor.supervision.ask_debrief("police7", 1_800_000_000_000)
        _, page = await supervise(people)
        table = page.get_by_role("region", name="Opérateurs en service")
        row = table.get_by_role("row").filter(has_text="police7")
        await expect(row).to_contain_text(first[:8])
        await row.get_by_role("button", name=f"Confier la conversation {first[:8]}").click()
        await page.get_by_label("À qui").select_option("police8")
        await page.get_by_role("button", name="Confier", exact=True).click()
        await expect(table.get_by_role("row").filter(has_text="police8")).to_contain_text(first[:8])
        await page.get_by_role("button", name="Fin de service de police7", exact=True).click()
        await expect(row).to_contain_text("fin de service")
        await page.get_by_role("button", name="Je m’en charge : police7").click()
        await expect(page.get_by_text("Aucune demande.")).to_be_visible()
        await until_foretold(page)
        assert [line for line in await violations(page) if "serious" in line or "critical" in line] == []


async def test_an_operator_without_the_role_sees_nothing_there(people: People, stack: Stack) -> None:
    operator = await people.operator(0)
    await expect(operator.page.get_by_role("link", name="Supervision")).to_have_count(0)
    await operator.page.goto(f"{stack.addresses.console.rstrip('/')}/supervision")
    await expect(operator.page.get_by_role("alert")).to_contain_text("réservée aux superviseurs")
