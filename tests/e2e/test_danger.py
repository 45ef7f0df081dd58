"""Somebody is in danger now: they go first, the console and the supervisors know at once (O6, V9)."""

import re

from playwright.async_api import Page, expect

from infra.local.stack import Stack
from shared.contracts.conversation import Force
from tests.client.proposing import sample_partner
from tests.e2e.axe import violations
from tests.e2e.people import DESK, PHONE, Operator, People, Visitor

SUPERVISOR = 4
DECLARE = "Je suis en danger maintenant"


async def _supervise(people: People) -> Page:
    chief = await people.operator(SUPERVISOR, viewport=DESK)
    await chief.pause()
    async with chief.page.expect_popup() as opening:
        await chief.page.get_by_role("link", name="Supervision").click()
    page = await opening.value
    await page.set_viewport_size(DESK)
    await page.get_by_role("heading", name="Supervision").wait_for()
    return page


async def _waits(visitor: Visitor) -> None:
    await expect(visitor.page.locator(".standing")).to_contain_text(re.compile("prochaine personne|avant vous"))


async def _declares(visitor: Visitor) -> None:
    """One press, one line that asks, with the numbers that are faster in sight."""
    await visitor.page.get_by_role("button", name=DECLARE).click()
    asked = visitor.page.get_by_role("group", name="En danger en ce moment")
    for number in ("Appeler le 17", "Appeler le 112", "SMS 114"):
        await expect(asked.get_by_role("link", name=number)).to_be_visible()
        await expect(visitor.page.locator(".emergency").get_by_role("link", name=number)).to_be_visible()
    await asked.get_by_role("button", name="Oui, je suis en danger").click()
    await expect(visitor.page.locator(".danger-said")).to_contain_text("vous passez avant les autres")


async def _all_know(visitor: Visitor, operator: Operator, supervision: Page) -> None:
    await expect(operator.page.locator(".line.endangered")).to_contain_text("En danger")
    await expect(operator.page.get_by_role("alert").filter(has_text="personne en danger")).to_have_count(1)
    await expect(operator.page).to_have_title(re.compile("DANGER"))
    alarm = supervision.get_by_role("region", name="personne en danger")
    await expect(alarm).to_contain_text("dit par la personne")
    await expect(supervision).to_have_title(re.compile(r"\(1\) DANGER"))
    await alarm.get_by_role("button", name=re.compile("^Je m’en charge")).click()
    await expect(alarm).to_contain_text("supervisor1 s’en charge depuis")
    await expect(supervision).not_to_have_title(re.compile("DANGER"))
    await expect(operator.page.locator(".danger-strip")).to_contain_text("supervisor1 s’en occupe")
    await expect(visitor.page.locator(".danger-said")).to_contain_text("L’équipe de service le voit")


async def test_who_is_in_danger_goes_first_and_everybody_on_duty_knows(people: People) -> None:
    operator = await people.operator(0)
    await operator.pause()
    supervision = await _supervise(people)
    first, second = await people.visitor(), await people.visitor()
    await first.ask("domestic", "75001")
    await _waits(first)
    await second.ask("domestic", "75001")
    await expect(second.page.locator(".standing")).to_contain_text("1 personne est avant vous")
    await _declares(second)
    await expect(second.page.locator(".standing strong").first).to_contain_text("prochaine personne")
    await expect(first.page.locator(".standing")).to_contain_text("1 personne est avant vous")
    await expect(supervision.get_by_role("region", name="personne en danger")).to_contain_text("personne ne l’a encore")
    await operator.available()
    await expect(second.page.locator(".standing")).to_contain_text("Police")
    # Both came to this desk: who is in danger stands first, and is opened.
    await expect(operator.page.locator(".lines .line")).to_have_count(2)
    await expect(operator.page.locator(".lines .line").first).to_contain_text("En danger")
    await operator.open_first()
    await _all_know(second, operator, supervision)
    await second.page.get_by_role("button", name="Je ne suis plus en danger").click()
    await expect(second.page.get_by_role("button", name=DECLARE)).to_be_visible()
    await expect(operator.page.get_by_role("alert").filter(has_text="Vérifiez que c’est bien elle")).to_have_count(1)
    await expect(supervision.locator(".alarms")).to_have_count(0)


