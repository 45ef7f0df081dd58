"""A signalement from both ends in real browsers, and its recipient as a process of its own (V10 V11 O5 S1 S2)."""

import json
import re

from playwright.async_api import expect

from infra.local.stack import Stack
from tests.client.proposing import sample_partner
from tests.e2e.axe import violations
from tests.e2e.people import DESK, Operator, People, Visitor
from tests.e2e.reporting import APPOINTMENT, Card, Desk, card_of

WIDTHS = (1280, 1440)


async def talking(people: People) -> tuple[Operator, Desk, Visitor, Card]:
    """Two who write to each other."""
    operator = await people.operator(0)
    visitor = await people.visitor()
    await visitor.ask("domestic", "67000")
    await operator.open_first()
    await visitor.say("il m'a frappée")
    await expect(operator.line("il m'a frappée")).to_be_visible()
    return operator, Desk(operator), visitor, Card(visitor)


async def no_finding(desk: Desk, state: str) -> None:
    """Fail with what axe finds on the console at both widths."""
    for width in WIDTHS:
        await desk.page.set_viewport_size({"width": width, "height": 900})
        assert await violations(desk.page) == [], f"{state} at {width} px"
    await desk.page.set_viewport_size(DESK)


async def test_she_edits_and_agrees_and_the_answer_stands_on_both_screens(people: People, stack: Stack) -> None:
    """V10 V11 O5 S1 S2."""
    operator, desk, visitor, card = await talking(people)
    await desk.prepare()
    await desk.page.get_by_role("button", name="Montrer à la personne").click()
    await expect(desk.page.locator(".report-foot [role=alert]")).to_contain_text("Écrivez les faits.")
    await expect(desk.field("Faits")).to_be_focused()
    await no_finding(desk, "form with a fault")
    await desk.prepare(Faits="Il m’a frappée.", Quand="Lundi", Identité="Camille", Contact_sûr="06 00 00 00 00")
    await desk.show()
    await card.change("Quand", "Hier vers 22 h")
    await card.act("Retirer", "Votre nom").click()
    await card.act("Oui, transmettre").click()
    await desk.stands("Transmis, prise en charge attendue")
    await desk.stands("2 champs changés par la personne")
    await desk.page.locator(".report-changes summary").click()
    changes = desk.page.locator(".report-changes")
    await expect(changes.locator("dl > div").first).to_have_text(re.compile("Quand.*Lundi.*Hier vers 22 h"))
    await expect(changes.locator("dl > div").last).to_have_text(re.compile("Identité.*Camille.*rayé"))
    async with sample_partner(card_of(stack).card, "--appointment", json.dumps(APPOINTMENT)):
        for status in (desk.strip, visitor.page.locator(".transcript")):
            await expect(status).to_contain_text(re.compile("REF-[0-9a-f]{8}"))
            await expect(status).to_contain_text(re.compile("mardi 8 janvier.*14:30.*Bureau 12"))
    await desk.stands("Pris en charge")
    await no_finding(desk, "taken charge of")
    await expect(operator.page.locator(".say.service")).to_have_count(2)
    await expect(operator.page.locator(".lines .unread")).to_have_count(0)


async def test_no_and_later_cost_nothing_and_can_become_a_yes(people: People, stack: Stack) -> None:
    """V10 S1: nothing reaches the partner before a yes."""
    _, desk, _, card = await talking(people)
    await desk.prepare(Faits="Il m’a frappée.")
    await desk.show()
    await card.act("Plus tard").click()
    await desk.stands("« Plus tard »")
    await card.act("Revoir la proposition").click()
    await card.act("Non").click()
    await desk.stands("« Non »")
    await expect(desk.strip).to_contain_text("Rien n’est transmis")
    await desk.page.get_by_role("button", name="Proposer autrement").click()
    await expect(desk.field("Faits")).to_have_value("Il m’a frappée.")
    await desk.show()
    await card.act("Oui, transmettre").click()
    await desk.stands("Transmis")
    async with sample_partner(card_of(stack).card):
        await desk.stands("Pris en charge")


async def test_consent_is_taken_back_in_time(people: People) -> None:
    """S1: until somebody takes charge of it."""
    _, desk, _, card = await talking(people)
    await desk.prepare(Faits="Il m’a frappée.")
    await desk.show()
    await card.act("Oui, transmettre").click()
    await desk.stands("Transmis")
    await card.act("Reprendre mon accord").click()
    await desk.stands("Accord retiré à temps")
    await expect(card.page.locator(".transcript")).to_contain_text("Le signalement est retiré")


async def test_consent_is_taken_back_too_late(people: People, stack: Stack) -> None:
    """S1: the service has taken charge while her phone was off line; both are told."""
    _, desk, visitor, card = await talking(people)
    await desk.prepare(Faits="Il m’a frappée.")
    await desk.show()
    await card.act("Oui, transmettre").click()
    await desk.stands("Transmis")
    withdraw = card.act("Reprendre mon accord")
    await withdraw.wait_for()
    await visitor.page.context.set_offline(True)
    async with sample_partner(card_of(stack).card):
        await desk.stands("Pris en charge")
    await withdraw.click()
    await visitor.page.context.set_offline(False)
    await desk.stands("Pris en charge avant le retrait")
    await expect(card.page.locator(".transcript")).to_contain_text("trop tard pour reprendre votre accord")


async def test_a_yes_is_handed_in_after_a_reload_once_the_service_is_back(people: People, stack: Stack) -> None:
    """S3: the consent stands in the transcript; whoever holds the conversation hands it in, once."""
    operator, desk, _, card = await talking(people)
    await desk.prepare(Faits="Il m’a frappée.")
    await desk.show()
    stack.kill("signalement")
    try:
        await card.act("Oui, transmettre").click()
        await desk.stands("transmission en attente")
        await operator.page.reload()
        await operator.page.keyboard.press("Alt+g")
        await desk.stands("transmission en attente")
    finally:
        await stack.start_service("signalement")
    async with sample_partner(card_of(stack).card):
        await expect(desk.strip).to_contain_text("Pris en charge")
    await expect(operator.page.locator(".say.service", has_text="Pris en charge")).to_have_count(1)
    await people.watch.heard("status of 503")
