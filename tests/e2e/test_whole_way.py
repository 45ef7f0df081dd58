"""One conversation from end to end: visitor, operator and magistrate in browsers, the partner's own software."""

import json
import re

from playwright.async_api import expect

from infra.local.stack import Stack
from tests.client.proposing import sample_partner
from tests.e2e.lifting import ask, magistrate
from tests.e2e.people import People
from tests.e2e.reporting import APPOINTMENT, Card, Desk, card_of


async def test_consent_report_appointment_and_the_lifting_of_anonymity_in_one_conversation(
    people: People, stack: Stack
) -> None:
    """V10 V11 O5 O7 S1 S2: consent, sealed, taken charge of, reference and appointment on the visitor's screen; and a
    magistrate, who learns the address and nothing of the report."""
    operator = await people.operator(0)
    visitor = await people.visitor()
    await visitor.ask("domestic", "67000")
    await visitor.say("il m'a frappée")
    await operator.open_first()
    await expect(operator.line("il m'a frappée")).to_be_visible()
    desk, card = Desk(operator), Card(visitor)
    await desk.prepare(Faits="Il m’a frappée.", Identité="Camille", Contact_sûr="06 00 00 00 00")
    await desk.show()
    await card.act("Oui, transmettre").click()
    async with sample_partner(card_of(stack).card, "--appointment", json.dumps(APPOINTMENT)):
        await expect(visitor.page.locator(".transcript")).to_contain_text(re.compile("REF-[0-9a-f]{8}"))
    await expect(visitor.page.locator(".transcript")).to_contain_text(re.compile("mardi 8 janvier.*14:30.*Bureau 12"))
    await desk.stands("Pris en charge")
    dialog = await ask(operator)
    await dialog.get_by_role("button", name="Fermer").click()
    page = await magistrate(people, stack)
    await page.get_by_role("radio", name="Accorder la levée").check()
    await page.get_by_label("Motif de la décision").select_option("life_in_danger")
    await page.get_by_role("button", name="Accorder et recevoir l’adresse").click()
    await expect(page.get_by_role("region", name="L’adresse de connexion")).to_contain_text("127.0.0.1")
    shown = await page.content()
    assert not [word for word in ("Camille", "06 00 00 00 00", "REF-", "Bureau 12") if word in shown]
    await page.get_by_role("button", name="J’ai noté l’adresse").click()
    await expect(page.get_by_role("article")).to_contain_text("effacée du système")
    await expect(operator.page.get_by_role("button", name="Levée accordée")).to_be_visible()