async def test_what_the_operator_says_the_visitors_page_shows_and_cannot_take_back(people: People) -> None:
    operator, visitor = await people.operator(0), await people.visitor()
    await visitor.page.get_by_role("checkbox", name=re.compile("J’ai moins de 18 ans")).check()
    await visitor.ask("domestic", "75001")
    await operator.open_first()
    await expect(operator.page.locator(".facts")).to_contain_text("Moins de 18 ans")
    await operator.page.get_by_role("button", name="Signaler un danger").click()
    said = visitor.page.locator(".danger-said")
    await expect(said).to_contain_text("La personne qui vous répond a signalé que vous êtes en danger")
    await expect(said.get_by_role("button")).to_have_count(0)
    await operator.page.get_by_role("button", name="Danger écarté").click()
    await expect(said).to_have_count(0)


async def test_a_patrol_is_asked_for_and_taken_charge_of(people: People, stack: Stack) -> None:
    """O6: sealed for the competent service alone, which takes charge of it; the visitor's page says nothing of it."""
    operator, visitor = await people.operator(0), await people.visitor()
    await visitor.ask("domestic", "67000")
    await operator.open_first()
    await operator.page.get_by_role("button", name="Demander une patrouille…").click()
    form = operator.page.get_by_role("dialog", name="Demander une patrouille")
    await expect(form).to_contain_text("état de nécessité")
    await expect(form.get_by_label("Adresse, étage, code de l’immeuble")).to_have_value(re.compile("67000"))
    await expect(form.get_by_role("status")).to_contain_text("Service qui reçoit")
    assert await violations(operator.page) == []
    await form.get_by_role("button", name="Envoyer la demande").click()
    await expect(form.get_by_role("alert")).to_contain_text("Il faut au moins dire ce qui se passe")
    await form.get_by_label("Ce qui se passe").fill("Il est à la porte")
    await form.get_by_role("button", name="Envoyer la demande").click()
    board = operator.page.get_by_role("region", name="Patrouilles demandées")
    await expect(board).to_contain_text("pas encore d’accusé de réception")
    await expect(operator.page.locator(".danger-strip.on")).to_be_visible()
    police = next(partner for partner in stack.partners if partner.force is Force.POLICE)
    async with sample_partner(police.card):
        await expect(board).to_contain_text("prise en charge à")
        await expect(board).to_contain_text("référence REF-")
    await expect(visitor.page.locator(".danger-said")).to_contain_text("a signalé que vous êtes en danger")
    await expect(visitor.page.locator(".transcript li.report")).to_have_count(0)
    await board.get_by_role("button", name="Masquer").click()
    await expect(board).to_have_count(0)


async def test_without_a_place_the_form_says_at_once_to_telephone(people: People) -> None:
    operator, visitor = await people.operator(0), await people.visitor()
    await visitor.ask("domestic")
    await operator.open_first()
    await operator.page.get_by_role("button", name="Demander une patrouille…").click()
    form = operator.page.get_by_role("dialog", name="Demander une patrouille")
    await expect(form.get_by_role("alert")).to_contain_text("appelez le 17 vous-même")
    await expect(form.get_by_role("button", name="Envoyer la demande")).to_be_disabled()
    await form.get_by_label("Département").fill("67")
    await expect(form.get_by_role("status")).to_contain_text("Service qui reçoit")


async def test_nothing_of_it_keeps_anybody_out(people: People) -> None:
    """Axe, on the phone and at the desk: the question, what is said afterwards, the console, the supervisors' page."""
    operator = await people.operator(0)
    supervision = await _supervise(people)
    for viewport in (PHONE, DESK):
        visitor = await people.visitor(viewport=viewport)
        await visitor.ask("domestic", "75001")
        await visitor.page.get_by_role("button", name=DECLARE).click()
        assert await violations(visitor.page) == []
        await visitor.page.get_by_role("button", name="Oui, je suis en danger").click()
        await expect(visitor.page.locator(".danger-said")).to_contain_text("vous passez avant les autres")
        assert await violations(visitor.page) == []
    await operator.open_first()
    await expect(operator.page.locator(".danger-strip.on")).to_be_visible()
    for page in (operator.page, supervision):
        for viewport in (DESK, PHONE):
            await page.set_viewport_size(viewport)
            assert await violations(page) == [], viewport
